//! The numbers behind the presets, given by the service, and the rules they make for one call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::call::{CallGroup, Scope};
use super::learned::{Learned, Passed};
use super::limits::{Kind, Limit, Limits};
use super::notice::Notice;
use super::rule::{Rule, hold};
use crate::credits::Claim;

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
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) call: CallGroup,
    pub(crate) limits: Limits,
    pub(crate) service: ServiceLimits,
    /// How long a caller may be at it: what a store gives up on after its death.
    pub(crate) lease: Duration,
    /// What it costs and may cost; without it no money is booked.
    pub(crate) money: Option<Claim>,
    /// Who hears what is found out.
    pub(crate) ears: Option<Ears>,
}

/// Hears what the limiter finds out; never called under its lock.
pub(crate) type Ears = Arc<dyn Fn(&Notice) + Send + Sync>;

/// How long an attempt may take where nobody says.
pub(super) const LEASE: Duration = Duration::from_secs(150);

impl fmt::Debug for Ask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ask").field("call", &self.call).finish_non_exhaustive()
    }
}

impl Ask {
    /// Tells users, in the log in any case.
    pub(super) fn tell(&self, notice: &Notice) {
        match notice.is_routine() {
            true => tracing::info!(target: "kakiyo::quota", "{}", notice.message()),
            false => tracing::warn!(target: "kakiyo::quota", "{}", notice.message()),
        }
        if let Some(ears) = &self.ears {
            ears(notice);
        }
    }

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

    /// How long a slot of this call is held at most after the answer.
    pub(super) fn longest_hold(&self, learned: &Learned) -> Duration {
        self.rules(learned).map(|rule| hold(rule.window)).fold(hold(self.window()), Duration::max)
    }

    /// The groups whose slots the decision counts: a store need not load the others.
    pub(super) fn counted(&self, learned: &Learned) -> impl Iterator<Item = Scope> {
        let suspect = self.suspect(learned).filter(|_| self.probes());
        self.rules(learned).map(|rule| rule.scope).chain(suspect)
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

    /// The group that may be limited to the tier's number as far as `auto` knows: first the whole tier, then, when that
    /// is ruled out, the single operation.
    pub(super) fn suspect(&self, learned: &Learned) -> Option<Scope> {
        if learned.tiered || self.call.shared.is_some() || self.service.whole.is_some() {
            return None;
        }
        match learned.passed(self.call.tier) {
            Passed::No => Some(Scope::Tier),
            Passed::Together if self.tier_number() < self.service.per_operation => Some(Scope::Operation),
            Passed::Together | Passed::Alone => None,
        }
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
            pace: self.limits.pace,
        }
    }
}
