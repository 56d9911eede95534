//! What the limiter found out, for the ears of users.

use std::time::Duration;

use super::call::{CallGroup, Scope};
use super::restraint::Lesson;
use super::rule::{Pace, Why, per};
use crate::credits::Told;

/// Something that was learned from the server, or that users should hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Notice {
    /// A call has been waiting for a while.
    Waiting {
        /// How much longer at least.
        wait: Duration,
        /// In words.
        message: String,
    },
    /// The server limits by tier; from now on so does the client.
    Tiered {
        /// In words.
        message: String,
    },
    /// The server rejected a call that the limits allowed; fewer calls are made from now on.
    Restrained {
        /// The name of the group.
        group: String,
        /// Calls in a window that somebody else seems to make.
        foreign: Option<u32>,
        /// In words.
        message: String,
    },
    /// A budget is spent to a level worth a word.
    Budget(Told),
    /// The server says that the credits are at zero (402): all calls of the team fail until there are some.
    OutOfCredits,
    /// A call went through after that: there are credits again.
    CreditsBack,
    /// Where the record is kept, or what went wrong there.
    Store {
        /// In words.
        message: String,
    },
}

impl Notice {
    /// Whether it belongs to everyday work: the log tells it as information, everything else as a warning.
    pub(crate) fn is_routine(&self) -> bool {
        matches!(self, Self::Waiting { .. })
    }

    /// What to tell users.
    #[must_use]
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Waiting { message, .. }
            | Self::Tiered { message }
            | Self::Store { message }
            | Self::Restrained { message, .. } => message.clone(),
            Self::Budget(told) => told.to_string(),
            Self::OutOfCredits => {
                "the server says that the credits are at zero and has paused the agents: calls of this team fail at once until there are credits; one is let through each minute to see"
                    .to_owned()
            }
            Self::CreditsBack => "there are credits again: calls go out as before".to_owned(),
        }
    }

    pub(super) fn waiting(call: &CallGroup, wait: Duration, why: Why) -> Self {
        let seconds = wait.as_secs_f64().ceil();
        Self::Waiting { wait, message: format!("waiting {seconds} s: {}", why.text(call)) }
    }

    pub(super) fn tiered(call: &CallGroup, number: u32) -> Self {
        Self::Tiered {
            message: format!(
                "the server limits by tier: it rejected a call beyond {number} in a window on {}; the numbers of the tiers are kept from now on",
                call.describe(Scope::Tier)
            ),
        }
    }

    pub(super) fn restrained(
        call: &CallGroup,
        scope: Scope,
        lesson: Lesson,
        limit: u32,
        admitted: u32,
        window: Duration,
    ) -> Self {
        let group = call.describe(scope);
        let pace = |pace: Pace| match pace {
            Pace::Serial => "one at a time, each well after the answer to the one before",
            Pace::Paced | Pace::Free => "evenly spaced",
        };
        let foreign = limit.saturating_sub(admitted);
        let others =
            format!("about {foreign} of {limit} calls {} on {group} are made by somebody else", per(window));
        let (foreign, message) = match lesson {
            Lesson::Paced { pace: how, calls: None } => (
                None,
                format!(
                    "the server rejected a call on {group} after {admitted} of {limit} {}: it minds how close together calls come, so they go {} from now on",
                    per(window),
                    pace(how)
                ),
            ),
            Lesson::Paced { pace: how, calls: Some(calls) } => (
                Some(foreign),
                format!(
                    "the server rejected calls on {group} again: from now on they go {}, for a while at most {calls} {}; {others}, or the server counts in another way",
                    pace(how),
                    per(window)
                ),
            ),
            Lesson::Ceiling { calls, span } => {
                (Some(foreign), format!("{others}: at most {calls} go out for {}", length(span)))
            }
        };
        Self::Restrained { group, foreign, message }
    }
}

fn length(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    }
}
