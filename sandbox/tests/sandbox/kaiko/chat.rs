//! Chat, whole and as a stream.

use std::io::ErrorKind;

use serde_json::{Value, json};

use super::{CHAT, Client, contract, envelope, observed};
use crate::client::{Reply, until};

fn question(more: &Value) -> Value {
    let mut body = json!({
        "model": "gpt-4-turbo",
        "emotion_model": "emotion-v2",
        "messages": [{"role": "user", "content": "I am sad and so lonely"}],
    });
    for (name, value) in more.as_object().unwrap() {
        body[name.as_str()] = value.clone();
    }
    body
}

/// The data of the events of a stream.
fn events(reply: &Reply) -> Vec<String> {
    let text = String::from_utf8(reply.body.clone()).unwrap();
    assert!(text.ends_with("\n\n"), "{text}");
    text.trim_end().split("\n\n").map(|event| event.strip_prefix("data: ").unwrap().to_owned()).collect()
}

#[test]
fn a_reply_is_canned_and_carries_the_emotions_of_both() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let reply = client.post(CHAT, &question(&json!({"context_id": "c1"})));
    let body = reply.json();
    assert_eq!((reply.status, &body["object"]), (200, &json!("chat.completion")));
    assert!(body["id"].as_str().unwrap().starts_with("chatcmpl-"));
    assert_eq!((&body["created"], &body["emotion_model"]), (&json!(1_767_225_600), &json!("emotion-v2")));
    assert_eq!(body["choices"][0]["message"]["role"], "assistant");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert_eq!(body["emotions"]["user"]["category"], "sadness");
    assert!(body["emotions"]["assistant"].is_object());
    assert_eq!(body["conversationMode"]["mode"], "emotional_support");
    assert_eq!((&body["usage"]["prompt_tokens"], &body["usage"]["analyse_tokens"]), (&json!(6), &json!(6)));
    assert_eq!(reply.header("x-sandbox-scores"), Some("lexicon"));
    // The context has learnt of it.
    let state = client.get("/v2/emotions/c1").json();
    assert_eq!(state["emotions"]["system"]["category"], "sadness");
    assert_eq!(sandbox.kaiko_state(sandbox.kaiko_api_key()).unwrap().contexts, 1);
}

#[test]
fn a_length_limit_cuts_the_reply() {
    let sandbox = contract();
    let body =
        Client::new(&sandbox).post(CHAT, &question(&json!({"model_params": {"max_tokens": 2}}))).json();
    assert_eq!(body["choices"][0]["message"]["content"], "That sounds ");
    assert_eq!(body["choices"][0]["finish_reason"], "length");
}

#[test]
fn observed_chats_know_less() {
    let sandbox = observed();
    let client = Client::new(&sandbox);
    let body = client.post(CHAT, &question(&json!({"stream": true}))).json();
    assert_eq!((body.get("conversationMode"), body["emotions"].get("assistant")), (None, None));
    assert_eq!(body.get("emotion_model"), None);
    assert!(body["usage"]["total_tokens"].is_u64() && body["usage"].get("analyse_tokens").is_none());
    // The first message of the user counts there, the last one here.
    let messages =
        json!([{"role": "user", "content": "I am happy"}, {"role": "user", "content": "I am sad"}]);
    let body = client.post(CHAT, &question(&json!({"messages": messages}))).json();
    assert_eq!(body["emotions"]["user"]["category"], "joy");
    let sandbox = contract();
    let body = Client::new(&sandbox).post(CHAT, &question(&json!({"messages": messages}))).json();
    assert_eq!(body["emotions"]["user"]["category"], "sadness");
}

#[test]
fn roles_models_and_tools_are_checked_by_profile() {
    let system =
        json!({"messages": [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hi"}]});
    let odd = json!({"messages": [{"role": "robot", "content": "Hi"}]});
    let tool = json!({"tools": [{"type": "function", "function": {"name": "look_up"}}]});
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let post = |client: &Client<'_>, more: &Value| client.post(CHAT, &question(more));
    assert_eq!(post(&client, &system).status, 200);
    assert_eq!(post(&client, &tool).status, 200);
    let role = Some("messages[0].role".to_owned());
    assert_eq!(envelope(&post(&client, &odd)), (422, "invalid_role".to_owned(), role));
    for (more, param) in
        [(json!({"model": "gpt-9"}), "model"), (json!({"emotion_model": "x"}), "emotion_model")]
    {
        let refused = post(&client, &more);
        assert_eq!(envelope(&refused), (400, "invalid_model".to_owned(), Some(param.to_owned())));
    }
    assert_eq!(post(&client, &json!({"model": "claude-3-opus"})).status, 200);
    let refused = post(&client, &json!({"model_params": {"max_tokens": 0}}));
    assert_eq!(envelope(&refused).2, Some("model_params.max_tokens".to_owned()));

    let sandbox = observed();
    let client = Client::new(&sandbox);
    let refused = post(&client, &system);
    assert_eq!((refused.status, refused.fields()), (422, vec!["messages[0].role".to_owned()]));
    assert_eq!(post(&client, &tool).fields(), ["tools[0]"]);
    let refused = post(&client, &json!({"model": "gpt-9"}));
    assert_eq!((refused.status, &refused.json()["status"]), (500, &json!("error")));
    client
        .set(json!({"sides": {"systemRole": "contract", "unknownModel": "contract", "errors": "contract"}}));
    assert_eq!(post(&client, &system).status, 200);
    assert_eq!(post(&client, &json!({"model": "gpt-9"})).status, 400);
}

#[test]
fn a_stream_ends_with_what_is_known_and_done() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let whole = client.post(CHAT, &question(&json!({}))).json();
    let reply = client.post(CHAT, &question(&json!({"stream": true})));
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/event-stream")));
    assert!(reply.header("x-ratelimit-remaining").is_some() && reply.header("x-request-id").is_some());
    let events = events(&reply);
    assert_eq!(events.last().map(String::as_str), Some("[DONE]"));
    let chunks: Vec<Value> =
        events[..events.len() - 1].iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    assert!(chunks.iter().all(|chunk| chunk["object"] == "chat.completion.chunk"));
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(chunks[0]["choices"][0]["finish_reason"], Value::Null);
    let pieces = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str());
    assert_eq!(pieces.collect::<String>(), whole["choices"][0]["message"]["content"]);
    let last = chunks.last().unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
    assert_eq!((&last["emotions"], &last["usage"]), (&whole["emotions"], &whole["usage"]));
}

#[test]
fn a_stream_takes_its_time_and_is_under_way_until_it_ends() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    client.set(json!({"streamPause": 0.02}));
    let body = question(&json!({"stream": true})).to_string();
    let running = || sandbox.kaiko_state(sandbox.kaiko_api_key()).unwrap().counters;
    let mut connection = client.begin("POST", CHAT, &[], body.as_bytes());
    until("the call", || running().calls == 1);
    assert_eq!(running().in_flight, 1);
    assert_eq!(events(&connection.reply().unwrap()).last().map(String::as_str), Some("[DONE]"));
    until("the end", || running().in_flight == 0);
    // A reader that goes away is noticed.
    drop(client.begin("POST", CHAT, &[], body.as_bytes()));
    until("the abort", || running().aborted == 1 && running().in_flight == 0);
}

#[test]
fn a_stream_can_break_off() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let rule = json!({"team": sandbox.kaiko_api_key(), "fault": {"kind": "cut_body", "at": 300}});
    sandbox.control("POST", "/_sandbox/faults", rule).unwrap();
    let body = question(&json!({"stream": true})).to_string();
    let broken = client.begin("POST", CHAT, &[], body.as_bytes()).reply().unwrap_err();
    assert_eq!(broken.kind, ErrorKind::UnexpectedEof);
    let text = String::from_utf8(broken.received).unwrap();
    assert!(text.contains("data: {") && !text.contains("[DONE]"), "{text}");
    assert_eq!(sandbox.kaiko_state(sandbox.kaiko_api_key()).unwrap().counters.in_flight, 0);
}
