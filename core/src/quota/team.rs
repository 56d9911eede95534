//! The state of one team behind its lock, and the way in.
//!
//! The lock is held for a decision, never while waiting. Waiting is `waiter`'s, deciding is `queue`'s and `state`'s.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;
use std::time::Duration;

use super::call::CallGroup;
use super::clock::Clock;
use super::ending::Ending;
use super::evidence::Evidence;
use super::forecast::{Ahead, Forecast, forecast};
use super::lease::{Lease, Settlement};
use super::limits::Limits;
use super::presets::{Ask, LEASE, ServiceLimits};
use super::queue::{Arrival, Moves, Queue, Ticket};
use super::registry::TeamId;
use super::shared::Shared;
use super::snapshot::{self, GroupSnapshot};
use super::state::Grant;
use super::store::{Store, StoreChoice, StoreError};
use super::waiter::Waiter;
use crate::credits::{Refusal, Today};

/// The quota of one team in this process, shared by all its clients.
///
/// Take it from the registry ([`team`](super::team)) for every call instead of keeping it: after a fork the child has
/// to get another one.
pub struct Team {
    clock: Arc<dyn Clock>,
    process: u32,
    inner: Mutex<Inner>,
    /// Where the record is kept when it is not kept here.
    shared: Option<Shared>,
}

/// Why a call was not let through. Nothing was sent.
#[derive(Clone, Debug)]
pub(crate) enum NotAdmitted {
    /// The wait would be too long.
    Wait(WaitRefused),
    /// It does not fit the budget, or there are no credits.
    Refused(Refusal),
    /// The store that holds the record cannot be asked.
    Store(StoreError),
}

impl fmt::Display for NotAdmitted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wait(refused) => refused.fmt(formatter),
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::Store(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for NotAdmitted {}

/// A slot would have come later than the caller wanted to wait. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitRefused {
    /// How long the wait would have been from the start, as far as is known: calls in flight count as answered now.
    pub would_wait: Duration,
    /// What the call would have waited for, such as `60 a minute on things.list`.
    pub reason: String,
}

impl fmt::Display for WaitRefused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a slot comes free after {:.1?} at the earliest: {}", self.would_wait, self.reason)
    }
}

impl std::error::Error for WaitRefused {}

/// What the lock guards.
#[derive(Default)]
pub(super) struct Inner {
    pub(super) queue: Queue,
    waiting: HashMap<Ticket, Waiting>,
    ahead: Option<Ahead>,
    evidence: Evidence,
    /// Woken after the lock is given back.
    wake: Vec<Waker>,
}

enum Arrived {
    Admitted(Grant),
    Refused(Refusal),
    Waits(Ticket),
}

#[derive(Default)]
struct Waiting {
    waker: Option<Waker>,
    grant: Option<Result<Grant, Refusal>>,
}

impl Team {
    /// Makes a team of its own that no registry knows: for tests and other clocks.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { clock, process: std::process::id(), inner: Mutex::default(), shared: None })
    }

    /// A team whose record is kept in a store.
    pub(super) fn stored(clock: Arc<dyn Clock>, choice: StoreChoice, id: TeamId) -> Arc<Self> {
        let shared = Some(Shared::new(choice, id));
        Arc::new(Self { clock, process: std::process::id(), inner: Mutex::default(), shared })
    }

    /// Waits until the call may be sent, first come first served within its group and class, and takes its slot.
    ///
    /// Dropping the future leaves the line. Waiting has no limit unless `max_wait` is given. This form books no money.
    ///
    /// # Errors
    ///
    /// Fails as soon as it is known that no slot comes free within `max_wait`, mostly at once.
    pub async fn admit(
        self: &Arc<Self>,
        call: &CallGroup,
        limits: &Limits,
        service: &ServiceLimits,
        max_wait: Option<Duration>,
    ) -> Result<Lease, WaitRefused> {
        let ask = Ask {
            call: call.clone(),
            limits: limits.clone(),
            service: *service,
            lease: LEASE,
            money: None,
            ears: None,
        };
        self.enter(Arc::new(ask), max_wait).await.map_err(|reason| match reason {
            NotAdmitted::Wait(refused) => refused,
            // A store away is a wait of unknown length.
            other => WaitRefused { would_wait: Duration::MAX, reason: other.to_string() },
        })
    }

    /// As [`admit`](Self::admit), with the reservation of the call's price in the same step.
    pub(crate) async fn enter(
        self: &Arc<Self>,
        ask: Arc<Ask>,
        max_wait: Option<Duration>,
    ) -> Result<Lease, NotAdmitted> {
        if let Some(store) = self.store().await.map_err(NotAdmitted::Store)?
            && let Some(shared) = &self.shared
        {
            return shared.enter(self, &store, ask, max_wait).await;
        }
        let (arrival, now) = self.locked(|inner, now| (inner.arrive(now, &ask), now));
        let (grant, waited) = match arrival {
            Arrived::Admitted(grant) => (grant, Duration::ZERO),
            Arrived::Refused(refusal) => return Err(NotAdmitted::Refused(refusal)),
            Arrived::Waits(ticket) => {
                let waiter = Waiter::new(Arc::clone(self), Arc::clone(&ask), ticket, now, max_wait);
                let grant = waiter.await?;
                let waited = grant.at.saturating_sub(now);
                (grant, waited)
            }
        };
        let at = grant.at;
        Ok(Lease::new(Arc::clone(self), ask, grant, at, waited))
    }

    /// The store that keeps the record, opened with the first call; none when it is kept here.
    pub(super) async fn store(&self) -> Result<Option<Arc<dyn Store>>, StoreError> {
        match &self.shared {
            Some(shared) => shared.store().await,
            None => Ok(None),
        }
    }

    /// Settles a call.
    pub(super) fn end(&self, ask: &Arc<Ask>, grant: &Grant, ending: Ending) -> Settlement {
        if let Some(shared) = &self.shared
            && let Some(store) = shared.opened()
        {
            return shared.end(self, store, ask, grant, ending);
        }
        let notices = self.locked(|inner, now| {
            let state = &mut inner.queue.state;
            let notices = state.end(now, ask, grant, &ending);
            if let Some((tier, passed)) = inner.evidence.heard(ask, state.learned(), now, &ending) {
                state.pass(tier, passed);
            }
            inner.pump(now);
            notices
        });
        notices.iter().for_each(|notice| ask.tell(notice));
        Settlement::done()
    }

    /// Lists the groups that were limited so far.
    #[must_use]
    pub fn snapshot(&self) -> Vec<GroupSnapshot> {
        self.locked(|inner, now| snapshot::of(inner.queue.state.groups(), now))
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Whether this team was inherited by a fork: its lock may be held by a thread that does not exist here.
    pub(super) fn inherited(&self) -> bool {
        self.process != std::process::id()
    }

    /// Runs a decision under the lock. The clock is read inside, so instants never go back within a team.
    pub(super) fn locked<R>(&self, decide: impl FnOnce(&mut Inner, Duration) -> R) -> R {
        // A panic while deciding is a bug, but the record of slots is still the best there is.
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        inner.queue.state.set_today(Today::from_unix(self.clock.unix_seconds()));
        let result = decide(&mut inner, now);
        let wake = std::mem::take(&mut inner.wake);
        drop(inner);
        wake.into_iter().for_each(Waker::wake);
        result
    }
}

impl fmt::Debug for Team {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Team").field("process", &self.process).finish_non_exhaustive()
    }
}

impl Inner {
    fn arrive(&mut self, now: Duration, ask: &Arc<Ask>) -> Arrived {
        match self.queue.arrive(now, ask) {
            Arrival::Admitted(grant) => {
                self.ahead = None;
                Arrived::Admitted(grant)
            }
            Arrival::Refused(refusal) => Arrived::Refused(refusal),
            Arrival::Queued(ticket, moves) => {
                self.waiting.insert(ticket, Waiting::default());
                self.apply(moves);
                Arrived::Waits(ticket)
            }
        }
    }

    /// When a waiting call can go at the earliest.
    pub(super) fn forecast(&mut self, now: Duration, ticket: Ticket) -> Forecast {
        forecast(&mut self.ahead, &self.queue, now, ticket)
    }

    /// Looks who can go, after anything that may have freed a slot.
    pub(super) fn pump(&mut self, now: Duration) {
        self.ahead = None;
        if !self.queue.is_empty() {
            let moves = self.queue.pump(now);
            self.apply(moves);
        }
    }

    /// The grant of a waiting call, if it has one.
    pub(super) fn collect(&mut self, ticket: Ticket) -> Option<Result<Grant, Refusal>> {
        self.waiting.get(&ticket)?.grant.as_ref()?;
        self.waiting.remove(&ticket)?.grant
    }

    pub(super) fn keep_waker(&mut self, ticket: Ticket, waker: &Waker) {
        if let Some(waiting) = self.waiting.get_mut(&ticket) {
            match &mut waiting.waker {
                Some(known) => known.clone_from(waker),
                none => *none = Some(waker.clone()),
            }
        }
    }

    /// The caller has gone: gives back its place, or its slot if it had just got one.
    pub(super) fn abandon(&mut self, now: Duration, ticket: Ticket, ask: &Ask) {
        match self.waiting.remove(&ticket).and_then(|waiting| waiting.grant) {
            Some(Ok(grant)) => self.queue.state.give_back(ask, &grant),
            Some(Err(_)) => {}
            None => self.queue.leave(ticket),
        }
        self.pump(now);
    }

    fn apply(&mut self, moves: Moves) {
        if !moves.granted.is_empty() {
            self.ahead = None;
        }
        for granted in moves.granted {
            if let Some(waiting) = self.waiting.get_mut(&granted.ticket) {
                waiting.grant = Some(granted.grant);
                self.wake.extend(waiting.waker.take());
            }
        }
        for ticket in moves.changed {
            self.wake.extend(self.waiting.get_mut(&ticket).and_then(|waiting| waiting.waker.take()));
        }
    }
}
