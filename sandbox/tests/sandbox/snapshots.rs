//! Snapshots: what they hold, and that a sandbox goes on from one as the other would have.

use std::time::Duration;

use kakiyo_sandbox::{Fault, FaultRule, Sandbox, When};
use serde_json::{Value, json};

use crate::client::{Client, Connection, still};

/// A sandbox in the middle of things: people, an import and a run under way, a window in use, a fault by chance.
fn busy() -> (Sandbox, Vec<String>) {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let settings =
        json!({"window": 60, "importDelay": 10, "limits": {"verify": 3}, "forms": {"dncScheme": false}});
    sandbox.control("POST", "/_sandbox/settings", settings).unwrap();
    let (one, two) = (client.campaign(), client.campaign());
    let urls =
        |names: &[&str]| names.iter().map(|name| format!("linkedin.com/in/{name}")).collect::<Vec<_>>();
    client.add(&one, &urls(&["a", "b"]));
    client.post("/dnc", &json!({"url": "in/blocked"}));
    sandbox.advance(Duration::from_secs(10));
    let open = client.add(&one, &urls(&["b", "c", "blocked", "d"]));
    let search = json!({"campaignId": two, "searchUrl": "https://linkedin.com/sales/search/people?query=x"});
    assert_eq!(client.post("/prospects/sales-navigator", &search).status, 202);
    sandbox.advance(Duration::from_secs(5));
    let deleted = client.get("/prospects/search?query=").json()["prospects"][0]["id"].clone();
    let path = format!("/prospects/{}", deleted.as_str().unwrap());
    assert_eq!(client.attempt("DELETE", &path, None).unwrap().status, 200);
    client.get("/verify");
    client.get("/verify");
    let when = When::Probability { chance: 0.5, seed: 3 };
    let fault =
        Fault::Status { status: 503, headers: Default::default(), body: None, body_text: None, after: false };
    sandbox.fault(sandbox.team(), &FaultRule::new("models.list", when, fault)).unwrap();
    client.get("/models");
    (sandbox, vec![one, two, open])
}

/// What a client can see now and later, in one value.
fn seen(sandbox: &Sandbox, ids: &[String]) -> Value {
    let client = Client::new(sandbox);
    let mut seen = Vec::new();
    for step in 0..3 {
        for path in [
            "/products".to_owned(),
            "/prompts".to_owned(),
            "/agents".to_owned(),
            "/campaigns".to_owned(),
            "/prospects/search?limit=100".to_owned(),
            "/models".to_owned(),
            "/verify".to_owned(),
            format!("/prospects/campaign/{}?limit=100", ids[0]),
            format!("/prospects/campaign/{}?limit=100", ids[1]),
            format!("/prospects/imports/{}", ids[2]),
            format!("/campaigns/{}/stats", ids[0]),
        ] {
            let reply = client.get(&path);
            let body = String::from_utf8(reply.body.clone()).unwrap();
            seen.push(json!([step, path, reply.status, reply.header("retry-after"), body]));
        }
        let list = client.get("/dnc").json()["data"]["entries"][0]["url"].clone();
        seen.push(json!([list, client.product()]));
        let state = sandbox.state(sandbox.team()).unwrap();
        seen.push(json!([
            state.now,
            state.credits,
            state.records,
            state.counters.calls,
            state.counters.operations
        ]));
        sandbox.advance(Duration::from_secs(3));
    }
    json!(seen).to_string().replace(sandbox.team(), "TEAM").into()
}

#[test]
fn a_fresh_sandbox_goes_on_from_a_snapshot() {
    let (sandbox, ids) = busy();
    let snapshot = sandbox.snapshot().unwrap();
    let fresh = Sandbox::builder().virtual_clock().credits(3).start_blocking().unwrap();
    // As text, the way a file would hold it.
    let teams = fresh.load(serde_json::from_str(&snapshot.to_string()).unwrap()).unwrap();
    // The second is the Kaiko key that every sandbox has.
    assert_eq!((teams.len(), teams[0].api_key.as_str()), (2, fresh.api_key()));
    assert_eq!(fresh.snapshot_of(fresh.team()).unwrap()["teams"][0]["world"], snapshot["teams"][0]["world"]);
    assert_eq!(seen(&fresh, &ids), seen(&sandbox, &ids));
}

#[test]
fn a_snapshot_turns_time_back_where_it_was_taken() {
    let (sandbox, ids) = busy();
    let snapshot = sandbox.snapshot().unwrap();
    let first = seen(&sandbox, &ids);
    sandbox.advance(Duration::from_secs(1_000_000));
    sandbox.reset();
    sandbox.load(snapshot).unwrap();
    assert_eq!(seen(&sandbox, &ids), first);
}

#[test]
fn one_team_is_loaded_beside_others() {
    let (sandbox, ids) = busy();
    let snapshot = sandbox.snapshot_of(sandbox.team()).unwrap();
    let fresh = still();
    let other = fresh.control("POST", "/_sandbox/teams", json!({})).unwrap();
    let (team, key) = (other["team"].as_str().unwrap(), other["apiKey"].as_str().unwrap());
    fresh.load_into(team, snapshot.clone()).unwrap();
    let listed = Client::with_key(&fresh, key).get("/campaigns").json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(fresh.state(fresh.team()).unwrap().records.campaigns, 0);
    // The clock went forward to the picture, and does not go back for it.
    assert_eq!(fresh.state(team).unwrap().now, "2026-01-01T00:00:15.000Z");
    fresh.advance(Duration::from_secs(100));
    fresh.load_into(team, snapshot).unwrap();
    let import = Client::with_key(&fresh, key).import(&ids[2]);
    assert_eq!(import["status"], "completed");
    assert_eq!(fresh.state(team).unwrap().now, "2026-01-01T00:01:55.000Z");
}

#[test]
fn teams_are_made_and_reset_to_fit_the_picture() {
    let sandbox = still();
    let second = sandbox.control("POST", "/_sandbox/teams", json!({"credits": 7})).unwrap();
    Client::with_key(&sandbox, second["apiKey"].as_str().unwrap()).product();
    let two = sandbox.snapshot().unwrap();
    let one = sandbox.snapshot_of(sandbox.team()).unwrap();
    let fresh = still();
    let teams = fresh.load(two).unwrap();
    assert_eq!((teams.len(), json!(teams[2].team)), (3, second["team"].clone()));
    assert_ne!(json!(teams[2].api_key), second["apiKey"]);
    let products = Client::with_key(&fresh, &teams[2].api_key).get("/products").json();
    assert_eq!(products.as_array().unwrap().len(), 1);
    assert_eq!(fresh.load(one).unwrap().len(), 1);
    assert_eq!(fresh.state(&teams[2].team).unwrap().records.products, 0);
}

#[test]
fn a_kaiko_key_goes_on_with_its_contexts() {
    let sandbox = still();
    let ask = |sandbox: &Sandbox, method: &str, path: &str, body: &Value| {
        let mut connection = Connection::open(sandbox);
        let key = format!("Bearer {}", sandbox.kaiko_api_key());
        let headers = [
            ("Authorization", key.as_str()),
            ("Content-Type", "application/json"),
            ("Idempotency-Key", "first"),
        ];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        connection.request(method, &format!("/v2{path}"), &headers, body.as_bytes());
        connection.reply().unwrap()
    };
    let message = json!({"model": "emotion-v2", "messages": [{"role": "user", "content": {"type": "text", "text": "I am so happy"}}]});
    let made = ask(&sandbox, "POST", "/emotions/c1/analysis", &message);
    assert_eq!(made.status, 200, "{}", String::from_utf8_lossy(&made.body));
    let fresh = still();
    let snapshot: Value = serde_json::from_str(&sandbox.snapshot().unwrap().to_string()).unwrap();
    let keys = fresh.load(snapshot).unwrap();
    assert_eq!(keys[1].api_key, fresh.kaiko_api_key());
    let state = |sandbox: &Sandbox| ask(sandbox, "GET", "/emotions/c1", &Value::Null);
    assert_eq!(state(&fresh).status, 200);
    assert_eq!(state(&fresh).json(), state(&sandbox).json());
    // The kept answer came along.
    let again = ask(&fresh, "POST", "/emotions/c1/analysis", &message);
    assert_eq!((again.header("idempotency-replayed"), again.json()), (Some("true"), made.json()));
    let only_kaiko = sandbox.snapshot_of(sandbox.kaiko_api_key()).unwrap();
    let error = fresh.load_into(fresh.team(), only_kaiko).unwrap_err();
    assert!(error.message.contains("other service"), "{error}");
}

#[test]
fn no_key_and_no_request_is_in_a_snapshot() {
    let (sandbox, _) = busy();
    let text = sandbox.snapshot().unwrap().to_string();
    assert!(!text.contains(&sandbox.api_key()[20..]), "the secret half of the key");
    assert!(!text.contains("kaiko_live_"), "the other key");
    assert!(!text.contains("authorization"), "recorded requests");
}

#[test]
fn what_cannot_be_loaded_changes_nothing() {
    let (sandbox, _) = busy();
    let good = sandbox.snapshot().unwrap();
    let before = good.to_string();
    let damaged = |pointer: &str, value: Value| {
        let mut picture = good.clone();
        *picture.pointer_mut(pointer).unwrap() = value;
        picture
    };
    for (picture, complaint) in [
        (json!({}), "not one of this sandbox"),
        (json!("text"), "not one of this sandbox"),
        (damaged("/format", json!("else")), "not one of this sandbox"),
        (damaged("/version", json!(1)), "is of version 1"),
        (damaged("/version", json!("1")), "has no version"),
        (damaged("/now", json!(-5)), "no time"),
        (damaged("/now", json!(i64::MAX)), "no time"),
        (damaged("/teams", json!([])), "teams"),
        (damaged("/teams/0/team", json!("a\nb")), "no team"),
        (damaged("/teams/0/world/credits", json!(-1)), "damaged"),
        (damaged("/teams/0/world/chats/numbers", json!([1])), "places"),
        (damaged("/teams/0/world/imports/items/0/rows", json!([])), "more results than rows"),
        (damaged("/teams/0/world/faults/active/0/rule/fault/status", json!(7)), "status"),
        (damaged("/teams/0/world/settings", json!({"profile": "gold"})), "damaged"),
        (damaged("/teams/0/world/settings/activeStatus", json!(100)), "activeStatus"),
        (damaged("/teams/0/world/settings/limitModel", json!("daily")), "limit model"),
        (damaged("/teams/0/world/settings/foreign/burst", json!(0)), "foreign.burst"),
        (damaged("/teams/0/world/buckets/by_name/verify/model", json!("daily")), "damaged"),
        (damaged("/teams/1/world/kaiko/settings/quotaStatus", json!(500)), "quotaStatus"),
    ] {
        let error = sandbox.load(picture).unwrap_err();
        assert_eq!(error.status, 400);
        assert!(error.message.contains(complaint), "{error}");
    }
    let mut short = good.clone();
    short["teams"][0]["world"].as_object_mut().unwrap().remove("agents");
    assert!(sandbox.load(short).unwrap_err().message.contains("missing field `agents`"));
    let mut long = good.clone();
    long["teams"][0]["world"]["planets"] = json!([]);
    assert!(sandbox.load(long).unwrap_err().message.contains("planets"));
    let mut twice = good.clone();
    let team = twice["teams"][0].clone();
    twice["teams"].as_array_mut().unwrap().push(team);
    assert!(sandbox.load_into(sandbox.team(), twice).unwrap_err().message.contains("3 teams"));
    assert_eq!(sandbox.load_into("nobody", good).unwrap_err().status, 404);
    assert_eq!(sandbox.snapshot().unwrap().to_string(), before);
}

#[test]
fn large_pictures_come_in_over_http() {
    let sandbox = still();
    let mut picture = sandbox.snapshot().unwrap();
    picture["teams"][0]["world"]["settings"]["enrichmentFailures"] = json!(["x".repeat(9 * 1024 * 1024)]);
    let mut connection = Connection::open(&sandbox);
    connection.request("POST", "/_sandbox/load", &[], json!({"snapshot": picture}).to_string().as_bytes());
    assert_eq!(connection.reply().unwrap().status, 200);
    assert_eq!(sandbox.state(sandbox.team()).unwrap().settings.enrichment_failures[0].len(), 9 * 1024 * 1024);
    let mut connection = Connection::open(&sandbox);
    connection.request("POST", "/_sandbox/load", &[], b"{\"snapshot\": {\"format");
    assert_eq!(connection.reply().unwrap().status, 400);
}
