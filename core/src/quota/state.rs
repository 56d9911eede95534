//! The decision: a pure state machine over a `now`, without locks, clocks or waiting.
//!
//! `try_admit` takes slots in every record of the call, or says until when there is none. The lease is closed by one
//! of `answered`, `answered_unproven`, `lost` and `released`. A store of another kind replaces this file's caller, not
//! its rules: the store of a host loads the records of a call into a state, asks it, and writes back what changed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::call::{Class, Scope, Tier};
use super::ending::{Ending, How};
use super::group::{Group, Groups};
use super::learned::{Learned, Passed};
use super::notice::Notice;
use super::presets::Ask;
use super::rule::{MAX_IN_FLIGHT, Verdict, Why, hold, margin};
use super::slots::Room;
use crate::credits::{Ledger, Refusal, Reservation, Today};

/// A pause is never longer than this, whatever the server names.
const LONGEST_FREEZE: Duration = Duration::from_secs(120);

/// How the server answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The server rejected the call because of its quota (429).
    pub limited: bool,
    /// The wait that the server named with it.
    pub wait: Option<Duration>,
    /// The calls that the server says it allows in a window.
    pub limit: Option<u32>,
}

/// Slots taken for one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) at: Duration,
    /// Slots left in the tightest group, if any limits the call.
    pub(super) left: Option<u32>,
    /// The group that this call probes by going beyond the tier's number.
    pub(super) probe: Option<Scope>,
    /// The name of the slot in a shared store.
    pub(super) id: u64,
    pub(super) reservation: Option<Reservation>,
}

/// The outcome of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Admit(Grant),
    /// It does not fit the budget, or there are no credits.
    Refuse(Refusal),
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
    ledger: Ledger,
    today: Today,
}

impl State {
    /// The state of a team as a store keeps it; the records of the call at hand are put in one by one.
    pub(super) fn loaded(learned: Learned, ledger: Ledger) -> Self {
        Self { learned, ledger, ..Self::default() }
    }

    pub(super) fn learned(&self) -> &Learned {
        &self.learned
    }

    pub(super) fn groups(&self) -> &Groups {
        &self.groups
    }

    pub(super) fn groups_mut(&mut self) -> &mut Groups {
        &mut self.groups
    }

    pub(super) fn group(&mut self, scope: Scope, ask: &Ask) -> &mut Group {
        self.groups.of(scope, &ask.call)
    }

    /// Takes the slots, or says why not.
    pub(super) fn try_admit(&mut self, now: Duration, ask: &Ask) -> Decision {
        // Who cannot pay need not wait.
        if let Err(refusal) = self.affordable(now, ask) {
            return Decision::Refuse(refusal);
        }
        let mut left = None::<u32>;
        let mut blocked = None::<((Duration, Duration), Why)>;
        // The latest instant counts, and with it when to look.
        let mut block = |until: (Duration, Duration), why: Why| {
            if blocked.is_none_or(|(known, _)| known < until) {
                blocked = Some((until, why));
            }
        };
        for rule in ask.rules(&self.learned) {
            let group = self.groups.of(rule.scope, &ask.call);
            group.rule = Some((rule.limit, rule.window));
            match rule.over(now, group, ask.call.class) {
                Verdict::Free(free) => left = Some(left.map_or(free, |known| known.min(free))),
                Verdict::Blocked { until, look, why } => block((until, look), why),
            }
        }
        if !ask.unlimited() {
            for scope in ask.call.scopes() {
                let until = self.groups.of(scope, &ask.call).memo.frozen_until;
                if until > now {
                    block((until, until), Why::Frozen { scope });
                }
            }
        }
        if let Some(((earliest, look), why)) = blocked {
            self.note_bulk(ask, look);
            return Decision::Wait { earliest, look, why };
        }
        let probe = match self.probe(now, ask) {
            Probe::No => None,
            Probe::Alone(scope) => Some(scope),
            Probe::Busy { look, why } => {
                self.note_bulk(ask, look);
                return Decision::Wait { earliest: now, look, why };
            }
        };

        self.retention = self.retention.max(ask.longest_hold(&self.learned));
        for scope in ask.call.scopes() {
            let group = self.groups.of(scope, &ask.call);
            group.take(now, self.retention, ask.call.class);
            if ask.call.class == Class::Interactive {
                group.memo.interactive = Some(now);
            }
        }
        self.set_probing(ask, probe, now.saturating_add(ask.lease));
        self.groups.sweep(now, self.retention);
        let reservation = ask.money.as_ref().map(|claim| self.ledger.reserve(now, self.today, claim));
        Decision::Admit(Grant { at: now, left: left.map(|free| free - 1), probe, id: 0, reservation })
    }

    /// Whether the call fits the budgets and there are credits, as far as is known.
    pub(super) fn affordable(&self, now: Duration, ask: &Ask) -> Result<(), Refusal> {
        ask.money.as_ref().map_or(Ok(()), |claim| self.ledger.check(now, self.today, claim))
    }

    /// Books what a call cost.
    pub(super) fn book(&mut self, now: Duration, ask: &Ask, grant: &Grant, ending: &Ending) -> Vec<Notice> {
        let (Some(claim), Some(reservation)) = (&ask.money, &grant.reservation) else { return Vec::new() };
        if ending.how == How::Released {
            self.ledger.release(reservation);
            return Vec::new();
        }
        let latched = self.ledger.is_latched();
        let told = self.ledger.settle(reservation, ending.charge, &claim.caps);
        if ending.out_of_credits {
            self.ledger.out_of_credits(now, reservation);
        } else if ending.charge.min > 0 {
            self.ledger.answered(reservation);
        }
        let change = match (latched, self.ledger.is_latched()) {
            (false, true) => Some(Notice::OutOfCredits),
            (true, false) => Some(Notice::CreditsBack),
            _ => None,
        };
        told.into_iter().map(Notice::Budget).chain(change).collect()
    }

    /// The slots and the money of a call that is not made after all.
    pub(super) fn give_back(&mut self, ask: &Ask, grant: &Grant) {
        self.released(ask, grant);
        if let Some(reservation) = &grant.reservation {
            self.ledger.release(reservation);
        }
    }

    pub(super) fn today(&self) -> Today {
        self.today
    }

    pub(super) fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// The day by the wall clock, for budgets; it never goes back.
    pub(super) fn set_today(&mut self, today: Today) {
        let later = self.today.later(today);
        if later != self.today {
            self.today = later;
            self.ledger.sweep(later);
        }
    }

    /// The call, sent at `sent`, was answered.
    pub(super) fn answered(
        &mut self,
        now: Duration,
        ask: &Ask,
        grant: &Grant,
        sent: Duration,
        answer: Answer,
    ) -> Option<Notice> {
        self.close(now, ask, grant);
        self.note_sent(ask, sent);
        if let Some(limit) = answer.limit {
            self.learned.told(limit);
        }
        if answer.limited { self.rejected(now, ask, grant, answer.wait) } else { None }
    }

    /// The call was answered in a way that says nothing about the quota: its slots are held, but it proves nothing.
    pub(super) fn answered_unproven(&mut self, now: Duration, ask: &Ask, grant: &Grant, sent: Duration) {
        self.close(now, ask, grant);
        self.note_sent(ask, sent);
    }

    /// No answer came: the server may count the call up to `max_in_flight` from now.
    ///
    /// A lost call holds its slots but is not in flight for the one-at-a-time rule: should it use up the server's
    /// number, the next probe is rejected, which is the one rejection that `auto` may cost anyway.
    pub(super) fn lost(&mut self, now: Duration, ask: &Ask, grant: &Grant, sent: Duration) {
        self.close(now.saturating_add(self.longest_flight(ask)), ask, grant);
        self.note_sent(ask, sent);
    }

    /// The call was surely never sent: its slots are free at once.
    pub(super) fn released(&mut self, ask: &Ask, grant: &Grant) {
        for scope in ask.call.scopes() {
            self.groups.of(scope, &ask.call).release(ask.call.class);
        }
        self.set_probing(ask, grant.probe, Duration::ZERO);
    }

    /// How long after we gave up on an answer the server may still count the call.
    pub(super) fn longest_flight(&self, ask: &Ask) -> Duration {
        ask.rules(&self.learned).map(|rule| rule.max_in_flight).max().unwrap_or(MAX_IN_FLIGHT)
    }

    /// Calls of the tier were answered that a server with tiers would have rejected.
    pub(super) fn pass(&mut self, tier: Tier, passed: Passed) {
        self.learned.pass(tier, passed);
    }

    /// A bulk call that waited has gone, or given up.
    pub(super) fn forget_bulk(&mut self, ask: &Ask) {
        for scope in ask.call.scopes() {
            self.groups.of(scope, &ask.call).memo.bulk_until = Duration::ZERO;
        }
    }

    /// For forecasts: takes all calls in flight as answered now.
    pub(super) fn close_all(&mut self, now: Duration) {
        self.groups.close_all(now);
    }

    /// For forecasts: takes a call just admitted as answered at once.
    pub(super) fn close(&mut self, at: Duration, ask: &Ask, grant: &Grant) {
        for scope in ask.call.scopes() {
            let group = self.groups.of(scope, &ask.call);
            group.close(at, ask.call.class);
            group.memo.answered = Some(at);
            group.memo.sent = group.memo.sent.max(Some(grant.at));
        }
        self.set_probing(ask, grant.probe, Duration::ZERO);
    }

    /// Spaced calls are counted from when the one before was really sent.
    fn note_sent(&mut self, ask: &Ask, sent: Duration) {
        for scope in ask.call.scopes() {
            let memo = &mut self.groups.of(scope, &ask.call).memo;
            memo.sent = memo.sent.max(Some(sent));
        }
    }

    /// A bulk call was told to wait and to look again: until then it counts as waiting.
    fn note_bulk(&mut self, ask: &Ask, look: Duration) {
        if ask.call.class == Class::Bulk {
            let until = look.saturating_add(margin(ask.window()));
            for scope in ask.call.scopes() {
                let memo = &mut self.groups.of(scope, &ask.call).memo;
                memo.bulk_until = memo.bulk_until.max(until);
            }
        }
    }

    /// A probe is noted in its group and in its tier, where there is one at a time.
    fn set_probing(&mut self, ask: &Ask, probe: Option<Scope>, until: Duration) {
        if let Some(scope) = probe {
            self.groups.of(scope, &ask.call).memo.probing_until = until;
            self.groups.of(Scope::Tier, &ask.call).memo.probing_until = until;
        }
    }

    /// Beyond the tier's number a suspected group gets one call at a time, with nothing else of it in flight, and of all
    /// operations of a tier one probes: so at most one call can be rejected before the team is known to be tiered.
    fn probe(&mut self, now: Duration, ask: &Ask) -> Probe {
        let Some(scope) = ask.suspect(&self.learned).filter(|_| ask.probes()) else { return Probe::No };
        let number = ask.tier_number();
        let elsewhere = self.groups.of(Scope::Tier, &ask.call).memo.probing_until > now;
        let group = self.groups.of(scope, &ask.call);
        let why = Why::Probing { scope, number };
        let probing = group.memo.probing_until > now;
        match group.all.room(now, number, hold(ask.window())) {
            Room::Free(_) if !probing => Probe::No,
            // The probe is still in flight while older slots came free: its end is what counts.
            Room::Free(_) => Probe::Busy { look: now.saturating_add(hold(ask.window())), why },
            Room::FullUntil(_) if group.all.open() == 0 && !elsewhere => Probe::Alone(scope),
            Room::FullUntil(look) => Probe::Busy { look, why },
        }
    }

    fn rejected(
        &mut self,
        now: Duration,
        ask: &Ask,
        grant: &Grant,
        wait: Option<Duration>,
    ) -> Option<Notice> {
        let suspect = ask.suspect(&self.learned);
        let mut notice = None;
        if grant.probe.is_some() && suspect.is_some() {
            self.learned.tiered = true;
            notice = Some(Notice::tiered(&ask.call, ask.tier_number()));
        } else if !self.learned_since(ask, grant) {
            notice = self.restrain(now, ask, grant);
        }
        let longest = ask.rules(&self.learned).map(|rule| rule.window).max().unwrap_or(ask.window());
        let until = now.saturating_add(wait.map_or(hold(longest), |wait| wait.min(LONGEST_FREEZE)));
        let [first, ..] = ask.call.scopes();
        let rules = ask.rules(&self.learned).map(|rule| rule.scope);
        for scope in rules.chain([first]).chain(suspect.filter(|_| ask.probes())) {
            let memo = &mut self.groups.of(scope, &ask.call).memo;
            memo.frozen_until = memo.frozen_until.max(until);
        }
        notice
    }

    /// The rejection is explained by what was learned while the call was under way.
    fn learned_since(&self, ask: &Ask, grant: &Grant) -> bool {
        grant.probe.is_some() && self.learned.tiered && ask.probes()
    }

    /// No preset explains the rejection: the most specific group that limits the call is held to less.
    fn restrain(&mut self, now: Duration, ask: &Ask, grant: &Grant) -> Option<Notice> {
        let rule = ask.rules(&self.learned).min_by_key(|rule| rule.scope)?;
        let group = self.groups.of(rule.scope, &ask.call);
        // The rejected call holds a slot like the others.
        let admitted = group.all.held(now, hold(rule.window)).saturating_sub(1);
        let admitted = u32::try_from(admitted).unwrap_or(u32::MAX);
        let lesson = group.memo.restraint.learn(now, grant.at, admitted, rule.limit, rule.window)?;
        Some(Notice::restrained(&ask.call, rule.scope, lesson, rule.limit, admitted, rule.window))
    }
}

/// What the one-at-a-time rule says to a call that all limits let through.
enum Probe {
    No,
    Alone(Scope),
    Busy { look: Duration, why: Why },
}
