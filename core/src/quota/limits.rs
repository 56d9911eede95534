//! The limits a client keeps: the presets and custom sets, and their validation.
//!
//! Which numbers a preset stands for is the service's business (`presets`); what is done with them is `state`'s.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::call::{CallGroup, Scope, Tier};
use super::presets::ServiceLimits;
use super::rule::{MAX_IN_FLIGHT, Pace, Rule};

/// Longer windows and flights are taken for a mistake of unit.
const LONGEST: Duration = Duration::from_hours(31 * 24);

/// Which limits a client keeps. The default is [`Limits::auto`].
#[derive(Clone, Debug)]
pub struct Limits {
    pub(super) kind: Kind,
    pub(super) window: Option<Duration>,
    pub(super) pace: Pace,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Auto,
    Published,
    Tiered,
    Custom(Arc<[Limit]>),
    Unlimited,
}

impl Limits {
    /// Keeps the published limits until the server shows that it limits by tier, and remembers that.
    ///
    /// Beyond the tier's number within one window, calls of the tier go one at a time until more of them were
    /// answered than a server with tiers would have let through. It costs at most one rejected call per tier.
    #[must_use]
    pub fn auto() -> Self {
        Self { kind: Kind::Auto, window: None, pace: Pace::Free }
    }

    /// Keeps the limit per operation that the service publishes.
    #[must_use]
    pub fn published() -> Self {
        Self { kind: Kind::Published, window: None, pace: Pace::Free }
    }

    /// Keeps the limits per tier and team. A service without tiers keeps its published limits.
    #[must_use]
    pub fn tiered() -> Self {
        Self { kind: Kind::Tiered, window: None, pace: Pace::Free }
    }

    /// Keeps exactly these limits; all that match a call apply to it.
    #[must_use]
    pub fn custom(limits: Vec<Limit>) -> Self {
        Self { kind: Kind::Custom(limits.into()), window: None, pace: Pace::Free }
    }

    /// Keeps no limit. Calls are still recorded for other clients of the team.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { kind: Kind::Unlimited, window: None, pace: Pace::Free }
    }

    /// Replaces the window of a preset, so that tests run short windows on the real clock. Custom limits carry their
    /// own windows and are refused by [`Limits::validate`] together with this.
    #[must_use]
    pub fn with_window(mut self, window: Duration) -> Self {
        self.window = Some(window);
        self
    }

    /// Spaces the calls of a preset, for servers that mind how close together calls come. Custom limits carry their own
    /// paces and are refused by [`Limits::validate`] together with this.
    #[must_use]
    pub fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// How long after we gave up on an answer the server may still count a call, at most.
    pub(crate) fn longest_flight(&self, service: &ServiceLimits) -> Duration {
        match &self.kind {
            Kind::Custom(limits) => {
                limits.iter().map(|limit| limit.max_in_flight).max().unwrap_or(MAX_IN_FLIGHT)
            }
            _ => service.max_in_flight,
        }
    }

    /// Checks the values.
    ///
    /// # Errors
    ///
    /// Names the first bad field and the rule that it breaks.
    pub fn validate(&self) -> Result<(), InvalidLimits> {
        if let Some(window) = self.window {
            match self.kind {
                Kind::Custom(_) | Kind::Unlimited => {
                    return Err(InvalidLimits::new(
                        "window",
                        "belongs to presets: set it on each custom limit",
                    ));
                }
                _ => check_duration("window", window)?,
            }
        }
        if self.pace != Pace::Free && matches!(self.kind, Kind::Custom(_) | Kind::Unlimited) {
            return Err(InvalidLimits::new("rule", "belongs to presets: set it on each custom limit"));
        }
        let Kind::Custom(limits) = &self.kind else { return Ok(()) };
        if limits.is_empty() {
            return Err(InvalidLimits::new("limits", "must not be empty: use unlimited for no limits"));
        }
        for (position, limit) in limits.iter().enumerate() {
            let field = |name: &str| format!("limits[{position}].{name}");
            if limit.limit == 0 {
                return Err(InvalidLimits::new(field("limit"), "must be at least 1"));
            }
            if limit.max_concurrent == Some(0) {
                return Err(InvalidLimits::new(field("max_concurrent"), "must be at least 1"));
            }
            if matches!(&limit.group, LimitGroup::Operation(name) | LimitGroup::Shared(name) if name.is_empty())
            {
                return Err(InvalidLimits::new(field("group"), "must name a group"));
            }
            check_duration(field("window"), limit.window)?;
            if limit.max_in_flight > LONGEST {
                return Err(InvalidLimits::new(field("max_in_flight"), "must be at most 31 days"));
            }
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::auto()
    }
}

fn check_duration(field: impl Into<Cow<'static, str>>, value: Duration) -> Result<(), InvalidLimits> {
    if value.is_zero() {
        return Err(InvalidLimits::new(field, "must be longer than zero"));
    }
    if value > LONGEST {
        return Err(InvalidLimits::new(field, "must be at most 31 days"));
    }
    Ok(())
}

/// What a custom limit counts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitGroup {
    /// All calls of the team together.
    Team,
    /// Each operation by itself, except those with a shared quota.
    EachOperation,
    /// The one operation of this name, shared quota or not.
    Operation(Cow<'static, str>),
    /// All operations of a tier together, except those with a shared quota.
    Tier(Tier),
    /// All operations that share the quota of this name.
    Shared(Cow<'static, str>),
}

/// One custom limit: at most so many calls of a group in any window.
#[derive(Clone, Debug)]
pub struct Limit {
    group: LimitGroup,
    limit: u32,
    window: Duration,
    max_in_flight: Duration,
    max_concurrent: Option<u32>,
    pace: Pace,
}

impl Limit {
    /// Allows `limit` calls of the group a minute.
    #[must_use]
    pub fn new(group: LimitGroup, limit: u32) -> Self {
        Self {
            group,
            limit,
            window: Duration::from_secs(60),
            max_in_flight: MAX_IN_FLIGHT,
            max_concurrent: None,
            pace: Pace::Free,
        }
    }

    /// Sets the window.
    #[must_use]
    pub fn window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// Sets how long after we gave up on an answer the server may still count the call; 60 s unless given.
    #[must_use]
    pub fn max_in_flight(mut self, longest: Duration) -> Self {
        self.max_in_flight = longest;
        self
    }

    /// Allows so many calls of the group in flight at once; any number unless given.
    #[must_use]
    pub fn max_concurrent(mut self, calls: u32) -> Self {
        self.max_concurrent = Some(calls);
        self
    }

    /// Spaces the calls of the group; as soon as there is a slot unless given.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// The rule that this limit makes for a call, if it concerns it.
    pub(super) fn rule_for(&self, call: &CallGroup) -> Option<Rule> {
        let scope = match &self.group {
            LimitGroup::Team => Scope::Team,
            LimitGroup::EachOperation if call.shared.is_none() => Scope::Operation,
            LimitGroup::Operation(name) if *name == call.operation => Scope::Operation,
            LimitGroup::Tier(tier) if call.shared.is_none() && *tier == call.tier => Scope::Tier,
            LimitGroup::Shared(name) if call.shared == Some(name.as_ref()) => Scope::Shared,
            _ => return None,
        };
        // A limit of 0 is refused by `validate`; without that it would wait for ever.
        let limit = self.limit.max(1);
        let at_once = self.max_concurrent.map(|calls| calls.max(1));
        Some(Rule {
            scope,
            limit,
            window: self.window,
            max_in_flight: self.max_in_flight,
            at_once,
            pace: self.pace,
        })
    }
}

/// Limits that cannot be kept: which field, and which rule it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidLimits {
    /// The field, such as `limits[0].window`.
    pub field: Cow<'static, str>,
    /// The rule it breaks.
    pub message: &'static str,
}

impl InvalidLimits {
    fn new(field: impl Into<Cow<'static, str>>, message: &'static str) -> Self {
        Self { field: field.into(), message }
    }
}

impl fmt::Display for InvalidLimits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.field, self.message)
    }
}

impl std::error::Error for InvalidLimits {}
