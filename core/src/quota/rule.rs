//! One evaluated rule: at most `limit` slots held in a group, and how long a slot is held.

use std::time::Duration;

use super::call::{CallGroup, Scope};

/// How long a call without an answer may still be counted by the server, unless a limit says otherwise.
pub(super) const MAX_IN_FLIGHT: Duration = Duration::from_secs(60);

/// A limit that applies to the call at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) scope: Scope,
    pub(super) limit: u32,
    pub(super) window: Duration,
    pub(super) max_in_flight: Duration,
    /// So many calls of the group may be in flight at once.
    pub(super) at_once: Option<u32>,
}

/// What is added to a window: clocks differ in rate by far less than a thousandth, timers in a few milliseconds.
pub(super) fn margin(window: Duration) -> Duration {
    (window / 1000).max(Duration::from_millis(20))
}

/// How long a slot is held after the answer.
pub(super) fn hold(window: Duration) -> Duration {
    window.saturating_add(margin(window))
}

/// Why a call cannot go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// All slots of the group are held.
    Full { scope: Scope, limit: u32, window: Duration },
    /// As many calls of the group are in flight as may be.
    Busy { scope: Scope, at_once: u32 },
    /// The server answered 429 for this group.
    Frozen { scope: Scope },
    /// The group may be limited to this number; beyond it calls go one at a time until that is known.
    Probing { scope: Scope, number: u32 },
}

impl Why {
    /// Says it in words, for log records and refusals.
    pub(super) fn text(self, call: &CallGroup) -> String {
        match self {
            Self::Full { scope, limit, window } => {
                format!("{limit} {} on {}", per(window), call.describe(scope))
            }
            Self::Busy { scope, at_once } => format!("{at_once} at once on {}", call.describe(scope)),
            Self::Frozen { scope } => format!("the server asked for a pause on {}", call.describe(scope)),
            Self::Probing { scope, number } => {
                format!("beyond {number} calls on {} one at a time, until the server has shown its limit", {
                    call.describe(scope)
                })
            }
        }
    }
}

/// "a minute" and the like.
fn per(window: Duration) -> String {
    match (window.as_secs(), window.subsec_nanos()) {
        (1, 0) => "a second".to_owned(),
        (60, 0) => "a minute".to_owned(),
        (3_600, 0) => "an hour".to_owned(),
        (86_400, 0) => "a day".to_owned(),
        _ => format!("in {window:?}"),
    }
}
