//! Waiting for an import on virtual time: how often it looks, what it makes of limits, and how it ends before the import.
#![cfg(test)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use kakiyo::transport::{Failure, Incoming, Outgoing, Transport};
use kakiyo::{
    CallOptions, CancelToken, Credits, Error, ErrorKind, Kakiyo, Limit, LimitGroup, Limits, WaitForImport,
};
use serde_json::json;
use tokio::time::Instant;

/// An import that handles its rows at an even speed, from the first moment of the test.
#[derive(Debug)]
struct Importing {
    begun: Instant,
    total: u64,
    rows_a_minute: u64,
    looks: AtomicU32,
}

impl Importing {
    fn new(total: u64, rows_a_minute: u64) -> Arc<Self> {
        Arc::new(Self { begun: Instant::now(), total, rows_a_minute, looks: AtomicU32::new(0) })
    }

    fn looks(&self) -> u32 {
        self.looks.load(Ordering::SeqCst)
    }

    fn client(self: &Arc<Self>, limits: Limits) -> Kakiyo {
        Kakiyo::builder()
            // A team of its own for each test, so that no test shares quota with another.
            .api_key(format!("{:x<40}", self.rows_a_minute * 1_000_000 + self.total))
            .base_url("http://127.0.0.1:9/v1")
            .limits(limits)
            .transport(Arc::clone(self) as Arc<dyn Transport>)
            .build()
            .unwrap()
    }
}

impl Transport for Importing {
    fn send(&self, _: Outgoing) -> BoxFuture<'_, Result<Incoming, Failure>> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        let seconds = self.begun.elapsed().as_secs();
        let processed = (seconds * self.rows_a_minute / 60).min(self.total);
        let body = json!({"status": "processing", "processed": processed, "total": self.total}).to_string();
        let answer = Incoming { status: 200, headers: http::HeaderMap::new(), body: Bytes::from(body) };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

fn three_a_minute() -> Limits {
    Limits::custom(vec![Limit::new(LimitGroup::EachOperation, 3)])
}

#[track_caller]
fn kind(error: &Error, kind: ErrorKind, looks: u32) {
    assert_eq!((error.kind(), error.attempts()), (kind, looks), "{error:?}");
    assert_eq!(error.credits(), Credits::exactly(looks));
    assert_eq!(error.operation(), Some("prospects.wait_for_import"));
    assert!(error.is_safe_to_retry());
}

#[tokio::test(start_paused = true)]
async fn the_speed_of_an_import_spares_looks() {
    let import = Importing::new(100, 60);
    let done = import.client(Limits::unlimited()).prospects().wait_for_import("l").await.unwrap();
    let took = import.begun.elapsed().as_secs();
    assert!(done.finished);
    // 100 seconds of work: a look every 2 seconds would have been 50.
    assert!(import.looks() <= 9, "{} looks", import.looks());
    assert!((100..=106).contains(&took), "{took} s");
    assert_eq!(
        (done.meta().attempts, done.meta().credits),
        (import.looks(), Credits::exactly(import.looks()))
    );
    assert_eq!(done.meta().elapsed.as_secs(), took);
}

#[tokio::test(start_paused = true)]
async fn an_import_that_never_ends_is_given_up_at_the_deadline() {
    let import = Importing::new(101, 0);
    let error = import.client(Limits::unlimited()).prospects().wait_for_import("l").await.unwrap_err();
    kind(&error, ErrorKind::Timeout, import.looks());
    assert_eq!(import.begun.elapsed().as_secs(), 900);
    assert!((20..=40).contains(&import.looks()), "{} looks", import.looks());
    // What was seen is told, and the last answer is at hand.
    assert!(error.to_string().contains("0 of 101 rows handled"), "{error}");
    assert!(error.body().is_some_and(|body| body.starts_with(b"{")));
}

#[tokio::test(start_paused = true)]
async fn a_scarce_quota_is_not_eaten_up() {
    let import = Importing::new(102, 0);
    let wait = WaitForImport::new("l").deadline_seconds(300.0);
    let error = import.client(three_a_minute()).prospects().wait_for_import(wait).await.unwrap_err();
    kind(&error, ErrorKind::Timeout, import.looks());
    // One look in 30 seconds leaves a third of the quota to others.
    assert!(import.looks() <= 11, "{} looks", import.looks());
}

#[tokio::test(start_paused = true)]
async fn a_slot_after_the_deadline_is_not_waited_for() {
    let import = Importing::new(103, 0);
    let client = import.client(three_a_minute());
    for _ in 0..3 {
        client.prospects().import_status("l").await.unwrap();
    }
    let begun = Instant::now();
    let wait = WaitForImport::new("l").deadline_seconds(20.0);
    let error = client.prospects().wait_for_import(wait).await.unwrap_err();
    kind(&error, ErrorKind::Timeout, 0);
    assert!(error.to_string().contains("nothing was seen"), "{error}");
    assert!(begun.elapsed() <= Duration::from_secs(20));
    // A refusal that the caller asked for stays one.
    let error = client.prospects().wait_for_import("l").max_wait(Duration::ZERO).await.unwrap_err();
    kind(&error, ErrorKind::WaitRefused, 0);
}

#[tokio::test(start_paused = true)]
async fn cancelled_between_two_looks() {
    let import = Importing::new(104, 0);
    let client = import.client(Limits::unlimited());
    let token = Arc::new(CancelToken::new());
    let options = CallOptions::new().cancelled_by(Arc::clone(&token));
    let (outcome, ()) =
        tokio::join!(client.prospects().wait_for_import("l").options(options).send(), async {
            tokio::time::sleep(Duration::from_secs(4)).await;
            token.cancel();
        });
    let error = outcome.unwrap_err();
    kind(&error, ErrorKind::Cancelled, 1);
    assert!(error.to_string().contains("the import goes on"), "{error}");
    assert_eq!(import.begun.elapsed().as_secs(), 4);
    // So does the token that stands in the client's defaults.
    let token = Arc::new(CancelToken::new());
    token.cancel();
    let client = client.with_options(CallOptions::new().cancelled_by(token)).unwrap();
    kind(&client.prospects().wait_for_import("l").await.unwrap_err(), ErrorKind::Cancelled, 0);
    assert_eq!(import.begun.elapsed().as_secs(), 4);
}
