//! A slot and a reservation in the hands of one attempt, and how they are given back.
//!
//! Nothing is forgotten by forgetting: a lease that is dropped counts as never sent before [`Lease::mark_sent`] and
//! as lost after it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::ending::{Ending, How};
use super::presets::Ask;
use super::state::Grant;
use super::team::Team;
use crate::response::Credits;

pub use super::state::Answer;

/// The right to send one call, taken in all its groups.
#[must_use = "dropping a lease gives the slot back"]
pub struct Lease {
    team: Arc<Team>,
    ask: Arc<Ask>,
    grant: Grant,
    /// When it was granted, by the clock of this process.
    at: Duration,
    waited: Duration,
    sent: Option<Duration>,
    charge: Option<Credits>,
    out_of_credits: bool,
    open: bool,
}

impl Lease {
    pub(super) fn new(team: Arc<Team>, ask: Arc<Ask>, grant: Grant, at: Duration, waited: Duration) -> Self {
        Self { team, ask, grant, at, waited, sent: None, charge: None, out_of_credits: false, open: true }
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

    /// Whether so much time has passed since it was granted that a store may give the slot up before the call ends: the
    /// machine slept. Give it back and ask again.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.team.clock().now().saturating_sub(self.at) > self.ask.lease / 2
    }

    /// Notes that sending starts now: from here on the server may count the call.
    pub fn mark_sent(&mut self) {
        self.sent.get_or_insert(self.team.clock().now());
    }

    /// Notes what the call cost. Without it a call that was sent counts as anything up to its price.
    pub fn charge(&mut self, credits: Credits) {
        self.charge = Some(credits);
    }

    /// Notes that the server answered that the credits are at zero: the whole team stops.
    pub fn out_of_credits(&mut self) {
        self.out_of_credits = true;
    }

    /// Settles a call that was answered: its slots come free one window plus a margin from now.
    ///
    /// A call that was not limited is evidence that the server let it through. Where it may never have reached the
    /// server's limiter, use [`Lease::settle_unproven`].
    pub fn settle_answered(mut self, answer: Answer) -> Settlement {
        self.end(How::Answered(answer))
    }

    /// Settles a call whose answer says nothing about the quota: a refusal before the limiter (401, 402) or a server
    /// error. The slots are held as for any answer.
    pub fn settle_unproven(mut self) -> Settlement {
        self.end(How::Unproven)
    }

    /// Settles a call that got no answer: its slots are held for the longest flight, then for the window.
    pub fn settle_lost(mut self) -> Settlement {
        self.end(How::Lost)
    }

    /// Gives the slots back at once. Only for a call that provably never reached the server.
    pub fn release_unsent(mut self) -> Settlement {
        self.end(How::Released)
    }

    fn end(&mut self, how: How) -> Settlement {
        self.open = false;
        let now = self.team.clock().now();
        let price = self.ask.money.as_ref().map_or(0, |claim| claim.price.max);
        let charge = match how {
            How::Released => Credits::NONE,
            _ => self.charge.unwrap_or(Credits::up_to(price)),
        };
        let ending = Ending {
            how,
            ended_ago: Duration::ZERO,
            took: now.saturating_sub(self.sent.unwrap_or(self.at)),
            charge,
            out_of_credits: self.out_of_credits,
        };
        self.team.end(&self.ask, &self.grant, ending)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.open || self.team.inherited() {
            return;
        }
        let how = if self.sent.is_some() { How::Lost } else { How::Released };
        drop(self.end(how));
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Lease")
            .field("call", &self.ask.call)
            .field("waited", &self.waited)
            .field("sent", &self.sent.is_some())
            .finish_non_exhaustive()
    }
}

/// The settling of a call. It goes on when this is dropped.
#[derive(Debug)]
pub struct Settlement(Option<oneshot::Receiver<()>>);

impl Settlement {
    pub(super) fn done() -> Self {
        Self(None)
    }

    pub(super) fn pending(outcome: oneshot::Receiver<()>) -> Self {
        Self(Some(outcome))
    }

    /// Waits until the store has it, but no longer than `patience`: the store is asked on in the background.
    pub async fn within(self, patience: Duration) {
        if let Some(pending) = self.0 {
            let _ = tokio::time::timeout(patience, pending).await;
        }
    }
}
