//! Rate limits: how one bucket decides, and the buckets of one world.
//!
//! Which bucket a call draws on and how many calls it holds is decided in `profile.rs`; here is only the
//! counting. The real server's way of counting is unknown, so a model is an interchangeable part, one file each.

mod log;
mod meter;
mod model;
mod sliding_counter;
mod token_bucket;
mod window;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt::Debug;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;

pub use meter::LimitMeter;
pub use model::LimitModel;

use log::{SlidingLog, SlidingLogCountingRejects};
use sliding_counter::SlidingCounter;
use token_bucket::TokenBucket;
use window::{FirstHit, Fixed};

/// What is left in a bucket after a call was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Headroom {
    pub(crate) remaining: u32,
    /// Until more calls fit than now.
    pub(crate) reset: Duration,
}

/// A way of counting calls against a limit.
pub(crate) trait Counting: Debug + Send {
    /// Counts a call, or refuses it with the time until the next one would be let through, when nobody calls
    /// meanwhile.
    fn admit(&mut self, now: Moment, limit: u32, window: Duration) -> Result<Headroom, Duration>;
}

/// What one bucket has counted, in its way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "snake_case")]
enum Bucket {
    Fixed(Fixed),
    FirstHit(FirstHit),
    SlidingLog(SlidingLog),
    SlidingLogCountingRejects(SlidingLogCountingRejects),
    SlidingCounter(SlidingCounter),
    TokenBucket(TokenBucket),
    Leaky(TokenBucket),
}

impl Bucket {
    fn begun(model: LimitModel) -> Self {
        match model {
            LimitModel::Fixed { phase } => Self::Fixed(Fixed::new(phase)),
            LimitModel::FirstHit => Self::FirstHit(FirstHit::default()),
            LimitModel::SlidingLog => Self::SlidingLog(SlidingLog::default()),
            LimitModel::SlidingLogCountingRejects => {
                Self::SlidingLogCountingRejects(SlidingLogCountingRejects::default())
            }
            LimitModel::SlidingCounter => Self::SlidingCounter(SlidingCounter::default()),
            LimitModel::TokenBucket { size } => Self::TokenBucket(TokenBucket::new(size)),
            LimitModel::Leaky => Self::Leaky(TokenBucket::new(Some(1))),
        }
    }

    fn model(&self) -> LimitModel {
        match self {
            Self::Fixed(fixed) => LimitModel::Fixed { phase: fixed.phase },
            Self::FirstHit(_) => LimitModel::FirstHit,
            Self::SlidingLog(_) => LimitModel::SlidingLog,
            Self::SlidingLogCountingRejects(_) => LimitModel::SlidingLogCountingRejects,
            Self::SlidingCounter(_) => LimitModel::SlidingCounter,
            Self::TokenBucket(bucket) => LimitModel::TokenBucket { size: bucket.size },
            Self::Leaky(_) => LimitModel::Leaky,
        }
    }

    fn counting(&mut self) -> &mut dyn Counting {
        match self {
            Self::Fixed(counting) => counting,
            Self::FirstHit(counting) => counting,
            Self::SlidingLog(counting) => counting,
            Self::SlidingLogCountingRejects(counting) => counting,
            Self::SlidingCounter(counting) => counting,
            Self::TokenBucket(counting) | Self::Leaky(counting) => counting,
        }
    }
}

/// The buckets of one world by name; made when first drawn on.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Buckets {
    by_name: HashMap<String, Bucket>,
}

impl Buckets {
    /// Counts a call, or refuses it. A bucket that has counted under another model starts over.
    pub(crate) fn admit(
        &mut self,
        name: &str,
        model: LimitModel,
        now: Moment,
        limit: u32,
        window: Duration,
    ) -> Result<Headroom, Duration> {
        if limit == 0 {
            return Err(window);
        }
        if window.as_micros() == 0 {
            // Shorter than the clock can tell: no two calls share a window.
            return Ok(Headroom { remaining: limit - 1, reset: window });
        }
        let bucket = self.by_name.entry(name.to_owned()).or_insert_with(|| Bucket::begun(model));
        if bucket.model() != model {
            *bucket = Bucket::begun(model);
        }
        bucket.counting().admit(now, limit, window)
    }
}
