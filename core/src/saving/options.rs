//! What a client is asked to spare, and the bounds of it.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::operation::Service;
use crate::registry;

/// The longest time that an add may linger.
const LONGEST_LINGER: Duration = Duration::from_secs(60);

/// The longest time that an answer is kept.
const LONGEST_CACHE: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Rows that a batch of the service takes.
const LARGEST_BATCH: u32 = 100;

/// How single adds are gathered into batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Coalesce {
    pub(super) linger: Duration,
    pub(super) size: u32,
}

impl Coalesce {
    /// Adds linger 50 ms and leave at the latest when there are 100 of them.
    pub fn new() -> Self {
        Self { linger: Duration::from_millis(50), size: LARGEST_BATCH }
    }

    /// How long the first add of a batch waits for others, at most a minute.
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// How many adds travel together at most, 1 to 100.
    pub fn size(mut self, size: u32) -> Self {
        self.size = size;
        self
    }
}

impl Default for Coalesce {
    fn default() -> Self {
        Self::new()
    }
}

/// What a client spares.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SavingOptions {
    pub(crate) coalesce: Option<Coalesce>,
    /// How long answers are kept.
    pub(crate) cache: Option<Duration>,
    pub(crate) share_reads: bool,
}

impl SavingOptions {
    pub(crate) fn validate(&self, service: Service) -> Result<()> {
        let any = |has: fn(&crate::OperationSpec) -> bool| {
            registry::entries().map(|entry| entry.spec).any(|spec| spec.service == service && has(spec))
        };
        if let Some(coalesce) = self.coalesce {
            if !any(|spec| spec.coalesce.is_some()) {
                return Err(Error::config(
                    "coalesce",
                    "this service has no single adds that could travel together",
                ));
            }
            if coalesce.linger > LONGEST_LINGER {
                return Err(Error::config("coalesce.linger", "at most a minute"));
            }
            if !(1..=LARGEST_BATCH).contains(&coalesce.size) {
                let rule = format!("between 1 and {LARGEST_BATCH}, not {}", coalesce.size);
                return Err(Error::config("coalesce.size", rule));
            }
        }
        if let Some(ttl) = self.cache {
            if !any(|spec| spec.cacheable) {
                return Err(Error::config("cache", "this service has no answers that stay good for a while"));
            }
            if ttl.is_zero() || ttl > LONGEST_CACHE {
                let rule = "more than zero and at most a week; leave it out to ask the service each time";
                return Err(Error::config("cache", rule));
            }
        }
        Ok(())
    }
}
