//! Calls that need not be made: single adds that travel together, answers that are still good, reads that are under way.
//!
//! All of it is off unless asked for. [`through`] stands between a call and the choke point: reads may be spared
//! (`reads`, with `cache` and `flights`), everything else goes on. Single adds are gathered before that, in `coalesce`;
//! what they become passes the choke point like any call. `saved` counts what was not spent.

mod cache;
mod coalesce;
mod fingerprint;
mod flights;
mod lots;
mod options;
mod reads;
mod saved;
mod split;
#[cfg(test)]
mod tests;
mod writes;

pub use self::coalesce::Coalescing;
pub(crate) use self::coalesce::joined;
pub use self::options::Coalesce;
pub(crate) use self::options::SavingOptions;
pub(crate) use self::saved::Reason;
pub use self::saved::Saved;

use self::cache::Answers;
use self::flights::Flights;
use self::lots::Lots;
use self::saved::Counters;
use self::writes::Writes;
use crate::call::{self, Answer, Request};
use crate::client::Client;
use crate::error::Result;
use crate::operation::{RetryClass, Service};
use crate::options::CallOptions;
use crate::per_process::PerProcess;

/// What a client and its copies spare, and what they know for it.
#[derive(Debug)]
pub(crate) struct Saving {
    options: SavingOptions,
    service: Service,
    /// A forked child begins with nothing: its parent's calls are not its own.
    state: PerProcess<State>,
}

#[derive(Debug)]
struct State {
    answers: Option<Answers>,
    flights: Flights,
    lots: Lots,
    writes: Writes,
    saved: Counters,
}

impl Saving {
    pub(crate) fn new(options: SavingOptions, service: Service) -> Self {
        Self { options, service, state: PerProcess::new() }
    }

    /// Books credits that were not spent.
    pub(crate) fn count(&self, reason: Reason, credits: u32) {
        self.state().saved.add(reason, credits);
    }

    /// What was not spent so far.
    pub(crate) fn saved(&self) -> Saved {
        self.state().saved.read()
    }

    /// Answers of this part of the address are no good any more.
    pub(crate) fn forget(&self, path: &str) {
        self.state().writes.ended(path);
    }

    /// Whether closing has something to wait for.
    pub(crate) fn lingers(&self) -> bool {
        self.state().lots.any()
    }

    /// Sends what lingers, and waits until all that was gathered is answered.
    pub(crate) async fn close(&self) {
        self.state().lots.close().await;
    }

    fn state(&self) -> &State {
        self.state.get_or_make(|| State {
            answers: self.options.cache.map(Answers::new),
            flights: Flights::default(),
            lots: Lots::default(),
            writes: Writes::new(self.service),
            saved: Counters::default(),
        })
    }
}

/// The call, or the answer that makes it needless.
pub(crate) async fn through(client: &Client, request: Request, options: &CallOptions) -> Result<Answer> {
    let saving = client.shared().saving();
    if request.retry == RetryClass::Read {
        return reads::read(client, request, options).await;
    }
    let ending = saving.state().writes.begin(&request.path);
    let (rows, price) = (request.rows, request.price);
    let outcome = call::made(client, request, options).await;
    drop(ending);
    let mut answer = outcome?;
    if rows > 1 {
        answer.meta.saved = price.saturating_mul(rows - 1);
        saving.count(Reason::Batching, answer.meta.saved);
    }
    Ok(answer)
}
