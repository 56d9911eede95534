//! Webhooks: made, changed, tested, turned off by failures and deleted.

use serde_json::{Value, json};

use super::run::{Run, only, text};

pub(super) async fn scenario(run: &Run) {
    let events = run.good("webhooks.list_events", json!({})).await;
    let tested = run.good("webhooks.list_test_events", json!({})).await;
    let ids =
        |list: &Value| list.as_array().unwrap().iter().map(|kind| kind["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&events), ids(&tested));
    examples(run, &ids(&events)).await;
    let webhook = life(run).await;
    delivered(run, &webhook).await;
    refused(run, &webhook).await;
    let id = only("webhookId", &webhook);
    run.good("webhooks.delete", id.clone()).await;
    run.refused("webhooks.delete", id, 404, Some("not_found")).await;
    assert_eq!(run.good("webhooks.list", json!({})).await, json!([]));
}

/// In both envelopes.
async fn examples(run: &Run, events: &[Value]) {
    for page in [false, true] {
        run.set(json!({"pageEnvelope": page}));
        for event in events {
            let example = run.good("webhooks.example", json!({"event": event})).await;
            assert_eq!((&example["event"], &example["team"]["id"]), (event, &json!(run.team)), "{example}");
        }
    }
    run.set(json!({"pageEnvelope": null}));
}

async fn life(run: &Run) -> Value {
    let received = "linkedin.message.received";
    let test = json!({"event": received, "data": {"message": "Yes, Tuesday works."}});
    run.refused("webhooks.send_test", test.clone(), 404, Some("not_found")).await;
    let webhook = json!({
        "name": "CRM feed", "url": "https://hooks.example.org/kakiyo", "events": [received, "prospect.qualified"],
        "secret": "open-sesame",
    });
    let made = run.good("webhooks.create", webhook).await;
    assert_eq!((&made["active"], made.get("secret")), (&json!(true), None), "{made}");
    let sent = run.good("webhooks.send_test", test.clone()).await;
    assert_eq!((&sent["webhooksCount"], &sent["webhooks"][0]["id"]), (&json!(1), &made["id"]));
    let change = json!({
        "webhookId": made["id"], "name": "All of it", "url": "https://hooks.example.org/all", "events": ["*"],
        "secret": "close-sesame", "active": false,
    });
    run.good("webhooks.update", change).await;
    let listed = run.good("webhooks.list", json!({})).await;
    assert_eq!((text(&listed[0], "name"), &listed[0]["active"]), ("All of it", &json!(false)));
    assert_eq!(listed[0]["events"], json!(["*"]));
    run.refused("webhooks.send_test", test, 404, Some("not_found")).await;
    run.good("webhooks.update", json!({"webhookId": made["id"], "active": true})).await;
    made["id"].clone()
}

/// Four failures in a row turn it off; turning it on forgets them.
async fn delivered(run: &Run, webhook: &Value) {
    let control = format!("webhooks/{}", webhook.as_str().unwrap());
    let before = run.sandbox.state(&run.team).unwrap();
    run.control(&control, json!({"succeeded": 2, "failed": 4}));
    let after = run.sandbox.state(&run.team).unwrap();
    assert_eq!(before.credits - after.credits, if after.metered { 4 } else { 0 });
    let listed = run.good("webhooks.list", json!({})).await;
    let counts = (&listed[0]["successCount"], &listed[0]["failureCount"], &listed[0]["active"]);
    assert_eq!(counts, (&json!(2), &json!(4), &json!(false)));
    assert!(listed[0]["lastSuccess"].is_string() && listed[0]["lastFailure"].is_string());
    run.good("webhooks.update", json!({"webhookId": webhook, "active": true})).await;
    let listed = run.good("webhooks.list", json!({})).await;
    assert_eq!((&listed[0]["failureCount"], &listed[0]["active"]), (&json!(0), &json!(true)));
}

async fn refused(run: &Run, webhook: &Value) {
    let odd = json!({"name": "Odd", "url": "https://hooks.example.org/odd", "events": ["prospect.replied"]});
    run.refused("webhooks.create", odd, 400, Some("validation_error")).await;
    let odd = json!({"webhookId": webhook, "events": ["prospect.replied"]});
    run.refused("webhooks.update", odd, 400, Some("validation_error")).await;
    run.refused("webhooks.example", json!({"event": "prospect.replied"}), 400, Some("invalid_event")).await;
    for (named, code) in [(true, "invalid_event"), (false, "validation_error")] {
        run.set(json!({"invalidEvent": named}));
        run.refused("webhooks.send_test", json!({"event": "prospect.replied"}), 400, Some(code)).await;
    }
    run.set(json!({"invalidEvent": null, "plan": {"webhooks": 1}}));
    let second = json!({"name": "B", "url": "https://hooks.example.org/b", "events": ["*"]});
    run.refused("webhooks.create", second, 403, Some("plan_limit_reached")).await;
    run.set(json!({"plan": "unlimited"}));
}
