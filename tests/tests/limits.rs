//! Never throttled: real time, short windows, judged by the sandbox's own count.
#![cfg(test)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use kakiyo::transport::{Failure, Incoming, Outgoing, Transport};
use kakiyo::{Kaiko, Kakiyo, Limits};
use kakiyo_sandbox::{Fault, FaultRule, KaikoProfile, Sandbox, When};

/// Calls of one operation that the sandbox allows in a window.
const ALLOWED: u64 = 60;

fn client(sandbox: &Sandbox, limits: Limits) -> Kakiyo {
    Kakiyo::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).limits(limits).build().unwrap()
}

/// Calls `campaigns.stats`-like reads as fast as the client lets them, until the time is over.
async fn saturate(clients: &[Kakiyo], tasks: usize, span: Duration) -> Vec<kakiyo::Error> {
    let until = Instant::now() + span;
    let running = (0..tasks).map(|task| {
        let client = clients[task % clients.len()].clone();
        tokio::spawn(async move {
            let mut errors = Vec::new();
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                // A slot that would come after the end is refused at once: the run stops by itself.
                match client.verify().max_wait(left).await {
                    Ok(_) => {}
                    Err(error) if error.kind() == kakiyo::ErrorKind::WaitRefused => break,
                    Err(error) => errors.push(error),
                }
            }
            errors
        })
    });
    futures::future::join_all(running).await.into_iter().flat_map(|errors| errors.unwrap()).collect()
}

/// Six windows of saturated demand must serve nearly all that is allowed and be rejected never.
async fn six_windows(clients: usize, limits: fn() -> Limits) {
    let window = Duration::from_secs(5);
    let sandbox = Sandbox::builder().window(window).credits(100_000).start().await.unwrap();
    let clients: Vec<_> = (0..clients).map(|_| client(&sandbox, limits().with_window(window))).collect();
    let errors = saturate(&clients, 64, window * 6).await;
    assert!(errors.is_empty(), "{errors:?}");
    let (served, rejected) = (sandbox.calls(), sandbox.rejections());
    println!("served {served} of {} allowed, rejected {rejected}", ALLOWED * 6);
    assert_eq!(rejected, 0);
    assert!(served * 100 >= ALLOWED * 6 * 95, "served {served} of {}", ALLOWED * 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_tasks_are_never_throttled() {
    six_windows(1, Limits::auto).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clients_of_one_team_share_the_quota() {
    six_windows(2, Limits::published).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn auto_learns_a_tiered_server_from_one_rejection() {
    let window = Duration::from_secs(2);
    let sandbox =
        Sandbox::builder().profile(kakiyo_sandbox::Profile::Tiered).window(window).start().await.unwrap();
    let client = client(&sandbox, Limits::auto().with_window(window));
    // Products are of the low tier: 15 a window at this server.
    let calls = (0..45).map(|number| {
        let product = kakiyo::CreateProduct::new(format!("Product {number}"), "A description to sell from.");
        let call = client.products().create(product);
        async move { call.await.map(|_| ()) }
    });
    let results = futures::future::join_all(calls).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(sandbox.calls(), 45);
    assert!(sandbox.rejections() <= 1, "{} rejections", sandbox.rejections());
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_refused_at_no_cost() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox, Limits::published());
    for _ in 0..ALLOWED {
        client.verify().await.unwrap();
    }
    let started = Instant::now();
    let error = client.verify().max_wait(Duration::from_secs(5)).await.unwrap_err();
    assert_eq!(error.kind(), kakiyo::ErrorKind::WaitRefused);
    assert!(error.retry_after().is_some_and(|wait| wait > Duration::from_secs(30)), "{error:?}");
    assert!(error.is_safe_to_retry() && error.attempts() == 0);
    assert!(started.elapsed() < Duration::from_secs(4), "it waited before it refused");
    assert_eq!((sandbox.calls(), sandbox.spent()), (ALLOWED, ALLOWED));
}

/// 64 tasks at once for three windows against one Kaiko key: never a 429, never more than 10 at once.
async fn three_windows_of_kaiko(profile: KaikoProfile, allowed: u64) {
    let window = Duration::from_secs(4);
    let sandbox = Sandbox::builder()
        .kaiko_profile(profile)
        .kaiko_window(window)
        .credits(100_000)
        .start()
        .await
        .unwrap();
    let key = sandbox.kaiko_api_key().to_owned();
    // Answers take a while, so that calls do run at once.
    let slow =
        FaultRule { operation: "*".to_owned(), when: When::Always, fault: Fault::DelayAfter { ms: 20 } };
    sandbox.fault(&key, &slow).unwrap();
    let client = Kaiko::builder()
        .base_url(sandbox.kaiko_base_url())
        .api_key(key.as_str())
        .limits(Limits::auto().with_window(window))
        .max_retries(0)
        .build()
        .unwrap();
    let until = Instant::now() + window * 3;
    let tasks = (0..64).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut errors = Vec::new();
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                match client.emotions().analyze("What a relief").max_wait(left).await {
                    Ok(_) => {}
                    Err(error) if error.kind() == kakiyo::ErrorKind::WaitRefused => break,
                    Err(error) => errors.push(error),
                }
            }
            errors
        })
    });
    let errors: Vec<_> =
        futures::future::join_all(tasks).await.into_iter().flat_map(|errors| errors.unwrap()).collect();
    assert!(errors.is_empty(), "{profile:?}: {errors:?}");
    let counters = sandbox.kaiko_state(&key).unwrap().counters;
    println!(
        "{profile:?}: served {} of {}, rejected {}, at most {} at once",
        counters.calls,
        allowed * 3,
        counters.rejections,
        counters.peak_in_flight
    );
    assert_eq!(counters.rejections, 0, "{profile:?}");
    assert_eq!(counters.peak_in_flight, 10, "{profile:?}: the whole width is used, and no more");
    assert!(counters.calls <= allowed * 3, "{profile:?}: served {}", counters.calls);
    // Few windows: the whole seconds in which the server names the end of one weigh more than in a minute.
    assert!(
        counters.calls * 100 >= allowed * 3 * 75,
        "{profile:?}: served {} of {}",
        counters.calls,
        allowed * 3
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_tasks_on_a_kaiko_key_go_ten_at_a_time() {
    three_windows_of_kaiko(KaikoProfile::Contract, 1_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn auto_learns_what_a_kaiko_key_may_from_the_headers() {
    three_windows_of_kaiko(KaikoProfile::Observed, 60).await;
}

/// A server whose three Sales Navigator imports are all taken, and which takes anything else.
#[derive(Debug)]
struct Taken;

impl Transport for Taken {
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Incoming, Failure>> {
        let (status, body) = match request.url.path().ends_with("/sales-navigator") {
            true => {
                (429, r#"{"error": "sales_navigator_team_limit", "message": "Three imports are active"}"#)
            }
            false => (201, "{}"),
        };
        let answer = Incoming { status, headers: http::HeaderMap::new(), body: body.into() };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

#[tokio::test]
async fn a_limit_on_something_else_stops_no_other_call() {
    let client = Kakiyo::builder()
        .api_key("sales-navigator-team-and-a-secret-behind")
        .base_url("http://127.0.0.1:9/v1")
        .limits(Limits::tiered())
        .max_wait(Duration::ZERO)
        .transport(Arc::new(Taken))
        .build()
        .unwrap();
    let search =
        kakiyo::ImportSalesNavigator::new("c", "https://www.linkedin.com/sales/search/people?query=x");
    let error = client.prospects().import_sales_navigator(search).await.unwrap_err();
    assert_eq!((error.code(), error.attempts()), (Some("sales_navigator_team_limit"), 1));
    // All writes share one tier: a pause of it would refuse this one.
    client.prospects().add(kakiyo::AddProspect::new("c", "Jonas Weber", "in/jonas-weber")).await.unwrap();
}
