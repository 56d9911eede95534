//! Analysis without a context, and in batches.

use kakiyo_sandbox::KaikoSettings;
use serde_json::{Value, json};

use super::{ANALYSIS, BATCH, Client, contract, envelope, observed, said, sandbox};

#[test]
fn a_text_is_scored_the_same_each_time_and_marked_as_made_up() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let reply = client.analyze("What a relief, I am happy!");
    let (first, second) = (reply.json(), client.analyze("What a relief, I am happy!").json());
    assert_eq!(first, second);
    assert_eq!((reply.status, reply.header("x-sandbox-scores")), (200, Some("lexicon")));
    assert!(reply.header("x-request-id").unwrap().starts_with("req-"));
    assert_eq!((&first["object"], &first["model"]), (&json!("emotions.analysis"), &json!("emotion-v2")));
    let user = &first["emotions"]["user"];
    assert_eq!((&user["text"], &user["category"]), (&json!("What a relief, I am happy!"), &json!("joy")));
    assert!(user["raw"].as_object().unwrap().len() >= 6);
    assert!(user["intensity"].as_f64().unwrap() > 0.75 && user["intensityLevel"] == "high", "{user}");
    assert_eq!((&user["discoveryLevel"], user.get("isFallback")), (&json!("breakthrough"), None));
}

#[test]
fn observed_answers_have_other_keys_and_more_members() {
    let sandbox = observed();
    let client = Client::new(&sandbox);
    let body = client.analyze("I am happy").json();
    let item = &body["emotions"]["_default"];
    assert_eq!(item["text"], "Moderately JOY");
    assert_eq!((&item["isFallback"], &item["dimensionalSource"]), (&json!(false), &json!("rule_derived")));
    assert_eq!(item["emotionalVector"].as_array().unwrap().len(), 9);
    assert_eq!(
        (&body["dataQuality"], &body["response_type"]),
        (&json!("rule_derived"), &json!("per_message"))
    );
    assert_eq!(body["usage"]["analyse_token"], 3);
    assert_eq!(body["conversationMode"]["mode"], "conversational");
    // Each point can be on the other side.
    client.set(json!({"sides": {"statelessKey": "contract", "text": "contract", "extras": "contract"}}));
    let body = client.analyze("I am happy").json();
    assert_eq!(body["emotions"]["user"]["text"], "I am happy");
    assert_eq!(body.get("dataQuality"), None);
}

#[test]
fn several_messages_count_by_role_or_only_the_first_does() {
    let messages = [
        json!({"role": "user", "content": {"text": "I am happy"}}),
        json!({"role": "user", "content": {"text": "I am sad"}}),
        json!({"role": "assistant", "content": {"text": "I love it"}}),
    ];
    let sandbox = contract();
    let emotions = Client::new(&sandbox).post(ANALYSIS, &said(&messages)).json()["emotions"].clone();
    assert_eq!(emotions["user"]["text"], "I am sad");
    assert_eq!(emotions["assistant"]["category"], "love");
    let raw = &emotions["user"]["raw"];
    assert!(raw["joy"].as_f64().unwrap() > 0.25 && raw["sadness"].as_f64().unwrap() > 0.25, "{raw}");
    let sandbox = observed();
    let emotions = Client::new(&sandbox).post(ANALYSIS, &said(&messages)).json()["emotions"].clone();
    assert_eq!(emotions.as_object().unwrap().len(), 1);
    assert_eq!(emotions["_default"]["category"], "joy");
}

#[test]
fn a_batch_keeps_the_order_and_has_at_most_a_hundred() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let text = |number: usize| json!({"content": {"text": format!("Report {number}")}});
    let messages: Vec<Value> = (0..100).map(text).collect();
    let body = client.post(BATCH, &said(&messages)).json();
    assert_eq!(body["object"], "emotions.batch_analysis");
    let texts: Vec<&str> =
        body["emotions"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap()).collect();
    assert_eq!((texts.len(), texts[0], texts[99]), (100, "Report 0", "Report 99"));
    assert!(body["usage"]["total_tokens"].as_u64().unwrap() > 100);
    let many: Vec<Value> = (0..101).map(text).collect();
    let refused = client.post(BATCH, &said(&many));
    assert_eq!(envelope(&refused), (422, "invalid_value".to_owned(), Some("messages".to_owned())));
    // One wrong text spoils the batch, and the refusal says which.
    let mut messages = messages;
    messages[7] = json!({"content": {"text": ""}});
    let refused = client.post(BATCH, &said(&messages));
    let param = Some("messages[7].content.text".to_owned());
    assert_eq!(envelope(&refused), (400, "missing_field".to_owned(), param));
}

#[test]
fn the_batch_route_is_missing_in_the_observed_profile() {
    let sandbox = observed();
    let client = Client::new(&sandbox);
    let body = said(&[json!({"content": {"text": "a"}})]);
    let refused = client.post(BATCH, &body);
    assert_eq!((refused.status, refused.header("content-type")), (404, Some("text/plain; charset=utf-8")));
    client.set(json!({"sides": {"batch": "contract"}}));
    assert_eq!(client.post(BATCH, &body).status, 200);
}

#[test]
fn a_fallback_is_marked_everywhere() {
    let sandbox = sandbox(KaikoSettings { fallback: true, ..KaikoSettings::default() });
    let client = Client::new(&sandbox);
    let body = client.analyze("I am happy").json();
    assert_eq!((&body["isFallback"], &body["dataQuality"]), (&json!(true), &json!("fallback")));
    let user = &body["emotions"]["user"];
    assert_eq!((&user["category"], &user["isFallback"]), (&json!("neutral"), &json!(true)));
    assert!(user["raw"].as_object().unwrap().values().all(|score| score == 0.0));
    let items = client.post(BATCH, &said(&[json!({"content": {"text": "a"}})])).json()["emotions"].clone();
    assert_eq!(items[0]["isFallback"], true);
}
