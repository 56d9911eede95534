//! The credits that were not spent, by the reason why.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// Credits that a client and its copies did not spend, since it was made in this process.
///
/// `batching` to `sharing` count calls that succeeded and were surely spared. `validation` is an upper bound: the service
/// does not say whether it charges for a call that it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Saved {
    /// Rows of batch calls that needed no call of their own: a batch of 100 spares 99 calls.
    pub batching: u64,
    /// Single adds that travelled with others (client option `coalesce`).
    pub coalescing: u64,
    /// Reads that were answered from memory (client option `cache`).
    pub caching: u64,
    /// Reads that took the answer of an equal one that was under way (client option `share_reads`).
    pub sharing: u64,
    /// Calls that broke a rule and were refused here, at the price that they would have had.
    pub validation: u64,
}

impl Saved {
    /// The reasons that there were, in the order of the fields.
    pub(crate) fn by_reason(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let Self { batching, coalescing, caching, sharing, validation } = *self;
        let reasons = [
            ("batching", batching),
            ("coalescing", coalescing),
            ("caching", caching),
            ("sharing", sharing),
            ("validation", validation),
        ];
        reasons.into_iter().filter(|(_, credits)| *credits > 0)
    }

    /// All reasons together.
    pub fn total(&self) -> u64 {
        let Self { batching, coalescing, caching, sharing, validation } = *self;
        [batching, coalescing, caching, sharing, validation].into_iter().fold(0, u64::saturating_add)
    }
}

/// Why credits were not spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Batching,
    Coalescing,
    Caching,
    Sharing,
    Validation,
}

#[derive(Debug, Default)]
pub(super) struct Counters([AtomicU64; 5]);

impl Counters {
    pub(super) fn add(&self, reason: Reason, credits: u32) {
        self.0[reason as usize].fetch_add(u64::from(credits), Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Saved {
        let [batching, coalescing, caching, sharing, validation] =
            self.0.each_ref().map(|counter| counter.load(Ordering::Relaxed));
        Saved { batching, coalescing, caching, sharing, validation }
    }
}
