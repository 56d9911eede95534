//! Evidence that a server does not limit by tier: the number of calls answered cleanly in a span.
//!
//! A server that lets N calls of a group through in each window cannot have let through more than the bound below,
//! whatever the window's phase. The calls of one process suffice, so evidence is kept by each process; what it proves is
//! kept with the team.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::call::Tier;
use super::ending::{Ending, How};
use super::learned::{Learned, Passed};
use super::presets::Ask;
use super::rule::margin;

/// Spans of up to this many windows are looked at. The more, the slower a server may be and still pass (one at a
/// time, N a minute is the asymptote); the cost is a few hundred pairs of instants until the tier has passed.
const WINDOWS: u32 = 8;
/// Operations looked at; raw calls can bring any number of names.
const OPERATIONS: usize = 256;

/// The evidence of all groups of a team.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    tiers: [Clean; 3],
    operations: HashMap<Cow<'static, str>, Clean>,
}

impl Evidence {
    /// Takes the end of a call, and says what is proved by it.
    pub(super) fn heard(
        &mut self,
        ask: &Ask,
        learned: &Learned,
        now: Duration,
        ending: &Ending,
    ) -> Option<(Tier, Passed)> {
        match ending.how {
            How::Answered(answer) if !answer.limited => {
                let at = now.saturating_sub(ending.ended_ago);
                self.add(ask, learned, at.saturating_sub(ending.took), at)
            }
            _ => None,
        }
    }
    /// Takes a call that was answered without complaint, and says what is proved by it.
    fn add(&mut self, ask: &Ask, learned: &Learned, sent: Duration, now: Duration) -> Option<(Tier, Passed)> {
        ask.suspect(learned)?;
        let (tier, number, window) = (ask.call.tier, ask.tier_number(), ask.window());
        // The operation's own calls are collected from the start: when they suffice, so do the tier's.
        if !self.operations.contains_key(&ask.call.operation) {
            if self.operations.len() >= OPERATIONS {
                self.operations.clear();
            }
            self.operations.insert(ask.call.operation.clone(), Clean::default());
        }
        let alone = self.operations.get_mut(&ask.call.operation)?.add(sent, now, number, window);
        let together = learned.passed(tier) < Passed::Together
            && self.tiers[tier.index()].add(sent, now, number, window);
        if alone {
            self.operations.remove(&ask.call.operation);
        }
        if together || alone {
            self.tiers[tier.index()] = Clean::default();
        }
        match (alone, together) {
            (true, _) => Some((tier, Passed::Alone)),
            (false, true) => Some((tier, Passed::Together)),
            (false, false) => None,
        }
    }
}

/// The latest calls of a group that were answered without complaint: when sent, when answered.
#[derive(Clone, Debug, Default)]
struct Clean {
    calls: VecDeque<(Duration, Duration)>,
}

impl Clean {
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
    fn add(&mut self, sent: Duration, answered: Duration, number: u32, window: Duration) -> bool {
        self.calls.push_back((sent, answered));
        let oldest = answered.saturating_sub(window.saturating_mul(WINDOWS));
        while self.calls.front().is_some_and(|(sent, _)| *sent < oldest) {
            self.calls.pop_front();
        }
        let nanos = window.as_nanos().max(1);
        let mut earliest = sent;
        (1_u128..).zip(self.calls.iter().rev()).any(|(count, (sent, _))| {
            earliest = earliest.min(*sent);
            let span = answered.saturating_sub(earliest).saturating_add(margin(window));
            count > u128::from(number) * (span.as_nanos() / nanos + 2)
        })
    }
}
