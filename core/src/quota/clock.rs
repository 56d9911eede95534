//! The time the limiter lives in: monotone, counted from the clock's own start, and waitable.
//!
//! Only differences matter to the limiter, so no wall clock is involved and clock steps cannot hurt.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::Instant;

/// A monotone clock that can be waited for.
pub trait Clock: Send + Sync + 'static {
    /// Returns the time since the start of this clock. Never goes back.
    fn now(&self) -> Duration;

    /// Returns the seconds of Unix time, for the days and months of budgets.
    fn unix_seconds(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }

    /// Completes when [`Clock::now`] has reached `at`, never before.
    fn sleep_until(&self, at: Duration) -> BoxFuture<'static, ()>;
}

/// The clock of the tokio runtime; under `tokio::time::pause` it is virtual.
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    start: Instant,
}

impl TokioClock {
    /// Starts a clock at zero.
    #[must_use]
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        Instant::now().saturating_duration_since(self.start)
    }

    fn sleep_until(&self, at: Duration) -> BoxFuture<'static, ()> {
        match self.start.checked_add(at) {
            Some(deadline) => Box::pin(tokio::time::sleep_until(deadline)),
            // Beyond what the platform can represent: nobody lives to see it.
            None => Box::pin(std::future::pending()),
        }
    }
}
