//! The ways in which a server may count, seen from outside: what is let in, and what wait is named.

use std::time::{Duration, Instant};

use kakiyo_sandbox::{KaikoSettings, LimitModel, Profile, Sandbox};
use serde_json::{Value, json};

use crate::client::{Client, Reply, still, until};
use crate::kaiko;

fn counting(model: LimitModel) -> Sandbox {
    let builder = Sandbox::builder().virtual_clock().limit_model(model).limit("verify", Some(3));
    let sandbox = builder.rate_limit_headers().start_blocking().unwrap();
    // Ten seconds into a minute.
    sandbox.advance(Duration::from_secs(10));
    sandbox
}

/// Calls until the first refusal. Gives how many were let in, and the refusal.
fn until_refused(client: &Client<'_>) -> (usize, Reply) {
    for calls in 0..100 {
        let reply = client.get("/verify");
        if reply.status == 429 {
            return (calls, reply);
        }
        assert_eq!(reply.status, 200);
    }
    panic!("nothing was refused");
}

#[test]
fn every_model_names_its_true_wait() {
    for (model, calls, wait) in [
        ("fixed", 3, 50),
        ("fixed:5", 3, 55),
        ("first_hit", 3, 60),
        ("sliding_log", 3, 60),
        ("sliding_log_counting_rejects", 3, 60),
        // The rest of this minute, and a third of the next.
        ("sliding_counter", 3, 70),
        ("token_bucket", 3, 20),
        ("token_bucket:10", 10, 20),
        ("leaky", 1, 20),
    ] {
        let model: LimitModel = model.parse().unwrap();
        let sandbox = counting(model);
        let client = Client::new(&sandbox);
        let (let_in, refused) = until_refused(&client);
        assert_eq!(let_in, calls, "{model}");
        let told: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert_eq!((told, &refused.json()["retryAfter"]), (wait, &json!(wait)), "{model}");
        if model != LimitModel::SlidingLogCountingRejects {
            sandbox.advance(Duration::from_secs(wait) - Duration::from_micros(1));
            assert_eq!(client.get("/verify").header("retry-after"), Some("1"), "{model}");
            sandbox.advance(Duration::from_micros(1));
        } else {
            sandbox.advance(Duration::from_secs(wait));
        }
        assert_eq!(client.get("/verify").status, 200, "{model}");
    }
}

#[test]
fn whoever_hammers_a_log_of_refused_calls_stays_out() {
    let sandbox = counting(LimitModel::SlidingLogCountingRejects);
    let client = Client::new(&sandbox);
    until_refused(&client);
    for _ in 0..10 {
        sandbox.advance(Duration::from_secs(19));
        assert_eq!(client.get("/verify").status, 429);
    }
    // The last refusal and the two before it keep everybody out until the first of them is a minute old.
    sandbox.advance(Duration::from_secs(60 - 38) - Duration::from_micros(1));
    let picture = sandbox.snapshot().unwrap();
    assert_eq!(client.get("/verify").status, 429);
    sandbox.load(picture).unwrap();
    sandbox.advance(Duration::from_micros(1));
    assert_eq!(client.get("/verify").status, 200);
    assert_eq!((sandbox.calls(), sandbox.rejections()), (4, 11));
}

#[test]
fn the_headers_follow_the_model() {
    let start = 1_767_225_600 + 10;
    for (model, left, reset) in [
        ("fixed", 2, 50),
        ("first_hit", 2, 60),
        ("sliding_log", 2, 60),
        // A third call more fits when the first one is forgotten, at the end of the next minute.
        ("sliding_counter", 2, 110),
        ("token_bucket", 2, 20),
        ("token_bucket:10", 9, 20),
        ("leaky", 0, 20),
    ] {
        let sandbox = counting(model.parse().unwrap());
        let client = Client::new(&sandbox);
        let first = client.get("/verify");
        let header = |name: &str| first.header(name).unwrap().parse::<i64>().unwrap();
        let shown =
            [header("x-ratelimit-limit"), header("x-ratelimit-remaining"), header("x-ratelimit-reset")];
        // A second more, for rounding.
        assert_eq!(shown, [3, left, start + reset + 1], "{model}");
        let (_, refused) = until_refused(&client);
        assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"), "{model}");
        sandbox.control("POST", "/_sandbox/settings", json!({"rateLimitHeaders": false})).unwrap();
        assert_eq!(client.get("/verify").header("x-ratelimit-limit"), None);
    }
}

#[test]
fn all_buckets_of_a_team_count_in_the_same_way() {
    let builder = Sandbox::builder().virtual_clock().profile(Profile::Tiered);
    let sandbox = builder.limit_model(LimitModel::Leaky).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let batch = || client.post("/dnc/batch", &json!({"entries": [{"url": "in/jonas"}]}));
    assert_eq!((client.get("/prompts").status, batch().status), (200, 201));
    // Both lists draw on the same bucket, 30 a minute; what makes prompts on another, 15 a minute.
    assert_eq!(client.get("/campaigns").header("retry-after"), Some("2"));
    assert_eq!(client.post("/prompts", &json!({})).status, 400);
    assert_eq!(client.post("/products", &json!({})).header("retry-after"), Some("4"));
    let refused = batch();
    assert_eq!(refused.header("retry-after"), Some("6"));
    assert_eq!(refused.json()["resetTime"], 1_767_225_606_000_i64);
    // Another team counts in its own way.
    let other = sandbox.control("POST", "/_sandbox/teams", json!({"limitModel": "fixed:30"})).unwrap();
    let other = Client::with_key(&sandbox, other["apiKey"].as_str().unwrap());
    assert_eq!((other.get("/prompts").status, other.get("/prompts").status), (200, 200));
}

#[test]
fn the_window_may_be_short_and_a_new_model_starts_over() {
    let sandbox = counting(LimitModel::SlidingLog);
    let client = Client::new(&sandbox);
    let set = |settings: Value| sandbox.control("POST", "/_sandbox/settings", settings);
    let shown = set(json!({"window": 5, "limitModel": "token_bucket:2"})).unwrap();
    assert_eq!(shown["limitModel"], "token_bucket:2");
    let (calls, refused) = until_refused(&client);
    // Five thirds of a second, rounded up.
    assert_eq!((calls, refused.header("retry-after")), (2, Some("2")));
    set(json!({"limitModel": "first_hit"})).unwrap();
    assert_eq!(until_refused(&client).0, 3);
    set(json!({"window": 4, "limitModel": "first_hit"})).unwrap();
    assert_eq!(until_refused(&client).0, 0);
    for wrong in
        [json!("minute"), json!("token_bucket:-1"), json!(""), json!(7), json!(null), json!("leaky\n")]
    {
        assert_eq!(set(json!({"limitModel": wrong})).unwrap_err().status, 400, "{wrong}");
    }
}

#[test]
fn a_kaiko_key_is_counted_as_a_whole_in_any_way() {
    for (model, calls, wait) in [("first_hit", 3, "60"), ("token_bucket:2", 2, "20"), ("leaky", 1, "20")] {
        let settings = KaikoSettings {
            limit_model: model.parse().unwrap(),
            limits: [("key".to_owned(), Some(3))].into(),
            ..KaikoSettings::default()
        };
        let sandbox = kaiko::sandbox(settings);
        let client = kaiko::Client::new(&sandbox);
        // Different routes, one bucket.
        for call in 0..calls {
            let reply = if call % 2 == 0 { client.analyze("x") } else { client.get("/v2/emotions/nobody") };
            assert_ne!(reply.status, 429, "{model}");
        }
        let refused = client.analyze("x");
        assert_eq!((refused.status, refused.header("retry-after")), (429, Some(wait)), "{model}");
        sandbox.advance(Duration::from_secs(wait.parse().unwrap()));
        assert_eq!(client.analyze("x").status, 200, "{model}");
    }
}

#[test]
fn every_model_goes_on_from_a_snapshot() {
    for model in LimitModel::ALL {
        let sandbox = counting(model);
        let client = Client::new(&sandbox);
        until_refused(&client);
        sandbox.advance(Duration::from_secs(25));
        client.get("/verify");
        let snapshot: Value = serde_json::from_str(&sandbox.snapshot().unwrap().to_string()).unwrap();
        let fresh = still();
        fresh.load(snapshot).unwrap();
        let other = Client::new(&fresh);
        let seen = |client: &Client<'_>| {
            let reply = client.get("/verify");
            let header = |name: &str| reply.header(name).map(str::to_owned);
            let headers =
                [header("retry-after"), header("x-ratelimit-remaining"), header("x-ratelimit-reset")];
            (reply.status, headers)
        };
        for seconds in [0, 1, 10, 20, 30, 40, 60] {
            sandbox.advance(Duration::from_secs(seconds));
            fresh.advance(Duration::from_secs(seconds));
            for _ in 0..2 {
                assert_eq!(seen(&other), seen(&client), "{model} after {seconds} s more");
            }
        }
    }
}

#[test]
fn short_windows_run_on_the_real_clock() {
    let window = Duration::from_millis(150);
    for model in [
        LimitModel::FirstHit,
        LimitModel::SlidingLog,
        LimitModel::TokenBucket { size: None },
        LimitModel::Leaky,
    ] {
        let builder = Sandbox::builder().limit_model(model).window(window).limit("verify", Some(1));
        let sandbox = builder.start_blocking().unwrap();
        let client = Client::new(&sandbox);
        let began = Instant::now();
        assert_eq!(client.get("/verify").status, 200);
        until("the next call to fit", || client.get("/verify").status == 200);
        assert!(began.elapsed() >= window, "{model}: {:?}", began.elapsed());
    }
}
