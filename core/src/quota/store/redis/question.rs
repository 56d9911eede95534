//! What the scripts are asked: the rules of a call as plain numbers, so that they know no limits, presets or prices.

use serde::Serialize;

use super::script::{micros, millis};
use crate::credits::{Claim, Ledger, Reservation, Today};
use crate::quota::call::Tier;
use crate::quota::call::{Class, Scope};
use crate::quota::ending::{Ending, How};
use crate::quota::learned::{Learned, Passed};
use crate::quota::presets::Ask;
use crate::quota::rule::{Rule, hold, margin};

/// How long after its end a lease is remembered, so that settling it twice or late is known.
const REMEMBERED: std::time::Duration = std::time::Duration::from_hours(24);

/// What every step is told.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Common {
    /// How long nobody goes when calls may have been forgotten.
    pub(super) quarantine: u64,
    /// Groups among the keys.
    pub(super) groups: u8,
    /// The time, for tests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) clock: Option<u64>,
}

/// What this process knows of the record and the server.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Known {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) epoch: Option<String>,
    /// The name of the record if this question begins it.
    pub(super) candidate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) server: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uptime: Option<u64>,
}

/// The question for admission.
#[derive(Debug, Serialize)]
pub(super) struct Admit {
    #[serde(flatten)]
    pub(super) common: Common,
    #[serde(flatten)]
    pub(super) known: Known,
    learned: String,
    pub(super) ahead: u32,
    id: String,
    class: &'static str,
    lease: u64,
    forget: u64,
    /// How long a memo or a set of slots is kept at least, in milliseconds.
    keep: u64,
    margin: u64,
    hold: u64,
    retention: u64,
    unlimited: bool,
    rules: Vec<RuleNumbers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspect: Option<usize>,
    number: u32,
    tier: usize,
    names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    money: Option<Price>,
}

#[derive(Debug, Serialize)]
struct RuleNumbers {
    scope: usize,
    limit: u32,
    window: u64,
    hold: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_once: Option<u32>,
    pace: u8,
}

#[derive(Debug, Serialize)]
struct Price {
    day: i64,
    price: u32,
    /// Text and milliseconds to keep of each account; zero: for ever.
    accounts: Vec<(String, u64)>,
    names: String,
    /// The position of an account, and the cap on it.
    caps: Vec<(usize, u64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<u64>,
    critical: bool,
    /// Whether what was spent matters to it.
    guarded: bool,
}

impl Admit {
    pub(super) fn new(
        common: Common,
        known: Known,
        ask: &Ask,
        id: u64,
        learned: &Learned,
        (today, day): (Today, i64),
        ahead: u32,
    ) -> Self {
        let rules: Vec<_> = ask.rules(learned).collect();
        let window = ask.window();
        let retention =
            rules.iter().map(|rule| hold(rule.window)).fold(hold(window), std::time::Duration::max);
        let keep = ask.lease.saturating_add(retention.saturating_mul(2));
        Self {
            common: Common { groups: 3, ..common },
            known,
            learned: learned_text(learned),
            ahead,
            id: id.to_string(),
            class: letter(ask.call.class),
            lease: micros(ask.lease),
            forget: millis(ask.lease.saturating_add(REMEMBERED)),
            keep: millis(keep),
            margin: micros(margin(window)),
            hold: micros(hold(window)),
            retention: micros(retention),
            unlimited: ask.unlimited(),
            rules: rules.iter().map(|rule| numbers(ask, rule)).collect(),
            suspect: ask.suspect(learned).filter(|_| ask.probes()).map(|scope| position(ask, scope)),
            number: ask.tier_number(),
            tier: position(ask, Scope::Tier),
            names: ask.call.scopes().map(|scope| ask.call.record(scope).into_owned()).into(),
            money: ask.money.as_ref().map(|claim| Price::new(claim, today, day)),
        }
    }
}

impl Price {
    fn new(claim: &Claim, today: Today, day: i64) -> Self {
        let keys = Ledger::keys(claim, today);
        let caps: Vec<_> = Ledger::caps(claim, today)
            .into_iter()
            .filter_map(|(key, cap)| Some((keys.iter().position(|known| *known == key)? + 1, cap)))
            .collect();
        let accounts: Vec<_> = keys.iter().map(kept).collect();
        Self {
            day,
            price: claim.most(),
            names: accounts.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join("\n"),
            guarded: claim.floor.is_some() || !caps.is_empty(),
            accounts,
            caps,
            floor: claim.floor,
            balance: claim.balance,
            critical: claim.critical,
        }
    }
}

/// The end of a call.
#[derive(Debug, Serialize)]
pub(super) struct End {
    #[serde(flatten)]
    pub(super) common: Common,
    learned: String,
    /// What is learned by it.
    becomes: String,
    id: String,
    class: &'static str,
    tier: usize,
    how: &'static str,
    pub(super) ended_ago: u64,
    took: u64,
    flight: u64,
    lease: u64,
    forget: u64,
    keep: u64,
    names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limited: Option<Limited>,
    out_of_credits: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    money: Option<Charge>,
    /// Whether the call showed that the server limits by tier.
    #[serde(skip)]
    pub(super) tiered: bool,
    /// The rule that a lesson is about.
    #[serde(skip)]
    pub(super) restrained: Option<Rule>,
}

#[derive(Debug, Serialize)]
struct Limited {
    #[serde(skip_serializing_if = "Option::is_none")]
    wait: Option<u64>,
    hold: u64,
    freeze: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restrain: Option<RuleNumbers>,
}

#[derive(Debug, Serialize)]
struct Charge {
    min: u32,
    max: u32,
    accounts: Vec<(String, u64)>,
    caps: Vec<(usize, u64)>,
}

impl End {
    pub(super) fn new(
        common: Common,
        ask: &Ask,
        (id, probe): (u64, Option<Scope>),
        reservation: Option<&Reservation>,
        ending: &Ending,
        learned: &Learned,
    ) -> Self {
        let flight = crate::quota::state::State::loaded(*learned, Ledger::default()).longest_flight(ask);
        let mut becomes = *learned;
        let (mut tiered, mut restrained, mut limited) = (false, None, None);
        if let How::Answered(answer) = ending.how {
            if let Some(limit) = answer.limit {
                becomes.told(limit);
            }
            if answer.limited {
                let suspect = ask.suspect(&becomes);
                if probe.is_some() && suspect.is_some() {
                    becomes.tiered = true;
                    tiered = true;
                } else if !(probe.is_some() && becomes.tiered && ask.probes()) {
                    restrained = ask.rules(&becomes).min_by_key(|rule| rule.scope);
                }
                let rules: Vec<_> = ask.rules(&becomes).collect();
                let longest = rules.iter().map(|rule| rule.window).max().unwrap_or(ask.window());
                let [first, ..] = ask.call.scopes();
                let frozen = rules.iter().map(|rule| rule.scope).chain([first]);
                limited = Some(Limited {
                    wait: answer.wait.map(micros),
                    hold: micros(hold(longest)),
                    freeze: frozen
                        .chain(suspect.filter(|_| ask.probes()))
                        .map(|scope| position(ask, scope))
                        .collect(),
                    restrain: restrained.as_ref().map(|rule| numbers(ask, rule)),
                });
            }
        }
        let keep = ask.lease.saturating_add(hold(ask.window()).saturating_mul(2));
        Self {
            common: Common { groups: 3, ..common },
            learned: learned_text(learned),
            becomes: learned_text(&becomes),
            id: id.to_string(),
            class: letter(ask.call.class),
            tier: position(ask, Scope::Tier),
            how: match ending.how {
                How::Answered(_) | How::Unproven => "answered",
                How::Lost => "lost",
                How::Released => "released",
            },
            ended_ago: micros(ending.ended_ago),
            took: micros(ending.took),
            flight: micros(flight),
            lease: micros(ask.lease),
            forget: millis(ask.lease.saturating_add(REMEMBERED)),
            keep: millis(keep),
            names: ask.call.scopes().map(|scope| ask.call.record(scope).into_owned()).into(),
            limited,
            out_of_credits: ending.out_of_credits,
            money: ask.money.as_ref().zip(reservation).map(|(claim, reservation)| Charge {
                min: ending.charge.min,
                max: ending.charge.max,
                accounts: reservation.accounts.iter().map(kept).collect(),
                caps: Ledger::caps_on(&reservation.accounts, &claim.caps)
                    .into_iter()
                    .map(|(account, cap)| (account + 1, cap))
                    .collect(),
            }),
            tiered,
            restrained,
        }
    }
}

fn kept(key: &crate::credits::AccountKey) -> (String, u64) {
    (key.to_string(), key.keep_for().map_or(0, millis))
}

fn letter(class: Class) -> &'static str {
    match class {
        Class::Interactive => "i",
        Class::Bulk => "b",
    }
}

/// The position of a scope among the groups of the call, counted from one as scripts do.
fn position(ask: &Ask, scope: Scope) -> usize {
    ask.call.scopes().iter().position(|known| *known == scope).map_or(1, |position| position + 1)
}

fn numbers(ask: &Ask, rule: &Rule) -> RuleNumbers {
    RuleNumbers {
        scope: position(ask, rule.scope),
        limit: rule.limit,
        window: micros(rule.window),
        hold: micros(hold(rule.window)),
        at_once: rule.at_once,
        pace: rule.pace as u8,
    }
}

/// What was learned, as the record keeps it: `tiered|told|passed`.
pub(super) fn learned_text(learned: &Learned) -> String {
    let told = learned.told.map_or_else(String::new, |told| told.to_string());
    let [high, medium, low] = [Tier::High, Tier::Medium, Tier::Low].map(|tier| learned.passed(tier) as u8);
    format!("{}|{told}|{high}{medium}{low}", u8::from(learned.tiered))
}

/// Reads it back; nonsense is nothing learned.
pub(super) fn learned_from(text: &str) -> Learned {
    let mut learned = Learned::default();
    let mut parts = text.splitn(3, '|');
    learned.tiered = parts.next() == Some("1");
    if let Some(told) = parts.next().and_then(|told| told.parse().ok()) {
        learned.told(told);
    }
    let tiers = [Tier::High, Tier::Medium, Tier::Low];
    for (tier, passed) in tiers.into_iter().zip(parts.next().unwrap_or_default().chars()) {
        let passed = match passed {
            '2' => Passed::Alone,
            '1' => Passed::Together,
            _ => Passed::No,
        };
        learned.pass(tier, passed);
    }
    learned
}
