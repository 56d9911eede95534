//! Keys, limits and quotas.

use std::time::Duration;

use kakiyo_sandbox::{KaikoSettings, KeyStatus, Sandbox};
use serde_json::json;

use super::{ANALYSIS, Client, contract, envelope, observed, said, sandbox};
use crate::client::{Connection, Reply, until};

fn state_with(sandbox: &Sandbox, headers: &[(&str, &str)]) -> Reply {
    let mut connection = Connection::open(sandbox);
    connection.request("GET", "/v2/emotions/c1", headers, b"");
    connection.reply().unwrap()
}

#[test]
fn either_header_opens_and_the_recommended_one_wins() {
    let sandbox = contract();
    let key = sandbox.kaiko_api_key();
    assert!(key.starts_with("kaiko_live_"), "{key}");
    let bearer = format!("Bearer {key}");
    Client::new(&sandbox).say("c1", "I am happy");
    for headers in [
        vec![("x-api-key", key)],
        vec![("Authorization", bearer.as_str())],
        vec![("Authorization", "Bearer wrong"), ("x-api-key", key)],
    ] {
        assert_eq!(state_with(&sandbox, &headers).status, 200, "{}", headers.len());
    }
    let kakiyo = format!("Bearer {}", sandbox.api_key());
    for headers in [
        vec![],
        vec![("x-api-key", "")],
        vec![("x-api-key", "kaiko_live_unknown")],
        vec![("x-api-key", sandbox.team())],
        vec![("Authorization", kakiyo.as_str())],
        vec![("Authorization", key)],
        vec![("x-api-key", bearer.as_str())],
        vec![("Authorization", bearer.as_str()), ("x-api-key", "wrong")],
    ] {
        let reply = state_with(&sandbox, &headers);
        assert_eq!(envelope(&reply), (401, "invalid_api_key".to_owned(), None));
        assert!(reply.header("x-ratelimit-limit").is_some());
    }
    // A Kaiko key opens nothing of Kakiyo.
    let mut connection = Connection::open(&sandbox);
    connection.request("GET", "/v1/verify", &[("Authorization", &bearer)], b"");
    assert_eq!(connection.reply().unwrap().status, 401);
}

#[test]
fn observed_refusals_are_bare_and_older_keys_are_taken() {
    let refused = state_with(&observed(), &[("x-api-key", "wrong")]);
    assert_eq!((refused.status, refused.json()), (403, json!({"message": "Forbidden"})));
    for (settings, status) in [(KaikoSettings::default(), 401), (observed_settings(), 200)] {
        let key = format!("sk_prod_{}", "a".repeat(32));
        let builder = Sandbox::builder().kaiko_api_key(&key).kaiko_settings(settings);
        let sandbox = builder.start_blocking().unwrap();
        assert_eq!(state_with(&sandbox, &[("Authorization", &key)]).status, status);
        let bearer = format!("Bearer {key}");
        assert_eq!(state_with(&sandbox, &[("x-api-key", &bearer)]).status, status);
    }
    let refused = Sandbox::builder().kaiko_api_key("other_key").start_blocking();
    assert!(refused.is_err());
}

fn observed_settings() -> KaikoSettings {
    KaikoSettings { profile: kakiyo_sandbox::KaikoProfile::Observed, ..KaikoSettings::default() }
}

#[test]
fn keys_can_be_taken_back_or_paused() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    client.say("c1", "I am happy");
    for (status, code, read) in [
        (KeyStatus::Revoked, "key_revoked", 403),
        (KeyStatus::Expired, "key_revoked", 403),
        (KeyStatus::Paused, "key_paused", 200),
        (KeyStatus::ProjectPaused, "key_paused", 200),
    ] {
        client.set(json!({"key": status}));
        assert_eq!(envelope(&client.analyze("x")), (403, code.to_owned(), None));
        assert_eq!(client.get("/v2/emotions/c1").status, read, "{status:?}");
    }
    client.set(json!({"profile": "observed", "key": "revoked"}));
    let refused = client.analyze("x");
    assert_eq!((refused.status, refused.json()["message"].is_string()), (403, true));
    assert_eq!(refused.json().get("error"), None);
}

#[test]
fn a_thousand_requests_fit_into_a_minute_and_headers_say_what_is_left() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    client.set(json!({"limits": {"key": 3}}));
    let left = |reply: &Reply| reply.header("x-ratelimit-remaining").unwrap().to_owned();
    assert_eq!(left(&client.analyze("a")), "2");
    sandbox.advance(Duration::from_secs(20));
    // All routes share one bucket, and failures draw on it as well.
    assert_eq!(left(&client.get("/v2/emotions/nobody")), "1");
    assert_eq!(left(&client.analyze("b")), "0");
    let refused = client.analyze("c");
    assert_eq!(envelope(&refused), (429, "too_many_requests".to_owned(), None));
    assert_eq!(refused.header("retry-after"), Some("40"));
    assert_eq!(refused.header("x-ratelimit-limit"), Some("3"));
    // 2026-01-01T00:01:00Z, and a second for rounding.
    assert_eq!(refused.header("x-ratelimit-reset"), Some("1767225661"));
    sandbox.advance(Duration::from_secs(40));
    assert_eq!(left(&client.analyze("d")), "2");
    let state = sandbox.kaiko_state(sandbox.kaiko_api_key()).unwrap();
    assert_eq!((state.counters.calls, state.counters.rejections), (4, 1));
    assert_eq!(sandbox.calls(), 0);

    client.set(json!({"limits": {"key": 1000}, "unlimited": true}));
    assert_eq!(client.analyze("e").header("x-ratelimit-limit"), None);
}

#[test]
fn the_limits_of_the_profiles_differ() {
    let sandbox = contract();
    assert_eq!(Client::new(&sandbox).analyze("a").header("x-ratelimit-limit"), Some("1000"));
    let sandbox = observed();
    let client = Client::new(&sandbox);
    for _ in 0..60 {
        assert_eq!(client.get("/v2/emotions/c1").status, 200);
    }
    let refused = client.get("/v2/emotions/c1");
    assert_eq!((refused.status, refused.header("retry-after")), (429, None));
    assert_eq!(refused.json(), json!({"message": "Too many requests in this minute, slow down"}));
    client.set(json!({"sides": {"retryAfter": "contract"}}));
    assert_eq!(client.get("/v2/emotions/c1").header("retry-after"), Some("60"));
}

#[test]
fn ten_requests_run_at_once() {
    for (sandbox, refused) in [(contract(), 2), (observed(), 0)] {
        let client = Client::new(&sandbox);
        let key = sandbox.kaiko_api_key();
        let rule = json!({"team": key, "fault": {"kind": "delay_after", "ms": 300}});
        sandbox.control("POST", "/_sandbox/faults", rule).unwrap();
        let body = said(&[json!({"content": {"text": "x"}})]).to_string();
        let mut open = Vec::new();
        for number in 1..=12 {
            open.push(client.begin("POST", ANALYSIS, &[], body.as_bytes()));
            let running = || sandbox.kaiko_state(key).unwrap().counters.in_flight;
            until("the request to arrive", || running() >= number);
        }
        let replies: Vec<Reply> = open.iter_mut().map(|connection| connection.reply().unwrap()).collect();
        let busy: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 429).collect();
        assert_eq!(busy.len(), refused);
        assert!(busy.iter().all(|reply| reply.header("retry-after") == Some("1")));
        assert_eq!(client.analyze("x").status, 200);
    }
}

#[test]
fn the_tokens_of_a_month_run_out_and_come_back() {
    let sandbox = sandbox(KaikoSettings { monthly_tokens: 5, ..KaikoSettings::default() });
    let client = Client::new(&sandbox);
    // 12 and 9 characters are 3 and 3 tokens: the second call is let through with what is left.
    assert_eq!(client.analyze("twelve chars").json()["usage"], json!({"analyse_tokens": 3}));
    assert_eq!(client.analyze("nine char").status, 200);
    let refused = client.analyze("x");
    assert_eq!(envelope(&refused), (429, "monthly_quota_exceeded".to_owned(), None));
    // The 31 days of January.
    assert_eq!(refused.header("retry-after"), Some("2678400"));
    assert_eq!(client.get("/v2/emotions/c1").status, 404);
    client.set(json!({"quotaStatus": 402}));
    let refused = client.analyze("x");
    assert_eq!(envelope(&refused), (402, "monthly_quota_exceeded".to_owned(), None));
    assert_eq!(refused.header("retry-after"), None);
    assert_eq!(sandbox.kaiko_state(sandbox.kaiko_api_key()).unwrap().tokens, 6);
    sandbox.advance(Duration::from_secs(2_678_400));
    assert_eq!(client.analyze("x").status, 200);
    assert_eq!(sandbox.kaiko_state(sandbox.kaiko_api_key()).unwrap().tokens, 1);
}

#[test]
fn observed_writes_cost_credits() {
    let sandbox = observed();
    let client = Client::new(&sandbox);
    let key = sandbox.kaiko_api_key();
    sandbox.control("POST", "/_sandbox/credits", json!({"team": key, "set": 1})).unwrap();
    assert_eq!(client.analyze("a").status, 200);
    let refused = client.analyze("b");
    assert_eq!((refused.status, refused.json()), (402, json!({"message": "No credit is left"})));
    assert_eq!(client.get("/v2/emotions/c1").status, 200);
    let state = sandbox.kaiko_state(key).unwrap();
    assert_eq!((state.credits, state.counters.spent, state.counters.out_of_credits), (0, 1, 1));
    client.set(json!({"sides": {"credits": "contract"}}));
    assert_eq!(client.analyze("b").status, 200);
}
