//! What one attempt asks of the ledger, and what it holds once it may go.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account::{AccountKey, Label, Period};
use super::budget::{BudgetOn, Per};
use super::today::Today;
use crate::response::Credits;

/// One client's life, as a name for its accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClientId(u128);

impl ClientId {
    /// A name that no other client has, in whatever process.
    pub(crate) fn new() -> Self {
        Self(uuid::Uuid::new_v4().as_u128())
    }

    pub(super) fn from_hex(text: &str) -> Option<Self> {
        let digits = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        digits.then(|| u128::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A budget as the ledger checks it: the account that it looks at, and the cap on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cap {
    pub(super) label: Label,
    pub(super) per: Per,
    pub(super) cap: u64,
}

impl Cap {
    pub(super) fn key(&self, today: Today) -> AccountKey {
        let period = match self.per {
            Per::Day => Period::Day(today.day()),
            Per::Month => Period::Month(today.month()),
            Per::Ever | Per::Client => Period::Ever,
        };
        AccountKey { label: self.label.clone(), period }
    }

    /// Whether this is a cap on the account, whichever day or month that counts.
    pub(super) fn is_on(&self, key: &AccountKey) -> bool {
        let same = matches!(
            (self.per, key.period),
            (Per::Day, Period::Day(_))
                | (Per::Month, Period::Month(_))
                | (Per::Ever | Per::Client, Period::Ever)
        );
        same && self.label == key.label
    }
}

/// What one attempt asks for. Made once per call; its parts are shared with the client.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) price: Credits,
    /// Passes the floor, never a cap: pausing an agent, adding to Do Not Contact.
    pub(crate) critical: bool,
    /// A cheaper way to the same end, in words.
    pub(crate) cheaper: Option<&'static str>,
    /// The tag and the job of the call. The team is counted without being named.
    pub(crate) labels: Arc<[BudgetOn]>,
    /// All caps of the client; those on labels that the call does not carry do not concern it.
    pub(crate) caps: Arc<[Cap]>,
    pub(crate) floor: Option<u64>,
    /// The client's option.
    pub(crate) balance: Option<u64>,
}

impl Claim {
    /// The price that is reserved.
    pub(crate) fn most(&self) -> u32 {
        self.price.max.max(self.price.min)
    }

    pub(super) fn concerning(&self) -> impl Iterator<Item = &Cap> {
        self.caps.iter().filter(|cap| cap.label.on == BudgetOn::Team || self.labels.contains(&cap.label.on))
    }

    /// The accounts that the call is counted in, each once: those of its labels whether or not there is a cap, and those
    /// of a client's life where there is one.
    pub(super) fn accounts(&self, today: Today) -> Vec<AccountKey> {
        let periods = [Period::Day(today.day()), Period::Month(today.month()), Period::Ever];
        let labels = std::iter::once(&BudgetOn::Team).chain(self.labels.iter());
        let mut keys: Vec<_> = labels
            .flat_map(|on| {
                periods.map(|period| AccountKey { label: Label { client: None, on: on.clone() }, period })
            })
            .chain(self.concerning().map(|cap| cap.key(today)))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Credits held by one attempt until it is settled or released, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reservation {
    /// Where it was booked; it is settled there even when the day has passed since.
    pub(crate) accounts: Vec<AccountKey>,
    /// The highest price.
    pub(crate) reserved: u32,
    /// Set when this attempt probes whether there are credits again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) probe: Option<u64>,
    /// Which declaration of the balance it was booked under.
    pub(super) declaration: u64,
}

impl Reservation {
    /// What [`Ledger::reserve`](super::Ledger::reserve) books, as a store that reserves by a script tells it.
    pub(crate) fn booked(claim: &Claim, today: Today, probe: Option<u64>, declaration: u64) -> Self {
        Self { accounts: claim.accounts(today), reserved: claim.most(), probe, declaration }
    }
}
