//! What would be, without taking anything: forecasts for explanations, views, and the user's word about credits.

use std::sync::Arc;
use std::time::Duration;

use super::call::Tier;
use super::learned::{Learned, Passed};
use super::presets::Ask;
use super::queue::Queue;
use super::restraint::Restraint;
use super::rule::{Pace, Why};
use super::snapshot;
use super::store::{Change, ChangeError, Step, StoreError, View};
use super::team::Team;
use crate::credits::AccountKey;

/// Forecasts run the limiter ahead of time for so many calls; what lies beyond goes on at the same pace.
const FORESEEN: u64 = 512;

/// When calls that begin now could go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Foreseen {
    /// When the first can go.
    pub(crate) first: Duration,
    /// When the last can go.
    pub(crate) last: Duration,
    /// What the last waits for.
    pub(crate) reason: Option<String>,
    /// Why the first is refused.
    pub(crate) refused: Option<String>,
}

impl Team {
    /// Foretells so many calls, one after another, answered at once.
    pub(crate) async fn foresee(self: &Arc<Self>, ask: Arc<Ask>, calls: u64) -> Result<Foreseen, StoreError> {
        if calls == 0 {
            return Ok(Foreseen::default());
        }
        let Some(store) = self.store().await? else {
            return Ok(self.locked(|inner, now| ahead(&inner.queue, now, &ask, calls)));
        };
        let when = |ahead: u64| {
            let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
            store.clone().admit(Arc::clone(&ask), ahead)
        };
        // Asking for the place behind one that goes now tells about the first one, too.
        let mut foreseen = Foreseen::default();
        for (behind, last) in [(1, false), (calls.max(2) - 1, true)] {
            match when(behind).await? {
                Step::Refuse(refusal) => {
                    return Ok(Foreseen { refused: Some(refusal.to_string()), ..foreseen });
                }
                Step::Wait { earliest, why, .. } if last && calls > 1 => {
                    foreseen.last = earliest;
                    foreseen.reason = (!earliest.is_zero()).then(|| why.text(&ask.call));
                }
                Step::Wait { .. } | Step::Admit(_) => {}
            }
        }
        Ok(foreseen)
    }

    /// What is recorded now.
    pub(crate) async fn view(&self) -> Result<View, StoreError> {
        if let Some(store) = self.store().await? {
            return store.view().await;
        }
        Ok(self.locked(|inner, now| {
            let state = &mut inner.queue.state;
            let mut notes = words(state.learned());
            notes.extend(restraints(state.groups(), now));
            let ledger = state.ledger().clone();
            // Nothing in this process is reserved but by calls that it makes.
            let in_flight =
                ledger.accounts.iter().map(|(key, account)| (key.clone(), account.reserved)).collect();
            View {
                groups: snapshot::of(state.groups(), now),
                ledger,
                in_flight,
                now,
                today: state.today(),
                place: "in this process".to_owned(),
                learned: notes,
            }
        }))
    }

    /// Takes the user's word about credits.
    pub(crate) async fn change(&self, change: Change) -> Result<(), ChangeError> {
        if let Some(store) = self.store().await? {
            return store.change(change).await;
        }
        self.locked(|inner, now| {
            let ledger = inner.queue.state.ledger();
            // What is reserved here is held by calls under way.
            let open = match &change {
                Change::Reconcile { account, .. } => {
                    ledger.accounts.get(account).map_or(0, |account| account.reserved)
                }
                Change::Declare { .. } => {
                    ledger.accounts.get(&AccountKey::team()).map_or(0, |account| account.reserved)
                }
                Change::Resume => 0,
            };
            let outcome = change.apply(ledger, open);
            inner.pump(now);
            outcome
        })
    }
}

impl Change {
    /// Makes the change, with what calls under way hold of the account (for a declaration, of the team's).
    pub(super) fn apply(&self, ledger: &mut crate::credits::Ledger, open: u64) -> Result<(), ChangeError> {
        match self {
            Self::Resume => ledger.resume(),
            Self::Declare { balance, option } => {
                ledger.hear(*option);
                ledger.declare(*balance);
                // The number is without what processes spent that have died since.
                let reserved = &mut ledger.purse.since.reserved;
                *reserved = open.min(*reserved);
            }
            Self::Reconcile { account, charged } => {
                let outcome = ledger.reconcile(account, open, *charged);
                outcome.map_err(|wrong| ChangeError::Contradiction(wrong.to_string()))?;
            }
        }
        Ok(())
    }
}

/// Runs a copy of the limiter ahead of time.
fn ahead(queue: &Queue, now: Duration, ask: &Arc<Ask>, calls: u64) -> Foreseen {
    let mut queue = queue.clone();
    queue.state.close_all(now);
    let money = ask.money.clone();
    if let Err(refusal) = queue.state.affordable(now, ask) {
        return Foreseen { refused: Some(refusal.to_string()), ..Foreseen::default() };
    }
    // The money was judged; the forecast is about time only.
    let ask = Arc::new(Ask { money: None, ..Ask::clone(ask) });
    drop(money);
    let run = calls.min(FORESEEN);
    let mut foreseen = Foreseen::default();
    let mut at = now;
    let mut why = None::<Why>;
    for call in 0..run {
        loop {
            match queue.state.try_admit(at, &ask) {
                super::state::Decision::Admit(grant) => {
                    queue.state.close(at, &ask, &grant);
                    break;
                }
                super::state::Decision::Refuse(_) => break,
                super::state::Decision::Wait { look, why: reason, .. } => {
                    why = Some(reason);
                    // A look that is no later would go round for ever.
                    at = look.max(at.saturating_add(Duration::from_millis(1)));
                }
            }
        }
        if call == 0 {
            foreseen.first = at.saturating_sub(now);
        }
    }
    let last = at.saturating_sub(now);
    let whole = if run == 0 { Duration::ZERO } else { last };
    foreseen.last = if calls > run { whole.mul_f64(calls as f64 / run as f64) } else { last };
    foreseen.reason = why.map(|why| why.text(&ask.call));
    foreseen
}

/// What was learned of a team, in words.
pub(super) fn words(learned: &Learned) -> Vec<String> {
    let mut words = Vec::new();
    if learned.tiered {
        words.push("the server limits by tier".to_owned());
    }
    if let Some(told) = learned.told {
        words.push(format!("the server names {told} calls in a window"));
    }
    for tier in [Tier::High, Tier::Medium, Tier::Low] {
        match learned.passed(tier) {
            Passed::No => {}
            Passed::Together => {
                words.push(format!("the {tier} tier has no number of its own, its operations may"))
            }
            Passed::Alone => words.push(format!("the {tier} tier has no number of its own")),
        }
    }
    words
}

/// What groups are held to beyond their limits, in words.
pub(super) fn restraints(groups: &super::group::Groups, now: Duration) -> Vec<String> {
    groups.iter().filter_map(|(name, group)| restrained(name, &group.memo.restraint, now)).collect()
}

/// What a group is held to beyond its limits, if it is.
pub(super) fn restrained(name: &str, restraint: &Restraint, now: Duration) -> Option<String> {
    let pace = match restraint.pace {
        Pace::Free => "",
        Pace::Paced => ", evenly spaced",
        Pace::Serial => ", one at a time",
    };
    match restraint.ceiling(now) {
        Some(calls) => {
            Some(format!("{name}: at most {calls} in a window{pace}, because the server rejected more"))
        }
        None if restraint.is_none(now) => None,
        None => {
            let pace = pace.trim_start_matches(',');
            Some(format!("{name}: calls go{pace}, because the server rejected bunches"))
        }
    }
}
