//! What is made of the scripts' answers: steps, refusals and notices, in the words of the rest of the crate.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::question::End;
use super::script::Reply;
use crate::credits::{Account, AccountKey, Ledger, Purse, Refusal, Reservation, Today};
use crate::quota::ending::{Ending, How};
use crate::quota::learned::Learned;
use crate::quota::notice::Notice;
use crate::quota::presets::Ask;
use crate::quota::restraint::Restraint;
use crate::quota::rule::Why;
use crate::quota::state::{Grant, State};
use crate::quota::store::{Step, StoreError};

/// The answer to a question for admission.
pub(super) fn step(
    reply: &Reply,
    ask: &Ask,
    id: u64,
    today: Today,
    learned: &Learned,
    place: &str,
) -> Result<Step, StoreError> {
    let scopes = ask.call.scopes();
    let scope = |name| Some(scopes[usize::checked_sub(reply.number(name)?, 1)?.min(2)]);
    match reply.kind() {
        "admit" => {
            let booked = |claim| {
                let declaration = reply.number("declaration").unwrap_or_default();
                Reservation::booked(claim, today, reply.number("try"), declaration)
            };
            Ok(Step::Admit(Grant {
                at: reply.time("at"),
                left: reply.number("left"),
                probe: scope("probe"),
                id,
                reservation: ask.money.as_ref().map(booked),
            }))
        }
        "wait" => {
            let (earliest, look) = (reply.time("earliest"), reply.time("look"));
            let rule =
                reply.number::<usize>("rule").and_then(|rule| ask.rules(learned).nth(rule.checked_sub(1)?));
            let limit = reply.number("limit").unwrap_or_default();
            let why = match (reply.text("why").unwrap_or_default(), rule) {
                ("full", Some(rule)) => Why::Full { scope: rule.scope, limit, window: rule.window },
                ("share", Some(rule)) => Why::Share { scope: rule.scope, class: ask.call.class },
                ("busy", Some(rule)) => Why::Busy { scope: rule.scope, at_once: limit },
                ("paced", Some(rule)) => Why::Paced { scope: rule.scope, limit, window: rule.window },
                ("probing", _) => Why::Probing {
                    scope: ask.suspect(learned).unwrap_or(scopes[0]),
                    number: ask.tier_number(),
                },
                ("recovering", _) => Why::Recovering,
                _ => Why::Frozen { scope: scope("scope").unwrap_or(scopes[0]) },
            };
            Ok(Step::Wait { earliest, look, why })
        }
        "refuse" => refusal(reply, ask, today).map(Step::Refuse),
        "unknown" => Err(StoreError::unreachable(format!(
            "{place} has lost its record of what was spent, so no budget or floor can be kept; nothing was sent; resume \
             the credits to go on with counters that begin anew, or send without budgets"
        ))),
        "gone" => Err(StoreError::unreachable(format!(
            "{place} was asked for this call too late; nothing was sent"
        ))),
        _ => Err(strange(place)),
    }
}

fn strange(place: &str) -> StoreError {
    StoreError::misconfigured(format!(
        "{place} answers what this library does not understand; nothing was sent"
    ))
}

/// The script has refused; the ledger in Rust says why, from the same numbers.
fn refusal(reply: &Reply, ask: &Ask, today: Today) -> Result<Refusal, StoreError> {
    if let (Some(_), Some(_)) = (reply.text("since"), reply.text("probe_in")) {
        return Ok(Refusal::OutOfCredits { since: reply.time("since"), probe_in: reply.time("probe_in") });
    }
    let claim = ask.money.as_ref();
    let ledger = claim.map(|claim| ledger(reply, &Ledger::keys(claim, today)));
    let refused = claim.zip(ledger).map(|(claim, ledger)| ledger.check(reply.time("now"), today, claim));
    match refused {
        Some(Err(refusal)) => Ok(refusal),
        _ => Err(strange("the store")),
    }
}

/// What the end of a call brought about.
pub(super) fn notices(
    reply: &Reply,
    ask: &Ask,
    grant: &Grant,
    end: &End,
    ending: &Ending,
    learned: &Learned,
) -> Vec<Notice> {
    if reply.kind() != "ended" {
        return Vec::new();
    }
    let now = reply.time("now");
    let mut notices = Vec::new();
    if end.tiered {
        notices.push(Notice::tiered(&ask.call, ask.tier_number()));
    }
    if let Some(rule) = end.restrained
        && let Some(admitted) = reply.number("admitted")
    {
        let ended = now.saturating_sub(Duration::from_micros(end.ended_ago));
        let lesson = restraint(reply, "restraint_").learn(ended, grant.at, admitted, rule.limit, rule.window);
        notices.extend(lesson.map(|lesson| {
            Notice::restrained(&ask.call, rule.scope, lesson, rule.limit, admitted, rule.window)
        }));
    }
    if let Some(reservation) = &grant.reservation
        && ending.how != How::Released
    {
        let mut before = State::loaded(*learned, ledger(reply, &reservation.accounts));
        notices.extend(before.book(now, ask, grant, ending));
    }
    notices
}

/// The accounts and the purse as the script found them.
fn ledger(reply: &Reply, keys: &[AccountKey]) -> Ledger {
    let accounts = keys.iter().enumerate().filter_map(|(position, key)| {
        let image = reply.text(&format!("account{}", position + 1))?;
        let mut numbers = image.split(' ').map_while(|number| number.parse::<u64>().ok());
        let mut next = || numbers.next().unwrap_or_default();
        let (min, max, reserved) = (next(), next(), next());
        let warned = u8::try_from(next()).unwrap_or_default();
        Some((key.clone(), Account { min, max, reserved, warned }))
    });
    Ledger { accounts: accounts.collect::<BTreeMap<_, _>>(), purse: purse(reply, "purse_") }
}

/// The purse, whose numbers stand under names that begin so.
pub(super) fn purse(reply: &Reply, prefix: &str) -> Purse {
    let number = |name: &str| reply.number::<u64>(&format!("{prefix}{name}"));
    let zero = |name: &str| number(name).unwrap_or_default();
    let mut purse = json!({
        "since": { "min": zero("min"), "max": zero("max"), "reserved": zero("reserved") },
        "declarations": zero("declarations"),
        "probes": zero("probes"),
    });
    if let Some(declared) = number("declared") {
        purse["declared"] = json!(declared);
    }
    if let (Some(since), Some(probe)) = (number("latch_since"), number("latch_probe")) {
        purse["latch"] = json!({ "since": since / 1_000, "probe_after": probe / 1_000 });
    }
    if let Some(options) = reply.text(&format!("{prefix}options")) {
        purse["options"] = options.split(',').filter_map(|option| option.parse::<u64>().ok()).collect();
    }
    serde_json::from_value(purse).unwrap_or_default()
}

/// What a group is held to, whose numbers stand under names that begin so.
pub(super) fn restraint(reply: &Reply, prefix: &str) -> Restraint {
    let time = |name: &str| reply.number(&format!("{prefix}{name}")).map(Duration::from_micros);
    let pace = match reply.number::<u8>(&format!("{prefix}pace")) {
        Some(1) => "paced",
        Some(2) => "serial",
        _ => "free",
    };
    let calls = reply.number::<u32>(&format!("{prefix}calls"));
    let ceiling = match (calls, time("until"), time("span")) {
        (Some(calls), Some(until), Some(span)) => json!({ "calls": calls, "until": until, "span": span }),
        _ => Value::Null,
    };
    let restraint = json!({ "pace": pace, "ceiling": ceiling, "rejected": time("rejected") });
    serde_json::from_value(restraint).unwrap_or_default()
}

/// What to tell users of a record that is not the one that was known.
pub(super) fn story(story: &str, place: &str, reply: &Reply) -> Notice {
    let left = reply.time("earliest").as_secs_f64().ceil();
    let wait = if left > 0.0 { format!("; no call goes for the next {left} s") } else { String::new() };
    let message = match story {
        "lost" => format!(
            "{place} has lost records of this team{wait}, until those from before are past; calls with a budget or a floor \
             fail until the credits are resumed, because what was spent is not known"
        ),
        "young" => format!(
            "{place} was started a moment ago and holds no record of this team{wait}: it may have had one"
        ),
        _ => format!("{place} was restarted{wait}: it may have forgotten the last calls"),
    };
    Notice::Store { message }
}
