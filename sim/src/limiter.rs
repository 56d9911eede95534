//! The limiter under test, through its public face: all calls to it are in this file.
//!
//! A fault can be planted here, around the limiter, so that it can be seen that the checker finds it; the limiter itself
//! has no switch for it.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use kakiyo::quota::{
    Answer, Budgets, CallGroup, Clock, Lease, Limit, LimitGroup, Limits, Pace, ServiceLimits, Team, Tier,
    TokioClock,
};
use kakiyo::{Budget, Credits};

/// Length of the window in which the servers count.
pub const WINDOW: Duration = Duration::from_secs(60);
/// How long after the client gave up a call may still reach a server.
pub const MAX_IN_FLIGHT: Duration = Duration::from_secs(60);
/// How far the clocks of neighbouring processes differ when that fault is planted.
const APART: Duration = Duration::from_secs(5);
/// Calls in a window.
pub const LIMIT: u32 = 60;

/// The numbers of the specification.
const SERVICE: ServiceLimits = ServiceLimits {
    per_operation: LIMIT,
    tiers: [60, 30, 15],
    shared: &[],
    window: WINDOW,
    max_in_flight: MAX_IN_FLIGHT,
    whole: None,
};

/// An operation that the callers call.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub name: &'static str,
    pub tier: Tier,
}

impl Operation {
    /// The name of its tier.
    #[must_use]
    pub fn tier_name(&self) -> &'static str {
        match self.tier {
            Tier::High => "high",
            Tier::Medium => "medium",
            Tier::Low => "low",
        }
    }

    /// The calls of its tier in a window, where a server limits by tier.
    #[must_use]
    pub fn tier_number(&self) -> u32 {
        match self.tier {
            Tier::High => SERVICE.tiers[0],
            Tier::Medium => SERVICE.tiers[1],
            Tier::Low => SERVICE.tiers[2],
        }
    }
}

/// The rule by which the limiter lets calls go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Window,
    Paced,
    Serial,
    /// The presets' default, which learns from what the server does.
    Auto,
}

impl Rule {
    pub const ALL: [Self; 4] = [Self::Window, Self::Paced, Self::Serial, Self::Auto];

    /// The calls of one operation that a server with published limits allows.
    #[must_use]
    pub fn limit(self) -> u32 {
        LIMIT
    }

    fn limits(self, calls: u32) -> Limits {
        let limit = Limit::new(LimitGroup::EachOperation, calls).window(WINDOW).max_in_flight(MAX_IN_FLIGHT);
        match self {
            Self::Window => Limits::custom(vec![limit]),
            Self::Paced => Limits::custom(vec![limit.pace(Pace::Paced)]),
            Self::Serial => Limits::custom(vec![limit.pace(Pace::Serial)]),
            Self::Auto => Limits::auto(),
        }
    }

    /// The calls of one operation that are promised for any window.
    #[must_use]
    pub fn promised(self) -> u32 {
        match self {
            Self::Window | Self::Serial | Self::Auto => LIMIT,
            Self::Paced => 58,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Window => "window",
            Self::Paced => "paced",
            Self::Serial => "serial",
            Self::Auto => "auto",
        })
    }
}

/// A mistake made on purpose around the limiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The call is reported as answered when it is sent.
    FreedAtSend,
    /// The limiter is told a limit that is one too high.
    OneSlotTooMany,
    /// Of fifty answers one is not told, and its slot given back.
    SettleLost,
    /// Each process writes down the instants of its own clock, and the clocks differ by some seconds.
    ClockOffset,
}

impl Fault {
    pub const ALL: [Self; 4] = [Self::FreedAtSend, Self::OneSlotTooMany, Self::SettleLost, Self::ClockOffset];
}

tokio::task_local! {
    /// How far the clock of the process is ahead to which the running task belongs.
    static AHEAD: Duration;
}

/// The clock of the process that asks. All of them show the same unless [`Fault::ClockOffset`] was planted.
struct VirtualClock(TokioClock);

impl Clock for VirtualClock {
    fn now(&self) -> Duration {
        self.0.now() + AHEAD.try_get().unwrap_or_default()
    }

    fn unix_seconds(&self) -> i64 {
        i64::try_from(self.now().as_secs()).unwrap_or(i64::MAX)
    }

    fn sleep_until(&self, at: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep_until(at.saturating_sub(AHEAD.try_get().unwrap_or_default()))
    }
}

/// A limiter of one team.
pub struct Limiter {
    team: Arc<Team>,
    limits: Limits,
    budgets: Option<Budgets>,
    fault: Option<Fault>,
    settled: Cell<u32>,
}

/// What a caller hears.
pub enum Admission {
    Granted(Slot),
    /// There is no slot in time.
    TooLate,
    /// It does not fit the budget.
    TooDear,
}

impl Limiter {
    /// Makes the limiter of a team that has not called yet.
    #[must_use]
    pub fn new(rule: Rule, cap: Option<u64>, fault: Option<Fault>) -> Self {
        let calls = if fault == Some(Fault::OneSlotTooMany) { LIMIT + 1 } else { LIMIT };
        let team = Team::new(Arc::new(VirtualClock(TokioClock::new())));
        let budgets = cap.map(|cap| Budgets::new(&[Budget::new(cap)]));
        Self { team, limits: rule.limits(calls), budgets, fault, settled: Cell::new(0) }
    }

    /// Runs a caller of the process of this number.
    pub async fn in_process(&self, process: u32, caller: impl Future<Output = ()>) {
        let ahead = if self.fault == Some(Fault::ClockOffset) { APART * process } else { Duration::ZERO };
        AHEAD.scope(ahead, caller).await;
    }

    /// Waits for a slot, and for credits of this price where there is a budget.
    pub async fn admit(&self, operation: Operation, max_wait: Option<Duration>, price: Price) -> Admission {
        let call = CallGroup::new(operation.name, operation.tier);
        let lease = match &self.budgets {
            None => self.team.admit(&call, &self.limits, &SERVICE, max_wait).await.map(Some),
            Some(budgets) => {
                let price = Credits { min: price.least, max: price.most };
                self.team.admit_priced(&call, &self.limits, &SERVICE, max_wait, price, budgets).await
            }
        };
        let freed_at_send = self.fault == Some(Fault::FreedAtSend);
        match lease {
            Ok(Some(lease)) => Admission::Granted(Slot { lease: Some(lease), freed_at_send }),
            Ok(None) => Admission::TooDear,
            Err(_) => Admission::TooLate,
        }
    }

    /// Tells the limiter how a call was answered: rejected with the wait that was named, or well; and what it cost.
    pub fn settle(&self, slot: Slot, rejected: Option<Option<Duration>>, cost: u32) {
        let Some(mut lease) = slot.lease else { return };
        if rejected.is_none() {
            lease.charge(Credits::exactly(cost));
        }
        self.settled.set(self.settled.get() + 1);
        if self.fault == Some(Fault::SettleLost) && self.settled.get().is_multiple_of(50) {
            lease.release_unsent();
            return;
        }
        lease.settle_answered(answer(rejected));
    }
}

fn answer(rejected: Option<Option<Duration>>) -> Answer {
    Answer { limited: rejected.is_some(), wait: rejected.flatten(), limit: None }
}

/// What a call may cost.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    pub least: u32,
    pub most: u32,
}

/// A slot of the limiter. Dropped, it is a call that was cancelled.
pub struct Slot {
    lease: Option<Lease>,
    freed_at_send: bool,
}

impl Slot {
    /// Notes that the call goes out now.
    pub fn send(&mut self) {
        if let Some(lease) = &mut self.lease {
            lease.mark_sent();
        }
        if self.freed_at_send
            && let Some(lease) = self.lease.take()
        {
            lease.settle_answered(answer(None));
        }
    }

    /// The caller gave up waiting for the answer.
    pub fn lost(self) {
        if let Some(lease) = self.lease {
            lease.settle_lost();
        }
    }

    /// The call could not be sent.
    pub fn unsent(self) {
        if let Some(lease) = self.lease {
            lease.release_unsent();
        }
    }
}
