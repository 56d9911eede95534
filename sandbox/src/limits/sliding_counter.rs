//! Two counters in place of a log: the present window, and a share of the one before.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Counting, Headroom};
use crate::clock::Moment;

/// Takes the calls of the window before as if they had been spread over it: a call is let in when
/// `previous * (share of it that is within W of now) + current`, with the call, is at most the limit.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct SlidingCounter {
    began: Option<Moment>,
    previous: u32,
    current: u32,
}

impl SlidingCounter {
    /// How far into its window a counter has to be for so many further calls to fit; the whole window when they
    /// do not fit in it.
    fn fits_at(previous: u32, current: u32, calls: u32, limit: u32, window: u128) -> u128 {
        let taken = u64::from(current) + u64::from(calls);
        match u64::from(limit).checked_sub(taken) {
            None => window,
            Some(_) if previous == 0 => 0,
            // The share of the window before has to fit into what is free.
            Some(free) => window.saturating_sub(u128::from(free) * window / u128::from(previous)),
        }
    }

    /// Until so many calls fit when nobody calls meanwhile.
    fn wait(&self, elapsed: u128, calls: u32, limit: u32, window: u128) -> Duration {
        let this = Self::fits_at(self.previous, self.current, calls, limit, window).max(elapsed);
        let wait = if this < window {
            this - elapsed
        } else {
            window - elapsed + Self::fits_at(self.current, 0, calls, limit, window)
        };
        Duration::from_micros(u64::try_from(wait).unwrap_or(u64::MAX))
    }
}

impl Counting for SlidingCounter {
    fn admit(&mut self, now: Moment, limit: u32, window: Duration) -> Result<Headroom, Duration> {
        let began = now.floor(window, Duration::ZERO);
        if self.began != Some(began) {
            let follows = self.began == Some(began.minus(window));
            self.previous = if follows { self.current } else { 0 };
            self.current = 0;
            self.began = Some(began);
        }
        let (elapsed, window) = (now.since(began).as_micros(), window.as_micros());
        let wait = self.wait(elapsed, 1, limit, window);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.current += 1;
        // Rounded up: what counts in part takes a whole place.
        let before = (u128::from(self.previous) * window.saturating_sub(elapsed)).div_ceil(window.max(1));
        let before = u32::try_from(before).unwrap_or(u32::MAX);
        let remaining = limit.saturating_sub(self.current).saturating_sub(before);
        Ok(Headroom { remaining, reset: self.wait(elapsed, remaining.saturating_add(1), limit, window) })
    }
}
