//! The day and month that budgets with a period count in, in UTC.

use std::fmt;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

/// The wall clock's day. Whoever holds a ledger keeps the latest one seen, see [`Today::later`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Today {
    date: Date,
}

impl Today {
    /// The day of these seconds since 1970; a clock outside of 1970 to 9999 is taken for the nearest day within.
    pub(crate) fn from_unix(seconds: i64) -> Self {
        let first = date(1970, 1, 1);
        let at = jiff::Timestamp::from_second(seconds.max(0));
        let date = at.map_or(date(9999, 12, 31), |at| at.to_zoned(TimeZone::UTC).date());
        Self { date: date.max(first) }
    }

    /// The later of the two: a wall clock that is set back does not bring a past day back, whose account may be gone.
    #[must_use]
    pub(crate) fn later(self, other: Self) -> Self {
        self.max(other)
    }

    pub(crate) fn day(self) -> Date {
        self.date
    }

    /// The first day of the month, which stands for it.
    pub(crate) fn month(self) -> Date {
        self.date.first_of_month()
    }
}

impl Default for Today {
    fn default() -> Self {
        Self { date: date(1970, 1, 1) }
    }
}

impl fmt::Display for Today {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date.fmt(f)
    }
}
