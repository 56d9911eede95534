//! The client around its calls: keys from a provider, dropped calls, waiting without a runtime, the raw door.
#![cfg(test)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kakiyo::{CallOptions, ErrorKind, Kakiyo, KeyProvider, Limit, LimitGroup, Limits, Secret};
use kakiyo_sandbox::{Fault, FaultRule, Sandbox, When};

fn builder(sandbox: &Sandbox) -> kakiyo::Builder {
    Kakiyo::builder()
        .base_url(sandbox.base_url())
        .limits(Limits::unlimited())
        .retry_delay(Duration::from_millis(1))
}

/// Gives these keys one after another, the last one for ever, and counts how often it was asked.
fn provider(keys: &[&str]) -> (KeyProvider, Arc<AtomicUsize>) {
    let keys: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let provider: KeyProvider = Arc::new(move || {
        let key = keys[counter.fetch_add(1, Ordering::SeqCst).min(keys.len() - 1)].clone();
        Box::pin(async move { Ok(Secret::from(key)) })
    });
    (provider, asked)
}

#[tokio::test]
async fn a_key_provider_is_asked_when_needed_and_once_more_after_401() {
    let sandbox = Sandbox::start().await.unwrap();
    let (provider, asked) = provider(&["x".repeat(40).as_str(), sandbox.api_key()]);
    let kakiyo = builder(&sandbox).api_key_provider(provider).build().unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 0, "asked before the first call");
    let verified = kakiyo.verify().await.unwrap();
    assert_eq!((asked.load(Ordering::SeqCst), verified.meta().attempts), (2, 2));
    kakiyo.verify().await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2, "a good key is kept");
}

#[tokio::test]
async fn a_provider_without_a_good_key_is_asked_no_third_time() {
    let sandbox = Sandbox::start().await.unwrap();
    let (provider, asked) = provider(&["x".repeat(40).as_str()]);
    let kakiyo = builder(&sandbox).api_key_provider(provider).build().unwrap();
    let error = kakiyo.verify().await.unwrap_err();
    assert_eq!((error.kind(), asked.load(Ordering::SeqCst)), (ErrorKind::Auth, 2));
}

#[tokio::test]
async fn a_failing_provider_is_told_without_sending() {
    let sandbox = Sandbox::start().await.unwrap();
    let failing: KeyProvider = Arc::new(|| Box::pin(async { Err("the vault is closed".to_owned()) }));
    let error = builder(&sandbox).api_key_provider(failing).build().unwrap().verify().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.to_string().contains("the vault is closed"), "{error}");
    assert_eq!(error.attempts(), 0);
}

#[tokio::test]
async fn what_was_sent_before_the_provider_failed_is_told() {
    let sandbox = Sandbox::start().await.unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let failing: KeyProvider = Arc::new(move || {
        let first = asked.fetch_add(1, Ordering::SeqCst) == 0;
        Box::pin(async move {
            if first { Ok(Secret::from("x".repeat(40))) } else { Err("the vault is closed".to_owned()) }
        })
    });
    let error = builder(&sandbox).api_key_provider(failing).build().unwrap().verify().await.unwrap_err();
    assert!(error.to_string().contains("the vault is closed"), "{error}");
    assert_eq!((error.attempts(), error.credits().max), (1, 1));
}

#[tokio::test]
async fn building_a_client_opens_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let kakiyo = builder(&sandbox).api_key(sandbox.api_key()).build().unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(sandbox.counters().connections, 0);
    kakiyo.verify().await.unwrap();
    assert_eq!(sandbox.counters().connections, 1);
}

#[tokio::test]
async fn a_dropped_call_ends_on_the_wire_and_keeps_its_slot() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .fault(sandbox.team(), &FaultRule::new("verify", When::Nth(1), Fault::Hang { after: false }))
        .unwrap();
    let limits = Limits::custom(vec![Limit::new(LimitGroup::EachOperation, 10)]);
    let kakiyo = builder(&sandbox).api_key(sandbox.api_key()).limits(limits).build().unwrap();
    let dropped = tokio::time::timeout(Duration::from_millis(200), kakiyo.verify().send()).await;
    assert!(dropped.is_err(), "the call was not dropped under way");
    let guard = Instant::now();
    while sandbox.counters().aborted == 0 {
        assert!(guard.elapsed() < Duration::from_secs(5), "the connection stayed open");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let next = kakiyo.verify().await.unwrap();
    assert_eq!(next.meta().quota_left, Some(8), "the dropped call may count: its slot stays taken");
}

#[test]
fn calls_can_be_waited_for_without_a_runtime() {
    let sandbox = Sandbox::builder().unlimited().start_blocking().unwrap();
    let kakiyo = builder(&sandbox).api_key(sandbox.api_key()).build().unwrap();
    assert!(kakiyo.verify().wait().unwrap().status.is_some());
    assert_eq!(kakiyo.campaigns().list().into_iter_blocking().count(), 0);
}

#[tokio::test]
async fn waiting_inside_a_runtime_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let kakiyo = builder(&sandbox).api_key(sandbox.api_key()).build().unwrap();
    assert_eq!(kakiyo.verify().wait().unwrap_err().kind(), ErrorKind::Config);
    assert_eq!(sandbox.calls(), 0);
}

#[tokio::test]
async fn raw_calls_of_known_routes_share_their_quota() {
    let sandbox = Sandbox::start().await.unwrap();
    let limits = Limits::custom(vec![Limit::new(LimitGroup::EachOperation, 10)]);
    let kakiyo = builder(&sandbox).api_key(sandbox.api_key()).limits(limits).build().unwrap();
    kakiyo.verify().await.unwrap();
    let raw = kakiyo.raw("GET", "/verify", &[], None, &CallOptions::new()).await.unwrap();
    assert_eq!(raw.meta().quota_left, Some(8));
    assert!(raw.starts_with(b"{"));
}

#[tokio::test]
async fn options_of_a_copy_leave_the_original_alone() {
    let sandbox = Sandbox::start().await.unwrap();
    let kakiyo = builder(&sandbox).api_key(sandbox.api_key()).build().unwrap();
    let mut options = CallOptions::new();
    options.extra_headers = vec![("x-trace".to_owned(), "7".to_owned())];
    kakiyo.with_options(options).unwrap().verify().await.unwrap();
    kakiyo.verify().await.unwrap();
    let traced: Vec<bool> = sandbox
        .requests(sandbox.team())
        .unwrap()
        .iter()
        .map(|request| request.headers.iter().any(|(name, _)| name == "x-trace"))
        .collect();
    assert_eq!(traced, [true, false]);
}

#[tokio::test]
async fn defaults_of_a_copy_are_judged_when_it_is_made() {
    let sandbox = Sandbox::start().await.unwrap();
    let kakiyo = builder(&sandbox).api_key(sandbox.api_key()).build().unwrap();
    let kaiko =
        kakiyo::Kaiko::builder().api_key("kaiko_live_x").base_url(sandbox.kaiko_base_url()).build().unwrap();
    let refused = |error: kakiyo::Error| (error.kind(), error.details()[0].field.clone());
    let mut keyed = CallOptions::new();
    keyed.idempotency_key = Some("k-1".to_owned());
    let error = kaiko.with_options(keyed).unwrap_err();
    assert_eq!(refused(error), (ErrorKind::InvalidRequest, "idempotencyKey".to_owned()));
    let mut strict = CallOptions::new();
    strict.fail_on_fallback = Some(true);
    assert!(kaiko.with_options(strict.clone()).is_ok());
    let error = kakiyo.with_options(strict).unwrap_err();
    assert_eq!(refused(error), (ErrorKind::InvalidRequest, "failOnFallback".to_owned()));
    assert_eq!(sandbox.calls(), 0);
}
