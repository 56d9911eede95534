//! The record of one group (slots held, calls in flight, pauses) and the records of a team by name.
//!
//! A record knows no limit of its own: the asker's rule is evaluated over it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::call::{CallGroup, Scope};
use super::learned::Evidence;

/// The number of named groups at which idle ones are looked for the first time.
const SWEEP_AT: usize = 64;

/// Whether a rule has room, and when it will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// This many slots are free.
    Free(u32),
    /// Not before this instant. Calls in flight are taken as answered now, so it is the earliest possible one.
    FullUntil(Duration),
}

/// The record of one group.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    /// Calls in flight.
    pub(super) open: usize,
    /// When calls were answered, ascending. A call without an answer stands here with the last instant at which the
    /// server may count it, which can lie ahead.
    answered: VecDeque<Duration>,
    pub(super) frozen_until: Duration,
    /// A call is in flight that was let through to see whether the group has the tier's number.
    pub(super) probing: bool,
    pub(super) evidence: Evidence,
    /// The last rule asked about, for the snapshot.
    pub(super) rule: Option<(u32, Duration)>,
    /// When a log record last said that this group makes callers wait.
    pub(super) noticed: Option<Duration>,
}

impl Group {
    /// Slots held: in flight, or answered less than `hold` ago.
    pub(super) fn held(&self, now: Duration, hold: Duration) -> usize {
        self.open + self.answered.len() - self.expired(now, hold)
    }

    pub(super) fn room(&self, now: Duration, limit: u32, hold: Duration) -> Room {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let first = self.expired(now, hold);
        let held = self.open + self.answered.len() - first;
        if held < limit {
            return Room::Free(u32::try_from(limit - held).unwrap_or(u32::MAX));
        }
        // So many have to come free, in the order: answered, in flight (as if answered now), lost.
        let need = held - limit + 1;
        let past = self.answered.partition_point(|at| *at <= now) - first;
        let at = if need <= past {
            self.answered.get(first + need - 1)
        } else if need <= past + self.open {
            None
        } else {
            self.answered.get(first + need - self.open - 1)
        };
        Room::FullUntil(at.copied().unwrap_or(now).saturating_add(hold))
    }

    /// Whether another call may be in flight beside those that are, and when it will, as far as is known: a call without
    /// an answer may keep the server busy up to the last instant at which it counts.
    pub(super) fn in_flight_room(&self, now: Duration, at_once: u32) -> Room {
        let at_once = usize::try_from(at_once).unwrap_or(usize::MAX);
        let past = self.answered.partition_point(|at| *at <= now);
        let lost = self.answered.len() - past;
        let busy = self.open + lost;
        if busy < at_once {
            return Room::Free(u32::try_from(at_once - busy).unwrap_or(u32::MAX));
        }
        // Calls in flight are taken as answered now.
        let need = (busy - at_once + 1).saturating_sub(self.open);
        let at = need.checked_sub(1).and_then(|lost| self.answered.get(past + lost));
        Room::FullUntil(at.copied().unwrap_or(now))
    }

    pub(super) fn take(&mut self, now: Duration, retention: Duration) {
        while self.answered.front().is_some_and(|at| at.saturating_add(retention) <= now) {
            self.answered.pop_front();
        }
        self.open += 1;
    }

    /// The call came to its end; the server counted it at `at` or earlier.
    pub(super) fn close(&mut self, at: Duration) {
        self.open = self.open.saturating_sub(1);
        // Nearly always the end of the deque: only lost calls lie ahead.
        let position = self.answered.partition_point(|other| *other <= at);
        self.answered.insert(position, at);
    }

    /// The call was never sent.
    pub(super) fn release(&mut self) {
        self.open = self.open.saturating_sub(1);
    }

    /// For forecasts: takes all calls in flight as answered.
    fn close_all(&mut self, now: Duration) {
        self.probing = false;
        while self.open > 0 {
            self.close(now);
        }
    }

    fn expired(&self, now: Duration, hold: Duration) -> usize {
        self.answered.partition_point(|at| at.saturating_add(hold) <= now)
    }

    fn idle(&self, now: Duration, retention: Duration) -> bool {
        self.open == 0
            && self.frozen_until <= now
            && self.answered.back().is_none_or(|at| at.saturating_add(retention) <= now)
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
