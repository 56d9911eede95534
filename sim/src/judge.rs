//! Runs a cell and holds what came of it against what was asked.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, anyhow};
use kakiyo_sandbox::LimitModel;

use crate::cell::{Cell, Demand};
use crate::checker::check;
use crate::ledger::Call;
use crate::limiter::Rule;
use crate::run::Outcome;
use crate::traffic::Load;

/// Answers 429 in a day on which others use the quota as well have to be fewer.
const SHARED_REJECTIONS: usize = 20;
/// By so much, a tenth of the limit, the calls a minute of an hour may differ from those of another one.
const SWING: f64 = 6.0;
/// Time after which a server has to be known that counts in another way than the rule is made for: the ceiling of the
/// first hour, and a second rejection after it.
const LEARNING: Duration = Duration::from_hours(2);

/// What came of a cell.
pub struct Findings {
    pub name: String,
    pub calls: usize,
    pub rejected: u64,
    /// Credits, as the judge counted them.
    pub spent: u64,
    /// Answers 429 in the worst episode.
    pub worst: u64,
    /// Calls a minute that were let through, for each operation.
    pub rate: f64,
    /// What each kind of server refused.
    pub refused: BTreeMap<String, u64>,
    /// Calls let through in each minute of the first episode.
    pub minutes: Vec<u32>,
    /// The minutes of the first episode in which a call was rejected.
    pub rejected_in: Vec<usize>,
    /// What went wrong, with the seed that shows it.
    pub failures: Vec<(u64, String)>,
}

/// Runs a cell, an episode for each seed from this one on; the ledger of each goes to `keep` after it was checked.
///
/// # Errors
///
/// Fails when no runtime can be had, or the checker cannot read the ledger.
pub fn run(
    cell: &Cell,
    seed: u64,
    episodes: u64,
    mut keep: impl FnMut(&[u8]) -> Result<()>,
) -> Result<Findings> {
    let mut findings = Findings {
        name: cell.name.clone(),
        calls: 0,
        rejected: 0,
        spent: 0,
        worst: 0,
        rate: 0.0,
        refused: BTreeMap::new(),
        minutes: Vec::new(),
        rejected_in: Vec::new(),
        failures: Vec::new(),
    };
    for episode in 0..episodes {
        let seed = seed.wrapping_add(episode);
        let outcome = cell.plan.run(seed)?;
        let ledger = outcome.ledger(&cell.name)?;
        let verdict = check(ledger.as_slice()).map_err(|error| anyhow!("{}: {error}", cell.name))?;
        keep(&ledger)?;
        let mut fail = |text: String| findings.failures.push((seed, text));
        verdict.violations.into_iter().for_each(&mut fail);
        let rate = rate(cell, &outcome);
        asked(cell, &outcome, rate).into_iter().for_each(&mut fail);
        if findings.minutes.is_empty() {
            findings.minutes = minutes(&outcome);
            findings.rejected_in = outcome.refusals.iter().map(|(at, _)| minute(*at)).collect();
        }
        findings.calls += outcome.calls.len();
        findings.rejected += outcome.rejected() as u64;
        findings.worst = findings.worst.max(told(&outcome) as u64);
        findings.rate += rate / episodes as f64;
        findings.spent += verdict.spent;
        for (model, refused, _) in &outcome.refused {
            *findings.refused.entry(kind(*model)).or_default() += refused;
        }
    }
    Ok(findings)
}

/// What was asked and not kept.
fn asked(cell: &Cell, outcome: &Outcome, rate: f64) -> Vec<String> {
    let rejected = outcome.rejected() as u64;
    let mut broken = Vec::new();
    let mut ask = |kept: bool, text: String| {
        if !kept {
            broken.push(text);
        }
    };
    match cell.demand {
        Demand::Promise { rate: floor } => {
            let by: Vec<String> = outcome
                .refused
                .iter()
                .filter(|(_, refused, _)| *refused > 0)
                .map(|(model, ..)| model.to_string())
                .collect();
            ask(rejected == 0, format!("{rejected} calls rejected by {}", by.join(", ")));
            if let Some(floor) = floor {
                ask(rate >= floor, format!("{rate:.2} calls a minute, at least {floor:.2} were promised"));
            }
        }
        Demand::Shown => {}
        Demand::Cap(cap) => {
            let spent: u64 = outcome.calls.iter().map(|call| u64::from(call.price)).sum();
            let answered = matches!(cell.plan.traffic.load, Load::Saturated | Load::Bursts);
            ask(spent == cap || !answered && spent < cap, format!("{spent} credits spent of {cap}"));
        }
        Demand::OncePerTier => {
            // A call that nobody waits for any more can be rejected unseen.
            for line in &cell.plan.traffic.lines {
                let of_tier =
                    |call: &&Call| call.rejected && call.groups.contains(&line.operation.tier_name());
                let count = outcome.calls.iter().filter(of_tier).count();
                ask(count <= 1, format!("{count} answers 429 in the {} tier", line.operation.tier_name()));
            }
        }
        Demand::Shared => {
            ask(told(outcome) < SHARED_REJECTIONS, format!("{} answers 429 in a day", told(outcome)));
            let swing = swing(outcome);
            ask(swing <= SWING, format!("the rate swings by {swing:.1} calls a minute"));
        }
        Demand::Recognised => {
            let late = outcome.refusals.iter().filter(|(at, _)| *at > LEARNING).count();
            ask(late == 0, format!("{late} calls rejected after {LEARNING:?}"));
        }
    }
    broken
}

/// Answers 429 that reached the caller.
fn told(outcome: &Outcome) -> usize {
    outcome.calls.iter().filter(|call| call.rejected).count()
}

/// How far the calls a minute of the hours lie apart, once the server is known.
fn swing(outcome: &Outcome) -> f64 {
    let minutes = minutes(outcome);
    let settled = minutes.get(minute(LEARNING)..).unwrap_or_default();
    let rates = settled.chunks_exact(60).map(|hour| f64::from(hour.iter().sum::<u32>()) / 60.0);
    let (least, most) =
        rates.fold((f64::MAX, 0.0), |(least, most): (f64, f64), rate| (least.min(rate), most.max(rate)));
    (most - least).max(0.0)
}

/// Calls a minute that were let through, for each operation; without the first window, which is free for some rules.
fn rate(cell: &Cell, outcome: &Outcome) -> f64 {
    let lines = cell.plan.traffic.lines.len().max(1);
    let free = match cell.plan.rule {
        Rule::Window | Rule::Auto => cell.plan.rule.limit() as usize * lines,
        Rule::Paced | Rule::Serial => 0,
    };
    let passed = outcome.calls.len().saturating_sub(outcome.rejected()).saturating_sub(free);
    passed as f64 / outcome.elapsed.as_secs_f64() * 60.0 / lines as f64
}

fn minute(at: Duration) -> usize {
    usize::try_from(at.as_secs() / 60).unwrap_or(usize::MAX)
}

/// Calls let through in each minute.
fn minutes(outcome: &Outcome) -> Vec<u32> {
    let mut minutes = vec![0; minute(outcome.elapsed) + 1];
    for call in outcome.calls.iter().filter(|call| !call.rejected) {
        if let Some(count) = minutes.get_mut(minute(call.send)) {
            *count += 1;
        }
    }
    minutes
}

/// The name of a server without its phase.
pub(crate) fn kind(model: LimitModel) -> String {
    match model {
        LimitModel::Fixed { .. } => "fixed".to_owned(),
        other => other.to_string(),
    }
}
