//! The decision: a pure state machine over a `now`, without locks, clocks or waiting.
//!
//! `try_admit` takes slots in every record of the call, or says until when there is none. The lease is closed by one
//! of `answered`, `lost` and `released`. A store of another kind replaces this file's caller, not its rules.

use std::time::Duration;

use super::call::Scope;
use super::group::{Group, Groups, Room};
use super::learned::{Learned, Passed};
use super::presets::Ask;
use super::rule::{MAX_IN_FLIGHT, Why, hold};

/// A pause is never longer than this, whatever the server names.
const LONGEST_FREEZE: Duration = Duration::from_secs(120);

/// How the server answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The server rejected the call because of its quota (429).
    pub limited: bool,
    /// The wait that the server named with it.
    pub wait: Option<Duration>,
    /// The calls that the server says it allows in a window.
    pub limit: Option<u32>,
}

/// Slots taken for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) at: Duration,
    /// Slots left in the tightest group, if any limits the call.
    pub(super) left: Option<u32>,
    /// The group that this call probes by going beyond the tier's number.
    probe: Option<Scope>,
}

/// The outcome of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Admit(Grant),
    /// Not before `earliest`; ask again at `look`, or when any call of the team ends.
    Wait {
        earliest: Duration,
        look: Duration,
        why: Why,
    },
}

/// What is known of a team.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    groups: Groups,
    learned: Learned,
    /// How long an answered call is remembered: the longest hold seen.
    retention: Duration,
}

impl State {
    pub(super) fn learned(&self) -> &Learned {
        &self.learned
    }

    pub(super) fn groups(&self) -> &Groups {
        &self.groups
    }

    pub(super) fn group(&mut self, scope: Scope, ask: &Ask) -> &mut Group {
        self.groups.of(scope, &ask.call)
    }

    /// Takes the slots, or says why not.
    pub(super) fn try_admit(&mut self, now: Duration, ask: &Ask) -> Decision {
        let mut left = None::<u32>;
        let mut blocked = None::<((Duration, Duration), Why)>;
        // The latest instant counts, and with it when to look.
        let mut block = |until: (Duration, Duration), why: Why| {
            if blocked.is_none_or(|(known, _)| known < until) {
                blocked = Some((until, why));
            }
        };
        let mut retention = hold(ask.window());
        for rule in ask.rules(&self.learned) {
            let group = self.groups.of(rule.scope, &ask.call);
            let hold = hold(rule.window);
            retention = retention.max(hold);
            group.rule = Some((rule.limit, rule.window));
            match group.room(now, rule.limit, hold) {
                Room::Free(free) => left = Some(left.map_or(free, |known| known.min(free))),
                Room::FullUntil(until) => {
                    block(
                        (until, until),
                        Why::Full { scope: rule.scope, limit: rule.limit, window: rule.window },
                    );
                }
            }
            if let Some(at_once) = rule.at_once
                && let Room::FullUntil(until) = group.in_flight_room(now, at_once)
            {
                // The end of a call in flight is what counts, and it wakes the line.
                let look = if until > now { until } else { now.saturating_add(hold) };
                block((until, look), Why::Busy { scope: rule.scope, at_once });
            }
        }
        if !ask.unlimited() {
            for scope in ask.call.scopes() {
                let until = self.groups.of(scope, &ask.call).frozen_until;
                if until > now {
                    block((until, until), Why::Frozen { scope });
                }
            }
        }
        if let Some(((earliest, look), why)) = blocked {
            return Decision::Wait { earliest, look, why };
        }
        let probe = match self.probe(now, ask) {
            Probe::No => None,
            Probe::Alone(scope) => Some(scope),
            Probe::Busy { look, why } => return Decision::Wait { earliest: now, look, why },
        };

        self.retention = self.retention.max(retention);
        for scope in ask.call.scopes() {
            self.groups.of(scope, &ask.call).take(now, self.retention);
        }
        self.set_probing(ask, probe, true);
        self.groups.sweep(now, self.retention);
        Decision::Admit(Grant { at: now, left: left.map(|free| free - 1), probe })
    }

    /// The call, sent at `sent`, was answered.
    pub(super) fn answered(
        &mut self,
        now: Duration,
        ask: &Ask,
        grant: Grant,
        sent: Duration,
        answer: Answer,
    ) {
        self.close(now, ask, grant);
        if let Some(limit) = answer.limit {
            self.learned.told(limit);
        }
        if answer.limited {
            self.rejected(now, ask, grant, answer.wait);
        } else {
            self.clean(now, ask, sent);
        }
    }

    /// The call was answered in a way that says nothing about the quota: its slots are held, but it proves nothing.
    pub(super) fn answered_unproven(&mut self, now: Duration, ask: &Ask, grant: Grant) {
        self.close(now, ask, grant);
    }

    /// No answer came: the server may count the call up to `max_in_flight` from now.
    ///
    /// A lost call holds its slots but is not in flight for the one-at-a-time rule: should it use up the server's
    /// number, the next probe is rejected, which is the one rejection that `auto` may cost anyway.
    pub(super) fn lost(&mut self, now: Duration, ask: &Ask, grant: Grant) {
        let rules = ask.rules(&self.learned);
        let longest = rules.map(|rule| rule.max_in_flight).max().unwrap_or(MAX_IN_FLIGHT);
        self.close(now.saturating_add(longest), ask, grant);
    }

    /// The call was surely never sent: its slots are free at once.
    pub(super) fn released(&mut self, ask: &Ask, grant: Grant) {
        for scope in ask.call.scopes() {
            self.groups.of(scope, &ask.call).release();
        }
        self.set_probing(ask, grant.probe, false);
    }

    /// For forecasts: takes all calls in flight as answered now.
    pub(super) fn close_all(&mut self, now: Duration) {
        self.groups.close_all(now);
    }

    /// For forecasts: takes a call just admitted as answered at once.
    pub(super) fn close(&mut self, at: Duration, ask: &Ask, grant: Grant) {
        for scope in ask.call.scopes() {
            self.groups.of(scope, &ask.call).close(at);
        }
        self.set_probing(ask, grant.probe, false);
    }

    /// A probe is noted in its group and in its tier, where there is one at a time.
    fn set_probing(&mut self, ask: &Ask, probe: Option<Scope>, probing: bool) {
        if let Some(scope) = probe {
            self.groups.of(scope, &ask.call).probing = probing;
            self.groups.of(Scope::Tier, &ask.call).probing = probing;
        }
    }

    /// The group that may be limited to the tier's number as far as `auto` knows: first the whole tier, then, when that
    /// is ruled out, the single operation.
    fn suspect(&self, ask: &Ask) -> Option<Scope> {
        if self.learned.tiered || ask.call.shared.is_some() || ask.service.whole.is_some() {
            return None;
        }
        match self.learned.passed(ask.call.tier) {
            Passed::No => Some(Scope::Tier),
            Passed::Together if ask.tier_number() < ask.service.per_operation => Some(Scope::Operation),
            Passed::Together | Passed::Alone => None,
        }
    }

    /// Beyond the tier's number a suspected group gets one call at a time, with nothing else of it in flight, and of all
    /// operations of a tier one probes: so at most one call can be rejected before the team is known to be tiered.
    fn probe(&mut self, now: Duration, ask: &Ask) -> Probe {
        let Some(scope) = self.suspect(ask).filter(|_| ask.probes()) else { return Probe::No };
        let number = ask.tier_number();
        let elsewhere = self.groups.of(Scope::Tier, &ask.call).probing;
        let group = self.groups.of(scope, &ask.call);
        let why = Why::Probing { scope, number };
        match group.room(now, number, hold(ask.window())) {
            Room::Free(_) if !group.probing => Probe::No,
            // The probe is still in flight while older slots came free: its end is what counts.
            Room::Free(_) => Probe::Busy { look: now.saturating_add(hold(ask.window())), why },
            Room::FullUntil(_) if group.open == 0 && !elsewhere => Probe::Alone(scope),
            Room::FullUntil(look) => Probe::Busy { look, why },
        }
    }

    fn rejected(&mut self, now: Duration, ask: &Ask, grant: Grant, wait: Option<Duration>) {
        let suspect = self.suspect(ask);
        if grant.probe.is_some() && suspect.is_some() {
            self.learned.tiered = true;
        }
        let longest = ask.rules(&self.learned).map(|rule| rule.window).max().unwrap_or(ask.window());
        let until = now.saturating_add(wait.map_or(hold(longest), |wait| wait.min(LONGEST_FREEZE)));
        let [first, ..] = ask.call.scopes();
        let rules = ask.rules(&self.learned).map(|rule| rule.scope);
        for scope in rules.chain([first]).chain(suspect.filter(|_| ask.probes())) {
            let group = self.groups.of(scope, &ask.call);
            group.frozen_until = group.frozen_until.max(until);
        }
    }

    fn clean(&mut self, now: Duration, ask: &Ask, sent: Duration) {
        if self.suspect(ask).is_none() {
            return;
        }
        let (tier, number, window) = (ask.call.tier, ask.tier_number(), ask.window());
        // The operation's own calls are collected from the start: when they suffice, so do the tier's.
        for (scope, passed) in [(Scope::Tier, Passed::Together), (Scope::Operation, Passed::Alone)] {
            if self.learned.passed(tier) < passed {
                let evidence = &mut self.groups.of(scope, &ask.call).evidence;
                if evidence.add(sent, now, number, window) {
                    evidence.clear();
                    self.learned.pass(tier, passed);
                }
            }
        }
    }
}

/// What the one-at-a-time rule says to a call that all limits let through.
enum Probe {
    No,
    Alone(Scope),
    Busy { look: Duration, why: Why },
}
