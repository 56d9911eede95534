//! Contexts: what they remember, for how long, and what they say about a person.

use std::time::Duration;

use kakiyo_sandbox::KaikoSettings;
use serde_json::{Value, json};

use super::{Client, contract, envelope, observed, said, sandbox};

const DAY: Duration = Duration::from_secs(86_400);

fn identified(id: &str, text: &str) -> Value {
    said(&[json!({"role": "user", "externalId": id, "content": {"text": text}})])
}

#[test]
fn a_context_comes_to_be_with_its_first_message_and_is_read_back() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let reply =
        client.post("/v2/emotions/coach%2F7/analysis", &identified("m-1", "I am afraid of my manager"));
    let body = reply.json();
    assert_eq!((reply.status, &body["metadata"]), (200, &json!({"context_id": "coach/7"})));
    assert_eq!(body["emotions"]["user"]["category"], "fear");
    assert_eq!(body["emotions"]["user"]["hostilityState"]["recommendedResponse"], "normal");
    assert_eq!((&body["growth"], &body["conversationMode"]["crisisDetected"]), (&Value::Null, &json!(false)));
    assert_eq!(body["trajectory"]["baseline"]["dataPointCount"], 1);
    assert_eq!(body["trajectory"]["trend"]["direction"], "stable");

    let state = client.get("/v2/emotions/coach%2F7").json();
    assert_eq!(state["object"], "emotions.state");
    let system = &state["emotions"]["system"];
    assert_eq!((&system["category"], system.get("raw")), (&json!("fear"), None));
    assert_eq!(system["intensity"], body["emotions"]["user"]["intensity"]);
    assert_eq!(state["trajectory"].get("momentum"), None);

    let message = client.get("/v2/emotions/coach%2F7/message/m-1").json();
    assert_eq!(message["metadata"], json!({"context_id": "coach/7", "message_id": "m-1"}));
    assert_eq!(message["emotions"]["user"]["raw"], body["emotions"]["user"]["raw"]);
    assert_eq!(message["object"], "emotions.state");
    let state = sandbox.kaiko_state(sandbox.kaiko_api_key()).unwrap();
    assert_eq!((state.contexts, state.messages), (1, 1));
}

#[test]
fn what_is_not_there_is_not_found() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let missing = client.get("/v2/emotions/nobody");
    assert_eq!(envelope(&missing), (404, "context_not_found".to_owned(), None));
    let missing = client.get("/v2/emotions/nobody/message/m-1");
    assert_eq!(envelope(&missing), (404, "context_not_found".to_owned(), None));
    client.say("c1", "I am happy");
    let missing = client.get("/v2/emotions/c1/message/m-1");
    assert_eq!(envelope(&missing), (404, "message_not_found".to_owned(), None));

    let sandbox = observed();
    let client = Client::new(&sandbox);
    let empty = client.get("/v2/emotions/nobody");
    assert_eq!((empty.status, &empty.json()["emotions"]), (200, &json!({})));
    let missing = client.get("/v2/emotions/nobody/message/m-1");
    assert_eq!((missing.status, missing.json()["message"].is_string()), (404, true));
}

#[test]
fn an_external_id_is_used_once_or_updates() {
    let path = "/v2/emotions/c1/analysis";
    let uuid = "9f3c5c0e-6a6d-4c3b-8a11-5a3a2b1f7e02";
    let sandbox = contract();
    let client = Client::new(&sandbox);
    assert_eq!(client.post(path, &identified("m-1", "I am happy")).status, 200);
    let refused = client.post(path, &identified("m-1", "I am sad"));
    let param = Some("messages[0].externalId".to_owned());
    assert_eq!(envelope(&refused), (409, "duplicate_id".to_owned(), param));
    let twice = json!({"externalId": "m-2", "content": {"text": "a"}});
    assert_eq!(client.post(path, &said(&[twice.clone(), twice])).status, 409);
    // Another context has ids of its own, and the refusal changed nothing.
    assert_eq!(client.post("/v2/emotions/c2/analysis", &identified("m-1", "a")).status, 200);
    let kept = client.get("/v2/emotions/c1/message/m-1").json();
    assert_eq!(kept["emotions"]["user"]["category"], "joy");
    assert_eq!(client.get("/v2/emotions/c1/message/m-2").status, 404);

    let sandbox = observed();
    let client = Client::new(&sandbox);
    let refused = client.post(path, &identified("m-1", "I am happy"));
    assert_eq!((refused.status, refused.fields()), (422, vec!["messages[0].externalId".to_owned()]));
    assert_eq!(refused.json()["details"][0]["rule"], "uuid");
    assert_eq!(client.post(path, &identified(uuid, "I am happy")).status, 200);
    assert_eq!(client.post(path, &identified(uuid, "I am sad")).status, 200);
    let updated = client.get(&format!("/v2/emotions/c1/message/{uuid}")).json();
    assert_eq!(updated["emotions"]["user"]["category"], "sadness");
    assert_eq!((&updated["object"], &updated["external_id"]), (&json!("emotions.analysis"), &json!(uuid)));
}

#[test]
fn a_context_ends_a_day_after_its_last_message() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    client.say("c1", "I am happy");
    sandbox.advance(DAY / 2);
    client.say("c1", "I am sad");
    sandbox.advance(DAY - Duration::from_micros(1));
    assert_eq!(client.get("/v2/emotions/c1").status, 200);
    sandbox.advance(Duration::from_micros(1));
    assert_eq!(client.get("/v2/emotions/c1").status, 404);
    // It begins anew.
    assert_eq!(client.say("c1", "I am sad").json()["trajectory"]["baseline"]["dataPointCount"], 1);
    client.set(json!({"retention": 10}));
    sandbox.advance(Duration::from_secs(10));
    assert_eq!(client.get("/v2/emotions/c1").status, 404);

    let sandbox = observed();
    let client = Client::new(&sandbox);
    client.say("c1", "I am happy");
    sandbox.advance(DAY * 400);
    assert_eq!(client.get("/v2/emotions/c1").json()["emotions"]["user"]["category"], "joy");
}

#[test]
fn history_is_that_of_the_context_or_of_the_key() {
    let count = |client: &Client<'_>| {
        client.analyze("I am happy");
        client.say("c1", "I am happy");
        client.say("c2", "I am sad").json()["trajectory"]["baseline"]["dataPointCount"].clone()
    };
    let sandbox = contract();
    assert_eq!(count(&Client::new(&sandbox)), 1);
    let sandbox = observed();
    let client = Client::new(&sandbox);
    assert_eq!(count(&client), 3);
    let body = client.say("c2", "I am sad").json();
    assert_eq!((&body["context_message_count"], &body["context_id"]), (&json!(4), &json!("c2")));
    assert_eq!(body["metadata"], json!({}));
    // Without the trace of analyses outside of contexts.
    let sandbox = observed();
    let client = Client::new(&sandbox);
    client.set(json!({"sides": {"statelessTrace": "contract"}}));
    assert_eq!(count(&client), 2);
}

#[test]
fn time_stamps_make_a_history_at_once() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let at = |stamp: &str, text: &str| json!({"timestamp": stamp, "content": {"text": text}});
    let mut messages: Vec<Value> =
        (1..=5).map(|day| at(&format!("2025-11-1{day}T08:00:00Z"), "I am sad and lonely")).collect();
    messages.push(at("2025-12-10T08:00:00Z", "I am sad"));
    messages.extend((1..=4).map(|day| at(&format!("2025-12-2{day}T08:00:00+02:00"), "I am happy")));
    let body = client.post("/v2/emotions/c1/analysis", &said(&messages)).json();
    assert_eq!(body["trajectory"]["trend"]["direction"], "improving");
    assert_eq!(body["trajectory"]["baseline"]["dataPointCount"], 5);
    assert_eq!(body["growth"]["comparisonWindow"]["historical"]["dataPoints"], 5);
    assert_eq!(body["growth"]["dimensions"].as_array().unwrap().len(), 5);
    let refused = client.post("/v2/emotions/c1/analysis", &said(&[at("yesterday", "a")]));
    assert_eq!(envelope(&refused).2, Some("messages[0].timestamp".to_owned()));
}

#[test]
fn a_long_context_id_is_measured_in_bytes_or_in_characters() {
    let id = |count: usize| "%C3%A4".repeat(count);
    let sandbox = contract();
    let client = Client::new(&sandbox);
    assert_eq!(client.say(&id(64), "a").status, 200);
    assert_eq!(envelope(&client.say(&id(65), "a")).2, Some("context_id".to_owned()));
    let sandbox = observed();
    let client = Client::new(&sandbox);
    assert_eq!(client.say(&id(128), "a").status, 200);
    assert_eq!(client.say(&id(129), "a").status, 422);
}

#[test]
fn a_crisis_is_seen_and_a_mode_can_be_a_text() {
    let sandbox = sandbox(KaikoSettings::default());
    let client = Client::new(&sandbox);
    let text = "I feel hopeless and worthless, I want to end it all. I believe nobody would notice";
    let body = client.say("c1", text).json();
    assert_eq!(body["conversationMode"]["mode"], "crisis_intervention");
    assert_eq!(body["conversationMode"]["crisisDetected"], true);
    assert_eq!(body["beliefs"]["beliefsByType"], json!({"explicit": 1}));
    client.set(json!({"modeAsText": true}));
    assert_eq!(client.say("c1", text).json()["conversationMode"], "crisis_intervention");
}
