//! The binary: what it prints and when it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

fn started(arguments: &[&str]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kakiyo-sandbox"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line)
}

#[test]
fn it_prints_where_it_is_and_ends_with_its_parent() {
    let key = "k".repeat(40);
    let keys = ["--api-key", &key, "--kaiko-api-key", "kaiko_test_1"];
    let (mut child, line) = started(&[&["--json", "--until-stdin-closes"], &keys[..]].concat());
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["apiKey"], key.as_str());
    assert_eq!(line["team"], "k".repeat(20));
    let origin = line["origin"].as_str().unwrap();
    assert_eq!(line["baseUrl"], format!("{origin}/v1"));
    assert_eq!(line["kaikoBaseUrl"], origin);
    assert_eq!(line["kaikoApiKey"], "kaiko_test_1");
    assert!(TcpStream::connect(origin.trim_start_matches("http://")).is_ok());
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_readable_line_names_address_and_key() {
    let (mut child, line) = started(&["--profile", "tiered", "--until-stdin-closes"]);
    assert!(line.starts_with("Kakiyo sandbox at http://127.0.0.1:"), "{line}");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn limits_are_chosen_at_the_start() {
    let (mut child, line) = started(&[
        "--json",
        "--until-stdin-closes",
        "--limit-model",
        "fixed:12.5",
        "--rate-limit-headers",
        "--kaiko-limit-model",
        "token_bucket:10",
        "--kaiko-window",
        "5",
        "--foreign",
        "verify=14",
        "--foreign",
        "dnc.batch=1",
    ]);
    let line: Value = serde_json::from_str(&line).unwrap();
    let host = line["origin"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let settings = |team: &str| {
        let mut stream = TcpStream::connect(&host).unwrap();
        let target = format!("/_sandbox/state?team={team}");
        write!(stream, "GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let state: Value = serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
        state["settings"].clone()
    };
    let kakiyo = settings(line["team"].as_str().unwrap());
    assert_eq!((&kakiyo["limitModel"], &kakiyo["rateLimitHeaders"]), (&json!("fixed:12.5"), &json!(true)));
    assert_eq!(kakiyo["foreign"]["calls"], json!({"verify": 14, "dnc.batch": 1}));
    let kaiko = settings(line["kaikoApiKey"].as_str().unwrap());
    assert_eq!((&kaiko["limitModel"], &kaiko["window"]), (&json!("token_bucket:10"), &json!(5.0)));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn impossible_arguments_are_refused() {
    for arguments in [
        ["--time-scale", "0"],
        ["--window", "-1"],
        ["--api-key", "short"],
        ["--kaiko-api-key", "short"],
        ["--kaiko-profile", "seed"],
        ["--limit-model", "daily"],
        ["--kaiko-limit-model", "token_bucket:0"],
        ["--foreign", "verify"],
        ["--foreign", "nothing=3"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kakiyo-sandbox"));
        let ended = command.args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(!ended.status.success(), "{arguments:?}");
    }
}
