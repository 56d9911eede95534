//! A typed call against bare reqwest that decodes the same type: one at a time, and 64 at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures::future::BoxFuture;
use kakiyo::{Kakiyo, Limit, LimitGroup, Limits, Verified};

use super::PAIRS;
use super::report::{Comparison, Direction, Floor};
use super::server::Server;

type Caller = Arc<dyn Fn() -> BoxFuture<'static, Result<()>> + Send + Sync>;

pub(super) fn compare(server: &Server) -> Result<Vec<Comparison>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (ours, theirs) = (typed(server)?, bare(server)?);
    let mut comparisons = Vec::new();
    for (tasks, calls, floor) in [
        (1, 1_500, Floor { limit: Some(1.15), direction: Direction::AtMost }),
        (64, 6_400, Floor { limit: Some(0.85), direction: Direction::AtLeast }),
    ] {
        let mut pairs = Vec::new();
        for pair in 0..=PAIRS {
            let (mut one, mut other) = (Duration::ZERO, Duration::ZERO);
            // The order changes with each pair, so that neither side always comes second.
            for turn in 0..2 {
                let span = runtime.block_on(round(
                    if (turn + pair) % 2 == 0 { &ours } else { &theirs },
                    tasks,
                    calls,
                ))?;
                *if (turn + pair) % 2 == 0 { &mut one } else { &mut other } = span;
            }
            if pair > 0 {
                pairs.push((calls as f64 / one.as_secs_f64(), calls as f64 / other.as_secs_f64()));
            }
        }
        comparisons.push(Comparison {
            name: format!("Rust, typed call, {tasks} at once"),
            against: "reqwest with the same type".to_owned(),
            unit: "calls/s".to_owned(),
            pairs,
            floor,
        });
    }
    Ok(comparisons)
}

/// Makes so many calls in so many tasks; the time from first to last.
async fn round(caller: &Caller, tasks: usize, calls: usize) -> Result<Duration> {
    let started = Instant::now();
    let running = (0..tasks).map(|_| {
        let caller = Arc::clone(caller);
        tokio::spawn(async move {
            for _ in 0..calls / tasks {
                caller().await?;
            }
            anyhow::Ok(())
        })
    });
    for task in futures::future::join_all(running).await {
        task??;
    }
    Ok(started.elapsed())
}

/// The whole choke point with a limit that counts every call but never holds one back.
pub(super) fn wide_limit() -> Limits {
    Limits::custom(vec![Limit::new(LimitGroup::EachOperation, u32::MAX).window(Duration::from_secs(60))])
}

fn typed(server: &Server) -> Result<Caller> {
    let client = Kakiyo::builder()
        .api_key(server.address.api_key.as_str())
        .base_url(server.address.base_url.as_str())
        .limits(wide_limit())
        .build()?;
    Ok(Arc::new(move || {
        let call = client.verify();
        Box::pin(async move {
            let answer = call.await?;
            anyhow::ensure!(answer.status.is_some(), "no status");
            Ok(())
        })
    }))
}

fn bare(server: &Server) -> Result<Caller> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).tcp_nodelay(true).build()?;
    let url = format!("{}/verify", server.address.base_url);
    let authorization = format!("Bearer {}", server.address.api_key);
    Ok(Arc::new(move || {
        let request = client
            .get(&url)
            .header("authorization", &authorization)
            .header("accept", "application/json")
            .header("user-agent", "bench/1")
            .timeout(Duration::from_secs(30));
        Box::pin(async move {
            let answer: Verified = request.send().await?.error_for_status()?.json().await?;
            anyhow::ensure!(answer.status.is_some(), "no status");
            Ok(())
        })
    }))
}
