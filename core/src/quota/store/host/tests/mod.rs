//! Tests of the host store: two stores on one file stand for two processes, and the clock of the host is set by hand.

mod boot;
mod damage;
mod differential;
mod money;
mod place;
mod sharing;
mod speed;
mod sweeping;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::time::HostTime;
use super::*;
use crate::credits::{Budget, Claim, ClientId};
use crate::quota::call::CallGroup;
use crate::quota::limits::{Limit, LimitGroup, Limits};
use crate::quota::presets::ServiceLimits;
use crate::quota::rule::Why;
use crate::quota::state::Answer;

const SERVICE: ServiceLimits = ServiceLimits {
    per_operation: 60,
    tiers: [60, 30, 15],
    shared: &[("list.read", 60), ("list.batch", 10)],
    window: seconds(60),
    max_in_flight: seconds(60),
    whole: None,
};

/// How long a slot of a minute's window is held after the answer.
const HOLD: Duration = Duration::from_millis(60_060);
/// How long a caller may be at it: 30 s and the longest flight.
const LEASE: Duration = seconds(90);
const TEAM: TeamId = [7; 32];
/// 22 November 2026, noon.
const NOON: i64 = 1_795_348_800;

const fn seconds(value: u64) -> Duration {
    Duration::from_secs(value)
}

/// The clock of a host, set by hand.
#[derive(Debug)]
struct Hand {
    boot: String,
    now: Mutex<Duration>,
    unix: Mutex<i64>,
}

impl Hand {
    fn booted(boot: &str, now: Duration) -> Arc<Self> {
        Arc::new(Self { boot: boot.to_owned(), now: Mutex::new(now), unix: Mutex::new(NOON) })
    }

    fn new() -> Arc<Self> {
        Self::booted("first", seconds(1_000))
    }

    fn pass(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
    }

    fn set_unix(&self, unix: i64) {
        *self.unix.lock().unwrap() = unix;
    }
}

impl HostTime for Hand {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn boot(&self) -> &str {
        &self.boot
    }

    fn unix_seconds(&self) -> i64 {
        *self.unix.lock().unwrap()
    }
}

/// A folder that is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder =
            std::env::temp_dir().join(format!("kakiyo-{}-{:016x}", std::process::id(), fastrand::u64(..)));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        let name: String = TEAM.iter().map(|byte| format!("{byte:02x}")).collect();
        self.0.join(format!("{name}.sqlite"))
    }

    /// As if a process opened it.
    fn open(&self, time: &Arc<Hand>) -> Process {
        self.try_open(time).unwrap()
    }

    fn try_open(&self, time: &Arc<Hand>) -> Result<Process, NotOpened> {
        let store = HostStore::open_in(Some(&self.0), TEAM, Arc::clone(time) as Arc<dyn HostTime>)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Ok(Process { store, runtime })
    }

    fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Process {
    store: Arc<HostStore>,
    runtime: tokio::runtime::Runtime,
}

impl Process {
    fn try_admit(&self, ask: &Arc<Ask>) -> Result<Step, StoreError> {
        self.behind(ask, 0)
    }

    fn behind(&self, ask: &Arc<Ask>, ahead: u32) -> Result<Step, StoreError> {
        self.runtime.block_on(Arc::clone(&self.store).admit(Arc::clone(ask), ahead))
    }

    fn admit(&self, ask: &Arc<Ask>) -> Grant {
        match self.try_admit(ask).unwrap() {
            Step::Admit(grant) => grant,
            other => panic!("{other:?}"),
        }
    }

    /// How long the call has to wait, and what for.
    fn wait(&self, ask: &Arc<Ask>) -> (Duration, Why) {
        match self.try_admit(ask).unwrap() {
            Step::Wait { earliest, why, .. } => (earliest, why),
            other => panic!("{other:?}"),
        }
    }

    fn end(&self, ask: &Arc<Ask>, grant: &Grant, ending: Ending) -> Vec<Notice> {
        self.runtime.block_on(Arc::clone(&self.store).end(Arc::clone(ask), grant.clone(), ending)).unwrap()
    }

    /// Makes a whole call that is answered at once.
    fn call(&self, ask: &Arc<Ask>) {
        let grant = self.admit(ask);
        self.end(ask, &grant, answered());
    }

    fn change(&self, change: Change) -> Result<(), ChangeError> {
        self.runtime.block_on(Arc::clone(&self.store).change(change))
    }

    fn view(&self) -> View {
        self.runtime.block_on(Arc::clone(&self.store).view()).unwrap()
    }

    /// Looks into the file.
    fn inside<R>(&self, look: impl FnOnce(&rusqlite::Connection) -> R) -> R {
        let book = self.runtime.block_on(self.store.book.lock());
        look(&book.as_ref().unwrap().connection)
    }

    fn pass(&self, tier: Tier, passed: Passed) {
        self.runtime.block_on(Arc::clone(&self.store).pass(tier, passed)).unwrap();
    }
}

fn ask(call: CallGroup, limits: &Limits) -> Arc<Ask> {
    Arc::new(Ask { call, limits: limits.clone(), service: SERVICE, lease: LEASE, money: None, ears: None })
}

/// A call that is limited to so many a minute of its operation.
fn limited(limit: u32) -> Arc<Ask> {
    ask(call("things.list"), &Limits::custom(vec![Limit::new(LimitGroup::EachOperation, limit)]))
}

fn call(operation: &'static str) -> CallGroup {
    CallGroup::new(operation, Tier::Low)
}

/// The same call, by a client with these budgets.
fn paid(ask: &Ask, budgets: &[Budget]) -> Arc<Ask> {
    let client = ClientId::new();
    let money = Claim {
        price: Credits::exactly(1),
        critical: false,
        cheaper: None,
        labels: Arc::default(),
        caps: budgets.iter().map(|budget| budget.cap_of(client)).collect(),
        floor: None,
        balance: None,
    };
    Arc::new(Ask { money: Some(money), ..ask.clone() })
}

const fn ending(how: How, charge: Credits) -> Ending {
    Ending { how, ended_ago: Duration::ZERO, took: Duration::ZERO, charge, out_of_credits: false }
}

const fn answered() -> Ending {
    ending(How::Answered(Answer { limited: false, wait: None, limit: None }), Credits::exactly(1))
}

const fn rejected() -> Ending {
    ending(How::Answered(Answer { limited: true, wait: None, limit: None }), Credits::up_to(1))
}
