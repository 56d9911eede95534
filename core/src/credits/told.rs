//! A level of a budget that was reached: what users hear before calls are refused.

use std::fmt;

use serde::Serialize;

use super::budget::{BudgetOn, Per};
use super::refusal::budget_words;

/// The levels, in percent of the cap, ascending.
pub(super) const LEVELS: [u8; 3] = [50, 80, 95];

/// Says that a level of a budget is reached. Each level is told once per account, whichever process books it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Told {
    /// The level: 50, 80 or 95.
    pub(crate) percent: u8,
    pub(crate) on: BudgetOn,
    pub(crate) per: Per,
    /// Spent at most.
    pub(crate) spent: u64,
    pub(crate) cap: u64,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { percent, on, per, spent, cap } = self;
        write!(f, "{percent} % of the {} is reached: {spent} of {cap} spent", budget_words(on, *per, *cap))
    }
}
