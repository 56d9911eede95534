//! What a group is held to beyond its rule, because the server rejected calls that the rule allowed.
//!
//! Learned once for each rejection (calls that were under way when it came belong to it), never probed: a ceiling ends
//! by time, a pace stays.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rule::{Pace, hold};

const SHORTEST: Duration = Duration::from_hours(1);
const LONGEST: Duration = Duration::from_hours(24);
/// Two rejections within so many windows are no accident.
const CLOSE: u32 = 10;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Restraint {
    pub(super) pace: Pace,
    ceiling: Option<Ceiling>,
    /// The latest rejection that was learned from.
    rejected: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Ceiling {
    calls: u32,
    until: Duration,
    /// How long it holds; twice as long the next time.
    span: Duration,
}

/// What a rejection taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lesson {
    /// At most so many calls in a window, for so long.
    Ceiling { calls: u32, span: Duration },
    /// Calls go spaced out from now on, at most so many in a window for so long where a ceiling came with it.
    Paced { pace: Pace, calls: Option<u32> },
}

impl Restraint {
    /// The number of calls in a window that is allowed now, if it is fewer than the rule's.
    pub(super) fn ceiling(&self, now: Duration) -> Option<u32> {
        self.ceiling.filter(|ceiling| now < ceiling.until).map(|ceiling| ceiling.calls)
    }

    /// As for [`Memo`](super::group::Memo).
    pub(super) fn rebase(&mut self, last: Duration) {
        let until = self.ceiling.as_mut().map(|ceiling| &mut ceiling.until);
        self.rejected.iter_mut().chain(until).for_each(|at| *at = at.saturating_sub(last));
    }

    pub(super) fn is_none(&self, now: Duration) -> bool {
        self.pace == Pace::Free && self.ceiling(now).is_none()
    }

    /// Learns from a rejection of a call that was admitted at `taken`, when `admitted` others had been let through in the
    /// window and the rule allowed `limit`.
    pub(super) fn learn(
        &mut self,
        now: Duration,
        taken: Duration,
        admitted: u32,
        limit: u32,
        window: Duration,
    ) -> Option<Lesson> {
        // A bunch of calls that was under way is one rejection; each of them shows that one fewer was let through.
        if self.rejected.is_some_and(|known| taken <= known) {
            if let Some(ceiling) = &mut self.ceiling
                && now < ceiling.until
            {
                ceiling.calls = ceiling.calls.min(admitted.saturating_sub(1)).max(1);
            }
            return None;
        }
        let close = window.saturating_mul(CLOSE);
        let again = self.rejected.is_some_and(|known| now < known.saturating_add(close));
        self.rejected = Some(now);
        if admitted == 0 {
            // Somebody else has used it up; how much of it is theirs, nobody can tell from here.
            return None;
        }
        // Few calls were let through, so the server minds how close together they come, not how many there are.
        let burst = u64::from(admitted) * 2 < u64::from(limit);
        let pace = match self.pace {
            Pace::Free if again || burst => Pace::Paced,
            Pace::Paced if burst && self.ceiling(now).is_none() => Pace::Serial,
            pace => pace,
        };
        let paced = pace != self.pace;
        self.pace = pace;
        if burst && paced {
            return Some(Lesson::Paced { pace, calls: None });
        }
        let calls = admitted.saturating_sub(1).clamp(1, limit);
        let longer = self.ceiling.map(|ceiling| {
            // After a day of peace it begins anew.
            let peace = now > ceiling.until.saturating_add(LONGEST);
            if peace { SHORTEST } else { ceiling.span.saturating_mul(2).min(LONGEST) }
        });
        let span = longer.unwrap_or(SHORTEST).max(hold(window));
        self.ceiling = Some(Ceiling { calls, until: now.saturating_add(span), span });
        Some(if paced { Lesson::Paced { pace, calls: Some(calls) } } else { Lesson::Ceiling { calls, span } })
    }
}
