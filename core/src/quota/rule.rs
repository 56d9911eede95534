//! One evaluated rule: at most `limit` slots held in a group, how long a slot is held, and how calls are spaced.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::call::{CallGroup, Class, Scope};
use super::group::Group;
use super::slots::Room;

/// How long a call without an answer may still be counted by the server, unless a limit says otherwise.
pub(super) const MAX_IN_FLIGHT: Duration = Duration::from_secs(60);

/// How calls of a group are spaced. The more a server minds bunches, the later in this list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Pace {
    /// As soon as there is a slot: rule `window`.
    #[default]
    Free,
    /// One at a time and evenly spaced, a little below the limit: rule `paced`.
    Paced,
    /// One at a time, each a share of the window after the answer to the one before: rule `serial`.
    Serial,
}

impl Pace {
    /// The slots that are used of a limit. Spaced calls stay a little below it: with one call at a time and a jitter of
    /// a sixtieth of the window, a counter of two buckets never sees more than the limit.
    pub(super) fn slots(self, limit: u32) -> u32 {
        match self {
            Self::Paced => {
                u32::try_from(u64::from(limit.saturating_sub(1)) * 60 / 61).unwrap_or(limit).max(1)
            }
            Self::Free | Self::Serial => limit.max(1),
        }
    }
}

/// A limit that applies to the call at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) scope: Scope,
    pub(super) limit: u32,
    pub(super) window: Duration,
    pub(super) max_in_flight: Duration,
    /// So many calls of the group may be in flight at once.
    pub(super) at_once: Option<u32>,
    pub(super) pace: Pace,
}

/// What a rule says about a call: how many slots are free, or until when there is none, when to look, and why.
pub(super) enum Verdict {
    Free(u32),
    Blocked { until: Duration, look: Duration, why: Why },
}

impl Rule {
    /// Evaluates the rule over the record of its group, with what was learned there.
    pub(super) fn over(&self, now: Duration, group: &Group, class: Class) -> Verdict {
        let Self { scope, limit, window, .. } = *self;
        let hold = hold(window);
        let pace = self.pace.max(group.memo.restraint.pace);
        let allowed = group.memo.restraint.ceiling(now).map_or(limit, |ceiling| ceiling.min(limit));
        let slots = pace.slots(limit).min(allowed);
        let mut verdict = match group.all.room(now, slots, hold) {
            Room::Free(free) => Verdict::Free(free),
            Room::FullUntil(until) => {
                Verdict::Blocked { until, look: until, why: Why::Full { scope, limit: slots, window } }
            }
        };
        let share = match class {
            Class::Bulk => {
                group.memo.interactive.filter(|at| now < at.saturating_add(hold)).map(|_| kept(slots))
            }
            Class::Interactive => (now < group.memo.bulk_until).then(|| least_bulk(slots)),
        };
        if let Some(share) = share.filter(|share| *share > 0)
            && let Room::FullUntil(until) = group.of(class).room(now, slots - share, hold)
        {
            verdict = verdict.or_blocked(until, until, Why::Share { scope, class });
        }
        let at_once = if pace == Pace::Free { self.at_once } else { Some(1) };
        if let Some(at_once) = at_once
            && let Room::FullUntil(until) = group.all.in_flight_room(now, at_once)
        {
            // The end of a call in flight is what counts, and it wakes the line.
            let look = if until > now { until } else { now.saturating_add(hold) };
            verdict = verdict.or_blocked(until, look, Why::Busy { scope, at_once });
        }
        let gate = match pace {
            Pace::Free => None,
            Pace::Paced => group.memo.sent.map(|sent| sent.saturating_add(window / slots.max(1))),
            Pace::Serial => group.memo.answered.map(|at| at.saturating_add(window / slots.max(1))),
        };
        match gate.filter(|gate| *gate > now) {
            Some(gate) => verdict.or_blocked(gate, gate, Why::Paced { scope, limit: slots, window }),
            None => verdict,
        }
    }
}

impl Verdict {
    /// The later of two reasons to wait counts.
    fn or_blocked(self, until: Duration, look: Duration, why: Why) -> Self {
        match self {
            Self::Blocked { until: known, look: known_look, .. } if (known, known_look) >= (until, look) => {
                self
            }
            _ => Self::Blocked { until, look, why },
        }
    }
}

/// Slots kept for interactive calls: a tenth, but never all.
pub(super) fn kept(slots: u32) -> u32 {
    slots.div_ceil(10).min(slots.saturating_sub(1))
}

/// Slots that bulk calls get at least while they wait: a fifth, but never all.
pub(super) fn least_bulk(slots: u32) -> u32 {
    slots.div_ceil(5).min(slots.saturating_sub(1))
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
    /// The slots that are left are for calls of the other class.
    Share { scope: Scope, class: Class },
    /// As many calls of the group are in flight as may be.
    Busy { scope: Scope, at_once: u32 },
    /// Calls of the group are spaced out.
    Paced { scope: Scope, limit: u32, window: Duration },
    /// The server answered 429 for this group.
    Frozen { scope: Scope },
    /// The group may be limited to this number; beyond it calls go one at a time until that is known.
    Probing { scope: Scope, number: u32 },
    /// The store may have lost calls that the server still counts.
    Recovering,
}

impl Why {
    /// Says it in words, for log records and refusals.
    pub(super) fn text(self, call: &CallGroup) -> String {
        match self {
            Self::Full { scope, limit, window } => {
                format!("{limit} {} on {}", per(window), call.describe(scope))
            }
            Self::Share { scope, class } => {
                let other = match class {
                    Class::Interactive => "bulk calls that wait",
                    Class::Bulk => "interactive calls",
                };
                format!("the slots left on {} are for {other}", call.describe(scope))
            }
            Self::Busy { scope, at_once } => format!("{at_once} at once on {}", call.describe(scope)),
            Self::Paced { scope, limit, window } => {
                format!("{limit} {} on {}, evenly spaced", per(window), call.describe(scope))
            }
            Self::Frozen { scope } => format!("the server asked for a pause on {}", call.describe(scope)),
            Self::Recovering => {
                "the store was restarted or has lost its record: until the calls from before are past, none goes".to_owned()
            }
            Self::Probing { scope, number } => {
                format!("beyond {number} calls on {} one at a time, until the server has shown its limit", {
                    call.describe(scope)
                })
            }
        }
    }
}

/// "a minute" and the like.
pub(super) fn per(window: Duration) -> String {
    match (window.as_secs(), window.subsec_nanos()) {
        (1, 0) => "a second".to_owned(),
        (60, 0) => "a minute".to_owned(),
        (3_600, 0) => "an hour".to_owned(),
        (86_400, 0) => "a day".to_owned(),
        _ => format!("in {window:?}"),
    }
}
