//! The budgets that users set, and the validation of everything they say about credits.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::account::Label;
use super::claim::{Cap, ClientId};

/// The largest number that every language and store carries exactly.
const MOST: u64 = (1 << 53) - 1;

const LONGEST_LABEL: usize = 64;

/// A cap on what may be spent, and what it counts.
///
/// Without more it caps what this client sends in its life. What a failed call may have cost counts as spent, because the
/// server does not tell.
///
/// ```
/// use kakiyo::{Budget, Per};
///
/// let daily = Budget::new(500).per(Per::Day);
/// let spring = Budget::new(2_000).per(Per::Ever).tag("spring");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    cap: u64,
    per: Per,
    on: BudgetOn,
}

impl Budget {
    /// Allows so many credits in this client's life. A budget of 0 refuses every call that costs something.
    #[must_use]
    pub fn new(cap: u64) -> Self {
        Self { cap, per: Per::Client, on: BudgetOn::Team }
    }

    /// Counts a day, a month, for ever, or the client's life.
    #[must_use]
    pub fn per(mut self, per: Per) -> Self {
        self.per = per;
        self
    }

    /// Counts only calls with this tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<Arc<str>>) -> Self {
        self.on = BudgetOn::Tag(tag.into());
        self
    }

    /// Counts only calls of this job.
    #[must_use]
    pub fn job(mut self, job: impl Into<Arc<str>>) -> Self {
        self.on = BudgetOn::Job(job.into());
        self
    }

    /// Checks the values.
    ///
    /// # Errors
    ///
    /// Names the first bad field and the rule that it breaks.
    pub fn validate(&self) -> Result<(), InvalidBudget> {
        check_number("cap", self.cap)?;
        match &self.on {
            BudgetOn::Team => Ok(()),
            BudgetOn::Tag(tag) => validate_label("tag", tag),
            BudgetOn::Job(job) => validate_label("job", job),
        }
    }

    /// What the ledger checks for the client of this name.
    pub(crate) fn cap_of(&self, client: ClientId) -> Cap {
        let client = (self.per == Per::Client).then_some(client);
        Cap { label: Label { client, on: self.on.clone() }, per: self.per, cap: self.cap }
    }
}

impl From<u64> for Budget {
    fn from(cap: u64) -> Self {
        Self::new(cap)
    }
}

/// The time that a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Per {
    /// One day in UTC, by all clients of the team that share a store.
    Day,
    /// One calendar month in UTC, by all clients of the team that share a store.
    Month,
    /// All time, by all clients of the team that share a store.
    Ever,
    /// The life of this client, by it and its copies alone; with a tag or job, their calls by this client.
    Client,
}

impl Per {
    /// The name used in every language, such as `day`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Ever => "ever",
            Self::Client => "client",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Day => "a day",
            Self::Month => "a month",
            Self::Ever => "for all time",
            Self::Client => "for this client",
        }
    }
}

impl FromStr for Per {
    type Err = InvalidBudget;

    fn from_str(text: &str) -> Result<Self, InvalidBudget> {
        let known = [Self::Day, Self::Month, Self::Ever, Self::Client];
        known
            .into_iter()
            .find(|per| per.as_str() == text)
            .ok_or_else(|| InvalidBudget::new("per", "must be day, month, ever or client"))
    }
}

/// Which calls a budget counts. Its text is `team`, `tag:spring` or `job:import-7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BudgetOn {
    /// All calls.
    Team,
    /// Calls with this tag.
    Tag(Arc<str>),
    /// Calls of this job.
    Job(Arc<str>),
}

impl fmt::Display for BudgetOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Team => f.write_str("team"),
            Self::Tag(tag) => write!(f, "tag:{tag}"),
            Self::Job(job) => write!(f, "job:{job}"),
        }
    }
}

impl Serialize for BudgetOn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Options about credits that cannot be kept: which field, and which rule it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidBudget {
    /// The field, such as `budget.tag` or `floor`.
    pub field: Cow<'static, str>,
    /// The rule it breaks.
    pub message: &'static str,
}

impl InvalidBudget {
    fn new(field: impl Into<Cow<'static, str>>, message: &'static str) -> Self {
        Self { field: field.into(), message }
    }
}

impl fmt::Display for InvalidBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.message)
    }
}

impl std::error::Error for InvalidBudget {}

/// Checks a client's options about credits together. A floor above the balance is allowed: it refuses every call.
pub(crate) fn validate(
    budgets: &[Budget],
    balance: Option<u64>,
    floor: Option<u64>,
) -> Result<(), InvalidBudget> {
    for (position, budget) in budgets.iter().enumerate() {
        budget.validate().map_err(|invalid| {
            let InvalidBudget { field, message } = invalid;
            let field = match budgets.len() {
                1 => format!("budget.{field}"),
                _ => format!("budget[{position}].{field}"),
            };
            InvalidBudget::new(field, message)
        })?;
    }
    if let Some(balance) = balance {
        check_number("balance", balance)?;
    }
    let Some(floor) = floor else { return Ok(()) };
    check_number("floor", floor)?;
    match balance {
        Some(_) => Ok(()),
        None => Err(InvalidBudget::new(
            "floor",
            "needs a balance: the API does not tell it, so give the number that the dashboard shows",
        )),
    }
}

/// Checks a tag or job, of a budget or of a call.
pub(crate) fn validate_label(field: &'static str, text: &str) -> Result<(), InvalidBudget> {
    if text.trim().is_empty() {
        return Err(InvalidBudget::new(field, "must not be empty"));
    }
    if text.chars().count() > LONGEST_LABEL {
        return Err(InvalidBudget::new(field, "must have at most 64 characters"));
    }
    // Those two end a line as a line feed does.
    if text.chars().any(|char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}')) {
        return Err(InvalidBudget::new(field, "must not hold control characters"));
    }
    Ok(())
}

/// Refuses a number that not every store and language carries exactly.
pub(crate) fn check_number(field: &'static str, value: u64) -> Result<(), InvalidBudget> {
    if value > MOST {
        return Err(InvalidBudget::new(field, "must be at most 9007199254740991"));
    }
    Ok(())
}
