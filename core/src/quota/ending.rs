//! How an attempt ended, in a form that any store can put on its own clock.

use std::time::Duration;

use super::notice::Notice;
use super::presets::Ask;
use super::state::{Answer, Grant, State};
use crate::response::Credits;

/// What became of an attempt. Instants are given as time passed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) how: How,
    /// How long ago it ended: settling may take a while.
    pub(super) ended_ago: Duration,
    /// How long before its end the first byte was sent.
    pub(super) took: Duration,
    /// What it cost.
    pub(super) charge: Credits,
    /// The server said that the credits are at zero (402).
    pub(super) out_of_credits: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// The server answered, and the answer says something about the quota.
    Answered(Answer),
    /// The server answered before its limiter, or failed.
    Unproven,
    /// No answer came.
    Lost,
    /// Provably never sent.
    Released,
}

impl Ending {
    /// The last instant at which the server may have counted the call, which a store keeps in place of its slot; none if
    /// it was not sent. `flight` is the longest that a call without an answer may still be under way.
    pub(super) fn counted_at(&self, now: Duration, flight: Duration) -> Option<Duration> {
        let at = now.saturating_sub(self.ended_ago);
        match self.how {
            How::Answered(_) | How::Unproven => Some(at),
            How::Lost => Some(at.saturating_add(flight)),
            How::Released => None,
        }
    }
}

impl State {
    /// Books the end of an attempt: slots, lessons, money.
    pub(super) fn end(&mut self, now: Duration, ask: &Ask, grant: &Grant, ending: &Ending) -> Vec<Notice> {
        let at = now.saturating_sub(ending.ended_ago);
        let sent = at.saturating_sub(ending.took);
        let mut notices = Vec::new();
        match ending.how {
            How::Answered(answer) => notices.extend(self.answered(at, ask, grant, sent, answer)),
            How::Unproven => self.answered_unproven(at, ask, grant, sent),
            How::Lost => self.lost(at, ask, grant, sent),
            How::Released => self.released(ask, grant),
        }
        notices.extend(self.book(now, ask, grant, ending));
        notices
    }
}
