//! The tokens of a month. A month begins with the first of it in UTC.

use serde::{Deserialize, Serialize};

use crate::clock::Moment;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tokens {
    used: u64,
    ends: Option<Moment>,
}

impl Tokens {
    /// What was used in the month of `now`.
    pub(crate) fn used(&self, now: Moment) -> u64 {
        if self.ends.is_some_and(|ends| now < ends) { self.used } else { 0 }
    }

    pub(crate) fn add(&mut self, count: u64, now: Moment) {
        self.used = self.used(now).saturating_add(count);
        self.ends = Some(now.next_month());
    }
}

/// How many tokens a text has: one for each four characters begun.
pub(crate) fn tokens(text: &str) -> u64 {
    u64::try_from(text.chars().count().div_ceil(4)).unwrap_or(u64::MAX)
}
