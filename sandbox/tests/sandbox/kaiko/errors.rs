//! Wrong requests, and the shapes of their refusals.

use serde_json::{Value, json};

use super::{ANALYSIS, CHAT, Client, contract, envelope, observed};

#[test]
fn each_wrong_member_is_named() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let text = json!({"text": "a"});
    for (body, status, code, param) in [
        (json!({"messages": [{"content": text}]}), 400, "missing_field", "model"),
        (json!({"model": "emotion-v2"}), 400, "missing_field", "messages"),
        (json!({"model": "emotion-v2", "messages": []}), 400, "missing_field", "messages"),
        (json!({"model": "emotion-v2", "messages": "a"}), 400, "missing_field", "messages"),
        (json!({"model": "emotion-v2", "messages": ["a"]}), 400, "missing_field", "messages[0]"),
        (json!({"model": "emotion-v2", "messages": [{}]}), 400, "missing_field", "messages[0].content"),
        (
            json!({"model": "emotion-v2", "messages": [{"content": {}}]}),
            400,
            "missing_field",
            "messages[0].content.text",
        ),
        (json!({"model": 2, "messages": [{"content": text}]}), 400, "missing_field", "model"),
        (json!({"model": "", "messages": [{"content": text}]}), 422, "invalid_value", "model"),
        (json!({"model": "emotion-v9", "messages": [{"content": text}]}), 400, "invalid_model", "model"),
        (
            json!({"model": "emotion-v2", "messages": [{"role": "robot", "content": text}]}),
            422,
            "invalid_role",
            "messages[0].role",
        ),
        (
            json!({"model": "emotion-v2", "messages": [{"content": {"text": "a".repeat(10_001)}}]}),
            422,
            "invalid_value",
            "messages[0].content.text",
        ),
        (
            json!({"model": "emotion-v2", "messages": [{"externalId": "x".repeat(256), "content": text}]}),
            422,
            "invalid_value",
            "messages[0].externalId",
        ),
        (
            json!({"model": "emotion-v2", "messages": [{"content": text}], "params": 1}),
            400,
            "missing_field",
            "params",
        ),
    ] {
        let refused = client.post(ANALYSIS, &body);
        assert_eq!(envelope(&refused), (status, code.to_owned(), Some(param.to_owned())), "{body}");
    }
    let state = sandbox.kaiko_state(sandbox.kaiko_api_key()).unwrap();
    assert_eq!(state.counters.operations["emotions.analyze"].failures, 14);
    assert_eq!(state.tokens, 0);
    // What is not known is left alone, as is a text of the greatest length.
    let body = json!({"model": "emotion-v2", "extra": 1,
        "messages": [{"content": {"text": "ä".repeat(10_000), "audioUrl": "x"}, "more": {}}]});
    assert_eq!(client.post(ANALYSIS, &body).status, 200);
}

#[test]
fn bodies_that_are_no_json_are_refused() {
    for (sandbox, status) in [(contract(), 400), (observed(), 500)] {
        let client = Client::new(&sandbox);
        for body in [&b""[..], b"{", b"[]", b"\xff\xfe", b"null"] {
            let reply = client.begin("POST", ANALYSIS, &[], body).reply().unwrap();
            assert_eq!(reply.status, status, "{body:?}");
            let documented = reply.json()["error"]["code"] == "missing_field";
            assert!(documented || reply.json()["status"] == "error", "{}", reply.json());
        }
    }
    let sandbox = contract();
    let mut connection = crate::client::Connection::open(&sandbox);
    let headers = [("x-api-key", sandbox.kaiko_api_key()), ("Content-Type", "text/plain")];
    connection.request("POST", ANALYSIS, &headers, b"{}");
    assert_eq!(connection.reply().unwrap().status, 400);
}

#[test]
fn a_body_above_a_mebibyte_is_too_large() {
    let largest = |size: usize| {
        let start = br#"{"model": "emotion-v2", "messages": [{"content": {"text": "a"}}], "params": {"x": ""#;
        let mut body = start.to_vec();
        body.resize(size - 3, b'x');
        body.extend_from_slice(b"\"}}");
        body
    };
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let sent = |client: &Client<'_>, size: usize| {
        client.begin("POST", ANALYSIS, &[], &largest(size)).reply().unwrap()
    };
    assert_eq!(sent(&client, 1_048_576).status, 200);
    assert_eq!(envelope(&sent(&client, 1_048_577)), (413, "payload_too_large".to_owned(), None));
    assert_eq!(sent(&client, 9 * 1024 * 1024).status, 413);
    let sandbox = observed();
    let refused = sent(&Client::new(&sandbox), 1_048_577);
    assert_eq!((refused.status, &refused.json()["code"]), (413, &json!("PAYLOAD_TOO_LARGE")));
}

#[test]
fn observed_validation_lists_every_problem() {
    let sandbox = observed();
    let client = Client::new(&sandbox);
    let refused = client.post(ANALYSIS, &json!({"messages": [{"content": {"text": 3}}]}));
    let details = json!([
        {"field": "model", "rule": "required", "message": "Is required"},
        {"field": "messages[0].content.text", "rule": "type", "message": "Must be a text"},
    ]);
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json(), json!({"message": "Validation error", "details": details}));
    // Roles and emotion models are free there.
    let body = json!({"model": "whatever", "messages": [{"role": "robot", "content": {"text": "a"}}]});
    let reply = client.post(ANALYSIS, &body);
    assert_eq!((reply.status, &reply.json()["model"]), (200, &json!("emotion-v2")));
}

#[test]
fn an_unknown_route_is_plain_text() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    for path in ["/v2/emotions", "/v2", "/v2/emotions/analyse/x/y", "/v2/models"] {
        let reply = client.get(path);
        assert_eq!((reply.status, reply.header("content-type")), (404, Some("text/plain; charset=utf-8")));
        assert!(reply.header("x-request-id").is_some());
    }
    // The first version is left out: its paths are Kakiyo's.
    assert_eq!(client.post("/v1/emotions/analyse", &Value::Null).status, 401);
    assert_eq!(sandbox.kaiko_state(sandbox.kaiko_api_key()).unwrap().counters.calls, 0);
}

#[test]
fn texts_of_any_kind_are_scored() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    for text in [" ", "\n", "\u{0}\u{7}", "😀😀", "ІІ", "\u{202e}abc", "not", "so very"] {
        let reply = client.analyze(text);
        assert_eq!((reply.status, &reply.json()["emotions"]["user"]["text"]), (200, &json!(text)));
    }
    let more = json!({"model": "gpt-4", "emotion_model": "emotion-v2", "context_id": 3,
        "messages": [{"role": "user", "content": null}], "stream": "yes"});
    assert_eq!(envelope(&client.post(CHAT, &more)).2, Some("context_id".to_owned()));
}
