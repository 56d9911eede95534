//! Tests of the limiter on virtual time: the real shell and the real rules, never a real sleep.

mod auto;
mod checker;
mod claim;
mod classes;
mod forecast;
mod groups;
mod paced;
mod rates;
mod servers;
mod waiting;
mod whole;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use super::presets::LEASE;
use super::*;

/// A service with the numbers of the specification, under made-up names.
const SERVICE: ServiceLimits = ServiceLimits {
    per_operation: 60,
    tiers: [60, 30, 15],
    shared: &[("list.read", 60), ("list.write", 30), ("list.batch", 10)],
    window: Duration::from_secs(60),
    max_in_flight: Duration::from_secs(60),
    whole: None,
};

/// How long a slot of a minute's window is held after the answer.
const HOLD: Duration = Duration::from_millis(60_060);

const CLEAN: Answer = Answer { limited: false, wait: None, limit: None };
const LIMITED: Answer = Answer { limited: true, wait: None, limit: None };

fn new_team() -> Arc<Team> {
    Team::new(Arc::new(TokioClock::new()))
}

fn call(operation: &'static str) -> CallGroup {
    CallGroup::new(operation, Tier::Low)
}

fn each_operation(limit: u32) -> Limits {
    Limits::custom(vec![Limit::new(LimitGroup::EachOperation, limit)])
}

const fn seconds(value: u64) -> Duration {
    Duration::from_secs(value)
}

async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Runs on virtual time that jumps to the next timer whenever all tasks wait.
fn virtually<F: Future>(test: F) -> F::Output {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(test)
}

/// Admits now or fails the test.
async fn admit(team: &Arc<Team>, call: &CallGroup, limits: &Limits) -> Lease {
    let mut lease = team.admit(call, limits, &SERVICE, Some(Duration::ZERO)).await.unwrap();
    lease.mark_sent();
    lease
}

/// How long a call would wait now; zero when it can go.
async fn would_wait(team: &Arc<Team>, call: &CallGroup, limits: &Limits) -> Duration {
    match team.admit(call, limits, &SERVICE, Some(Duration::ZERO)).await {
        Ok(lease) => {
            lease.release_unsent();
            Duration::ZERO
        }
        Err(refused) => refused.would_wait,
    }
}

/// An admission that owns what it asks for, to be polled by hand.
fn waiting(
    team: &Arc<Team>,
    operation: &'static str,
    limits: &Limits,
    max_wait: Option<Duration>,
) -> BoxFuture<'static, Result<Lease, WaitRefused>> {
    let (team, limits) = (Arc::clone(team), limits.clone());
    Box::pin(async move { team.admit(&call(operation), &limits, &SERVICE, max_wait).await })
}
