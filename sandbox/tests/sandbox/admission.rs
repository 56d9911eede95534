//! Keys, credits and limits: who is let through, in which order, and at what price.

use std::time::Duration;

use kakiyo_sandbox::{Profile, Sandbox};
use serde_json::json;

use crate::client::{Client, Connection, Reply, still};

fn with_header(sandbox: &Sandbox, target: &str, authorization: Option<&str>) -> Reply {
    let mut connection = Connection::open(sandbox);
    let headers: Vec<(&str, &str)> =
        authorization.map(|value| ("Authorization", value)).into_iter().collect();
    connection.request(if target.ends_with("batch") { "POST" } else { "GET" }, target, &headers, b"");
    connection.reply().unwrap()
}

#[test]
fn each_trouble_with_the_key_has_its_code_except_on_block_list_and_model_routes() {
    let sandbox = still();
    let unknown = format!("Bearer {}", "x".repeat(40));
    let other_secret = format!("Bearer {}{}", sandbox.team(), "x".repeat(20));
    let odd = format!("Bearer {}", "é".repeat(20));
    for (header, code) in [
        (None, "missing_api_key"),
        (Some("Bearer "), "missing_api_key"),
        (Some("Bearer short"), "invalid_api_key_format"),
        (Some(sandbox.api_key()), "invalid_api_key_format"),
        (Some(odd.as_str()), "invalid_api_key_format"),
        (Some(unknown.as_str()), "invalid_api_key"),
        (Some(other_secret.as_str()), "invalid_api_key"),
    ] {
        assert_eq!(with_header(&sandbox, "/v1/verify", header).refusal(), (401, code.to_owned()));
        let reply = with_header(&sandbox, "/v1/dnc/batch", header);
        assert_eq!(reply.refusal(), (401, "unauthorized".to_owned()));
        let reply = with_header(&sandbox, "/v1/models", header);
        assert_eq!(reply.refusal(), (401, "unauthorized".to_owned()));
    }
    assert_eq!((sandbox.calls(), sandbox.spent()), (0, 0));
}

#[test]
fn the_checks_come_in_the_order_of_the_service() {
    let sandbox =
        Sandbox::builder().virtual_clock().limit("products.create", Some(1)).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let set = |settings| drop(sandbox.control("POST", "/_sandbox/settings", settings).unwrap());
    let invalid = json!({"name": "ab"});
    // Everything is wrong at once; one obstacle after the other is cleared away.
    set(json!({"subscriptionActive": false, "plan": {"products": 0}}));
    sandbox.set_credits(sandbox.team(), 0).unwrap();
    set(json!({"limits": {"products.create": 0}}));
    let mut seen = vec![with_header(&sandbox, "/v1/verify", None).refusal().0];
    let refused = |seen: &mut Vec<u16>| {
        let (status, code) = client.post("/products", &invalid).refusal();
        seen.push(status);
        code
    };
    assert_eq!(refused(&mut seen), "subscription_inactive");
    set(json!({"subscriptionActive": true}));
    assert_eq!(refused(&mut seen), "insufficient_credits");
    sandbox.set_credits(sandbox.team(), 5).unwrap();
    assert_eq!(refused(&mut seen), "rate_limit_exceeded");
    set(json!({"limits": {"products.create": null}}));
    assert_eq!((sandbox.calls(), sandbox.spent()), (0, 0));
    assert_eq!(refused(&mut seen), "plan_limit_reached");
    set(json!({"plan": "unlimited"}));
    assert_eq!(refused(&mut seen), "validation_error");
    assert_eq!(seen, [401, 403, 402, 429, 403, 400]);
    // Whatever passed the rate limit was paid for.
    assert_eq!((sandbox.calls(), sandbox.spent(), sandbox.rejections()), (2, 2, 1));
}

#[test]
fn the_sliding_log_lets_the_next_call_in_exactly_a_window_later() {
    let sandbox = Sandbox::builder().virtual_clock().limit("verify", Some(2)).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let verify = || client.get("/verify");
    assert_eq!(verify().status, 200);
    sandbox.advance(Duration::from_millis(500));
    assert_eq!(verify().status, 200);
    let refused = verify();
    assert_eq!(refused.refusal(), (429, "rate_limit_exceeded".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(refused.json()["retryAfter"], 60);
    assert_eq!(refused.json().get("resetTime"), None);
    sandbox.advance(Duration::from_secs(59) + Duration::from_micros(499_999));
    let refused = verify();
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")));
    sandbox.advance(Duration::from_micros(1));
    assert_eq!(verify().status, 200);
    assert_eq!(verify().status, 429);
    assert_eq!((sandbox.calls(), sandbox.rejections(), sandbox.spent()), (3, 3, 3));
    let by_operation = &sandbox.counters().operations["verify"];
    assert_eq!((by_operation.calls, by_operation.rejections), (3, 3));
}

#[test]
fn block_list_refusals_say_when_in_unix_milliseconds() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let body = json!({"entries": [{"url": "in/jonas"}]});
    for _ in 0..10 {
        assert_eq!(client.post("/dnc/batch", &body).status, 201);
    }
    let refused = client.post("/dnc/batch", &body);
    assert_eq!(refused.status, 429);
    // 2026-01-01T00:01:00Z, and the fraction of a millisecond rounds up.
    assert_eq!(refused.json()["resetTime"], 1_767_225_660_000_i64);
    assert_eq!(refused.json()["retryAfter"], 60);
}

#[test]
fn seed_counts_by_operation_and_tiered_by_tier() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    for _ in 0..60 {
        assert_eq!(client.get("/prompts").status, 200);
    }
    assert_eq!(client.get("/prompts").status, 429);
    assert_eq!(client.get("/campaigns").status, 200);

    let sandbox = Sandbox::builder().virtual_clock().profile(Profile::Tiered).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    for _ in 0..15 {
        assert_eq!(client.get("/prompts").status, 200);
        assert_eq!(client.get("/campaigns").status, 200);
    }
    assert_eq!(client.get("/prompts").status, 429);
    assert_eq!(client.get("/campaigns").status, 429);
    assert_eq!(client.get("/prospects/search").status, 200);
    assert_eq!(client.get("/verify").status, 200);
    assert_eq!((sandbox.calls(), sandbox.spent()), (32, 0));
}

#[test]
fn an_empty_purse_answers_402_and_pauses_running_agents() {
    let sandbox = Sandbox::builder().virtual_clock().credits(3).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let (first, second) = (client.agent(), client.agent());
    let status = |id: &str, to: &str| {
        sandbox.control("POST", &format!("/_sandbox/agents/{id}"), json!({"status": to})).unwrap();
    };
    status(&first, "running");
    status(&second, "auth_needed");
    let agents = || {
        let state = sandbox.state(sandbox.team()).unwrap();
        state.agents.into_iter().map(|agent| agent.status).collect::<Vec<_>>()
    };
    assert_eq!(agents(), ["running", "auth_needed"]);
    assert_eq!(client.get("/verify").status, 200);
    assert_eq!(agents(), ["paused", "auth_needed"]);
    status(&first, "running");
    let refused = client.get("/verify");
    assert_eq!(refused.refusal(), (402, "insufficient_credits".to_owned()));
    assert_eq!(agents(), ["paused", "auth_needed"]);
    assert_eq!((sandbox.calls(), sandbox.spent(), sandbox.counters().out_of_credits), (3, 3, 1));
    sandbox.control("POST", "/_sandbox/credits", json!({"add": 1})).unwrap();
    assert_eq!(client.get("/verify").status, 200);
}

#[test]
fn plans_limit_what_can_be_made() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    sandbox.control("POST", "/_sandbox/settings", json!({"plan": "pioneer"})).unwrap();
    client.agent();
    let refused = client.attempt("POST", "/agents", None).unwrap();
    assert_eq!(refused.refusal(), (403, "agent_limit_reached".to_owned()));
    sandbox.control("POST", "/_sandbox/settings", json!({"plan": {"campaigns": 1}})).unwrap();
    client.campaign();
    assert_eq!(client.post("/campaigns", &json!({})).refusal(), (403, "plan_limit_reached".to_owned()));
}

#[test]
fn limit_headers_are_sent_only_by_switch() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    assert_eq!(client.get("/verify").header("x-ratelimit-limit"), None);
    sandbox.control("POST", "/_sandbox/settings", json!({"rateLimitHeaders": true})).unwrap();
    let reply = client.get("/verify");
    assert_eq!(reply.header("x-ratelimit-limit"), Some("60"));
    assert_eq!(reply.header("x-ratelimit-remaining"), Some("58"));
}

#[test]
fn routes_that_do_not_exist_cost_nothing() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    assert_eq!(client.get("/nothing").refusal(), (404, "not_found".to_owned()));
    assert_eq!(client.post("/verify", &json!({})).status, 404);
    assert_eq!(sandbox.calls(), 0);
    assert_eq!(sandbox.requests(sandbox.team()).unwrap()[0].operation, None);
}
