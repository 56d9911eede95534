//! What a client says while it works: waits, lessons, budgets, credits. The same record stands in the log.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::quota::Notice;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A call has been waiting for its slot for two seconds. At most once in ten seconds for a group.
    Waiting,
    /// The server limits by tier; from now on so does the client.
    Tiered,
    /// The server rejected a call that the limits allowed: fewer calls are made, or they are spaced.
    Restrained,
    /// A budget is spent to 50, 80 or 95 %.
    Budget,
    /// The server says that the credits are at zero (402): calls fail at once until there are some.
    OutOfCredits,
    /// There are credits again.
    CreditsBack,
    /// Something about the store: its place, or what went wrong with it.
    Store,
}

impl EventKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Tiered,
        Self::Restrained,
        Self::Budget,
        Self::OutOfCredits,
        Self::CreditsBack,
        Self::Store,
    ];

    /// The name used in every language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Tiered => "tiered",
            Self::Restrained => "restrained",
            Self::Budget => "budget",
            Self::OutOfCredits => "out_of_credits",
            Self::CreditsBack => "credits_back",
            Self::Store => "store",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How loud the log tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventLevel {
    /// Everyday work.
    Info,
    /// Somebody should look.
    Warning,
}

/// Something a client says while it works.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Event {
    /// What it is about.
    pub kind: EventKind,
    /// How loud the log tells it.
    pub level: EventLevel,
    /// In words, one line.
    pub message: String,
    /// The operation whose call brought it about.
    pub operation: Option<&'static str>,
    /// What is known besides: `seconds` of a wait; `group` and `foreign` calls of a restraint; `on`, `per`, `percent`,
    /// `spent` and `cap` of a budget.
    pub details: BTreeMap<&'static str, Value>,
}

/// Hears events.
pub type EventHook = Arc<dyn Fn(&Event) + Send + Sync>;

impl Event {
    pub(crate) fn of(notice: &Notice, operation: &'static str) -> Self {
        let mut details = BTreeMap::new();
        let kind = match notice {
            Notice::Waiting { wait, .. } => {
                details.insert("seconds", json!(wait.as_secs_f64()));
                EventKind::Waiting
            }
            Notice::Tiered { .. } => EventKind::Tiered,
            Notice::Restrained { group, foreign, .. } => {
                details.insert("group", json!(group));
                details.insert("foreign", json!(foreign));
                EventKind::Restrained
            }
            Notice::Budget(told) => {
                for (name, value) in [
                    ("on", json!(told.on)),
                    ("per", json!(told.per)),
                    ("percent", json!(told.percent)),
                    ("spent", json!(told.spent)),
                    ("cap", json!(told.cap)),
                ] {
                    details.insert(name, value);
                }
                EventKind::Budget
            }
            Notice::OutOfCredits => EventKind::OutOfCredits,
            Notice::CreditsBack => EventKind::CreditsBack,
            Notice::Store { .. } => EventKind::Store,
        };
        let level = if notice.is_routine() { EventLevel::Info } else { EventLevel::Warning };
        Self { kind, level, message: notice.message(), operation: Some(operation), details }
    }
}
