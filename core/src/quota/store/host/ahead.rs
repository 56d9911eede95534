//! When a call can go that has others of its line before it.

use std::time::Duration;

use crate::quota::presets::Ask;
use crate::quota::rule::{Why, hold};
use crate::quota::state::{Decision, State};
use crate::quota::store::Step;

/// The earliest instant at which `ahead` + 1 calls could have gone: calls in flight are taken as answered now, those
/// before as answered at once. Nothing is granted.
///
/// Between a call and the one a whole limit later lies a whole hold, so whole rounds need not be played through.
pub(super) fn earliest(mut state: State, now: Duration, ask: &Ask, ahead: u32) -> Step {
    if let Err(refusal) = state.affordable(now, ask) {
        return Step::Refuse(refusal);
    }
    let ask = Ask { money: None, ears: None, ..ask.clone() };
    let rounds = ask.rules(state.learned()).map(|rule| {
        let slots = rule.pace.slots(rule.limit);
        (hold(rule.window).saturating_mul(ahead / slots), ahead % slots)
    });
    let (rounds, rest) = rounds.max().unwrap_or_default();
    let mut first = None;
    state.close_all(now);
    let mut at = now;
    let mut left = rest;
    loop {
        match state.try_admit(at, &ask) {
            Decision::Refuse(refusal) => return Step::Refuse(refusal),
            Decision::Admit(_) if left == 0 => break,
            Decision::Admit(grant) => {
                left -= 1;
                state.close(at, &ask, &grant);
            }
            Decision::Wait { look, why, .. } => {
                first = first.or(Some(why));
                // A look that is not ahead would go on for ever.
                at = look.max(at.saturating_add(Duration::from_nanos(1)));
            }
        }
    }
    let earliest = at.saturating_add(rounds).saturating_sub(now);
    let scope = ask.primary(state.learned());
    let why = first.unwrap_or_else(|| {
        let rule = ask.rules(state.learned()).next();
        rule.map_or(Why::Frozen { scope }, |rule| Why::Full { scope, limit: rule.limit, window: rule.window })
    });
    Step::Wait { earliest, look: earliest, why }
}
