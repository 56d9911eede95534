//! The clock of the sandbox: what "now" is for windows, imports and time stamps.
//!
//! Owns the three ways in which time can run: with the wall clock, faster than it, or only when told to
//! (`advance`). Nothing here waits: whoever needs the time asks for it, and everything that depends on time
//! is worked out from the answer. Delays on the wire are real time and do not pass through here.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// 2026-01-01T00:00:00Z, where the virtual clock starts, so that its time stamps repeat.
const VIRTUAL_START: i64 = 1_767_225_600_000_000;

/// A point of sandbox time, in microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Moment(i64);

impl Moment {
    /// The Unix epoch.
    pub(crate) const START: Self = Self(0);

    #[cfg(test)]
    pub(crate) fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub(crate) fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }

    pub(crate) fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }

    /// The time from `earlier` to `self`; zero when `earlier` is not earlier.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The last moment, not after this one, of those that lie `step` apart from the Unix epoch on, all of them
    /// moved by `phase`.
    pub(crate) fn floor(self, step: Duration, phase: Duration) -> Self {
        let step = micros(step).max(1);
        Self(self.0.saturating_sub(self.0.saturating_sub(micros(phase) % step).rem_euclid(step)))
    }

    pub(crate) fn unix_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    pub(crate) fn unix_micros(self) -> i64 {
        self.0
    }

    /// The number of its day in UTC since the first of Unix time.
    pub(crate) fn day(self) -> i64 {
        self.0.div_euclid(86_400_000_000)
    }

    /// The beginning of the next month in UTC; far off when there is none.
    pub(crate) fn next_month(self) -> Self {
        let begin = Timestamp::from_microsecond(self.0).and_then(|now| {
            let first = now.to_zoned(TimeZone::UTC).date().last_of_month().tomorrow()?;
            first.to_zoned(TimeZone::UTC)
        });
        begin.map_or(Self(i64::MAX), |begin| Self(begin.timestamp().as_microsecond()))
    }

    /// Reads an instant in ISO 8601.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.parse::<Timestamp>().ok().map(|stamp| Self(stamp.as_microsecond()))
    }

    /// ISO 8601 in UTC with milliseconds and `Z`, as the service writes it.
    pub(crate) fn iso(self) -> String {
        Timestamp::from_microsecond(self.0).map(|stamp| format!("{stamp:.3}")).unwrap_or_default()
    }
}

/// How sandbox time runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pace {
    /// That many sandbox seconds pass in one real second.
    Scaled(f64),
    /// Time stands still except for `advance`.
    Virtual,
}

#[derive(Debug)]
pub(crate) struct Clock {
    anchor: Instant,
    start: i64,
    pace: Pace,
    advanced: AtomicI64,
}

impl Clock {
    pub(crate) fn new(pace: Pace) -> Self {
        let start = match pace {
            Pace::Scaled(_) => wall_micros(),
            Pace::Virtual => VIRTUAL_START,
        };
        Self { anchor: Instant::now(), start, pace, advanced: AtomicI64::new(0) }
    }

    pub(crate) fn now(&self) -> Moment {
        let passed = match self.pace {
            Pace::Scaled(scale) => micros(self.anchor.elapsed().mul_f64(scale)),
            Pace::Virtual => 0,
        };
        Moment(self.start.saturating_add(passed).saturating_add(self.advanced.load(Ordering::SeqCst)))
    }

    /// Moves sandbox time forward, whatever its pace.
    pub(crate) fn advance(&self, span: Duration) {
        self.advanced.fetch_add(micros(span), Ordering::SeqCst);
    }

    /// Sets sandbox time, forward or back; it runs on from there at its pace.
    pub(crate) fn turn_to(&self, moment: Moment) {
        self.advanced.fetch_add(moment.0.saturating_sub(self.now().0), Ordering::SeqCst);
    }

    /// What a caller is told to wait for a span of sandbox time. A caller lives on the wall clock, so a faster
    /// clock means a shorter wait; with the virtual clock the caller is taken to share it.
    pub(crate) fn caller_wait(&self, span: Duration) -> Duration {
        match self.pace {
            Pace::Scaled(scale) => span.div_f64(scale),
            Pace::Virtual => span,
        }
    }

    /// The same in whole seconds, rounded up.
    pub(crate) fn caller_seconds(&self, span: Duration) -> u64 {
        let told = self.caller_wait(span);
        told.as_secs() + u64::from(told.subsec_nanos() > 0)
    }

    /// The Unix time in milliseconds, on the caller's clock, at which a span of sandbox time will be over.
    pub(crate) fn caller_unix_millis_after(&self, span: Duration) -> i64 {
        let now = match self.pace {
            Pace::Scaled(_) => Moment(wall_micros()),
            Pace::Virtual => self.now(),
        };
        // Rounded up: a caller that comes back exactly then must not come too early.
        now.plus(self.caller_wait(span)).plus(Duration::from_micros(999)).unix_millis()
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

fn wall_micros() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(micros).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_moves_only_when_told() {
        let clock = Clock::new(Pace::Virtual);
        assert_eq!(clock.now().iso(), "2026-01-01T00:00:00.000Z");
        clock.advance(Duration::from_millis(61_250));
        assert_eq!(clock.now().iso(), "2026-01-01T00:01:01.250Z");
        assert_eq!(clock.caller_wait(Duration::from_secs(3)), Duration::from_secs(3));
    }

    #[test]
    fn months_begin_with_their_first() {
        let next = |text: &str| Moment::parse(text).unwrap().next_month().iso();
        assert_eq!(next("2026-01-31T23:59:59Z"), "2026-02-01T00:00:00.000Z");
        assert_eq!(next("2026-12-01T00:00:00+01:00"), "2026-12-01T00:00:00.000Z");
        assert_eq!(Moment::parse("yesterday"), None);
    }

    #[test]
    fn a_faster_clock_asks_callers_to_wait_less() {
        let clock = Clock::new(Pace::Scaled(60.0));
        assert_eq!(clock.caller_wait(Duration::from_secs(60)), Duration::from_secs(1));
        let before = clock.now();
        clock.advance(Duration::from_secs(10));
        assert!(clock.now().since(before) >= Duration::from_secs(10));
    }
}
