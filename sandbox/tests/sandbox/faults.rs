//! Faults as a client sees them on the wire.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use kakiyo_sandbox::{Ending, Fault, FaultRule, Sandbox, When};
use serde_json::json;

use crate::client::{Client, Connection, until};

fn faulty(when: When, fault: Fault) -> Sandbox {
    let sandbox = Sandbox::start_blocking().unwrap();
    sandbox.fault(sandbox.team(), &FaultRule::new("verify", when, fault)).unwrap();
    sandbox
}

fn ending(sandbox: &Sandbox) -> (Ending, bool) {
    let last = sandbox.requests(sandbox.team()).unwrap().pop().unwrap();
    (last.ending, last.counted)
}

#[test]
fn a_status_replaces_the_call() {
    let headers = BTreeMap::from([("retry-after".to_owned(), "7".to_owned())]);
    let status = |after| Fault::Status {
        status: 503,
        headers: headers.clone(),
        body: None,
        body_text: Some("down".to_owned()),
        after,
    };
    let sandbox = faulty(When::Nth(2), status(false));
    let client = Client::new(&sandbox);
    assert_eq!(client.get("/verify").status, 200);
    let reply = client.get("/verify");
    assert_eq!((reply.status, reply.body.as_slice()), (503, b"down".as_slice()));
    assert_eq!(reply.header("retry-after"), Some("7"));
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(client.get("/verify").status, 200);
    assert_eq!(sandbox.calls(), 2);

    let sandbox = faulty(When::First(1), status(true));
    assert_eq!(Client::new(&sandbox).get("/verify").status, 503);
    assert_eq!((sandbox.calls(), sandbox.spent()), (1, 1));
}

#[test]
fn a_reset_before_processing_leaves_no_trace_but_the_record() {
    let sandbox = faulty(When::First(1), Fault::ResetBefore);
    let client = Client::new(&sandbox);
    let broken = client.attempt("GET", "/verify", None).unwrap_err();
    assert_eq!((broken.kind, broken.received.as_slice()), (ErrorKind::ConnectionReset, &[][..]));
    assert_eq!((sandbox.calls(), ending(&sandbox)), (0, (Ending::Reset, false)));
    assert_eq!(client.get("/verify").status, 200);
    assert_eq!(sandbox.counters().aborted, 0);
}

#[test]
fn a_reset_after_processing_loses_the_answer_of_a_counted_call() {
    let sandbox = Sandbox::start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let rule = FaultRule::new("products.create", When::Always, Fault::ResetAfter);
    sandbox.fault(sandbox.team(), &rule).unwrap();
    let body = json!({"name": "Audit", "description": "A review of contracts."});
    let broken = client.attempt("POST", "/products", Some(&body)).unwrap_err();
    assert_eq!((broken.kind, broken.received.len()), (ErrorKind::ConnectionReset, 0));
    assert_eq!((sandbox.calls(), sandbox.spent(), ending(&sandbox)), (1, 1, (Ending::Reset, true)));
    assert_eq!(sandbox.state(sandbox.team()).unwrap().records.products, 1);
}

#[test]
fn a_cut_body_announces_more_than_it_sends() {
    let sandbox = faulty(When::Always, Fault::CutBody { at: Some(9) });
    let broken = Client::new(&sandbox).attempt("GET", "/verify", None).unwrap_err();
    let text = String::from_utf8(broken.received).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(head.contains("content-length: 81"), "{head}");
    assert_eq!(body.len(), 9);
    assert_eq!(broken.kind, ErrorKind::UnexpectedEof);
    assert_eq!(sandbox.calls(), 1);
}

#[test]
fn a_cut_beyond_the_end_still_cuts() {
    let sandbox = faulty(When::Always, Fault::CutBody { at: Some(10_000) });
    let broken = Client::new(&sandbox).attempt("GET", "/verify", None).unwrap_err();
    assert!(String::from_utf8_lossy(&broken.received).contains("content-length: 82"));
}

#[test]
fn wrong_json_and_wrong_content_types() {
    let sandbox = faulty(When::First(1), Fault::WrongJson);
    let client = Client::new(&sandbox);
    let reply = client.get("/verify");
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_err());
    sandbox.clear_faults(sandbox.team()).unwrap();
    let fault = Fault::WrongContentType { content_type: None };
    sandbox.fault(sandbox.team(), &FaultRule::new("*", When::Always, fault)).unwrap();
    let reply = client.get("/verify");
    assert_eq!(reply.header("content-type"), Some("text/html"));
    assert_eq!(reply.json()["status"], "success");
}

#[test]
fn delays_hold_the_call_before_or_the_answer_after() {
    let sandbox = faulty(When::Nth(1), Fault::DelayBefore { ms: 40 });
    let later = FaultRule::new("verify", When::Nth(2), Fault::DelayAfter { ms: 40 });
    sandbox.fault(sandbox.team(), &later).unwrap();
    let client = Client::new(&sandbox);
    let start = Instant::now();
    let mut connection = client.begin("GET", "/verify", None);
    until("the request", || sandbox.counters().in_flight == 1);
    assert_eq!(sandbox.calls(), 0);
    assert_eq!(connection.reply().unwrap().status, 200);
    assert!(start.elapsed() >= Duration::from_millis(40));
    let mut connection = client.begin("GET", "/verify", None);
    until("the processing", || sandbox.calls() == 2);
    assert_eq!(sandbox.counters().in_flight, 1);
    assert_eq!(connection.reply().unwrap().status, 200);
    assert_eq!(sandbox.counters().in_flight, 0);
}

#[test]
fn a_client_that_goes_away_is_counted_as_aborted() {
    let sandbox = faulty(When::Always, Fault::Hang { after: false });
    let waiting = Client::new(&sandbox).begin("GET", "/verify", None);
    until("the request", || sandbox.counters().in_flight == 1);
    assert_eq!(ending(&sandbox).0, Ending::Open);
    drop(waiting);
    until("the abort", || sandbox.counters().aborted == 1);
    assert_eq!((sandbox.counters().in_flight, sandbox.calls()), (0, 0));
    assert_eq!(ending(&sandbox).0, Ending::Aborted);

    let sandbox = faulty(When::Always, Fault::Hang { after: true });
    let waiting = Client::new(&sandbox).begin("GET", "/verify", None);
    until("the processing", || sandbox.calls() == 1);
    drop(waiting);
    until("the abort", || sandbox.counters().aborted == 1);
}

#[test]
fn half_a_request_is_an_abort_too() {
    let sandbox = Sandbox::start_blocking().unwrap();
    let mut connection = Connection::open(&sandbox);
    let head = format!(
        "POST /v1/products HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Length: 50\r\n\r\n{{",
        sandbox.api_key(),
    );
    connection.write(head.as_bytes());
    until("the request", || sandbox.counters().in_flight == 1);
    drop(connection);
    until("the abort", || sandbox.counters().aborted == 1);
    assert_eq!(sandbox.calls(), 0);
}

#[test]
fn stopping_releases_hanging_clients() {
    let sandbox = faulty(When::Always, Fault::Hang { after: false });
    let mut waiting = Client::new(&sandbox).begin("GET", "/verify", None);
    until("the request", || sandbox.counters().in_flight == 1);
    sandbox.stop();
    assert!(waiting.reply().is_err());
}
