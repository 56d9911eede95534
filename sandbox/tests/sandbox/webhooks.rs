//! Webhooks: what can be registered, what is known of events, and what a test leaves behind.

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, Reply, still};

fn set(sandbox: &Sandbox, settings: Value) {
    sandbox.control("POST", "/_sandbox/settings", settings).unwrap();
}

fn feed(events: &Value) -> Value {
    json!({"name": "CRM feed", "url": "https://hooks.example.org/kakiyo", "events": events, "secret": "s3cret"})
}

fn send(client: &Client<'_>, method: &str, path: &str, body: &Value) -> Reply {
    client.attempt(method, path, Some(body)).unwrap()
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_webhook_is_made_changed_and_deleted_and_keeps_its_secret() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let events = json!(["linkedin.message.received", "prospect.qualified"]);
    let made = client.post("/webhooks", &feed(&events));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let expected = json!({
        "id": id, "name": "CRM feed", "url": "https://hooks.example.org/kakiyo", "events": events,
        "active": true, "message": "Webhook created successfully",
    });
    assert_eq!((made.status, made.json()), (201, expected));
    let time = "2026-01-01T00:00:00.000Z";
    let listed = json!([{
        "id": id, "name": "CRM feed", "url": "https://hooks.example.org/kakiyo", "events": events,
        "active": true, "lastSuccess": null, "lastFailure": null, "successCount": 0, "failureCount": 0,
        "createdAt": time,
    }]);
    assert_eq!(client.get("/webhooks").json(), listed);
    let path = format!("/webhooks/{id}");
    let change = json!({"url": "http://127.0.0.1:9/b", "events": ["*"], "secret": "new", "active": false});
    let changed = send(&client, "PUT", &path, &change);
    assert_eq!(changed.json(), json!({"id": id, "message": "Webhook updated successfully"}));
    assert_eq!(send(&client, "PUT", &path, &json!({})).status, 200);
    let listed = client.get("/webhooks").json();
    assert_eq!((&listed[0]["name"], &listed[0]["active"]), (&json!("CRM feed"), &json!(false)));
    assert_eq!((&listed[0]["url"], &listed[0]["events"]), (&change["url"], &change["events"]));
    let kept = sandbox.control("POST", &format!("/_sandbox/webhooks/{id}"), json!({})).unwrap();
    assert_eq!(kept["secret"], "new");
    send(&client, "PUT", &path, &json!({"secret": ""}));
    let kept = sandbox.control("POST", &format!("/_sandbox/webhooks/{id}"), json!({})).unwrap();
    assert_eq!(kept["secret"], Value::Null);
    let delete = || client.attempt("DELETE", &path, None).unwrap();
    assert_eq!(delete().json(), json!({"id": id, "message": "Webhook deleted successfully"}));
    assert_eq!(delete().refusal(), (404, "not_found".to_owned()));
    assert_eq!(send(&client, "PUT", &path, &json!({"active": true})).refusal().0, 404);
    assert_eq!(sandbox.state(sandbox.team()).unwrap().records.webhooks, 0);
}

#[test]
fn webhook_fields_are_checked() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let create = |body: Value| client.post("/webhooks", &body);
    assert_eq!(create(json!({})).refusal(), (400, "validation_error".to_owned()));
    assert_eq!(create(json!({})).fields(), ["name", "url", "events"]);
    let wrong = json!({"name": "", "url": "hooks.example.org", "events": []});
    assert_eq!(create(wrong).fields(), ["name", "url", "events"]);
    let wrong = json!({"name": 1, "url": null, "events": "*", "secret": 5});
    assert_eq!(create(wrong).fields(), ["name", "url", "events", "secret"]);
    let wrong = feed(&json!(["*", "prospect.replied", 4, "linkedin.message.sent\n"]));
    assert_eq!(create(wrong).fields(), ["events[1]", "events[2]", "events[3]"]);
    let id = client.made("/webhooks", &feed(&json!(["*"])));
    let wrong = json!({"name": null, "active": "yes", "events": ["x"]});
    let changed = send(&client, "PUT", &format!("/webhooks/{id}"), &wrong);
    assert_eq!(changed.fields(), ["name", "events[0]", "active"]);
    assert_eq!(client.get("/webhooks").json()[0]["events"], json!(["*"]));
}

#[test]
fn plain_http_and_the_number_of_webhooks_are_up_to_switches() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let plain = json!({"name": "a", "url": "http://127.0.0.1:4100/", "events": ["*"]});
    let id = client.made("/webhooks", &plain);
    set(&sandbox, json!({"webhookHttps": true}));
    assert_eq!(client.post("/webhooks", &plain).fields(), ["url"]);
    assert_eq!(send(&client, "PUT", &format!("/webhooks/{id}"), &plain).fields(), ["url"]);
    client.made("/webhooks", &feed(&json!(["*"])));
    set(&sandbox, json!({"plan": {"webhooks": 2}}));
    assert_eq!(client.post("/webhooks", &json!({})).refusal(), (403, "plan_limit_reached".to_owned()));
}

#[test]
fn the_catalogue_follows_the_setting_in_both_lists_and_in_the_checks() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let create = |event: &str| client.post("/webhooks", &feed(&json!([event]))).status;
    for (names, count, spec, pages) in [("all", 28, 201, 201), ("spec", 6, 201, 400), ("guides", 4, 400, 400)]
    {
        set(&sandbox, json!({"eventNames": names}));
        let listed = client.get("/webhooks/events").json();
        assert_eq!(
            listed[1],
            json!({"id": "linkedin.message.received", "name": "LinkedIn Message Received"})
        );
        assert_eq!(ids(&listed).len(), count, "{names}");
        let tested = client.get("/webhooks/test/events").json();
        assert_eq!(ids(&tested), ids(&listed));
        assert_eq!(tested[1]["category"], "message");
        assert!(tested.as_array().unwrap().iter().all(|kind| kind["description"].is_string()));
        assert_eq!((create("prospect.unqualified"), create("prospect.qualified")), (spec, pages), "{names}");
        assert_eq!((create("*"), create("linkedin.invitation.sent")), (201, 201));
    }
}

#[test]
fn examples_have_the_envelope_of_their_family_or_that_of_the_page() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let example = |event: &str| client.get(&format!("/webhooks/test/example/{event}"));
    let page = example("agent.status_changed").json();
    assert_eq!(
        (&page["event"], &page["timestamp"]),
        (&json!("agent.status_changed"), &json!("2026-01-01T00:00:00.000Z"))
    );
    assert_eq!(page["team"], json!({"id": sandbox.team(), "name": "Sandbox"}));
    assert_eq!(page["data"]["agent"]["currentStatus"], "paused");
    let guide = example("linkedin.message.received").json();
    assert_eq!((&guide["teamId"], guide.get("team")), (&json!(sandbox.team()), None));
    assert!(guide["data"]["message"].is_string());
    set(&sandbox, json!({"profile": "tiered"}));
    let paged = example("linkedin.message.received").json();
    assert_eq!((paged.get("teamId"), &paged["team"]["id"]), (None, &json!(sandbox.team())));
    assert_eq!(paged["data"], guide["data"]);
    for event in ["*", "prospect.replied", "linkedin.message.received%0A", "%F0%9F%90%B8"] {
        let refused = example(event);
        assert_eq!(refused.refusal(), (400, "invalid_event".to_owned()), "{event}");
        assert_eq!(refused.json()["validEvents"], json!(ids(&client.get("/webhooks/events").json())));
    }
}

#[test]
fn a_test_names_the_receivers_and_waits_in_the_outbox() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let test = |body: Value| client.post("/webhooks/test", &body);
    let event = json!({"event": "linkedin.message.received", "data": {"message": "Hi", "extra": [1]}});
    assert_eq!(test(event.clone()).refusal(), (404, "not_found".to_owned()));
    let all = client.made("/webhooks", &feed(&json!(["*"])));
    let own = client
        .made("/webhooks", &json!({"name": "b", "url": "https://b.example/", "events": [event["event"]]}));
    client.made("/webhooks", &feed(&json!(["prospect.qualified"])));
    let off = client.made("/webhooks", &feed(&json!(["*"])));
    send(&client, "PUT", &format!("/webhooks/{off}"), &json!({"active": false}));
    let tested = test(event.clone()).json();
    assert_eq!((&tested["event"], &tested["webhooksCount"]), (&event["event"], &json!(2)));
    assert_eq!(tested["message"], "Test webhook sent successfully");
    assert_eq!(ids(&tested["webhooks"]), [all, own.clone()]);
    assert_eq!(tested["webhooks"][1], json!({"id": own, "name": "b", "url": "https://b.example/"}));
    let waiting = sandbox.control("GET", "/_sandbox/deliveries", Value::Null).unwrap()["deliveries"].clone();
    assert_eq!(waiting.as_array().unwrap().len(), 2);
    assert_eq!((&waiting[0]["signed"], &waiting[1]["signed"]), (&json!(true), &json!(false)));
    let body = &waiting[1]["body"];
    assert_eq!((&body["event"], &body["teamId"]), (&event["event"], &json!(sandbox.team())));
    assert_eq!((&body["data"]["message"], &body["data"]["extra"]), (&json!("Hi"), &json!([1])));
    assert!(body["data"]["chatId"].is_string());
    // A test is no delivery.
    assert_eq!(client.get("/webhooks").json()[0]["successCount"], 0);
}

#[test]
fn a_test_of_an_unknown_event_is_refused_in_one_of_two_ways() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let test = |body: Value| client.post("/webhooks/test", &body);
    for event in ["*", "prospect.replied", ""] {
        let refused = test(json!({"event": event}));
        assert_eq!(refused.refusal(), (400, "invalid_event".to_owned()), "{event}");
        assert_eq!(refused.json()["validEvents"][0], "linkedin.message.sent");
    }
    assert_eq!(test(json!({"event": 5, "data": []})).fields(), ["event", "data"]);
    set(&sandbox, json!({"profile": "tiered"}));
    let refused = test(json!({"event": "*"}));
    assert_eq!(
        (refused.refusal(), refused.fields()),
        ((400, "validation_error".to_owned()), vec!["event".to_owned()])
    );
    assert_eq!(test(json!({})).fields(), ["event"]);
    set(&sandbox, json!({"invalidEvent": true}));
    assert_eq!(test(json!({"event": "*"})).refusal().1, "invalid_event");
}

#[test]
fn deliveries_are_counted_charged_and_switch_off_after_four_failures() {
    let sandbox = Sandbox::builder().virtual_clock().credits(100).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let id = client.made("/webhooks", &feed(&json!(["*"])));
    let path = format!("/_sandbox/webhooks/{id}");
    let note = |change: Value| sandbox.control("POST", &path, change).unwrap();
    let before = sandbox.spent();
    let noted = note(json!({"succeeded": 2, "failed": 3}));
    assert_eq!((&noted["active"], &noted["successCount"]), (&json!(true), &json!(2)));
    assert_eq!(sandbox.spent() - before, 4);
    // A success in between starts the row over; the fifth failure finds it switched off.
    let noted = note(json!({"succeeded": 1, "failed": 5}));
    assert_eq!((&noted["active"], &noted["failureCount"]), (&json!(false), &json!(7)));
    let listed = client.get("/webhooks").json();
    assert_eq!((&listed[0]["active"], &listed[0]["failureCount"]), (&json!(false), &json!(7)));
    assert_eq!(listed[0]["lastSuccess"], "2026-01-01T00:00:00.000Z");
    assert_eq!(client.post("/webhooks/test", &json!({"event": "message.sent"})).refusal().0, 404);
    send(&client, "PUT", &format!("/webhooks/{id}"), &json!({"active": true}));
    let listed = client.get("/webhooks").json();
    assert_eq!((&listed[0]["active"], &listed[0]["failureCount"]), (&json!(true), &json!(0)));
    assert_eq!(note(json!({"failed": 3}))["active"], true);
    set(&sandbox, json!({"profile": "tiered"}));
    let before = sandbox.spent();
    note(json!({"succeeded": 1}));
    assert_eq!(sandbox.spent(), before);
    let unknown = sandbox.control("POST", "/_sandbox/webhooks/nobody", json!({"failed": 1})).unwrap_err();
    assert_eq!(unknown.status, 404);
    assert_eq!(sandbox.control("POST", &path, json!({"failed": -1})).unwrap_err().status, 400);
}

#[test]
fn webhooks_of_others_are_forbidden_and_not_told() {
    let sandbox = still();
    let other = sandbox.control("POST", "/_sandbox/teams", json!({})).unwrap();
    let stranger = Client::with_key(&sandbox, other["apiKey"].as_str().unwrap());
    let client = Client::new(&sandbox);
    let id = client.made("/webhooks", &feed(&json!(["*"])));
    let path = format!("/webhooks/{id}");
    assert_eq!(send(&stranger, "PUT", &path, &json!({"name": 1})).refusal(), (403, "forbidden".to_owned()));
    assert_eq!(stranger.attempt("DELETE", &path, None).unwrap().refusal().0, 403);
    assert_eq!(stranger.get("/webhooks").json(), json!([]));
    assert_eq!(stranger.post("/webhooks/test", &json!({"event": "message.sent"})).status, 404);
}
