//! A slot in the hands of one attempt, and how it is given back.
//!
//! Nothing is forgotten by forgetting: a lease that is dropped counts as never sent before [`Lease::mark_sent`] and
//! as lost after it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::presets::Ask;
use super::state::{Grant, State};
use super::team::Team;

pub use super::state::Answer;

/// The right to send one call, taken in all its groups.
#[must_use = "dropping a lease gives the slot back"]
pub struct Lease {
    team: Arc<Team>,
    ask: Arc<Ask>,
    grant: Grant,
    waited: Duration,
    sent: Option<Duration>,
    open: bool,
}

impl Lease {
    pub(super) fn new(team: Arc<Team>, ask: Arc<Ask>, grant: Grant, waited: Duration) -> Self {
        Self { team, ask, grant, waited, sent: None, open: true }
    }

    /// Returns how long the call waited for its slot.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// Returns how many slots are left in the tightest group after this call; none when nothing limits it.
    #[must_use]
    pub fn left(&self) -> Option<u32> {
        self.grant.left
    }

    /// Notes that sending starts now: from here on the server may count the call.
    pub fn mark_sent(&mut self) {
        self.sent.get_or_insert(self.team.clock().now());
    }

    /// Settles a call that was answered: its slots come free one window plus a margin from now.
    ///
    /// A call that was not limited is evidence that the server let it through. Where it may never have reached the
    /// server's limiter, use [`Lease::settle_unproven`].
    pub fn settle_answered(mut self, answer: Answer) {
        let sent = self.sent.unwrap_or(self.grant.at);
        self.end(|state, now, ask, grant| state.answered(now, ask, grant, sent, answer));
    }

    /// Settles a call whose answer says nothing about the quota: a refusal before the limiter (401, 402) or a server
    /// error. The slots are held as for any answer.
    pub fn settle_unproven(mut self) {
        self.end(|state, now, ask, grant| state.answered_unproven(now, ask, grant));
    }

    /// Settles a call that got no answer: its slots are held for the longest flight, then for the window.
    pub fn settle_lost(mut self) {
        self.end(|state, now, ask, grant| state.lost(now, ask, grant));
    }

    /// Gives the slots back at once. Only for a call that provably never reached the server.
    pub fn release_unsent(mut self) {
        self.end(|state, _, ask, grant| state.released(ask, grant));
    }

    fn end(&mut self, settle: impl FnOnce(&mut State, Duration, &Ask, Grant)) {
        self.open = false;
        self.team.locked(|inner, now| {
            settle(&mut inner.queue.state, now, &self.ask, self.grant);
            inner.pump(now);
        });
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.open || self.team.inherited() {
            return;
        }
        match self.sent {
            Some(_) => self.end(|state, now, ask, grant| state.lost(now, ask, grant)),
            None => self.end(|state, _, ask, grant| state.released(ask, grant)),
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lease = formatter.debug_struct("Lease");
        lease.field("operation", &self.ask.call.operation).field("waited", &self.waited);
        lease.field("left", &self.grant.left).field("sent", &self.sent).finish_non_exhaustive()
    }
}
