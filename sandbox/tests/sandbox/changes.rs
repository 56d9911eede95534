//! What changes and deletes records.

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, Reply, still};

fn send(client: &Client<'_>, method: &str, path: &str, body: &Value) -> Reply {
    client.attempt(method, path, Some(body)).unwrap()
}

fn urls(slugs: &[&str]) -> Vec<String> {
    slugs.iter().map(|slug| format!("https://linkedin.com/in/{slug}")).collect()
}

/// Ends every import that is under way.
fn settle(sandbox: &Sandbox) {
    sandbox.advance(std::time::Duration::from_secs(1));
}

fn chats(client: &Client<'_>, campaign: &str) -> Vec<Value> {
    client.get(&format!("/prospects/campaign/{campaign}")).json().as_array().unwrap().clone()
}

#[test]
fn a_running_campaign_is_not_deleted_and_a_paused_one_takes_all_that_is_its_own() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (first, second) = (client.campaign(), client.campaign());
    client.add(&first, &urls(&["a", "shared"]));
    client.add(&second, &urls(&["shared", "b"]));
    settle(&sandbox);
    let list = client.add(&first, &urls(&["late", "later"]));
    let path = format!("/campaigns/{first}");
    let delete = || client.attempt("DELETE", &path, None).unwrap();
    assert_eq!(delete().refusal(), (409, "campaign_active".to_owned()));
    for _ in 0..2 {
        assert_eq!(client.attempt("POST", &format!("{path}/pause"), None).unwrap().status, 200);
    }
    let deleted = delete();
    assert_eq!(deleted.status, 200);
    assert_eq!(
        deleted.json()["deletionSummary"]["deletedItems"],
        json!({"prospects": 2, "chats": 2, "messages": 0, "tasks": 2, "webhookEvents": 0})
    );
    assert_eq!(delete().refusal(), (404, "not_found".to_owned()));
    settle(&sandbox);
    assert_eq!(client.get(&format!("/prospects/imports/{list}")).status, 404);
    let records = sandbox.state(sandbox.team()).unwrap().records;
    // The person of both campaigns stays.
    assert_eq!((records.campaigns, records.chats, records.prospects), (1, 2, 2));
    assert_eq!((records.imports, records.open_imports), (1, 0));
    assert_eq!(chats(&client, &second).len(), 2);
    // What stays is found at its old place, and what is new at a new one.
    client.add(&second, &urls(&["a", "b"]));
    settle(&sandbox);
    assert_eq!(chats(&client, &second).len(), 3);
    let third = client.campaign();
    let page = client.get(&format!("/campaigns?limit=1&after={second}")).json();
    assert_eq!(page[0]["id"], third);
}

#[test]
fn a_campaign_is_changed_stopped_and_started() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let id = client.campaign();
    let path = format!("/campaigns/{id}");
    let status = || client.get(&format!("{path}/stats")).json()["status"].clone();
    let reply = send(&client, "PUT", &path, &json!({"name": "Summer", "qualificationAutomatic": 80}));
    assert_eq!(reply.json(), json!({"id": id, "message": "Campaign updated successfully"}));
    assert_eq!(client.get(&format!("{path}/stats")).json()["name"], "Summer");
    let wrong = json!({"name": "ab", "qualificationVerification": 101, "variables": []});
    assert_eq!(
        send(&client, "PUT", &path, &wrong).fields(),
        ["name", "qualificationVerification", "variables"]
    );
    client.attempt("POST", &format!("{path}/pause"), None).unwrap();
    assert_eq!(status(), "paused");
    client.attempt("POST", &format!("{path}/resume"), None).unwrap();
    assert_eq!(status(), "active");
}

#[test]
fn a_conversation_is_read_and_changed() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    client.add(&campaign, &urls(&["amelie-fournier"]));
    settle(&sandbox);
    let chat = chats(&client, &campaign)[0].clone();
    let path = format!("/prospects/{}", chat["id"].as_str().unwrap());
    // The id of the person is no id of a conversation.
    let person = chat["prospect"]["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("/prospects/{person}")).status, 404);
    let text =
        |text: &str| send(&client, "PATCH", &format!("{path}/custom-data"), &json!({"customData": text}));
    assert_eq!(text("é").json()["customDataLength"], 1);
    assert_eq!(client.get(&path).json()["customData"], "é");
    assert_eq!(text("").json()["customDataSaved"], false);
    assert_eq!(client.get(&path).json()["customData"], Value::Null);
    assert_eq!(text(&"x".repeat(3_001)).fields(), ["customData"]);
    for (verb, paused) in [("pause", true), ("pause", true), ("resume", false), ("resume", false)] {
        assert_eq!(client.attempt("POST", &format!("{path}/{verb}"), None).unwrap().status, 200);
        assert_eq!(client.get(&path).json()["paused"], paused);
    }
    client.attempt("POST", &format!("{path}/qualify"), None).unwrap();
    assert_eq!(client.get(&path).json()["qualification"], "qualified");
}

#[test]
fn conversations_and_campaigns_of_others_are_forbidden() {
    let sandbox = still();
    let other = sandbox.control("POST", "/_sandbox/teams", json!({})).unwrap();
    let stranger = Client::with_key(&sandbox, other["apiKey"].as_str().unwrap());
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    client.add(&campaign, &urls(&["a"]));
    settle(&sandbox);
    let chat = chats(&client, &campaign)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(stranger.attempt("DELETE", &format!("/campaigns/{campaign}"), None).unwrap().status, 403);
    let body = json!({"customData": "x"});
    assert_eq!(send(&stranger, "PATCH", &format!("/prospects/{chat}/custom-data"), &body).status, 403);
}

#[test]
fn the_text_of_a_prompt_is_there_by_profile_and_saved_whole_or_not_at_all() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let path = format!("/prompts/{}", client.prompt());
    assert_eq!(client.get(&path).refusal(), (404, "not_found".to_owned()));
    sandbox.control("POST", "/_sandbox/settings", json!({"profile": "tiered"})).unwrap();
    let change = |body: Value| send(&client, "PUT", &path, &body);
    let follow_up = |delay: u32| json!({"prompt": "Ask.", "delay": delay});
    assert_eq!(change(json!({"context": "a", "followUps": [follow_up(30)]})).status, 200);
    for (body, field) in [
        (json!({}), "body"),
        (json!({"content": "x"}), "content"),
        (json!({"comment": "x"}), "comment"),
        (json!({"context": "b", "followUps": [follow_up(31)]}), "followUps[0].delay"),
        (json!({"followUps": [{"prompt": "Ask."}]}), "followUps[0].delay"),
        (json!({"followUps": [follow_up(1), follow_up(1), follow_up(1), follow_up(1)]}), "followUps"),
    ] {
        assert_eq!(change(body.clone()).fields()[0], field, "{body}");
    }
    let text = client.get(&path).json();
    assert_eq!((&text["context"], &text["followUps"]), (&json!("a"), &json!([follow_up(30)])));
}
