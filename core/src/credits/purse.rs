//! The team's credits as far as they are known: the declared balance, what went off it, and the latch of a 402.
//!
//! The balance cannot be read from the API. It is declared by the user, and 0 when the server answers 402; what other
//! tools spend is out of sight.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::claim::Reservation;
use super::report::CreditRange;
use crate::response::Credits;

/// A closed latch lets one call through this long after the last 402, and this long after the last one let through,
/// whatever became of that one: an answer, none, or a crash.
pub(super) const PROBE_EVERY: Duration = Duration::from_secs(60);

/// So many different numbers of the client option are remembered.
const OPTIONS: usize = 16;

/// What stores keep of a team beside its accounts, as one value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Purse {
    // Scripts in a store tell neither null from absent nor an empty list from an empty map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) declared: Option<u64>,
    /// Spent and reserved since then.
    pub(crate) since: Account,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) latch: Option<Latch>,
    /// The numbers of the client option that were taken for a declaration. Each counts once: a script that is run again
    /// must not refill the purse, nor two scripts in turn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<u64>,
    /// Counts the declarations, so that a call booked under another one is known.
    declarations: u64,
    /// Counts the calls let through by a latch, so that the latest is known.
    probes: u64,
}

/// The server answered 402: nobody sends, but for one call now and then that tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Latch {
    /// The first 402.
    #[serde(with = "millis")]
    pub(crate) since: Duration,
    /// When a call may try.
    #[serde(with = "millis")]
    pub(crate) probe_after: Duration,
}

impl Latch {
    /// How long until a call may try; zero when it may. An instant too far ahead is of a clock that has been reset since.
    pub(super) fn probe_in(&self, now: Duration) -> Duration {
        let wait = self.probe_after.saturating_sub(now);
        if wait > PROBE_EVERY { Duration::ZERO } else { wait }
    }
}

impl Purse {
    /// The purse as it is once the client option is heard.
    pub(super) fn hearing(&self, option: Option<u64>) -> Cow<'_, Self> {
        match option {
            Some(balance) if !self.options.contains(&balance) => {
                let mut purse = self.clone();
                purse.hear(option);
                Cow::Owned(purse)
            }
            _ => Cow::Borrowed(self),
        }
    }

    pub(super) fn hear(&mut self, option: Option<u64>) {
        let Some(balance) = option.filter(|balance| !self.options.contains(balance)) else { return };
        if self.options.len() >= OPTIONS {
            self.options.remove(0);
        }
        self.options.push(balance);
        self.declare(balance);
    }

    /// Takes this for the balance from now on. Calls under way stay reserved: whether the number includes them is not
    /// known. A balance above 0 opens the latch.
    pub(super) fn declare(&mut self, balance: u64) {
        self.restart(Some(balance));
        if balance > 0 {
            self.latch = None;
        }
    }

    /// Opens the latch. Without a number the balance is not known any more.
    pub(super) fn resume(&mut self) {
        if self.latch.take().is_some() {
            self.restart(None);
        }
    }

    /// At least and at most so much is left.
    pub(super) fn left(&self) -> Option<CreditRange> {
        let declared = self.declared?;
        let gone = self.since.max.saturating_add(self.since.reserved);
        Some(CreditRange { min: declared.saturating_sub(gone), max: declared.saturating_sub(self.since.min) })
    }

    /// Books the highest price; beneath a latch the call is the one that tries.
    pub(super) fn reserve(&mut self, now: Duration, price: u32) -> (Option<u64>, u64) {
        self.since.reserve(price);
        let probe = self.latch.as_mut().map(|latch| {
            latch.probe_after = now.saturating_add(PROBE_EVERY);
            self.probes = self.probes.wrapping_add(1);
            self.probes
        });
        (probe, self.declarations)
    }

    pub(super) fn settle(&mut self, reservation: &Reservation, charge: Credits) {
        self.since.release(reservation.reserved);
        let same = reservation.declaration == self.declarations;
        // The number declared since may already be without this charge.
        self.since.book(if same { charge } else { Credits::up_to(charge.max.max(charge.min)) });
    }

    /// The call was not sent. If it was to try, another one may at once.
    pub(super) fn release(&mut self, reservation: &Reservation) {
        self.since.release(reservation.reserved);
        if self.is_probed_by(reservation)
            && let Some(latch) = &mut self.latch
        {
            latch.probe_after = Duration::ZERO;
        }
    }

    /// A 402. One of a call booked before a new declaration says nothing about that one.
    pub(super) fn out_of_credits(&mut self, now: Duration, reservation: &Reservation) {
        if reservation.declaration != self.declarations {
            return;
        }
        let since = self.latch.map_or(now, |latch| latch.since);
        self.latch = Some(Latch { since, probe_after: now.saturating_add(PROBE_EVERY) });
        if self.declared.is_some() {
            self.declared = Some(0);
            self.since = Account { reserved: self.since.reserved, ..Account::default() };
        }
    }

    /// An answer that takes credits: the latch opens if this was the latest call to try. How many there are is not known.
    pub(super) fn answered(&mut self, reservation: &Reservation) {
        if self.is_probed_by(reservation) {
            self.resume();
        }
    }

    fn is_probed_by(&self, reservation: &Reservation) -> bool {
        reservation.probe == Some(self.probes) && self.latch.is_some()
    }

    fn restart(&mut self, declared: Option<u64>) {
        self.declared = declared;
        self.since = Account { reserved: self.since.reserved, ..Account::default() };
        self.declarations = self.declarations.wrapping_add(1);
    }
}

/// Durations as whole milliseconds, which scripts in a store can read.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
