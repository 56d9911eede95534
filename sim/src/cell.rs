//! What is run and what is asked of it: each rule against each server, with each latency and load.
//!
//! A cell is run as a number of episodes, each from one seed with a limiter and servers of its own, so that the first
//! burst, which is the hardest part, is seen with many phases.

use std::time::Duration;

use kakiyo::quota::Tier;
use kakiyo_sandbox::LimitModel;

use crate::latency::Latency;
use crate::limiter::{Operation, Rule};
use crate::run::Plan;
use crate::server::Grouping;
use crate::traffic::{End, Line, Load, Traffic};

/// Calls of an episode.
const EPISODE: usize = 10_000;
/// Callers of an operation: enough to keep its line full.
const CALLERS: usize = 80;

/// What is asked of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Demand {
    /// No call rejected, and at least so many a minute for each operation.
    Promise { rate: Option<f64> },
    /// Nothing: a server that the rule does not promise anything for.
    Shown,
    /// A server that limits by tier: at most one call of each tier rejected.
    OncePerTier,
    /// Others use the quota as well, for a day: few calls rejected, and a steady rate.
    Shared,
    /// A budget: never more spent, and all of it where every call was answered.
    Cap(u64),
    /// A server that counts in a way for which the rule is not made: it is noticed, and after that no call is rejected.
    Recognised,
}

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    pub name: String,
    pub plan: Plan,
    pub demand: Demand,
    pub episodes: u64,
}

/// The servers that a rule promises never to be rejected by.
#[must_use]
pub fn promised(rule: Rule) -> Vec<LimitModel> {
    let windows = [
        LimitModel::Fixed { phase: Duration::ZERO },
        LimitModel::FirstHit,
        LimitModel::SlidingLog,
        LimitModel::SlidingLogCountingRejects,
        LimitModel::TokenBucket { size: None },
    ];
    let smooth = [LimitModel::SlidingCounter, LimitModel::TokenBucket { size: Some(10) }];
    let more: &[LimitModel] = match rule {
        Rule::Window | Rule::Auto => &[],
        Rule::Paced => &smooth,
        Rule::Serial => &[smooth[0], smooth[1], LimitModel::Leaky],
    };
    windows.iter().chain(more).copied().collect()
}

/// The calls a minute that a rule promises when everybody calls without end.
fn rate(rule: Rule, latency: Latency) -> f64 {
    match rule {
        Rule::Window => 60.0 * 0.99,
        // One at a time: slow answers cost more than their share.
        Rule::Paced if latency == Latency::Heavy => 60.0 * 0.89,
        Rule::Paced => 60.0 * 0.94,
        Rule::Serial => 60.0 / (1.0 + latency.mean()) * 0.98,
        Rule::Auto => 60.0 * 0.98,
    }
}

/// All cells, in the order in which they are reported.
#[must_use]
pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for rule in Rule::ALL {
        for latency in Latency::ALL {
            cells.extend(Load::ALL.map(|load| promise(rule, latency, load)));
        }
    }
    for rule in Rule::ALL {
        for latency in Latency::ALL {
            let others = LimitModel::ALL.into_iter().filter(|model| !promised(rule).contains(model));
            cells.extend(others.map(|model| shown(rule, latency, model)));
        }
    }
    for load in Load::ALL {
        cells.extend(promised(Rule::Auto).into_iter().map(|model| tiered(load, model)));
    }
    cells.extend(Load::ALL.map(budget));
    cells.push(shared());
    cells.extend(Latency::ALL.map(recognised));
    cells
}

/// What a rule promises: all its servers watch the same traffic.
fn promise(rule: Rule, latency: Latency, load: Load) -> Cell {
    let rate = (load == Load::Saturated).then(|| rate(rule, latency));
    let lines = if rule == Rule::Auto { three(CALLERS / 2) } else { one(CALLERS) };
    let traffic = plain(load, latency, lines, EPISODE);
    cell(format!("{rule}/{latency}/{load}"), rule, promised(rule), traffic, Demand::Promise { rate }, 10)
}

/// A server that a rule does not promise anything for, alone.
fn shown(rule: Rule, latency: Latency, model: LimitModel) -> Cell {
    let traffic = plain(Load::Saturated, latency, one(CALLERS), EPISODE);
    cell(format!("{rule}/{latency}/saturated/{model}"), rule, vec![model], traffic, Demand::Shown, 1)
}

/// `auto` in front of a server that limits by tier.
fn tiered(load: Load, model: LimitModel) -> Cell {
    let traffic = plain(load, Latency::Heavy, three(CALLERS / 2), EPISODE / 5);
    let mut cell =
        cell(format!("tiered/{load}/{model}"), Rule::Auto, vec![model], traffic, Demand::OncePerTier, 4);
    cell.plan.grouping = Grouping::Tier;
    cell
}

/// Callers who together want more than their budget has.
fn budget(load: Load) -> Cell {
    const CAP: u64 = 2_000;
    let mut traffic = plain(load, Latency::Heavy, one(CALLERS), 0);
    traffic.cap = Some(CAP);
    traffic.end = End::Time(Duration::from_hours(2));
    cell(format!("budget/{load}"), Rule::Window, promised(Rule::Window), traffic, Demand::Cap(CAP), 10)
}

/// A day on which somebody else makes 14 calls a minute.
fn shared() -> Cell {
    let mut traffic = plain(Load::Saturated, Latency::Heavy, one(CALLERS), 0);
    traffic.foreign = 14;
    traffic.end = End::Time(Duration::from_hours(24));
    cell(
        "shared/sliding_log".to_owned(),
        Rule::Window,
        vec![LimitModel::SlidingLog],
        traffic,
        Demand::Shared,
        3,
    )
}

/// A day in front of a sliding counter.
fn recognised(latency: Latency) -> Cell {
    let mut traffic = plain(Load::Saturated, latency, one(CALLERS), 0);
    traffic.end = End::Time(Duration::from_hours(24));
    let models = vec![LimitModel::SlidingCounter];
    cell(
        format!("recognised/{latency}/sliding_counter"),
        Rule::Window,
        models,
        traffic,
        Demand::Recognised,
        3,
    )
}

fn cell(
    name: String,
    rule: Rule,
    models: Vec<LimitModel>,
    traffic: Traffic,
    demand: Demand,
    episodes: u64,
) -> Cell {
    let plan = Plan { rule, fault: None, models, grouping: Grouping::Operation, traffic };
    Cell { name, plan, demand, episodes }
}

fn plain(load: Load, latency: Latency, lines: Vec<Line>, requests: usize) -> Traffic {
    let end = End::Requests(requests);
    Traffic { load, latency, lines, end, foreign: 0, cap: None }
}

fn one(callers: usize) -> Vec<Line> {
    vec![line("things.add", Tier::Low, callers)]
}

fn three(callers: usize) -> Vec<Line> {
    vec![
        line("things.list", Tier::High, callers),
        line("things.get", Tier::Medium, callers),
        line("things.add", Tier::Low, callers),
    ]
}

fn line(name: &'static str, tier: Tier, callers: usize) -> Line {
    Line { operation: Operation { name, tier }, bucket: 0, callers }
}
