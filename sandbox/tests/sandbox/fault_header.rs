//! Faults that a request asks for itself.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use kakiyo_sandbox::{Fault, FaultRule, Sandbox, When};
use serde_json::json;

use crate::client::{Broken, Connection, Reply, still, until};

fn begin(sandbox: &Sandbox, headers: &[&str]) -> Connection {
    let authorization = format!("Bearer {}", sandbox.api_key());
    let mut all = vec![("Authorization", authorization.as_str())];
    all.extend(headers.iter().map(|value| ("X-Sandbox-Fault", *value)));
    let mut connection = Connection::open(sandbox);
    connection.request("GET", "/v1/verify", &all, b"");
    connection
}

fn verify(sandbox: &Sandbox, fault: &str) -> Result<Reply, Broken> {
    begin(sandbox, &[fault]).reply()
}

#[test]
fn a_status_comes_before_or_after_the_call() {
    let sandbox = still();
    let reply = verify(&sandbox, "status=503; retry-after=7").unwrap();
    assert_eq!((reply.status, reply.header("retry-after"), reply.body.len()), (503, Some("7"), 0));
    assert_eq!(sandbox.calls(), 0);
    assert_eq!(verify(&sandbox, "status-after=500").unwrap().status, 500);
    assert_eq!(sandbox.calls(), 1);
    // Only this one request is meant.
    assert_eq!(verify(&sandbox, "").unwrap().status, 200);
}

#[test]
fn connections_are_reset_cut_and_hung_up_on() {
    let sandbox = still();
    for (fault, calls) in [("reset=before", 0), ("reset=after", 1)] {
        assert_eq!(verify(&sandbox, fault).unwrap_err().kind, ErrorKind::ConnectionReset, "{fault}");
        assert_eq!(sandbox.calls(), calls, "{fault}");
    }
    let cut = String::from_utf8(verify(&sandbox, "cut=9").unwrap_err().received).unwrap();
    assert_eq!(cut.split_once("\r\n\r\n").unwrap().1.len(), 9);
    let waiting = begin(&sandbox, &["hang=after"]);
    until("the processing", || sandbox.calls() == 3);
    drop(waiting);
    until("the abort", || sandbox.counters().aborted == 1);
}

#[test]
fn several_headers_and_rules_add_up() {
    let sandbox = still();
    let rule = FaultRule::new("verify", When::Always, Fault::DelayBefore { ms: 20 });
    sandbox.fault(sandbox.team(), &rule).unwrap();
    let start = Instant::now();
    let mut connection = begin(&sandbox, &["delay=20ms", "delay-after=20ms; wrong-content-type"]);
    let reply = connection.reply().unwrap();
    assert!(start.elapsed() >= Duration::from_millis(60));
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/html")));
    // A rule was there first.
    let rule = FaultRule::new("verify", When::Always, Fault::ResetBefore);
    sandbox.fault(sandbox.team(), &rule).unwrap();
    assert!(verify(&sandbox, "status=503").is_err());
}

#[test]
fn a_misspelt_fault_is_refused_and_costs_nothing() {
    let sandbox = still();
    let reply = verify(&sandbox, "explode").unwrap();
    assert_eq!(reply.refusal(), (400, "invalid_sandbox_fault".to_owned()));
    assert_eq!((sandbox.calls(), sandbox.spent()), (0, 0));
    let nobody = {
        let mut connection = Connection::open(&sandbox);
        connection.request("GET", "/v1/verify", &[("x-sandbox-fault", "status=504")], b"");
        connection.reply().unwrap()
    };
    assert_eq!(nobody.status, 504);
    // A script knows better.
    sandbox.control("POST", "/_sandbox/script", json!({"answers": [{"status": 204}]})).unwrap();
    assert_eq!(verify(&sandbox, "status=503").unwrap().status, 204);
    // Steering is never subject to faults.
    let mut connection = Connection::open(&sandbox);
    connection.request("GET", "/_sandbox/state", &[("x-sandbox-fault", "status=504")], b"");
    assert_eq!(connection.reply().unwrap().status, 200);
}
