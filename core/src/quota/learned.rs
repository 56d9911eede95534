//! What `auto` has learned about a team: whether the server limits by tier, and the number that it names.

use serde::{Deserialize, Serialize};

use super::call::Tier;

/// What is known of a team.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Learned {
    /// A call beyond a tier's number was rejected: the limits per tier hold from then on.
    pub(super) tiered: bool,
    /// The calls in a window that the server says it allows the whole team.
    pub(super) told: Option<u32>,
    passed: [Passed; 3],
}

/// How far a tier is known not to be limited to its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Passed {
    /// Nothing is known.
    #[default]
    No,
    /// The operations of the tier together went beyond it: no bucket for the whole tier. Whether each operation has a
    /// bucket of that number is still open, because the service does not say which of both it means by a tier.
    Together,
    /// A single operation went beyond it: no such bucket at all.
    Alone,
}

impl Learned {
    /// Takes a number that the server names; nonsense is not believed.
    pub(super) fn told(&mut self, limit: u32) {
        if (1..=1_000_000).contains(&limit) {
            self.told = Some(limit);
        }
    }

    pub(super) fn passed(&self, tier: Tier) -> Passed {
        self.passed[tier.index()]
    }

    pub(super) fn pass(&mut self, tier: Tier, passed: Passed) {
        let known = &mut self.passed[tier.index()];
        *known = passed.max(*known);
    }
}
