//! The numbers behind the presets, given by the service, and the rules they make for one call.

use std::time::Duration;

use super::call::{CallGroup, Scope};
use super::learned::Learned;
use super::limits::{Kind, Limit, Limits};
use super::rule::Rule;

/// What a service publishes about its limits. Held as a constant by the service's own folder.
#[derive(Clone, Copy, Debug)]
pub struct ServiceLimits {
    /// Calls of one operation in a window.
    pub per_operation: u32,
    /// Calls of a tier in a window where the service limits by tier: high, medium, low.
    pub tiers: [u32; 3],
    /// Quotas shared by several operations: name and calls in a window.
    pub shared: &'static [(&'static str, u32)],
    /// The window.
    pub window: Duration,
    /// How long after we gave up on an answer the server may still work on the call.
    pub max_in_flight: Duration,
    /// Where the service limits a team as a whole instead of its operations: then there are no tiers and no quotas of
    /// single operations.
    pub whole: Option<Whole>,
}

/// The limits of a team as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Whole {
    /// Calls in a window; `auto` takes the number that the server names instead.
    pub calls: u32,
    /// Calls in flight at once.
    pub at_once: u32,
}

/// A call together with the limits its client keeps: all that the decision needs from outside.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) call: CallGroup,
    pub(super) limits: Limits,
    pub(super) service: ServiceLimits,
}

impl Ask {
    /// The rules that apply, with what `auto` has learned.
    pub(super) fn rules(&self, learned: &Learned) -> impl Iterator<Item = Rule> {
        let (preset, custom): (Option<Rule>, &[Limit]) = match (&self.limits.kind, self.service.whole) {
            (Kind::Unlimited, _) => (None, &[]),
            (Kind::Custom(limits), _) => (None, limits),
            (Kind::Auto, Some(whole)) => {
                (Some(self.by_team(whole.at_once, learned.told.unwrap_or(whole.calls))), &[])
            }
            (_, Some(whole)) => (Some(self.by_team(whole.at_once, whole.calls)), &[]),
            (Kind::Tiered, None) => (Some(self.by_tier()), &[]),
            (Kind::Auto, None) if learned.tiered => (Some(self.by_tier()), &[]),
            (Kind::Auto | Kind::Published, None) => (Some(self.by_operation()), &[]),
        };
        preset.into_iter().chain(custom.iter().filter_map(|limit| limit.rule_for(&self.call)))
    }

    /// The group in whose line the call waits: the most specific one that limits it.
    pub(super) fn primary(&self, learned: &Learned) -> Scope {
        self.rules(learned).map(|rule| rule.scope).min().unwrap_or(Scope::Operation)
    }

    /// The window of the presets.
    pub(super) fn window(&self) -> Duration {
        self.limits.window.unwrap_or(self.service.window)
    }

    /// The number of the call's tier.
    pub(super) fn tier_number(&self) -> u32 {
        self.service.tiers[self.call.tier.index()].max(1)
    }

    /// Whether nothing holds this call back, not even a pause the server asked for.
    pub(super) fn unlimited(&self) -> bool {
        matches!(self.limits.kind, Kind::Unlimited)
    }

    /// Whether the call is bound by the tier's number until the server has shown that there is none.
    pub(super) fn probes(&self) -> bool {
        matches!(self.limits.kind, Kind::Auto) && self.call.shared.is_none() && self.service.whole.is_none()
    }

    fn by_operation(&self) -> Rule {
        self.shared().unwrap_or_else(|| self.preset(Scope::Operation, self.service.per_operation))
    }

    fn by_team(&self, at_once: u32, calls: u32) -> Rule {
        Rule { at_once: Some(at_once.max(1)), ..self.preset(Scope::Team, calls) }
    }

    fn by_tier(&self) -> Rule {
        self.shared().unwrap_or_else(|| self.preset(Scope::Tier, self.tier_number()))
    }

    /// A shared quota that the table does not know gets the number of a single operation.
    fn shared(&self) -> Option<Rule> {
        let name = self.call.shared?;
        let known = self.service.shared.iter().find(|(shared, _)| *shared == name);
        Some(self.preset(Scope::Shared, known.map_or(self.service.per_operation, |(_, limit)| *limit)))
    }

    fn preset(&self, scope: Scope, limit: u32) -> Rule {
        Rule {
            scope,
            limit: limit.max(1),
            window: self.window(),
            max_in_flight: self.service.max_in_flight,
            at_once: None,
        }
    }
}
