//! A bucket of calls that is refilled all the time. With room for a single call it is the strict leaky bucket.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Counting, Headroom};
use crate::clock::Moment;

/// Counts what is missing to a full bucket, in parts of a call of which there are as many as microseconds in a
/// window: every microsecond brings back `limit` of them, so nothing is lost by rounding.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct TokenBucket {
    /// How many calls it holds; the limit when absent.
    pub(crate) size: Option<u32>,
    missing: u64,
    /// Parts of a call when `missing` was written.
    parts: u64,
    at: Option<Moment>,
}

impl TokenBucket {
    pub(crate) fn new(size: Option<u32>) -> Self {
        Self { size, ..Self::default() }
    }
}

impl Counting for TokenBucket {
    fn admit(&mut self, now: Moment, limit: u32, window: Duration) -> Result<Headroom, Duration> {
        let parts = u64::try_from(window.as_micros()).unwrap_or(u64::MAX).max(1);
        let speed = u128::from(limit.max(1));
        let whole = u128::from(parts);
        let capacity = u128::from(self.size.unwrap_or(limit)) * whole;
        // The window or the limit may have been set anew meanwhile.
        let missing = (u128::from(self.missing) * whole / u128::from(self.parts.max(1))).min(capacity);
        let passed = self.at.map_or(0, |at| now.since(at).as_micros());
        let missing = missing.saturating_sub(passed.saturating_mul(speed));
        let wait = |missing: u128, calls: u128| {
            let lacking = (missing + calls * whole).saturating_sub(capacity);
            Duration::from_micros(u64::try_from(lacking.div_ceil(speed)).unwrap_or(u64::MAX))
        };
        let fits = missing + whole <= capacity;
        let after = if fits { missing + whole } else { missing };
        self.missing = u64::try_from(after).unwrap_or(u64::MAX);
        self.parts = parts;
        self.at = Some(now);
        if !fits {
            return Err(wait(missing, 1));
        }
        let remaining = (capacity - after) / whole;
        let reset = wait(after, remaining + 1);
        Ok(Headroom { remaining: u32::try_from(remaining).unwrap_or(u32::MAX), reset })
    }
}
