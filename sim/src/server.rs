//! The servers: the sandbox's ways of counting, behind a wire on which calls arrive later than they were sent.
//!
//! Several servers may watch the same traffic, each counting for itself. As long as none of them refuses a call, the
//! traffic is the very same as if each had been alone; a call that any of them refuses is answered 429.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use kakiyo_sandbox::{LimitMeter, LimitModel};

/// What a bucket of the server is kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Each operation, with the published number.
    Operation,
    /// Each tier, with the tier's number.
    Tier,
}

/// What arrives at a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arrival {
    /// The call of this number.
    Call(usize),
    /// A call of somebody else.
    Foreign,
}

/// A bucket: its place in the table of groups.
pub type Bucket = usize;

/// One server, with a meter for each bucket.
struct Watcher {
    model: LimitModel,
    meters: HashMap<Bucket, LimitMeter>,
    refused: u64,
    last_refusal: Option<Duration>,
}

/// What is under way to the servers, and what they counted.
pub struct Servers {
    window: Duration,
    /// The number of calls of each bucket.
    limits: Vec<u32>,
    watchers: Vec<Watcher>,
    under_way: BinaryHeap<Reverse<(Duration, Arrival, Bucket)>>,
    /// The wait that goes with each refused call that was not yet answered.
    refused: HashMap<usize, Duration>,
    /// When which of our own calls was refused by any server.
    refusals: Vec<(Duration, usize)>,
    foreign: u64,
    foreign_refused: u64,
}

impl Servers {
    /// Sets up servers that have counted nothing yet, with these numbers for the buckets 0, 1, and so on.
    #[must_use]
    pub fn new(models: &[LimitModel], limits: Vec<u32>, window: Duration) -> Self {
        let watchers = models.iter().map(|model| Watcher {
            model: *model,
            meters: HashMap::new(),
            refused: 0,
            last_refusal: None,
        });
        Self {
            window,
            limits,
            watchers: watchers.collect(),
            under_way: BinaryHeap::new(),
            refused: HashMap::new(),
            refusals: Vec::new(),
            foreign: 0,
            foreign_refused: 0,
        }
    }

    /// Puts a call on the wire that the servers count at this instant.
    pub fn send(&mut self, at: Duration, arrival: Arrival, bucket: Bucket) {
        self.under_way.push(Reverse((at, arrival, bucket)));
    }

    /// Whether a call that has arrived by now was refused, and the wait that goes with it.
    pub fn answer(&mut self, now: Duration, call: usize) -> Option<Duration> {
        self.count_until(now);
        self.refused.remove(&call)
    }

    /// Counts all that arrives up to an instant, in the order of arrival.
    pub fn count_until(&mut self, now: Duration) {
        while let Some(Reverse((at, arrival, bucket))) = self.under_way.peek().copied()
            && at <= now
        {
            self.under_way.pop();
            self.count(at, arrival, bucket);
        }
    }

    fn count(&mut self, at: Duration, arrival: Arrival, bucket: Bucket) {
        let limit = self.limits.get(bucket).copied().unwrap_or(1);
        let mut refusal: Option<Duration> = None;
        for watcher in &mut self.watchers {
            let meter = watcher.meters.entry(bucket);
            let meter = meter.or_insert_with(|| LimitMeter::new(watcher.model, limit, self.window));
            if let Err(wait) = meter.hit(at) {
                refusal = Some(refusal.map_or(wait, |known| known.max(wait)));
                if arrival != Arrival::Foreign {
                    watcher.refused += 1;
                    watcher.last_refusal = Some(at);
                }
            }
        }
        match (arrival, refusal) {
            (Arrival::Foreign, refusal) => {
                self.foreign += 1;
                self.foreign_refused += u64::from(refusal.is_some());
            }
            (Arrival::Call(call), Some(wait)) => {
                self.refused.insert(call, wait);
                self.refusals.push((at, call));
            }
            (Arrival::Call(_), None) => {}
        }
    }

    /// What each server refused of our calls, and when last.
    pub fn refused(&self) -> impl Iterator<Item = (LimitModel, u64, Option<Duration>)> {
        self.watchers.iter().map(|watcher| (watcher.model, watcher.refused, watcher.last_refusal))
    }

    /// When our own calls were refused, and which.
    #[must_use]
    pub fn refusals(&self) -> &[(Duration, usize)] {
        &self.refusals
    }

    /// The calls of others, and how many of them were refused.
    #[must_use]
    pub fn foreign(&self) -> (u64, u64) {
        (self.foreign, self.foreign_refused)
    }
}
