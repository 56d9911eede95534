//! Two hosts that share a Redis server: never throttled by the sandbox's own count, whatever happens to the scripts.
#![cfg(test)]

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kakiyo::{Kakiyo, Limit, LimitGroup, Limits, Secret, StoreChoice};
use kakiyo_sandbox::Sandbox;

const WINDOW: Duration = Duration::from_secs(3);
const ALLOWED: u64 = 60;

struct Server(Child, u16);

impl Server {
    /// None where there is no `redis-server`.
    fn start() -> Option<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let started = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"])
            .arg(std::env::temp_dir())
            .stdout(Stdio::null())
            .spawn();
        let Ok(child) = started else {
            assert!(
                std::env::var("CI").is_err(),
                "redis-server is not installed, and CI must not skip its tests"
            );
            let words = "SKIPPED: redis-server is not on the PATH, so sharing over Redis is NOT TESTED\n";
            std::io::stderr().write_all(words.as_bytes()).unwrap();
            return None;
        };
        Some(Self(child, port))
    }

    /// Asks the server by its own command line tool.
    fn tell(&self, words: &[&str]) {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.1.to_string()]).args(words).stdout(Stdio::null());
        assert!(command.status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Clients with different time-outs have no memory in common, as if they were on different hosts.
fn host(server: &Server, sandbox: &Sandbox, number: u64) -> Kakiyo {
    let url = Secret::from(format!("redis://127.0.0.1:{}", server.1));
    let store = StoreChoice::Redis { url, timeout: Duration::from_secs(5 + number), fail_open: false };
    let each = Limit::new(LimitGroup::EachOperation, 60).window(WINDOW).max_in_flight(Duration::from_secs(1));
    Kakiyo::builder()
        .api_key(sandbox.api_key())
        .base_url(sandbox.base_url())
        .limits(Limits::custom(vec![each]))
        .store(store)
        .build()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_that_share_a_server_are_never_throttled() {
    let Some(server) = Server::start() else { return };
    let sandbox = Sandbox::builder().window(WINDOW).credits(100_000).start().await.unwrap();
    let hosts: Vec<_> = (0..4).map(|number| host(&server, &sandbox, number)).collect();
    // A server that was started a moment ago may have had a record before: the first call waits that long.
    hosts[0].verify().await.unwrap();
    let until = Instant::now() + WINDOW * 6;
    let callers = (0..32_usize).map(|caller| {
        let client = hosts[caller % hosts.len()].clone();
        tokio::spawn(async move {
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                match client.verify().max_wait(left).await {
                    Ok(_) => {}
                    Err(error) if error.kind() == kakiyo::ErrorKind::WaitRefused => break,
                    Err(error) => panic!("{error}"),
                }
            }
        })
    });
    let callers: Vec<_> = callers.collect();
    tokio::time::sleep(WINDOW).await;
    server.tell(&["SCRIPT", "FLUSH"]);
    server.tell(&["CLIENT", "KILL", "TYPE", "normal"]);
    for caller in callers {
        caller.await.unwrap();
    }
    println!("served {} of {}", sandbox.calls(), ALLOWED * 6);
    assert_eq!(sandbox.rejections(), 0);
    assert!(sandbox.calls() * 100 >= ALLOWED * 6 * 95, "served {} of {}", sandbox.calls(), ALLOWED * 6);
}
