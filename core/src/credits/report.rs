//! What users see of their credits: numbers by name, and printed a readable table.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::budget::{BudgetOn, Per};
use super::refusal::whole_seconds;
use crate::table::Table;

/// A number of credits that is not known exactly: the server does not say whether a failed call is charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CreditRange {
    /// At least this many.
    pub min: u64,
    /// At most this many.
    pub max: u64,
}

impl fmt::Display for CreditRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { min, max } = self;
        if min == max { write!(f, "{max}") } else { write!(f, "{min} to {max}") }
    }
}

/// What the team's clients have spent and may spend, as far as this library sends it.
///
/// AI messages, webhooks and other tools spend out of its sight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreditsReport {
    /// The day that counts as today, in UTC.
    pub day: String,
    /// Spent today.
    pub today: CreditRange,
    /// Spent in this calendar month.
    pub month: CreditRange,
    /// Spent since the store was made.
    pub ever: CreditRange,
    /// Reserved by calls without an answer yet.
    pub reserved: u64,
    /// The part of it that was left by processes that died; it counts as spent.
    pub unknown: u64,
    /// The balance as it was last declared; 0 after the server answered 402.
    pub balance: Option<u64>,
    /// What is left of it, unless somebody else spends.
    pub left: Option<CreditRange>,
    /// The balance below which only critical calls are sent.
    pub floor: Option<u64>,
    /// Set while calls are refused because the server answered 402.
    pub out_of_credits: Option<OutOfCredits>,
    /// The budgets of this client.
    pub budgets: Vec<BudgetReport>,
    /// Credits that this client and its copies did not spend, by the reason.
    pub saved: BTreeMap<String, u64>,
}

/// The server answered 402, and calls are refused until there are credits again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OutOfCredits {
    /// How long ago.
    #[serde(serialize_with = "seconds")]
    pub since: Duration,
    /// When one call tries again.
    #[serde(serialize_with = "seconds")]
    pub probe_in: Duration,
}

/// One budget and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BudgetReport {
    /// Which calls it counts.
    pub on: BudgetOn,
    /// The time it counts.
    pub per: Per,
    /// How much may be spent.
    pub cap: u64,
    /// How much is spent; the upper bound counts.
    pub spent: CreditRange,
    /// Reserved by calls without an answer yet.
    pub reserved: u64,
    /// What can still be spent.
    pub left: u64,
}

fn seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

impl CreditsReport {
    fn lines(&self) -> Vec<(&'static str, String)> {
        let mut rows = vec![
            ("spent today", format!("{} ({}, UTC)", self.today, self.day)),
            ("spent this month", self.month.to_string()),
            ("spent ever", self.ever.to_string()),
        ];
        if self.reserved > 0 {
            let left = match self.unknown {
                0 => String::new(),
                unknown => format!(", {unknown} of it left by processes that died"),
            };
            rows.push(("reserved", format!("{}{left}", self.reserved)));
        }
        rows.push(match (self.balance, self.left) {
            (Some(balance), Some(left)) => ("balance", format!("{left} left of {balance} declared")),
            _ => ("balance", "not declared".to_owned()),
        });
        if let Some(floor) = self.floor {
            rows.push(("floor", floor.to_string()));
        }
        if let Some(OutOfCredits { since, probe_in }) = self.out_of_credits {
            let (since, probe_in) = (whole_seconds(since), whole_seconds(probe_in));
            let text = format!("no credits left for {since} s; one call tries again in {probe_in} s");
            rows.push(("stopped", text));
        }
        for BudgetReport { on, per, cap, spent, reserved, left } in &self.budgets {
            let reserved = if *reserved > 0 { format!(", {reserved} reserved") } else { String::new() };
            let period = per.words();
            rows.push(("budget", format!("{on}, {cap} {period}: {spent} spent{reserved}, {left} left")));
        }
        rows.extend(self.saved.iter().map(|(reason, saved)| ("saved", format!("{saved} by {reason}"))));
        rows
    }

    /// The same as an HTML fragment, for notebooks.
    pub fn html(&self) -> String {
        let rows = self.lines().into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
        Table { title: "credits".to_owned(), heading: vec!["", "credits"], rows, notes: Vec::new() }.html()
    }
}

impl fmt::Display for CreditsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (name, value)) in self.lines().iter().enumerate() {
            let start = if position > 0 { "\n" } else { "" };
            write!(f, "{start}{name:<18}{value}")?;
        }
        Ok(())
    }
}
