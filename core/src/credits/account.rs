//! One counter of credits, and the name under which stores keep it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::budget::BudgetOn;
use super::claim::ClientId;
use super::report::CreditRange;
use super::today::Today;
use super::told::LEVELS;
use crate::response::Credits;

const DAY: Duration = Duration::from_hours(24);

/// What an account counts: everything of the team, or of a tag or job, in general or by one client alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Label {
    pub(crate) client: Option<ClientId>,
    pub(crate) on: BudgetOn,
}

/// The time that an account counts. A month is named by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Period {
    Day(Date),
    Month(Date),
    Ever,
}

/// The name of an account. Its text is what stores use: `team/2026-11-22`, `tag:spring/2026-11`, `client:<hex>/ever`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct AccountKey {
    pub(crate) label: Label,
    pub(crate) period: Period,
}

impl AccountKey {
    /// The account of all that the team's calls ever cost.
    pub(crate) fn team() -> Self {
        Self { label: Label { client: None, on: BudgetOn::Team }, period: Period::Ever }
    }

    /// How long after its last change a store has to keep the account; `None` is for ever.
    ///
    /// Budgets of past periods are never asked again, and no call is under way for days. A client lives as long as its
    /// process.
    pub(crate) fn keep_for(&self) -> Option<Duration> {
        match self.period {
            Period::Day(_) => Some(3 * DAY),
            Period::Month(_) => Some(65 * DAY),
            Period::Ever => self.label.client.map(|_| 400 * DAY),
        }
    }

    /// Whether the period ended at least one whole period ago, so that not even a call under way can need the account.
    pub(super) fn is_long_past(&self, today: Today) -> bool {
        match self.period {
            Period::Day(day) => day.tomorrow().is_ok_and(|next| next < today.day()),
            Period::Month(month) => month.last_of_month().tomorrow().is_ok_and(|next| next < today.month()),
            Period::Ever => false,
        }
    }
}

/// What is known to be spent, what may be spent, and what is reserved by calls without an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// Surely charged.
    pub(crate) min: u64,
    /// Charged at most.
    pub(crate) max: u64,
    /// The highest price of the calls under way, and of those whose process died.
    pub(crate) reserved: u64,
    /// One bit for each level that somebody was told.
    #[serde(default)]
    pub(crate) warned: u8,
}

impl Account {
    /// Whether a call of this price stays within the cap, whatever the calls under way will cost.
    pub(super) fn fits(&self, price: u32, cap: u64) -> bool {
        let committed = self.max.checked_add(self.reserved).and_then(|sum| sum.checked_add(price.into()));
        price == 0 || committed.is_some_and(|sum| sum <= cap)
    }

    pub(super) fn reserve(&mut self, price: u32) {
        self.reserved = self.reserved.saturating_add(price.into());
    }

    pub(super) fn release(&mut self, price: u32) {
        self.reserved = self.reserved.saturating_sub(price.into());
    }

    pub(super) fn book(&mut self, charge: Credits) {
        self.min = self.min.saturating_add(charge.min.into());
        self.max = self.max.saturating_add(charge.max.max(charge.min).into());
    }

    pub(super) fn spent(&self) -> CreditRange {
        CreditRange { min: self.min, max: self.max }
    }

    /// The highest level of the cap that is reached and was not told yet; `before` is what was spent at most before.
    ///
    /// The bits belong to the account, so that a level is told once whichever process books it. A level that this very
    /// booking crosses is told even if its bit is set: then it was set for another cap.
    pub(super) fn warn(&mut self, before: u64, cap: u64) -> Option<u8> {
        let reached = |spent: u64, percent: u8| {
            cap > 0 && u128::from(spent) * 100 >= u128::from(cap) * u128::from(percent)
        };
        let mut told = None;
        for (position, percent) in LEVELS.into_iter().enumerate() {
            let bit = 1 << position;
            if reached(self.max, percent) {
                if self.warned & bit == 0 || !reached(before, percent) {
                    told = Some(percent);
                }
                self.warned |= bit;
            }
        }
        told
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.client, &self.on) {
            (None, on) => on.fmt(f),
            (Some(client), BudgetOn::Team) => write!(f, "client:{client}"),
            (Some(client), on) => write!(f, "client:{client}:{on}"),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Month(month) => write!(f, "{:04}-{:02}", month.year(), month.month()),
            Self::Ever => f.write_str("ever"),
        }
    }
}

impl fmt::Display for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.label, self.period)
    }
}

impl From<AccountKey> for String {
    fn from(key: AccountKey) -> Self {
        key.to_string()
    }
}

/// A text that names no account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoAccount;

impl fmt::Display for NoAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text names no account of credits")
    }
}

impl std::error::Error for NoAccount {}

impl FromStr for Label {
    type Err = NoAccount;

    fn from_str(text: &str) -> Result<Self, NoAccount> {
        let Some(client) = text.strip_prefix("client:") else {
            return Ok(Self { client: None, on: on(text)? });
        };
        let (client, on) = match client.split_once(':') {
            Some((client, label)) => (client, on(label)?),
            None => (client, BudgetOn::Team),
        };
        Ok(Self { client: Some(ClientId::from_hex(client).ok_or(NoAccount)?), on })
    }
}

fn on(text: &str) -> Result<BudgetOn, NoAccount> {
    match text.split_once(':') {
        None if text == "team" => Ok(BudgetOn::Team),
        Some(("tag", tag)) => Ok(BudgetOn::Tag(tag.into())),
        Some(("job", job)) => Ok(BudgetOn::Job(job.into())),
        _ => Err(NoAccount),
    }
}

impl FromStr for Period {
    type Err = NoAccount;

    fn from_str(text: &str) -> Result<Self, NoAccount> {
        let date = |text: &str| text.parse::<Date>().map_err(|_| NoAccount);
        match text.len() {
            4 if text == "ever" => Ok(Self::Ever),
            7 => Ok(Self::Month(date(&format!("{text}-01"))?)),
            10 => Ok(Self::Day(date(text)?)),
            _ => Err(NoAccount),
        }
    }
}

impl FromStr for AccountKey {
    type Err = NoAccount;

    fn from_str(text: &str) -> Result<Self, NoAccount> {
        let (label, period) = text.rsplit_once('/').ok_or(NoAccount)?;
        Ok(Self { label: label.parse()?, period: period.parse()? })
    }
}

impl TryFrom<String> for AccountKey {
    type Error = NoAccount;

    fn try_from(text: String) -> Result<Self, NoAccount> {
        text.parse()
    }
}
