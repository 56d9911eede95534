//! The slots of one kind of call in a group: those in flight, and when the others were answered.

use std::collections::VecDeque;
use std::time::Duration;

/// Whether a rule has room, and when it will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// This many slots are free.
    Free(u32),
    /// Not before this instant. Calls in flight are taken as answered now, so it is the earliest possible one.
    FullUntil(Duration),
}

/// A record of calls. It knows no limit: the asker's rule is evaluated over it.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    /// Calls in flight.
    open: usize,
    /// When calls were answered, ascending. A call without an answer stands here with the last instant at which the
    /// server may count it, which can lie ahead.
    answered: VecDeque<Duration>,
}

impl Slots {
    /// A record as a store keeps it: calls in flight, and the instants of the others in any order.
    pub(super) fn loaded(open: usize, mut answered: Vec<Duration>) -> Self {
        answered.sort_unstable();
        Self { open, answered: answered.into() }
    }

    /// Calls in flight.
    pub(super) fn open(&self) -> usize {
        self.open
    }

    /// Slots held: in flight, or answered less than `hold` ago.
    pub(super) fn held(&self, now: Duration, hold: Duration) -> usize {
        self.open + self.answered.len() - self.expired(now, hold)
    }

    pub(super) fn room(&self, now: Duration, limit: u32, hold: Duration) -> Room {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let first = self.expired(now, hold);
        let held = self.open + self.answered.len() - first;
        if held < limit {
            return Room::Free(u32::try_from(limit - held).unwrap_or(u32::MAX));
        }
        // So many have to come free, in the order: answered, in flight (as if answered now), lost.
        let need = held - limit + 1;
        let past = self.answered.partition_point(|at| *at <= now) - first;
        let at = if need <= past {
            self.answered.get(first + need - 1)
        } else if need <= past + self.open {
            None
        } else {
            self.answered.get(first + need - self.open - 1)
        };
        Room::FullUntil(at.copied().unwrap_or(now).saturating_add(hold))
    }

    /// Whether another call may be in flight beside those that are, and when it will, as far as is known: a call without
    /// an answer may keep the server busy up to the last instant at which it counts.
    pub(super) fn in_flight_room(&self, now: Duration, at_once: u32) -> Room {
        let at_once = usize::try_from(at_once).unwrap_or(usize::MAX);
        let past = self.answered.partition_point(|at| *at <= now);
        let lost = self.answered.len() - past;
        let busy = self.open + lost;
        if busy < at_once {
            return Room::Free(u32::try_from(at_once - busy).unwrap_or(u32::MAX));
        }
        // Calls in flight are taken as answered now.
        let need = (busy - at_once + 1).saturating_sub(self.open);
        let at = need.checked_sub(1).and_then(|lost| self.answered.get(past + lost));
        Room::FullUntil(at.copied().unwrap_or(now))
    }

    pub(super) fn take(&mut self, now: Duration, retention: Duration) {
        while self.answered.front().is_some_and(|at| at.saturating_add(retention) <= now) {
            self.answered.pop_front();
        }
        self.open += 1;
    }

    /// The call came to its end; the server counted it at `at` or earlier.
    pub(super) fn close(&mut self, at: Duration) {
        self.open = self.open.saturating_sub(1);
        // Nearly always the end of the deque: only lost calls lie ahead.
        let position = self.answered.partition_point(|other| *other <= at);
        self.answered.insert(position, at);
    }

    /// The call was never sent.
    pub(super) fn release(&mut self) {
        self.open = self.open.saturating_sub(1);
    }

    /// For forecasts: takes all calls in flight as answered.
    pub(super) fn close_all(&mut self, now: Duration) {
        while self.open > 0 {
            self.close(now);
        }
    }

    fn expired(&self, now: Duration, hold: Duration) -> usize {
        self.answered.partition_point(|at| at.saturating_add(hold) <= now)
    }

    pub(super) fn idle(&self, now: Duration, retention: Duration) -> bool {
        self.open == 0 && self.answered.back().is_none_or(|at| at.saturating_add(retention) <= now)
    }
}
