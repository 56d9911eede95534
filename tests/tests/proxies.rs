//! Proxies: the option, the usual variables, and that this machine's own addresses never go through the latter.
//!
//! Variables are read by a child process: this test's own program, started again for one of its tests.
#![cfg(test)]

use std::process::Command;
use std::time::Duration;

use kakiyo::{Kakiyo, Limits};
use kakiyo_sandbox::Sandbox;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;

const CHILD: &str = "KAKIYO_TEST_CHILD_URL";

fn client(base_url: &str) -> kakiyo::Builder {
    Kakiyo::builder()
        .api_key("k".repeat(40))
        .base_url(base_url)
        .limits(Limits::unlimited())
        .max_retries(0)
        .timeout(Duration::from_secs(5))
}

/// Gives the first line of the first request that reaches this proxy, and hangs up.
async fn first_line(listener: &TcpListener) -> String {
    let accepted = tokio::time::timeout(Duration::from_secs(10), listener.accept());
    let (stream, _) = accepted.await.expect("nothing came to the proxy").unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.unwrap();
    line
}

#[tokio::test]
async fn the_option_names_the_proxy_of_all_requests() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://user:hunter2@{}", listener.local_addr().unwrap());
    let client = client("https://api.example.invalid/v1").proxy(proxy).build().unwrap();
    assert!(!format!("{client:?}").contains("hunter2"));
    let (line, result) = tokio::join!(first_line(&listener), client.verify());
    assert!(line.starts_with("CONNECT api.example.invalid:443 "), "{line}");
    assert!(!format!("{:?}", result.unwrap_err()).contains("hunter2"));
}

#[tokio::test]
async fn the_usual_variable_names_the_proxy() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let child =
        tokio::task::spawn_blocking(move || child("https://api.example.invalid/v1", "HTTPS_PROXY", &address));
    let line = first_line(&listener).await;
    assert!(line.starts_with("CONNECT api.example.invalid:443 "), "{line}");
    assert!(!child.await.unwrap(), "the call through a proxy that hangs up cannot succeed");
}

#[tokio::test]
async fn this_machine_is_never_reached_through_the_variables() {
    let sandbox = Sandbox::builder().api_key("k".repeat(40)).start().await.unwrap();
    let url = sandbox.base_url();
    // Nothing listens at this proxy: a call that goes there fails.
    let succeeded =
        tokio::task::spawn_blocking(move || child(&url, "HTTP_PROXY", "http://127.0.0.1:9")).await.unwrap();
    assert!(succeeded);
    assert_eq!(sandbox.calls(), 1);
}

/// Runs [`one_call`] in a process with this variable; whether its call succeeded.
fn child(url: &str, variable: &str, value: &str) -> bool {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "one_call", "--quiet"])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env(CHILD, url)
        .env(variable, value)
        .env(variable.to_lowercase(), value)
        .output()
        .unwrap()
        .status
        .success()
}

/// The child's part; on its own it has nothing to do.
#[tokio::test]
async fn one_call() {
    if let Ok(url) = std::env::var(CHILD) {
        client(&url).build().unwrap().verify().await.unwrap();
    }
}
