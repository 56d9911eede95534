//! Rate limits: how one bucket decides, and the buckets of one world.
//!
//! Which bucket a call draws on and how many calls it holds is decided in `profile.rs`; here is only the
//! counting. The real server's way of counting is unknown, so a model is an interchangeable part.

use std::collections::{HashMap, VecDeque};
use std::fmt::Debug;
use std::time::Duration;

use crate::clock::Moment;

/// What is left in a bucket after a call was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Headroom {
    pub(crate) remaining: u32,
    /// Until one more call fits than now.
    pub(crate) reset: Duration,
}

/// A way of counting calls against a limit.
pub(crate) trait LimitModel: Debug + Send {
    /// Counts a call, or refuses it with the time until the next one would be let through.
    fn admit(&mut self, now: Moment, limit: u32, window: Duration) -> Result<Headroom, Duration>;
}

/// Keeps the time of every accepted call; refuses when `limit` of them lie in (now - window, now]. Refused calls
/// leave no trace.
#[derive(Debug, Default)]
pub(crate) struct SlidingLog {
    accepted: VecDeque<Moment>,
}

impl LimitModel for SlidingLog {
    fn admit(&mut self, now: Moment, limit: u32, window: Duration) -> Result<Headroom, Duration> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let start = now.minus(window);
        while self.accepted.front().is_some_and(|&call| call <= start) {
            self.accepted.pop_front();
        }
        if self.accepted.len() >= limit {
            // The limit may have been lowered meanwhile, so more than one call may have to leave the window.
            let leaving = self.accepted.get(self.accepted.len() - limit);
            return Err(leaving.map_or(window, |&call| call.plus(window).since(now)));
        }
        self.accepted.push_back(now);
        let remaining = u32::try_from(limit - self.accepted.len()).unwrap_or(u32::MAX);
        let reset = self.accepted.front().map_or(window, |&call| call.plus(window).since(now));
        Ok(Headroom { remaining, reset })
    }
}

/// The buckets of one world by name; made when first drawn on.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    by_name: HashMap<String, Box<dyn LimitModel>>,
}

impl Buckets {
    pub(crate) fn admit(
        &mut self,
        name: &str,
        now: Moment,
        limit: u32,
        window: Duration,
    ) -> Result<Headroom, Duration> {
        self.by_name
            .entry(name.to_owned())
            .or_insert_with(|| Box::new(SlidingLog::default()))
            .admit(now, limit, window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(60);

    fn at(micros: i64) -> Moment {
        Moment::from_micros(micros)
    }

    #[test]
    fn the_window_is_open_at_its_start_and_closed_at_its_end() {
        let mut log = SlidingLog::default();
        assert!(log.admit(at(0), 2, WINDOW).is_ok());
        assert!(log.admit(at(10), 2, WINDOW).is_ok());
        // One microsecond before the first call leaves the window.
        assert_eq!(log.admit(at(59_999_999), 2, WINDOW), Err(Duration::from_micros(1)));
        // Exactly a window later it has left.
        assert!(log.admit(at(60_000_000), 2, WINDOW).is_ok());
        assert_eq!(log.admit(at(60_000_000), 2, WINDOW), Err(Duration::from_micros(10)));
    }

    #[test]
    fn refused_calls_do_not_count() {
        let mut log = SlidingLog::default();
        assert!(log.admit(at(0), 1, WINDOW).is_ok());
        for second in 1..60 {
            assert!(log.admit(at(second * 1_000_000), 1, WINDOW).is_err());
        }
        assert!(log.admit(at(60_000_000), 1, WINDOW).is_ok());
    }

    #[test]
    fn a_lowered_limit_waits_for_enough_calls_to_leave() {
        let mut log = SlidingLog::default();
        for micros in [0, 5, 9] {
            assert!(log.admit(at(micros), 3, WINDOW).is_ok());
        }
        assert_eq!(log.admit(at(10), 1, WINDOW), Err(WINDOW - Duration::from_micros(1)));
        assert_eq!(log.admit(at(10), 0, WINDOW), Err(WINDOW));
    }
}
