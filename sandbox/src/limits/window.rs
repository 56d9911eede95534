//! Windows that start over as a whole: at fixed times, or with the first call.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Counting, Headroom};
use crate::clock::Moment;

/// The accepted calls of one window.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Count {
    began: Option<Moment>,
    accepted: u32,
}

impl Count {
    /// Counts a call in the window that began then.
    fn admit(
        &mut self,
        began: Moment,
        now: Moment,
        limit: u32,
        window: Duration,
    ) -> Result<Headroom, Duration> {
        if self.began != Some(began) {
            *self = Self { began: Some(began), accepted: 0 };
        }
        let reset = began.plus(window).since(now);
        if self.accepted >= limit {
            return Err(reset);
        }
        self.accepted += 1;
        Ok(Headroom { remaining: limit - self.accepted, reset })
    }
}

/// Windows one behind the other, whenever calls come.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Fixed {
    pub(crate) phase: Duration,
    count: Count,
}

impl Fixed {
    pub(crate) fn new(phase: Duration) -> Self {
        Self { phase, count: Count::default() }
    }
}

impl Counting for Fixed {
    fn admit(&mut self, now: Moment, limit: u32, window: Duration) -> Result<Headroom, Duration> {
        self.count.admit(now.floor(window, self.phase), now, limit, window)
    }
}

/// A window that begins with its first call.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct FirstHit {
    count: Count,
}

impl Counting for FirstHit {
    fn admit(&mut self, now: Moment, limit: u32, window: Duration) -> Result<Headroom, Duration> {
        let began = self.count.began.filter(|began| now.since(*began) < window).unwrap_or(now);
        self.count.admit(began, now, limit, window)
    }
}
