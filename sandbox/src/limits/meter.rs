//! One bucket by itself, on the caller's own clock: for trying a limiter against a way of counting without a server.

use std::time::Duration;

use super::{Bucket, LimitModel};
use crate::clock::Moment;

/// What a server counts against one limit. Times are counted from any start and never go back.
#[derive(Debug)]
pub struct LimitMeter {
    bucket: Bucket,
    limit: u32,
    window: Duration,
}

impl LimitMeter {
    /// Begins with nothing counted. A limit and a window of zero are taken as one call and one microsecond.
    #[must_use]
    pub fn new(model: LimitModel, limit: u32, window: Duration) -> Self {
        let window = window.max(Duration::from_micros(1));
        Self { bucket: Bucket::begun(model), limit: limit.max(1), window }
    }

    /// Counts a call, or refuses it with the time until the next one would be let through.
    ///
    /// # Errors
    ///
    /// The refusal, which is the answer 429 of a server.
    pub fn hit(&mut self, now: Duration) -> Result<(), Duration> {
        let now = Moment::START.plus(now);
        self.bucket.counting().admit(now, self.limit, self.window).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_counts_like_its_model() {
        let second = Duration::from_secs(1);
        let mut log = LimitMeter::new(LimitModel::SlidingLog, 2, second);
        assert_eq!(log.hit(Duration::ZERO), Ok(()));
        assert_eq!(log.hit(second / 4), Ok(()));
        assert_eq!(log.hit(second / 2), Err(second / 2));
        assert_eq!(log.hit(second), Ok(()));
    }
}
