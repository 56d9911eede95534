//! What `auto` has learned about a team: whether the server limits by tier.
//!
//! Evidence that it does not is the number of calls answered cleanly in a span: a server that lets N calls of a
//! group through in each window cannot have let through more than the bound below, whatever the window's phase.

use std::collections::VecDeque;
use std::time::Duration;

use super::call::Tier;
use super::rule::margin;

/// Spans of up to this many windows are looked at. The more, the slower a server may be and still pass (one at a
/// time, N a minute is the asymptote); the cost is a few hundred pairs of instants until the tier has passed.
const WINDOWS: u32 = 8;

/// What is known of a team.
#[derive(Clone, Debug, Default)]
pub(super) struct Learned {
    /// A call beyond a tier's number was rejected: the limits per tier hold from then on.
    pub(super) tiered: bool,
    /// The calls in a window that the server says it allows the whole team.
    pub(super) told: Option<u32>,
    passed: [Passed; 3],
}

/// How far a tier is known not to be limited to its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
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

/// The latest calls of a group that were answered without complaint: when sent, when answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    clean: VecDeque<(Duration, Duration)>,
}

impl Evidence {
    /// Adds a call, answers coming in their order, and says whether the calls seen prove that the server lets through
    /// more than `number` in a window.
    ///
    /// The server counted each of these calls between its sending and its answer, so all of the last `count` ones were
    /// counted in the span T from the earliest sending among them to now. A closed span T touches at most
    /// floor(T/W) + 2 windows of length W that do not overlap, be their phase fixed or set by a first hit; a sliding
    /// log or a bucket of that size lets through less. More than number * (floor(T/W) + 2) clean answers are thus
    /// impossible under such a limit. T is lengthened by the margin, for clocks of different rate.
    ///
    /// One clean call beyond the number proves nothing: the server's window may just have begun anew.
    pub(super) fn add(&mut self, sent: Duration, answered: Duration, number: u32, window: Duration) -> bool {
        self.clean.push_back((sent, answered));
        let oldest = answered.saturating_sub(window.saturating_mul(WINDOWS));
        while self.clean.front().is_some_and(|(sent, _)| *sent < oldest) {
            self.clean.pop_front();
        }
        let nanos = window.as_nanos().max(1);
        let mut earliest = sent;
        (1_u128..).zip(self.clean.iter().rev()).any(|(count, (sent, _))| {
            earliest = earliest.min(*sent);
            let span = answered.saturating_sub(earliest).saturating_add(margin(window));
            count > u128::from(number) * (span.as_nanos() / nanos + 2)
        })
    }

    /// Drops the calls: the question is answered.
    pub(super) fn clear(&mut self) {
        self.clean = VecDeque::new();
    }
}
