//! Imports: what a row becomes, and when.

use std::time::Duration;

use kakiyo_sandbox::{Profile, Sandbox};
use serde_json::{Value, json};

use crate::client::{Client, still};

const DONE: Duration = Duration::from_millis(200);

fn people(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("https://linkedin.com/in/person-{number}")).collect()
}

#[test]
fn the_answer_comes_at_once_and_the_rows_follow() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let rows: Vec<Value> = people(4).iter().map(|url| json!({"name": "Jonas", "url": url})).collect();
    let reply = client.post("/prospects/batch", &json!({"campaignId": campaign, "prospects": rows}));
    assert_eq!(
        (reply.status, reply.json()["message"].clone()),
        (201, json!("4 prospects added successfully"))
    );
    let list = reply.json()["listId"].as_str().unwrap().to_owned();
    let import = client.import(&list);
    assert_eq!((&import["status"], &import["processed"]), (&json!("processing"), &json!(0)));
    assert_eq!((&import["completedAt"], &import["lastProcessedAt"]), (&Value::Null, &Value::Null));
    sandbox.advance(DONE / 2);
    let import = client.import(&list);
    assert_eq!((&import["processed"], &import["currentIndex"]), (&json!(2), &json!(2)));
    assert_eq!(import["report"].as_array().unwrap().len(), 2);
    sandbox.advance(DONE / 2 - Duration::from_micros(1));
    assert_eq!(client.import(&list)["status"], "processing");
    sandbox.advance(Duration::from_micros(1));
    let import = client.import(&list);
    assert_eq!((&import["status"], &import["imported"]), (&json!("completed"), &json!(4)));
    assert_eq!(import["completedAt"], "2026-01-01T00:00:00.200Z");
    assert_eq!(import["campaignId"], json!(campaign));
}

#[test]
fn rows_end_in_five_ways_and_are_counted() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    sandbox.control("POST", "/_sandbox/settings", json!({"enrichmentFailures": ["ghost"]})).unwrap();
    client.post("/dnc/batch", &json!({"entries": [{"url": "in/blocked"}]}));
    let row = |url: &str| json!({"name": "Jonas Weber", "url": url});
    let mut first = row("https://linkedin.com/in/jonas");
    first["customData"] = json!("met in Lyon");
    let rows = json!([
        first,
        row("http://de.linkedin.com/in/JONAS/?x=1"),
        row("https://linkedin.com/in/ghost"),
        row("https://linkedin.com/in/Blocked"),
        row("https://example.org/jonas"),
    ]);
    let reply = client.post("/prospects/batch", &json!({"campaignId": campaign, "prospects": rows})).json();
    sandbox.advance(DONE);
    let import = client.import(reply["listId"].as_str().unwrap());
    let counts = ["total", "imported", "existing", "enrichmentFailed", "skippedDnc", "invalid"];
    assert_eq!(counts.map(|name| import[name].as_u64().unwrap()), [5, 1, 1, 1, 1, 1]);
    let report = import["report"].as_array().unwrap();
    let column = |name: &str| report.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(column("status"), ["imported", "existing", "enrichment_failed", "skipped_dnc", "invalid"]);
    assert_eq!(column("index"), [0, 1, 2, 3, 4]);
    assert_eq!(column("chatCreated"), [true, false, false, false, false]);
    assert_eq!(column("customDataSaved"), [true, false, false, false, false]);
    let slugs = column("linkedinSlug");
    assert_eq!(slugs[..4], [json!("jonas"), json!("jonas"), json!("ghost"), json!("blocked")]);
    assert_eq!(report[1]["inputUrl"], "http://de.linkedin.com/in/JONAS/?x=1");
    // A repeat points at what is there.
    assert_eq!(
        (&report[1]["chatId"], &report[1]["prospectId"]),
        (&report[0]["chatId"], &report[0]["prospectId"])
    );
    assert_eq!((&report[3]["chatId"], &report[3]["prospectId"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_person_is_new_once_per_campaign() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (one, two) = (client.campaign(), client.campaign());
    let first = client.add(&one, &people(2));
    let again = client.add(&one, &people(3));
    let elsewhere = client.add(&two, &people(1));
    sandbox.advance(DONE);
    assert_eq!(client.import(&first)["imported"], 2);
    let again = client.import(&again);
    assert_eq!((&again["imported"], &again["existing"]), (&json!(1), &json!(2)));
    let elsewhere = client.import(&elsewhere);
    assert_eq!(elsewhere["imported"], 1);
    assert_eq!(elsewhere["report"][0]["prospectId"], client.import(&first)["report"][0]["prospectId"]);
    assert_ne!(elsewhere["report"][0]["chatId"], client.import(&first)["report"][0]["chatId"]);
}

#[test]
fn a_speed_spreads_the_rows_after_the_delay() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    sandbox
        .control("POST", "/_sandbox/settings", json!({"importRowsPerSecond": 10, "importDelay": 1}))
        .unwrap();
    let list = client.add(&campaign, &people(20));
    let processed = || client.import(&list)["processed"].as_u64().unwrap();
    sandbox.advance(Duration::from_secs(1));
    assert_eq!(processed(), 0);
    sandbox.advance(Duration::from_millis(500));
    assert_eq!(processed(), 5);
    sandbox.advance(Duration::from_millis(1_500));
    assert_eq!(client.import(&list)["status"], "completed");
}

#[test]
fn batches_are_checked_as_a_whole() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let send =
        |rows: Value| client.post("/prospects/batch", &json!({"campaignId": campaign, "prospects": rows}));
    let many = |count: usize| {
        json!(people(count).iter().map(|url| json!({"name": "Jonas", "url": url})).collect::<Vec<_>>())
    };
    assert_eq!(send(json!([])).fields(), ["prospects"]);
    assert_eq!(send(many(101)).fields(), ["prospects"]);
    assert_eq!(send(json!("none")).fields(), ["prospects"]);
    assert_eq!(send(many(100)).status, 201);
    let rows = json!([
        {"name": "Jonas", "url": "linkedin.com/in/a", "customData": "é".repeat(3_000)},
        {"name": "Jonas", "url": "linkedin.com/in/b", "customData": "x".repeat(3_001)},
        {"name": " ", "url": 4},
        {"url": "linkedin.com/in/c", "ongoing": "yes"},
        "linkedin.com/in/d",
        {"name": "Jonas", "url": "linkedin.com/in/e", "additionalFields": [{"fieldName": 1}]},
    ]);
    let expected = [
        "prospects[1].customData",
        "prospects[2].name",
        "prospects[2].url",
        "prospects[3].name",
        "prospects[3].ongoing",
        "prospects[4]",
        "prospects[5].additionalFields",
    ];
    assert_eq!(send(rows).fields(), expected);
    assert_eq!(client.post("/prospects/batch", &json!({})).fields(), ["campaignId", "prospects"]);
    let unknown = client.post("/prospects/batch", &json!({"campaignId": "none", "prospects": many(1)}));
    assert_eq!(unknown.refusal(), (404, "campaign_not_found".to_owned()));
    assert_eq!(client.get("/prospects/imports/none").refusal(), (404, "not_found".to_owned()));
}

#[test]
fn a_missing_name_is_filled_in_where_it_may_be_missing() {
    let sandbox = Sandbox::builder().virtual_clock().profile(Profile::Tiered).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let extra = json!([{"fieldName": "Event", "fieldValue": "Lyon"}]);
    let row = json!({"url": "linkedin.com/in/jonas-weber-4b2", "ongoing": true, "additionalFields": extra});
    client.post("/prospects/batch", &json!({"campaignId": campaign, "prospects": [row]}));
    sandbox.advance(DONE);
    let listed = client.get(&format!("/prospects/campaign/{campaign}")).json();
    assert_eq!(listed[0]["prospect"]["name"], "Jonas Weber");
    assert_eq!(listed[0]["prospect"]["url"], "https://linkedin.com/in/jonas-weber-4b2");
    assert_eq!(listed[0]["status"], 3);
    let chat = listed[0]["id"].as_str().unwrap();
    let stored = sandbox.control("POST", &format!("/_sandbox/chats/{chat}"), Value::Null).unwrap();
    assert_eq!(stored["additionalFields"], extra);
}

#[test]
fn faster_time_finishes_imports_sooner() {
    let sandbox =
        Sandbox::builder().time_scale(1_000.0).import_delay(Duration::from_secs(5)).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let list = client.add(&campaign, &people(1));
    std::thread::sleep(Duration::from_millis(6));
    assert_eq!(client.import(&list)["status"], "completed");
}
