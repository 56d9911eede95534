//! Models of servers that count calls, and clients that keep them busy.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::*;

/// How a server counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Model {
    Fixed { phase: Duration },
    FirstHit,
    SlidingLog,
    SlidingLogCountingRejects,
    FullBucket,
}

/// With even seeds the first fixed window ends just after a first burst, where one call beyond the limit fits.
pub(super) fn models(seed: u64) -> [Model; 5] {
    let mut random = fastrand::Rng::with_seed(seed);
    let phase = if seed.is_multiple_of(2) { 60_000 - random.u64(500..700) } else { random.u64(0..60_000) };
    let phase = Duration::from_millis(phase);
    [
        Model::Fixed { phase },
        Model::FirstHit,
        Model::SlidingLog,
        Model::SlidingLogCountingRejects,
        Model::FullBucket,
    ]
}

/// The counter of one group.
#[derive(Debug, Default)]
struct Counter {
    hits: VecDeque<Duration>,
    window_start: Option<Duration>,
    count: u32,
    used: f64,
    last: Duration,
}

impl Counter {
    /// Counts a call and says whether it is let through.
    fn hit(&mut self, model: Model, limit: u32, window: Duration, now: Duration) -> bool {
        match model {
            Model::Fixed { phase } => {
                let index = (now + phase).as_nanos() / window.as_nanos();
                let start = Duration::from_nanos(u64::try_from(index * window.as_nanos()).unwrap());
                self.in_window(start, limit)
            }
            Model::FirstHit => {
                let start = self.window_start.filter(|start| now < *start + window).unwrap_or(now);
                self.in_window(start, limit)
            }
            Model::SlidingLog | Model::SlidingLogCountingRejects => {
                while self.hits.front().is_some_and(|hit| *hit + window <= now) {
                    self.hits.pop_front();
                }
                let room = self.hits.len() < limit as usize;
                if room || model == Model::SlidingLogCountingRejects {
                    self.hits.push_back(now);
                }
                room
            }
            Model::FullBucket => {
                let refill = (now - self.last).as_secs_f64() / window.as_secs_f64() * f64::from(limit);
                self.last = now;
                self.used = (self.used - refill).max(0.0);
                let room = self.used + 1.0 <= f64::from(limit) + 1e-6;
                self.used += if room { 1.0 } else { 0.0 };
                room
            }
        }
    }

    fn in_window(&mut self, start: Duration, limit: u32) -> bool {
        if self.window_start != Some(start) {
            (self.window_start, self.count) = (Some(start), 0);
        }
        self.count += 1;
        self.count <= limit
    }
}

/// What a server limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Buckets {
    Operation,
    Tier,
    /// The tier's number, but for each operation by itself.
    TierOfEachOperation,
}

/// One run: a server, the calls made to it, and how busy the callers are.
pub(super) struct Run {
    pub(super) seed: u64,
    pub(super) model: Model,
    pub(super) buckets: Buckets,
    pub(super) limits: Limits,
    pub(super) calls: Vec<CallGroup>,
    pub(super) callers: usize,
    pub(super) requests: usize,
    /// Mean latency in milliseconds, uniform from nothing to twice that.
    pub(super) latency: u64,
    /// Callers pause at random instead of calling without end.
    pub(super) bursts: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) sent: usize,
    pub(super) rejected: HashMap<String, usize>,
    pub(super) elapsed: Duration,
}

impl Outcome {
    pub(super) fn rejections(&self) -> usize {
        self.rejected.values().sum()
    }

    /// Calls a minute, without the first window, which is free.
    pub(super) fn rate(&self, first: usize) -> f64 {
        (self.sent - first) as f64 / self.elapsed.as_secs_f64() * 60.0
    }
}

impl Run {
    pub(super) fn go(self) -> Outcome {
        virtually(self.drive())
    }

    async fn drive(self) -> Outcome {
        let team = new_team();
        let start = tokio::time::Instant::now();
        let outcome = Rc::new(RefCell::new(Outcome::default()));
        let counters = Rc::new(RefCell::new(HashMap::<String, Counter>::new()));
        let run = Rc::new(self);
        let tasks = tokio::task::LocalSet::new();
        let mut seeds = fastrand::Rng::with_seed(run.seed);
        for caller in 0..run.callers {
            let (team, run, outcome) = (Arc::clone(&team), Rc::clone(&run), Rc::clone(&outcome));
            let counters = Rc::clone(&counters);
            let mut random = seeds.fork();
            tasks.spawn_local(async move {
                let call = run.calls[caller % run.calls.len()].clone();
                while outcome.borrow().sent < run.requests {
                    if run.bursts && random.u8(0..20) == 0 {
                        sleep(Duration::from_millis(random.u64(0..90_000))).await;
                    }
                    let mut lease = team.admit(&call, &run.limits, &SERVICE, None).await.unwrap();
                    lease.mark_sent();
                    outcome.borrow_mut().sent += 1;
                    let latency = random.u64(0..=run.latency * 2);
                    let there = random.u64(0..=latency);
                    sleep(Duration::from_millis(there)).await;
                    let now = start.elapsed();
                    let tier = SERVICE.tiers[call.tier.index()];
                    let (key, limit) = match run.buckets {
                        Buckets::Operation => (call.operation.clone().into_owned(), 60),
                        Buckets::Tier => (call.tier.to_string(), tier),
                        Buckets::TierOfEachOperation => (call.operation.clone().into_owned(), tier),
                    };
                    let fine = counters.borrow_mut().entry(key).or_default().hit(
                        run.model,
                        limit,
                        SERVICE.window,
                        now,
                    );
                    sleep(Duration::from_millis(latency - there)).await;
                    if fine {
                        lease.settle_answered(CLEAN);
                    } else {
                        *outcome.borrow_mut().rejected.entry(call.tier.to_string()).or_default() += 1;
                        lease.settle_answered(Answer {
                            limited: true,
                            wait: random.bool().then_some(seconds(60)),
                            limit: None,
                        });
                    }
                }
            });
        }
        tasks.await;
        let mut outcome = outcome.take();
        outcome.elapsed = start.elapsed();
        outcome
    }
}
