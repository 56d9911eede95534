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
use super::forecast::{Ahead, Forecast, forecast};
use super::lease::Lease;
use super::limits::Limits;
use super::presets::{Ask, ServiceLimits};
use super::queue::{Arrival, Moves, Queue, Ticket};
use super::snapshot::{self, GroupSnapshot};
use super::state::Grant;
use super::waiter::Waiter;

/// The quota of one team in this process, shared by all its clients.
///
/// Take it from the registry ([`team`](super::team)) for every call instead of keeping it: after a fork the child has
/// to get another one.
pub struct Team {
    clock: Arc<dyn Clock>,
    process: u32,
    inner: Mutex<Inner>,
}

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
    /// Woken after the lock is given back.
    wake: Vec<Waker>,
}

#[derive(Default)]
struct Waiting {
    waker: Option<Waker>,
    grant: Option<Grant>,
}

impl Team {
    /// Makes a team of its own that no registry knows: for tests and other clocks.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { clock, process: std::process::id(), inner: Mutex::default() })
    }

    /// Waits until the call may be sent, first come first served within its group, and takes its slot.
    ///
    /// Dropping the future leaves the line. Waiting has no limit unless `max_wait` is given.
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
        let ask = Arc::new(Ask { call: call.clone(), limits: limits.clone(), service: *service });
        let (arrival, now) = self.locked(|inner, now| (inner.arrive(now, &ask), now));
        let (grant, waited) = match arrival {
            Ok(grant) => (grant, Duration::ZERO),
            Err(ticket) => {
                let waiter = Waiter::new(Arc::clone(self), Arc::clone(&ask), ticket, now, max_wait);
                let grant = waiter.await?;
                (grant, grant.at.saturating_sub(now))
            }
        };
        Ok(Lease::new(Arc::clone(self), ask, grant, waited))
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
    fn arrive(&mut self, now: Duration, ask: &Arc<Ask>) -> Result<Grant, Ticket> {
        match self.queue.arrive(now, ask) {
            Arrival::Admitted(grant) => {
                self.ahead = None;
                Ok(grant)
            }
            Arrival::Queued(ticket, moves) => {
                self.waiting.insert(ticket, Waiting::default());
                self.apply(moves);
                Err(ticket)
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
    pub(super) fn collect(&mut self, ticket: Ticket) -> Option<Grant> {
        let grant = self.waiting.get(&ticket)?.grant?;
        self.waiting.remove(&ticket);
        Some(grant)
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
            Some(grant) => self.queue.state.released(ask, grant),
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
