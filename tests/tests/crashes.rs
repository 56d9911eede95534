//! Never overspent, nothing of the allowance lost: a process dies between any two steps of a call, and others go on.
//!
//! The steps are enumerated, not sampled. A child of this test makes calls over a transport of its own and aborts at
//! one step of one call: with the reservation made and nothing sent, with the request sent and not answered, with the
//! answer there and not booked. What the sandbox counted is compared with the cap.
#![cfg(test)]
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use kakiyo::transport::{Failure, Incoming, Outgoing, Transport};
use kakiyo::{Budget, ErrorKind, Kakiyo, Limit, LimitGroup, Limits, Per, StoreChoice};
use kakiyo_sandbox::Sandbox;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const CAP: u64 = 40;
/// More than the cap, so that calls are refused beside those that die.
const CALLERS: u32 = 1_000;

/// Where a process dies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Slot and price are reserved, nothing is sent.
    Reserved,
    /// The request is sent.
    Sent,
    /// The answer has come, nothing is booked.
    Answered,
    /// Everything is booked: the next call has begun.
    Settled,
}

const STEPS: [Step; 4] = [Step::Reserved, Step::Sent, Step::Answered, Step::Settled];

/// Plain HTTP over one connection a call, with a death at one step of one call.
#[derive(Debug)]
struct Deadly {
    step: Step,
    call: u32,
    made: AtomicU32,
}

impl Deadly {
    async fn exchange(&self, request: Outgoing) -> std::io::Result<Incoming> {
        let number = self.made.fetch_add(1, Ordering::SeqCst);
        let die = |step: Step| {
            let settled = self.step == Step::Settled && step == Step::Reserved && number == self.call + 1;
            if settled || (self.step == step && number == self.call) {
                std::process::abort();
            }
        };
        die(Step::Reserved);
        let host = format!("{}:{}", request.url.host_str().unwrap(), request.url.port().unwrap());
        let mut stream = tokio::net::TcpStream::connect(&host).await?;
        let mut text = format!(
            "{} {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n",
            request.method,
            request.url.path()
        );
        for (name, value) in &request.headers {
            text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        text.push_str("\r\n");
        stream.write_all(text.as_bytes()).await?;
        stream.flush().await?;
        if self.step == Step::Sent && number == self.call {
            // Long enough for the server to have it.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        die(Step::Sent);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        die(Step::Answered);
        let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
        let body =
            answer.windows(4).position(|window| window == b"\r\n\r\n").map(|end| answer.split_off(end + 4));
        Ok(Incoming { status, headers: http::HeaderMap::new(), body: body.unwrap_or_default().into() })
    }
}

impl Transport for Deadly {
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Incoming, Failure>> {
        Box::pin(async move {
            self.exchange(request).await.map_err(|error| Failure {
                sent: true,
                timed_out: false,
                status: None,
                message: error.to_string(),
            })
        })
    }
}

/// After this the lease of a dead process is over: its time-out, and how long a call may be counted after that.
const LEASE: Duration = Duration::from_millis(1_050);

fn builder(base_url: &str, key: &str, folder: &Path) -> kakiyo::Builder {
    Kakiyo::builder()
        .base_url(base_url)
        .api_key(key)
        .limits(Limits::custom(vec![
            Limit::new(LimitGroup::EachOperation, 1_000_000).max_in_flight(Duration::from_millis(100)),
        ]))
        .timeout(Duration::from_millis(900))
        .store(StoreChoice::Host { folder: Some(folder.to_owned()) })
        .max_retries(0)
}

/// What a process keeps to.
fn kept(builder: kakiyo::Builder, guard: &str) -> kakiyo::Builder {
    match guard {
        "cap" => builder.budget(Budget::new(CAP).per(Per::Ever)),
        "floor" => builder.balance(1_000).floor(1_000 - CAP),
        _ => builder,
    }
}

async fn at_once(client: &Kakiyo, calls: u32) -> Vec<Option<ErrorKind>> {
    let calls = (0..calls).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.verify().await.err().map(|error| error.kind()) })
    });
    futures::future::join_all(calls).await.into_iter().map(Result::unwrap).collect()
}

/// Run by the tests below in a process of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child of the other tests"]
async fn child() {
    let variable = |name: &str| std::env::var(name).unwrap();
    let step = STEPS[variable("STEP").parse::<usize>().unwrap()];
    let deadly = Deadly { step, call: variable("CALL").parse().unwrap(), made: AtomicU32::new(0) };
    let builder = builder(&variable("URL"), &variable("KEY"), Path::new(&variable("FOLDER")));
    let client = kept(builder, &variable("GUARD")).transport(Arc::new(deadly)).build().unwrap();
    at_once(&client, CALLERS).await;
}

/// Makes calls in another process until it dies.
fn dies(sandbox: &Sandbox, folder: &Path, guard: &str, step: usize, call: u32) {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .envs([
            ("URL", sandbox.base_url()),
            ("KEY", sandbox.api_key().to_owned()),
            ("GUARD", guard.to_owned()),
        ])
        .envs([("STEP", step.to_string()), ("CALL", call.to_string())])
        .env("FOLDER", folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success(), "{:?} of call {call}: the child lived", STEPS[step]);
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("kakiyo-crashes-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cap_outlives_every_crash_and_nothing_of_it_is_lost() {
    for (step, name) in STEPS.iter().enumerate() {
        // The first call, one in the middle, the last that fits.
        for call in [0, 17, 38] {
            let what = format!("{name:?} of call {call}");
            let sandbox = Sandbox::builder().unlimited().credits(10_000).start().await.unwrap();
            let folder = folder(&format!("cap-{step}-{call}"));
            dies(&sandbox, &folder, "cap", step, call);
            let client =
                kept(builder(&sandbox.base_url(), sandbox.api_key(), &folder), "cap").build().unwrap();
            let outcomes = at_once(&client, CALLERS).await;
            assert!(sandbox.spent() <= CAP, "{what}: {} credits of {CAP}", sandbox.spent());
            assert!(
                outcomes.iter().flatten().all(|kind| *kind == ErrorKind::BudgetRefused),
                "{what}: {outcomes:?}"
            );
            // Whoever died left reservations, which count as spent until somebody says what was charged. What a call
            // under way holds, and the dead seem to be under way for the time of a lease, no word sets free.
            tokio::time::sleep(LEASE).await;
            client.reconcile("team/ever", sandbox.spent()).await.unwrap();
            at_once(&client, CALLERS).await;
            assert_eq!(sandbox.spent(), CAP, "{what}: some of the allowance is lost");
            std::fs::remove_dir_all(&folder).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_floor_outlives_every_crash_and_nothing_above_it_is_lost() {
    for (step, name) in STEPS.iter().enumerate() {
        let what = format!("{name:?}");
        let sandbox = Sandbox::builder().unlimited().credits(1_000).start().await.unwrap();
        let folder = folder(&format!("floor-{step}"));
        dies(&sandbox, &folder, "floor", step, 17);
        let client = kept(builder(&sandbox.base_url(), sandbox.api_key(), &folder), "floor").build().unwrap();
        at_once(&client, CALLERS).await;
        assert!(sandbox.spent() <= CAP, "{what}: {} credits of {CAP}", sandbox.spent());
        // What the dead hold is theirs to the end of the lease; then the number from the dashboard is what counts.
        tokio::time::sleep(LEASE).await;
        let left = 1_000 - sandbox.spent();
        client.declare_balance(left).await.unwrap();
        at_once(&client, CALLERS).await;
        assert_eq!(sandbox.spent(), CAP, "{what}: some of what is above the floor is lost");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_latch_outlives_every_crash() {
    for (step, name) in STEPS.iter().enumerate() {
        let what = format!("{name:?}");
        let sandbox = Sandbox::builder().unlimited().credits(5).start().await.unwrap();
        let folder = folder(&format!("latch-{step}"));
        dies(&sandbox, &folder, "latch", step, 3);
        let client = builder(&sandbox.base_url(), sandbox.api_key(), &folder).build().unwrap();
        // One after another: the first 402 closes the latch, if the dead had not met one.
        while client.verify().await.is_ok() {}
        let met = sandbox.counters().out_of_credits;
        for _ in 0..20 {
            assert_eq!(client.verify().await.unwrap_err().kind(), ErrorKind::OutOfCredits, "{what}");
        }
        assert_eq!(sandbox.counters().out_of_credits, met, "{what}: calls went out beneath the latch");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
