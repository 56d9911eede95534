//! The switches for what the public texts say in two ways.

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, still};

fn set(sandbox: &Sandbox, patch: Value) {
    sandbox.control("POST", "/_sandbox/settings", patch).unwrap();
}

#[test]
fn every_success_can_be_200() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    set(&sandbox, json!({"forms": {"plainSuccess": true}}));
    let body = json!({"name": "Audit", "description": "A review of contracts."});
    assert_eq!(client.post("/products", &body).status, 200);
    assert_eq!(client.post("/products", &json!({})).status, 400);
}

#[test]
fn lists_can_come_in_an_envelope() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaigns: Vec<String> = (0..3).map(|_| client.campaign()).collect();
    client.add(&campaigns[0], &["linkedin.com/in/a", "linkedin.com/in/b"].map(str::to_owned));
    sandbox.advance(std::time::Duration::from_secs(1));
    set(&sandbox, json!({"forms": {"listEnvelope": true}}));
    let page = client.get("/campaigns?limit=2").json();
    assert_eq!((&page["has_more"], &page["next_cursor"]), (&json!(true), &json!(campaigns[1])));
    let page = client.get(&format!("/campaigns?limit=2&after={}", campaigns[1])).json();
    assert_eq!((&page["has_more"], &page["next_cursor"]), (&json!(false), &Value::Null));
    assert_eq!(page["data"][0]["id"], json!(campaigns[2]));
    let reply = client.get(&format!("/prospects/campaign/{}?limit=1", campaigns[0]));
    let cursor = reply.header("x-next-cursor").unwrap().to_owned();
    assert_eq!((&reply.json()["has_more"], &reply.json()["next_cursor"]), (&json!(true), &json!(cursor)));
    assert_eq!(client.get("/products").json()["has_more"], false);
    // Only bare lists are wrapped.
    assert_eq!(client.get("/models").json().get("data"), None);
}

#[test]
fn campaigns_are_paged_in_three_ways() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaigns: Vec<String> = (0..22).map(|_| client.campaign()).collect();
    let ids = |query: &str| {
        let page = client.get(&format!("/campaigns{query}")).json();
        let rows = page.as_array().unwrap().iter();
        rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let after = format!("?limit=5&after={}", campaigns[4]);
    set(&sandbox, json!({"forms": {"campaignPaging": "after"}}));
    assert_eq!(ids(""), campaigns[..20]);
    assert_eq!(ids("?limit=5&offset=5"), campaigns[..5]);
    assert_eq!(ids(&after), campaigns[5..10]);
    set(&sandbox, json!({"forms": {"campaignPaging": "offset"}}));
    assert_eq!(ids(""), campaigns);
    assert_eq!(ids("?limit=5&offset=5"), campaigns[5..10]);
    assert_eq!(ids(&after), campaigns[..5]);
}

#[test]
fn prospects_of_a_campaign_can_come_all_at_once() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let urls: Vec<String> = (0..30).map(|number| format!("linkedin.com/in/person-{number}")).collect();
    client.add(&campaign, &urls);
    sandbox.advance(std::time::Duration::from_secs(1));
    set(&sandbox, json!({"forms": {"prospectPages": false}}));
    let reply = client.get(&format!("/prospects/campaign/{campaign}?limit=5&cursor=x"));
    assert_eq!((reply.status, reply.json().as_array().unwrap().len()), (200, 30));
    assert_eq!((reply.header("x-has-more"), reply.header("x-limit")), (None, None));
    assert_eq!(client.get("/prospects/campaign/none").status, 404);
}

#[test]
fn the_wait_is_named_where_it_is_asked_for() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    set(&sandbox, json!({"limits": {"verify": 0, "dnc.reads": 0}, "window": 60}));
    for (signs, path, header, body, time, reset) in [
        (json!(null), "/verify", true, true, false, false),
        (json!(null), "/dnc", true, true, true, false),
        (json!([]), "/dnc", false, false, false, false),
        (json!(["body"]), "/verify", false, true, false, false),
        (json!(["resetTime", "rateLimitReset"]), "/verify", false, false, true, true),
    ] {
        set(&sandbox, json!({"forms": {"waitSigns": signs}}));
        let reply = client.get(path);
        assert_eq!(reply.status, 429);
        let found = (
            reply.header("retry-after") == Some("60"),
            reply.json()["retryAfter"] == 60,
            reply.json().get("resetTime").is_some(),
            reply.header("x-ratelimit-reset").is_some(),
        );
        assert_eq!(found, (header, body, time, reset), "{signs} {path}");
    }
}

#[test]
fn small_forms() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    client.campaign();
    client.post("/dnc/batch", &json!({"entries": [{"url": "in/a"}, {"url": "in/b"}]}));
    let patch =
        json!({"verifyTeamId": false, "dncGrandTotal": true, "dncScheme": false, "messagesSent": true});
    set(&sandbox, json!({"forms": patch}));
    assert_eq!(client.get("/verify").json().get("teamId"), None);
    let list = client.get("/dnc?limit=1").json();
    assert_eq!(
        (&list["data"]["total"], &list["data"]["entries"][0]["url"]),
        (&json!(2), &json!("linkedin.com/in/b"))
    );
    let stats = client.get("/campaigns").json()[0]["stats"].clone();
    assert_eq!((&stats["messagesSent"], stats.get("messages")), (&json!(0), None));
    for patch in
        [json!({"campaignPaging": "none"}), json!({"plain": true}), json!({"waitSigns": ["hope"]}), json!(1)]
    {
        assert!(sandbox.control("POST", "/_sandbox/settings", json!({"forms": patch})).is_err(), "{patch}");
    }
}

#[test]
fn failures_cost_a_credit_or_nothing() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    assert_eq!(client.post("/products", &json!({})).status, 400);
    assert_eq!(sandbox.spent(), 1);
    set(&sandbox, json!({"chargeFailures": false}));
    assert_eq!(client.post("/products", &json!({})).status, 400);
    assert_eq!((sandbox.calls(), sandbox.spent()), (2, 1));
    client.product();
    assert_eq!(sandbox.spent(), 2);
}
