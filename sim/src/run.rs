//! One run: a fresh limiter, fresh servers and their callers on virtual time, from one seed.

use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use fastrand::Rng;
use kakiyo_sandbox::LimitModel;
use tokio::task::LocalSet;

use crate::ledger::{Call, Promise, export};
use crate::limiter::{Fault, Limiter, Rule, WINDOW};
use crate::server::{Grouping, Servers};
use crate::traffic::{Line, Traffic, World};

/// What is run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub rule: Rule,
    pub fault: Option<Fault>,
    /// The servers that watch; a fixed minute gets a phase from the seed and a few more beside it.
    pub models: Vec<LimitModel>,
    pub grouping: Grouping,
    pub traffic: Traffic,
}

/// What came of it.
pub struct Outcome {
    pub seed: u64,
    pub calls: Vec<Call>,
    /// What each server refused of our calls, and when last.
    pub refused: Vec<(LimitModel, u64, Option<Duration>)>,
    /// When our calls were refused, and which.
    pub refusals: Vec<(Duration, usize)>,
    pub foreign: (u64, u64),
    /// When the last call was sent.
    pub elapsed: Duration,
    cap: Option<u64>,
    promises: Vec<Promise>,
}

impl Plan {
    /// Runs it. The same seed gives the same run.
    ///
    /// # Errors
    ///
    /// Fails when no runtime can be had.
    pub fn run(&self, seed: u64) -> Result<Outcome> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        let mut random = Rng::with_seed(seed);
        let models = phases(&self.models, &mut random);
        let names_wait = random.bool();
        let mut traffic = self.traffic.clone();
        let mut limits = Vec::new();
        for (position, line) in traffic.lines.iter_mut().enumerate() {
            line.bucket = position;
            limits.push(match self.grouping {
                Grouping::Operation => self.rule.limit(),
                Grouping::Tier => line.operation.tier_number(),
            });
        }
        let servers = Servers::new(&models, limits, WINDOW);
        let promises = self.promises(&traffic.lines);
        let world = runtime.block_on(async {
            let callers = LocalSet::new();
            let world =
                World::new(Limiter::new(self.rule, traffic.cap, self.fault), servers, traffic, names_wait);
            callers.run_until(world.run(random)).await;
            world
        });
        Ok(outcome(seed, &world, self.traffic.cap, promises))
    }

    /// What the checker is to find kept.
    fn promises(&self, lines: &[Line]) -> Vec<Promise> {
        let calls =
            |line: &Line| Promise { group: line.operation.name, calls: self.rule.promised(), window: WINDOW };
        lines.iter().map(calls).collect()
    }
}

fn outcome(seed: u64, world: &Rc<World>, cap: Option<u64>, promises: Vec<Promise>) -> Outcome {
    let mut servers = world.servers.borrow_mut();
    // What is still on the wire arrives after all.
    servers.count_until(Duration::MAX);
    let refused = servers.refused().collect();
    Outcome {
        seed,
        calls: world.calls.take(),
        refused,
        refusals: servers.refusals().to_vec(),
        foreign: servers.foreign(),
        elapsed: world.last_send(),
        cap,
        promises,
    }
}

impl Outcome {
    /// Our calls that were refused by any server.
    #[must_use]
    pub fn rejected(&self) -> usize {
        self.refusals.len()
    }

    /// The ledger as text.
    ///
    /// # Errors
    ///
    /// See [`export`].
    pub fn ledger(&self, name: &str) -> Result<Vec<u8>> {
        export(name, self.seed, self.cap, &self.promises, &self.calls)
    }
}

/// A fixed minute may have any phase: one from the seed stands for each that is asked for, and beside it others, one of
/// them ending just after a first burst. Watching costs little.
fn phases(models: &[LimitModel], random: &mut Rng) -> Vec<LimitModel> {
    let mut all = Vec::new();
    for model in models {
        match model {
            LimitModel::Fixed { .. } => {
                let mut fixed =
                    |millis: u64| all.push(LimitModel::Fixed { phase: Duration::from_millis(millis) });
                fixed(random.u64(0..60_000));
                fixed(random.u64(0..60_000));
                fixed(random.u64(100..600));
                fixed(0);
            }
            other => all.push(*other),
        }
    }
    all
}
