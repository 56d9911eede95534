//! What a call presents to the limiter: which groups it counts against, in the service's own words.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The cost class of an operation at a service that limits by tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tier {
    /// Light calls, the highest number.
    High,
    /// Ordinary reads.
    Medium,
    /// Writes and other heavy calls, the lowest number.
    Low,
}

impl Tier {
    pub(super) const fn index(self) -> usize {
        match self {
            Self::High => 0,
            Self::Medium => 1,
            Self::Low => 2,
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        })
    }
}

/// Who goes first when slots are scarce.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Somebody waits for the answer: a tenth of the slots is kept for such calls while there are any.
    #[default]
    Interactive,
    /// Imports, exports and other long runs: at least a fifth of the slots while they wait, all of them when nothing
    /// interactive is under way.
    Bulk,
}

impl Class {
    pub(super) const fn index(self) -> usize {
        match self {
            Self::Interactive => 0,
            Self::Bulk => 1,
        }
    }

    /// The name used in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Bulk => "bulk",
        }
    }
}

/// The groups one call counts against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallGroup {
    /// The operation's name, such as `things.list`; raw calls use method and route.
    pub operation: Cow<'static, str>,
    /// The tier of the operation.
    pub tier: Tier,
    /// The name of a quota that several operations share. A call with one counts only against it, not against
    /// per-operation or tier limits.
    pub shared: Option<&'static str>,
    /// Whether somebody waits for the answer.
    pub class: Class,
}

impl CallGroup {
    /// Describes a call that counts against its own operation and its tier.
    #[must_use]
    pub fn new(operation: impl Into<Cow<'static, str>>, tier: Tier) -> Self {
        Self { operation: operation.into(), tier, shared: None, class: Class::Interactive }
    }

    /// Counts the call against a shared quota instead.
    #[must_use]
    pub fn shared(mut self, group: &'static str) -> Self {
        self.shared = Some(group);
        self
    }

    /// Makes it one call of a long run.
    #[must_use]
    pub fn class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    /// The records this call is written to, the most specific first. It is written to all of them whatever the
    /// asker's limits are, so that another client with other limits finds it there.
    pub(super) fn scopes(&self) -> [Scope; 3] {
        match self.shared {
            Some(_) => [Scope::Shared, Scope::Operation, Scope::Team],
            None => [Scope::Operation, Scope::Tier, Scope::Team],
        }
    }

    /// The name of a record in a store.
    pub(super) fn record(&self, scope: Scope) -> Cow<'_, str> {
        match scope {
            Scope::Shared => format!("shared/{}", self.shared.unwrap_or(&self.operation)).into(),
            Scope::Operation => format!("operation/{}", self.operation).into(),
            Scope::Tier => match self.tier {
                Tier::High => "tier/high".into(),
                Tier::Medium => "tier/medium".into(),
                Tier::Low => "tier/low".into(),
            },
            Scope::Team => "team".into(),
        }
    }

    /// The name of a scope as users read it.
    pub(super) fn describe(&self, scope: Scope) -> String {
        match scope {
            Scope::Shared => self.shared.unwrap_or(&self.operation).to_owned(),
            Scope::Operation => self.operation.clone().into_owned(),
            Scope::Tier => format!("the {} tier", self.tier),
            Scope::Team => "the whole team".to_owned(),
        }
    }
}

/// A kind of group; together with a [`CallGroup`] it names one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Scope {
    Shared,
    Operation,
    Tier,
    Team,
}
