//! Logs of single calls: exact, with or without those that were refused.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Counting, Headroom};
use crate::clock::Moment;

/// Drops what is no longer in (now - window, now].
fn forget(calls: &mut VecDeque<Moment>, now: Moment, window: Duration) {
    let start = now.minus(window);
    while calls.front().is_some_and(|&call| call <= start) {
        calls.pop_front();
    }
}

/// What is left, and until when the oldest call counts.
fn headroom(calls: &VecDeque<Moment>, now: Moment, limit: usize, window: Duration) -> Headroom {
    let remaining = u32::try_from(limit.saturating_sub(calls.len())).unwrap_or(u32::MAX);
    let reset = calls.front().map_or(window, |&call| call.plus(window).since(now));
    Headroom { remaining, reset }
}

/// Keeps the time of every accepted call; refuses when `limit` of them lie in (now - window, now]. Refused calls
/// leave no trace.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct SlidingLog {
    accepted: VecDeque<Moment>,
}

impl Counting for SlidingLog {
    fn admit(&mut self, now: Moment, limit: u32, window: Duration) -> Result<Headroom, Duration> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        forget(&mut self.accepted, now, window);
        if self.accepted.len() >= limit {
            // The limit may have been lowered meanwhile, so more than one call may have to leave the window.
            let leaving = self.accepted.get(self.accepted.len() - limit);
            return Err(leaving.map_or(window, |&call| call.plus(window).since(now)));
        }
        self.accepted.push_back(now);
        Ok(headroom(&self.accepted, now, limit, window))
    }
}

/// The same with every call in the log. A client that does not wait as it was told is never let in again.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct SlidingLogCountingRejects {
    calls: VecDeque<Moment>,
}

impl Counting for SlidingLogCountingRejects {
    fn admit(&mut self, now: Moment, limit: u32, window: Duration) -> Result<Headroom, Duration> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        forget(&mut self.calls, now, window);
        let full = self.calls.len() >= limit;
        self.calls.push_back(now);
        // Only the last ones can keep anybody out.
        while self.calls.len() > limit {
            self.calls.pop_front();
        }
        let room = headroom(&self.calls, now, limit, window);
        if full { Err(room.reset) } else { Ok(room) }
    }
}
