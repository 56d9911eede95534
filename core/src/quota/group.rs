//! The record of one group (slots held, calls in flight, pauses) and the records of a team by name.
//!
//! A record knows no limit of its own: the asker's rule is evaluated over it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::call::{CallGroup, Class, Scope};
use super::restraint::Restraint;
use super::slots::Slots;

/// The number of named groups at which idle ones are looked for the first time.
const SWEEP_AT: usize = 64;

/// The record of one group.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    /// All its calls.
    pub(super) all: Slots,
    /// The same calls by class.
    classes: [Slots; 2],
    pub(super) memo: Memo,
    /// The last rule asked about, for the snapshot.
    pub(super) rule: Option<(u32, Duration)>,
    /// When a log record last said that this group makes callers wait.
    pub(super) noticed: Option<Duration>,
}

/// What a group keeps beside its slots.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memo {
    pub(super) frozen_until: Duration,
    /// Until when a call is in flight that was let through to see whether the group has the tier's number; zero: none.
    pub(super) probing_until: Duration,
    /// When the latest call was sent and answered, for pacing.
    pub(super) sent: Option<Duration>,
    pub(super) answered: Option<Duration>,
    /// When the latest interactive call was let through.
    pub(super) interactive: Option<Duration>,
    /// Until when a bulk call waits, as far as is known: it looks again before.
    pub(super) bulk_until: Duration,
    pub(super) restraint: Restraint,
}

impl Memo {
    /// Whether nothing is lost by forgetting it.
    pub(super) fn idle(&self, now: Duration) -> bool {
        self.frozen_until <= now && self.restraint.is_none(now)
    }

    /// The clock begins anew, and showed `last` when it was last seen: what was past is at its zero, what lay ahead does
    /// as long as it did then.
    pub(super) fn rebase(&mut self, last: Duration) {
        let back = |at: &mut Duration| *at = at.saturating_sub(last);
        back(&mut self.frozen_until);
        back(&mut self.probing_until);
        back(&mut self.bulk_until);
        self.sent.iter_mut().chain(&mut self.answered).chain(&mut self.interactive).for_each(back);
        self.restraint.rebase(last);
    }
}

impl Group {
    /// A record as a store keeps it.
    pub(super) fn loaded(all: Slots, classes: [Slots; 2], memo: Memo) -> Self {
        Self { all, classes, memo, ..Self::default() }
    }

    /// The calls of one class.
    pub(super) fn of(&self, class: Class) -> &Slots {
        &self.classes[class.index()]
    }

    pub(super) fn take(&mut self, now: Duration, retention: Duration, class: Class) {
        self.all.take(now, retention);
        self.classes[class.index()].take(now, retention);
    }

    /// The call came to its end; the server counted it at `at` or earlier.
    pub(super) fn close(&mut self, at: Duration, class: Class) {
        self.all.close(at);
        self.classes[class.index()].close(at);
    }

    /// The call was never sent.
    pub(super) fn release(&mut self, class: Class) {
        self.all.release();
        self.classes[class.index()].release();
    }

    /// For forecasts: takes all calls in flight as answered.
    fn close_all(&mut self, now: Duration) {
        self.memo.probing_until = Duration::ZERO;
        if self.all.open() > 0 {
            self.memo.answered = Some(now);
        }
        self.all.close_all(now);
        self.classes.iter_mut().for_each(|slots| slots.close_all(now));
    }

    fn idle(&self, now: Duration, retention: Duration) -> bool {
        self.memo.idle(now) && self.all.idle(now, retention)
    }
}

/// All records of a team.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    team: Group,
    tiers: [Group; 3],
    operations: Named,
    shared: Named,
}

impl Groups {
    /// The record of a scope of this call.
    pub(super) fn of(&mut self, scope: Scope, call: &CallGroup) -> &mut Group {
        match (scope, call.shared) {
            (Scope::Team, _) => &mut self.team,
            (Scope::Tier, _) => &mut self.tiers[call.tier.index()],
            (Scope::Shared, Some(name)) => self.shared.of(name),
            (Scope::Shared, None) | (Scope::Operation, _) => self.operations.of(&call.operation),
        }
    }

    /// Puts in a record that came from a store.
    pub(super) fn put(&mut self, scope: Scope, call: &CallGroup, group: Group) {
        *self.of(scope, call) = group;
    }

    /// Forgets operations that nobody has used for a while: raw calls can bring any number of names.
    pub(super) fn sweep(&mut self, now: Duration, retention: Duration) {
        self.operations.sweep(now, retention);
        self.shared.sweep(now, retention);
    }

    pub(super) fn close_all(&mut self, now: Duration) {
        let named = self.operations.groups.iter_mut().chain(&mut self.shared.groups);
        named.chain(&mut self.tiers).for_each(|group| group.close_all(now));
        self.team.close_all(now);
    }

    /// Every record with its name; tiers and team have fixed ones.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Group)> {
        let tiers = ["high tier", "medium tier", "low tier"].into_iter().zip(&self.tiers);
        std::iter::once(("team", &self.team))
            .chain(tiers)
            .chain(self.shared.iter())
            .chain(self.operations.iter())
    }
}

/// Records found by name without allocating.
#[derive(Clone, Debug, Default)]
struct Named {
    index: HashMap<Arc<str>, usize>,
    groups: Vec<Group>,
    sweep_at: usize,
}

impl Named {
    fn of(&mut self, name: &str) -> &mut Group {
        let position = match self.index.get(name) {
            Some(position) => *position,
            None => {
                self.index.insert(name.into(), self.groups.len());
                self.groups.push(Group::default());
                self.groups.len() - 1
            }
        };
        &mut self.groups[position]
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &Group)> {
        self.index.iter().map(|(name, position)| (name.as_ref(), &self.groups[*position]))
    }

    fn sweep(&mut self, now: Duration, retention: Duration) {
        if self.groups.len() < self.sweep_at.max(SWEEP_AT) {
            return;
        }
        let mut kept = Self::default();
        for (name, position) in std::mem::take(&mut self.index) {
            if !self.groups[position].idle(now, retention) {
                kept.index.insert(name, kept.groups.len());
                kept.groups.push(std::mem::take(&mut self.groups[position]));
            }
        }
        kept.sweep_at = kept.groups.len() * 2;
        *self = kept;
    }
}
