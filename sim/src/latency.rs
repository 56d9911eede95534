//! How long calls take, and when within that time the server counts them.

use std::fmt;
use std::time::Duration;

use fastrand::Rng;

/// How long a server takes to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Latency {
    /// Always 0.3 s.
    Steady,
    /// 50 ms and an exponential part of 150 ms in the mean; two calls of a hundred take 1 to 8 s longer.
    Heavy,
}

impl Latency {
    pub const ALL: [Self; 2] = [Self::Steady, Self::Heavy];

    /// The mean in seconds.
    #[must_use]
    pub fn mean(self) -> f64 {
        match self {
            Self::Steady => 0.3,
            Self::Heavy => 0.05 + 0.15 + 0.02 * 4.5,
        }
    }

    /// Draws the time from sending to the answer, in whole milliseconds as timers have them.
    #[must_use]
    pub fn draw(self, random: &mut Rng) -> Duration {
        let millis = match self {
            Self::Steady => 300.0,
            Self::Heavy => {
                let slow = if random.u8(0..50) == 0 { 1_000.0 + 7_000.0 * random.f64() } else { 0.0 };
                50.0 - 150.0 * (1.0 - random.f64()).ln() + slow
            }
        };
        Duration::from_millis(millis as u64)
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Steady => "steady",
            Self::Heavy => "heavy",
        })
    }
}

/// Draws an instant within a span: often one of its ends, because those are the worst cases.
#[must_use]
pub fn within(span: Duration, random: &mut Rng) -> Duration {
    match random.u8(0..4) {
        0 => Duration::ZERO,
        1 => span,
        _ => span.mul_f64(random.f64()),
    }
}
