//! Scripted answers, and the record of the requests that got them.

use std::io::ErrorKind;

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, Connection, until};

fn scripted(script: Value) -> Sandbox {
    let sandbox = Sandbox::start_blocking().unwrap();
    sandbox.control("POST", "/_sandbox/script", script).unwrap();
    sandbox
}

#[test]
fn answers_come_in_order_and_before_every_check() {
    let sandbox = scripted(json!({"answers": [
        {"status": 418, "headers": {"x-one": "1", "set-cookie": ["a=1", "b=2"]}, "body": {"a": [1]}, "times": 2},
        {"bodyText": "plain"},
        {"status": 204},
        {"bodyBase64": "/wA=", "headers": {"content-type": "application/octet-stream"}},
    ]}));
    let client = Client::with_key(&sandbox, &format!("{}{}", sandbox.team(), "wrongsecret"));
    let first = client.get("/verify");
    assert_eq!((first.status, first.json()), (418, json!({"a": [1]})));
    assert_eq!(first.header("x-one"), Some("1"));
    let cookies = first.headers.iter().filter(|(name, _)| name == "set-cookie").count();
    assert_eq!(cookies, 2);
    assert_eq!(client.get("/nowhere").status, 418);
    let text = client.get("/verify");
    assert_eq!((text.status, text.body.as_slice()), (200, b"plain".as_slice()));
    let empty = client.get("/verify");
    assert_eq!((empty.status, empty.body.len()), (204, 0));
    assert_eq!(client.get("/verify").body, [255, 0]);
    assert_eq!(client.get("/verify").status, 401);
    let counters = sandbox.counters();
    assert_eq!((counters.scripted, counters.calls, counters.spent), (5, 0, 0));
}

#[test]
fn a_strict_script_refuses_what_goes_beyond_it() {
    let sandbox = scripted(json!({"strict": true, "answers": [{"body": null}]}));
    let client = Client::new(&sandbox);
    assert_eq!(client.get("/verify").body, b"null");
    assert_eq!(client.get("/verify").refusal(), (599, "script_exhausted".to_owned()));
    sandbox.control("DELETE", "/_sandbox/script", Value::Null).unwrap();
    assert_eq!(client.get("/verify").status, 200);
}

#[test]
fn scripts_break_connections_too() {
    let sandbox = scripted(json!({"answers": [
        {"reset": "before"}, {"reset": "after", "delayMs": 5}, {"body": {"abc": 1}, "cutAt": 4}, {"hang": true},
    ]}));
    let client = Client::new(&sandbox);
    let broken = |_| client.attempt("GET", "/verify", None).unwrap_err();
    assert_eq!([0, 1].map(broken).map(|broken| broken.kind), [ErrorKind::ConnectionReset; 2]);
    assert!(broken(2).received.ends_with(b"\r\n\r\n{\"ab"));
    let waiting = client.begin("GET", "/verify", None);
    until("the request", || sandbox.counters().in_flight == 1);
    drop(waiting);
    until("the abort", || sandbox.counters().aborted == 1);
}

#[test]
fn requests_are_recorded_as_they_were_on_the_wire() {
    let sandbox = scripted(json!({"answers": [{"status": 201}]}));
    let mut connection = Connection::open(&sandbox);
    let key = format!("Bearer {}", sandbox.api_key());
    let headers = [("Authorization", key.as_str()), ("Content-Type", "application/json"), ("X-Odd", "Yes")];
    connection.request("POST", "/v1/prospects/batch?a=x%20y&a=z+%2B", &headers, b"{\"b\": 1}");
    connection.reply().unwrap();
    connection.request("GET", "/v1/campaigns/a%2Fb%C3%A9/stats", &headers[..1], b"");
    connection.reply().unwrap();
    let requests = sandbox.requests(sandbox.team()).unwrap();
    let [first, second] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((first.method.as_str(), first.path.as_str()), ("POST", "/v1/prospects/batch"));
    let pairs = [("a", "x y"), ("a", "z +")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(first.query, pairs);
    assert_eq!((first.operation.as_deref(), first.status), (Some("prospects.add_batch"), Some(201)));
    assert_eq!((&first.body, first.counted), (&json!({"b": 1}), false));
    let header =
        |name: &str| first.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    assert_eq!(header("x-odd").as_deref(), Some("Yes"));
    assert_eq!(header("authorization"), Some(format!("Bearer {}…", sandbox.team())));
    assert_eq!((second.path.as_str(), second.status), ("/v1/campaigns/a%2Fb%C3%A9/stats", Some(404)));
    assert!(second.counted);
    assert_eq!(first.connection, second.connection);
    assert_eq!(sandbox.counters().connections, 1);
    Client::new(&sandbox).get("/verify");
    assert_eq!(sandbox.counters().connections, 2);
}

#[test]
fn the_record_is_bounded_by_dropping_the_oldest() {
    let sandbox = Sandbox::builder().unlimited().credits(100_000).start_blocking().unwrap();
    let key = format!("Bearer {}", sandbox.api_key());
    let mut connection = Connection::open(&sandbox);
    for _ in 0..10_003 {
        connection.request("GET", "/v1/verify", &[("Authorization", key.as_str())], b"");
        assert_eq!(connection.reply().unwrap().status, 200);
    }
    let requests = sandbox.requests(sandbox.team()).unwrap();
    assert_eq!((requests.len(), requests[0].sequence), (10_000, 3));
}
