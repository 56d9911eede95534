//! `Idempotency-Key`: one request, processed once.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ANALYSIS, CHAT, Client, contract, envelope, observed, said};
use crate::client::{Reply, until};

const PATH: &str = "/v2/emotions/c1/analysis";

fn body(text: &str) -> Value {
    said(&[json!({"role": "user", "externalId": "m-1", "content": {"text": text}})])
}

fn keyed(client: &Client<'_>, path: &str, body: &Value, key: &str) -> Reply {
    client.with_headers(path, &[("Idempotency-Key", key)], body)
}

#[test]
fn a_repeated_request_gets_the_answer_again() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let first = keyed(&client, PATH, &body("I am happy"), "k1");
    let second = keyed(&client, PATH, &body("I am happy"), "k1");
    assert_eq!((first.status, first.header("idempotency-replayed")), (200, None));
    assert_eq!((second.status, second.header("idempotency-replayed")), (200, Some("true")));
    assert_eq!(first.body, second.body);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    let state = sandbox.kaiko_state(sandbox.kaiko_api_key()).unwrap();
    assert_eq!((state.tokens, state.replayed, state.kept_answers, state.counters.calls), (3, 1, 1, 2));
    // Without the key it is a second message of the same id.
    assert_eq!(client.post(PATH, &body("I am happy")).status, 409);
}

#[test]
fn another_request_with_the_key_is_a_conflict() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    assert_eq!(keyed(&client, PATH, &body("I am happy"), "k1").status, 200);
    for (path, text) in [(PATH, "I am sad"), (ANALYSIS, "I am happy")] {
        let refused = keyed(&client, path, &body(text), "k1");
        assert_eq!(envelope(&refused), (409, "idempotency_key_reused".to_owned(), None));
    }
    assert_eq!(keyed(&client, ANALYSIS, &body("I am happy"), "k2").status, 200);
}

#[test]
fn a_refusal_leaves_the_key_free() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    assert_eq!(keyed(&client, ANALYSIS, &json!({}), "k1").status, 400);
    assert_eq!(keyed(&client, ANALYSIS, &body("a"), "k1").status, 200);
}

#[test]
fn a_request_under_way_is_a_conflict_until_it_has_ended() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let key = sandbox.kaiko_api_key();
    let rule = json!({"team": key, "when": {"nth": 1}, "fault": {"kind": "delay_after", "ms": 300}});
    sandbox.control("POST", "/_sandbox/faults", rule).unwrap();
    let text = body("I am happy");
    let header = [("Idempotency-Key", "k1")];
    let mut slow = client.begin("POST", PATH, &header, text.to_string().as_bytes());
    until("the call", || sandbox.kaiko_state(key).unwrap().counters.calls == 1);
    let refused = keyed(&client, PATH, &text, "k1");
    assert_eq!(envelope(&refused), (409, "idempotency_key_in_use".to_owned(), None));
    assert_eq!(slow.reply().unwrap().status, 200);
    assert_eq!(keyed(&client, PATH, &text, "k1").header("idempotency-replayed"), Some("true"));
}

#[test]
fn an_answer_that_was_lost_is_given_again() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let key = sandbox.kaiko_api_key();
    let rule = json!({"team": key, "when": {"nth": 1}, "fault": {"kind": "reset_after"}});
    sandbox.control("POST", "/_sandbox/faults", rule).unwrap();
    let text = body("I am happy");
    let lost = client.begin("POST", PATH, &[("Idempotency-Key", "k1")], text.to_string().as_bytes()).reply();
    assert!(lost.is_err());
    assert_eq!(keyed(&client, PATH, &text, "k1").status, 200);
    assert_eq!(sandbox.kaiko_state(key).unwrap().messages, 1);
}

#[test]
fn keys_last_a_day_and_have_a_form() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    client.set(json!({"retention": 1_000_000}));
    keyed(&client, PATH, &body("a"), "k1");
    sandbox.advance(Duration::from_secs(86_399));
    assert_eq!(keyed(&client, PATH, &body("a"), "k1").status, 200);
    sandbox.advance(Duration::from_secs(1));
    // Forgotten: so it is the second message of its id.
    assert_eq!(envelope(&keyed(&client, PATH, &body("a"), "k1")).1, "duplicate_id");
    for key in ["", "two words", &"k".repeat(256), "ä"] {
        let refused = keyed(&client, ANALYSIS, &body("a"), key);
        assert_eq!(envelope(&refused).2, Some("Idempotency-Key".to_owned()), "{key:?}");
    }
    assert_eq!(keyed(&client, ANALYSIS, &body("a"), &"k".repeat(255)).status, 200);
}

#[test]
fn a_stream_is_repeated_as_a_stream() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let question = json!({"model": "gpt-4", "emotion_model": "emotion-v2", "stream": true,
        "messages": [{"role": "user", "content": "Hello"}]});
    let first = keyed(&client, CHAT, &question, "k1");
    let second = keyed(&client, CHAT, &question, "k1");
    assert_eq!(second.header("content-type"), Some("text/event-stream"));
    assert_eq!(first.body, second.body);
}

#[test]
fn observed_ignores_the_key() {
    let sandbox = observed();
    let client = Client::new(&sandbox);
    for text in ["I am happy", "I am sad"] {
        let message = said(&[json!({"content": {"text": text}})]);
        let reply = keyed(&client, ANALYSIS, &message, "k1");
        assert_eq!((reply.status, reply.header("idempotency-replayed")), (200, None));
    }
    client.set(json!({"sides": {"idempotency": "contract"}}));
    let message = said(&[json!({"content": {"text": "a"}})]);
    keyed(&client, ANALYSIS, &message, "k1");
    assert_eq!(keyed(&client, ANALYSIS, &message, "k1").header("idempotency-replayed"), Some("true"));
}
