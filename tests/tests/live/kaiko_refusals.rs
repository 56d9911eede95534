//! What Kaiko refuses, in both shapes: wrong values, unknown contexts and models, keys, quotas and credits.

use kakiyo_sandbox::KaikoProfile;
use serde_json::{Value, json};

use super::kaiko::{FIRST, state};
use super::run::Run;

pub(super) async fn scenario(run: &Run, profile: KaikoProfile) {
    let documented = profile == KaikoProfile::Contract;
    unknown(run, documented).await;
    wrong(run, documented).await;
    keys(run, documented).await;
    quotas(run, documented).await;
}

async fn unknown(run: &Run, documented: bool) {
    let read = run.call("emotions.state", json!({"contextId": "nobody"})).await;
    match read {
        Ok(empty) => {
            assert_eq!((documented, &empty["emotions"]), (false, &json!({})), "{empty}");
            assert_eq!(empty["primary"], Value::Null);
        }
        Err(error) => {
            let found = (documented, error.kind().as_str(), error.code());
            assert_eq!(found, (true, "not_found", Some("context_not_found")), "{error:?}");
        }
    }
    let message = json!({"contextId": "nobody", "externalId": FIRST});
    let error = run.call("emotions.message", message).await.unwrap_err();
    assert_eq!((error.kind().as_str(), error.status()), ("not_found", Some(404)));
    assert!(error.message().contains("start anew"), "{error}");
}

/// Operation, arguments, and how either side refuses them; none where it takes them.
async fn wrong(run: &Run, documented: bool) {
    let says = |text: &str| json!([{"role": "user", "content": text}]);
    let long = "x".repeat(10_001);
    for (operation, arguments, contract, observed) in [
        ("emotions.analyze", json!({"text": "x", "role": "robot"}), Some((422, Some("invalid_role"))), None),
        ("emotions.analyze", json!({"text": long}), Some((422, Some("invalid_value"))), Some((422, None))),
        (
            "emotions.analyze",
            json!({"text": "x", "model": "emotion-v9"}),
            Some((400, Some("invalid_model"))),
            None,
        ),
        (
            "emotions.analyze_in_context",
            json!({"contextId": "c", "externalId": "m-1", "text": "x"}),
            None,
            Some((422, None)),
        ),
        (
            "emotions.analyze_batch",
            json!({"messages": [{"text": "x"}, {"text": "x", "role": "robot"}]}),
            Some((422, Some("invalid_role"))),
            Some((404, None)),
        ),
        (
            "chat.complete",
            json!({"model": "gpt-9", "messages": says("Hi")}),
            Some((400, Some("invalid_model"))),
            Some((500, None)),
        ),
        (
            "chat.complete",
            json!({"model": "gpt-4", "messages": says(&"x".repeat(1_100_000))}),
            Some((413, Some("payload_too_large"))),
            Some((413, Some("PAYLOAD_TOO_LARGE"))),
        ),
    ] {
        match if documented { contract } else { observed } {
            Some((status, code)) => _ = run.refused(operation, arguments, status, code).await,
            None => _ = run.good(operation, arguments).await,
        }
    }
}

async fn keys(run: &Run, documented: bool) {
    let said = json!({"text": "x"});
    let error = run.stranger("kaiko_live_nobody").call("emotions.analyze", said.clone()).await.unwrap_err();
    let (status, kind) = if documented { (401, "auth") } else { (403, "permission") };
    assert_eq!((error.status(), error.kind().as_str()), (Some(status), kind), "{error:?}");
    assert!(!format!("{error:?}").contains("kaiko_live_nobody"), "the key is told");
    let code = |code: &'static str| documented.then_some(code);
    for (key, told) in [("revoked", "key_revoked"), ("paused", "key_paused")] {
        run.set(json!({"key": key}));
        let error = run.refused("emotions.analyze", said.clone(), 403, code(told)).await;
        assert_eq!(error.kind().as_str(), "permission");
    }
    // A paused key still reads.
    let read = run.call("emotions.state", json!({"contextId": "twice"})).await;
    assert!(read.is_ok(), "{read:?}");
    run.set(json!({"key": "active"}));
}

async fn quotas(run: &Run, documented: bool) {
    let said = json!({"text": "x"});
    let code = |code: &'static str| documented.then_some(code);
    run.set(json!({"limits": {"key": 0}}));
    let error = run.refused("emotions.analyze", said.clone(), 429, code("too_many_requests")).await;
    assert_eq!(error.kind().as_str(), "rate_limited");
    assert_eq!(error.headers().unwrap().contains_key("retry-after"), documented);
    run.set(json!({"limits": {"key": null}}));
    let counters = state(run).counters;
    assert_eq!((counters.rejections, counters.spent > 0), (1, !documented));
    if documented {
        run.set(json!({"monthlyTokens": 0}));
        let error = run.refused("emotions.analyze", said, 429, Some("monthly_quota_exceeded")).await;
        // The end of the month is named; waits above two minutes are cut.
        assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(120)), "{error:?}");
    } else {
        run.control("credits", json!({"set": 0}));
        let error = run.refused("emotions.analyze", said, 402, None).await;
        assert_eq!(error.kind().as_str(), "out_of_credits");
    }
}
