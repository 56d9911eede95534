//! Deleting people: what goes with them, what stays, and what is refused.

use std::time::Duration;

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, Reply, still};

/// A campaign with people; gives the ids of each one's person and conversation.
fn filled(sandbox: &Sandbox, count: usize) -> (String, Vec<(String, String)>) {
    let client = Client::new(sandbox);
    let campaign = client.campaign();
    let urls: Vec<String> = (0..count).map(|number| format!("linkedin.com/in/person-{number}")).collect();
    let list = client.add(&campaign, &urls);
    sandbox.advance(Duration::from_secs(1));
    let report = client.import(&list)["report"].as_array().unwrap().clone();
    let id = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    (campaign, report.iter().map(|row| (id(row, "prospectId"), id(row, "chatId"))).collect())
}

fn chat(sandbox: &Sandbox, id: &str, change: Value) {
    sandbox.control("POST", &format!("/_sandbox/chats/{id}"), change).unwrap();
}

fn delete(client: &Client<'_>, id: &str) -> Reply {
    client.attempt("DELETE", &format!("/prospects/{id}"), None).unwrap()
}

fn delete_many(client: &Client<'_>, body: &Value) -> Reply {
    client.attempt("DELETE", "/prospects", Some(body)).unwrap()
}

#[test]
fn a_person_goes_with_conversation_and_messages() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (campaign, people) = filled(&sandbox, 3);
    let (person, conversation) = &people[0];
    chat(&sandbox, conversation, json!({"messageSent": true}));
    chat(&sandbox, conversation, json!({"replied": true, "paused": true}));
    chat(&sandbox, &people[1].1, json!({"messageSent": true, "qualification": "qualified"}));
    let reply = delete(&client, person);
    assert_eq!(reply.status, 200);
    let expected = json!({
        "message": "Prospect deleted successfully",
        "deletionSummary": {
            "prospectId": person, "prospectName": "Jonas Weber",
            "campaignId": campaign, "campaignName": "Spring",
            "deletedItems": {"chats": 1, "messages": 2, "tasks": 1, "webhookEvents": 0},
            "deletedAt": "2026-01-01T00:00:01.000Z",
        },
        "campaignStatsUpdated": {"prospectsCount": 2, "messagesCount": 1, "qualifiedCount": 1},
    });
    assert_eq!(reply.json(), expected);
    assert_eq!(delete(&client, person).refusal(), (404, "not_found".to_owned()));
    assert_eq!(client.get(&format!("/prospects/{conversation}")).status, 404);
    let listed = client.get(&format!("/prospects/campaign/{campaign}")).json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let records = sandbox.state(sandbox.team()).unwrap().records;
    assert_eq!((records.prospects, records.chats), (2, 2));
    // Whoever is added again is somebody new.
    let list = client.add(&campaign, &["linkedin.com/in/person-0".to_owned()]);
    sandbox.advance(Duration::from_secs(1));
    let row = &client.import(&list)["report"][0];
    assert_eq!(row["status"], "imported");
    assert_ne!(row["prospectId"], json!(person));
}

#[test]
fn a_person_of_two_campaigns_leaves_both() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (_, people) = filled(&sandbox, 1);
    let other = client.campaign();
    client.add(&other, &["linkedin.com/in/person-0".to_owned()]);
    sandbox.advance(Duration::from_secs(1));
    let reply = delete(&client, &people[0].0).json();
    assert_eq!(reply["deletionSummary"]["deletedItems"]["chats"], 2);
    assert_eq!(client.get(&format!("/prospects/campaign/{other}")).json(), json!([]));
}

#[test]
fn a_running_conversation_is_not_deleted() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (_, people) = filled(&sandbox, 1);
    let (person, conversation) = &people[0];
    for status in [1, 2, 3, 4] {
        chat(&sandbox, conversation, json!({"status": status}));
        assert_eq!(delete(&client, person).refusal(), (409, "prospect_active".to_owned()), "{status}");
    }
    sandbox.control("POST", "/_sandbox/settings", json!({"activeStatus": 400})).unwrap();
    assert_eq!(delete(&client, person).refusal(), (400, "prospect_active".to_owned()));
    assert_eq!(client.post(&format!("/prospects/{conversation}/pause"), &Value::Null).status, 200);
    assert_eq!(delete(&client, person).status, 200);
}

#[test]
fn ids_are_strict_unless_they_are_lenient() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (_, people) = filled(&sandbox, 1);
    let (person, conversation) = &people[0];
    assert_eq!(delete(&client, conversation).status, 404);
    let pause = || client.post(&format!("/prospects/{person}/pause"), &Value::Null);
    assert_eq!(pause().status, 404);
    sandbox.control("POST", "/_sandbox/settings", json!({"lenientIds": true})).unwrap();
    assert_eq!(pause().status, 200);
    let details = client.get(&format!("/prospects/{person}")).json();
    assert_eq!((&details["id"], &details["paused"]), (&json!(conversation), &json!(true)));
    let body = json!({"customData": "x"});
    let reply = client.attempt("PATCH", &format!("/prospects/{person}/custom-data"), Some(&body)).unwrap();
    assert_eq!(reply.json()["chatId"], json!(conversation));
    assert_eq!(delete(&client, conversation).json()["deletionSummary"]["prospectId"], json!(person));
}

#[test]
fn another_teams_people_are_out_of_reach() {
    let sandbox = still();
    let (_, people) = filled(&sandbox, 1);
    let key = sandbox.control("POST", "/_sandbox/teams", json!({})).unwrap()["apiKey"].clone();
    let stranger = Client::with_key(&sandbox, key.as_str().unwrap());
    assert_eq!(delete(&stranger, &people[0].0).refusal(), (403, "forbidden".to_owned()));
    let reply = delete_many(&stranger, &json!({"prospectIds": [people[0].0]}));
    assert_eq!((reply.status, &reply.json()["results"][0]["error"]), (200, &json!("forbidden")));
    assert_eq!(sandbox.state(sandbox.team()).unwrap().records.prospects, 1);
}

#[test]
fn many_are_deleted_each_with_its_own_result() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (campaign, people) = filled(&sandbox, 4);
    chat(&sandbox, &people[1].1, json!({"status": 3}));
    let ids = json!([people[0].0, people[1].0, "nobody", people[0].0]);
    let reply = delete_many(&client, &json!({"prospectIds": ids, "campaignId": campaign}));
    assert_eq!(reply.status, 200);
    let reply = reply.json();
    assert_eq!(reply["message"], "Bulk deletion completed");
    let summary = json!({
        "requested": 4, "successful": 1, "failed": 3, "processedAt": "2026-01-01T00:00:01.000Z",
    });
    assert_eq!(reply["summary"], summary);
    let results = reply["results"].as_array().unwrap();
    let errors: Vec<&Value> = results.iter().map(|row| &row["error"]).collect();
    assert_eq!(errors, [&Value::Null, &json!("prospect_active"), &json!("not_found"), &json!("not_found")]);
    assert_eq!(results[0]["deletedItems"]["chats"], 1);
    assert_eq!(results[0]["prospectName"], "Jonas Weber");
    let left = json!({"campaignId": campaign, "prospectsCount": 3, "messagesCount": 0, "qualifiedCount": 0});
    assert_eq!(reply["campaignStatsUpdated"], left);
    // Without a guard the numbers come when one campaign alone was touched.
    let reply = delete_many(&client, &json!({"prospectIds": [people[2].0, people[3].0]})).json();
    assert_eq!(reply["campaignStatsUpdated"]["prospectsCount"], 1);
    let reply = delete_many(&client, &json!({"prospectIds": ["nobody"]})).json();
    assert_eq!((reply["summary"]["failed"].clone(), reply.get("campaignStatsUpdated")), (json!(1), None));
}

#[test]
fn lists_of_people_are_checked_before_anyone_goes() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (campaign, people) = filled(&sandbox, 1);
    let refused = |body: Value| delete_many(&client, &body).refusal();
    let invalid = (400, "invalid_request".to_owned());
    for body in
        [json!({}), json!({"prospectIds": []}), json!({"prospectIds": "a"}), json!({"prospectIds": [1]})]
    {
        assert_eq!(refused(body.clone()), invalid, "{body}");
    }
    assert_eq!(client.attempt("DELETE", "/prospects", None).unwrap().refusal(), invalid);
    let many: Vec<String> = (0..101).map(|number| number.to_string()).collect();
    assert_eq!(refused(json!({"prospectIds": many})), (400, "too_many_prospects".to_owned()));
    assert_eq!(delete_many(&client, &json!({"prospectIds": many[1..]})).status, 200);
    for guard in [client.campaign(), "nothing".to_owned()] {
        let body = json!({"prospectIds": ["nobody", people[0].0], "campaignId": guard});
        assert_eq!(refused(body), (400, "campaign_mismatch".to_owned()));
    }
    assert_eq!(
        delete_many(&client, &json!({"prospectIds": [people[0].0], "campaignId": campaign})).status,
        200
    );
}
