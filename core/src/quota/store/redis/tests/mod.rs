//! Tests against a real server. Where there is none they are skipped with a loud line, but never in CI.

mod differential;
mod money;
mod outages;
mod server;
mod sharing;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::RedisStore;
use crate::credits::{Budget, BudgetOn, Claim, ClientId, Per};
use crate::quota::call::{CallGroup, Tier};
use crate::quota::ending::{Ending, How};
use crate::quota::limits::{Limit, LimitGroup, Limits};
use crate::quota::presets::{Ask, ServiceLimits};
use crate::quota::state::{Answer, Grant};
use crate::quota::store::{Step, Store, StoreError};
use crate::response::Credits;
use crate::secret::Secret;
use server::Server;

const SERVICE: ServiceLimits = ServiceLimits {
    per_operation: 6,
    tiers: [5, 4, 3],
    shared: &[("list.read", 4)],
    window: Duration::from_secs(10),
    max_in_flight: Duration::from_secs(3),
    whole: None,
};

const CLEAN: Answer = Answer { limited: false, wait: None, limit: None };

/// The clock of a test: microseconds since 1970.
#[derive(Clone)]
struct TestClock(Arc<AtomicU64>);

impl TestClock {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_800_000_000_000_000)))
    }

    fn now(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }

    fn pass(&self, time: Duration) {
        self.0.fetch_add(u64::try_from(time.as_micros()).unwrap(), Ordering::Relaxed);
    }
}

fn team(number: u64) -> [u8; 32] {
    let mut id = [7; 32];
    id[..8].copy_from_slice(&number.to_be_bytes());
    id
}

fn store(server: &Server, number: u64, clock: Option<&TestClock>) -> Arc<RedisStore> {
    store_at(&server.url(), number, clock)
}

fn store_at(url: &str, number: u64, clock: Option<&TestClock>) -> Arc<RedisStore> {
    let mut store = RedisStore::new(&Secret::from(url), Duration::from_secs(2), false, team(number)).unwrap();
    store.clock = clock.map(|clock| Arc::clone(&clock.0));
    Arc::new(store)
}

fn ask(operation: &'static str, limits: Limits) -> Ask {
    Ask {
        call: CallGroup::new(operation, Tier::Low),
        limits,
        service: SERVICE,
        lease: Duration::from_secs(150),
        money: None,
        ears: None,
    }
}

/// So many calls a second of each operation; quarantines are short.
fn a_second(limit: u32) -> Limits {
    Limits::custom(vec![
        Limit::new(LimitGroup::EachOperation, limit)
            .window(Duration::from_secs(1))
            .max_in_flight(Duration::from_millis(500)),
    ])
}

fn claim(caps: &[Budget]) -> Claim {
    let client = ClientId::new();
    Claim {
        price: Credits::exactly(1),
        critical: false,
        cheaper: None,
        labels: [].into(),
        caps: caps.iter().map(|budget| budget.cap_of(client)).collect(),
        floor: None,
        balance: None,
    }
}

fn ending(how: How) -> Ending {
    Ending {
        how,
        ended_ago: Duration::ZERO,
        took: Duration::ZERO,
        charge: Credits::exactly(1),
        out_of_credits: false,
    }
}

async fn admit(store: &Arc<RedisStore>, ask: &Ask) -> Result<Step, StoreError> {
    store.clone().admit(Arc::new(ask.clone()), 0).await
}

async fn granted(store: &Arc<RedisStore>, ask: &Ask) -> Grant {
    match admit(store, ask).await.unwrap() {
        Step::Admit(grant) => grant,
        other => panic!("not admitted: {other:?}"),
    }
}

/// How long the call has to wait at least.
async fn waits(store: &Arc<RedisStore>, ask: &Ask) -> Duration {
    match admit(store, ask).await.unwrap() {
        Step::Wait { earliest, .. } => earliest,
        other => panic!("does not wait: {other:?}"),
    }
}

async fn end(store: &Arc<RedisStore>, ask: &Ask, grant: &Grant, how: How) {
    store.clone().end(Arc::new(ask.clone()), grant.clone(), ending(how)).await.unwrap();
}

fn run(test: impl Future<Output = ()>) {
    if server::available() {
        on_a_runtime(test);
    }
}

fn on_a_runtime(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}
