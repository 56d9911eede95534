//! What was counted per team: the numbers a client's own book-keeping is compared with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The counters of one team.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Counters {
    /// Calls that passed the rate limit and were processed, whatever their answer.
    pub calls: u64,
    /// Calls refused with 429.
    pub rejections: u64,
    /// Calls refused with 402.
    pub out_of_credits: u64,
    /// Credits charged for calls.
    pub spent: u64,
    /// Scripted answers given.
    pub scripted: u64,
    /// Requests that are being answered at this moment.
    pub in_flight: u64,
    /// The most requests that were in flight at once.
    pub peak_in_flight: u64,
    /// Requests whose client went away before the answer.
    pub aborted: u64,
    /// Connections on which the team made at least one request.
    pub connections: u64,
    /// Credits that came by the rule for top-ups.
    pub topped_up: u64,
    /// What others called; none of it is in the numbers above.
    pub foreign: ForeignCounters,
    /// The same by operation.
    pub operations: BTreeMap<String, OperationCounters>,
}

/// What became of the calls that others made on the same team.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ForeignCounters {
    /// Calls that were let through.
    pub calls: u64,
    /// Calls refused with 429.
    pub rejections: u64,
    /// Calls refused with 402.
    pub out_of_credits: u64,
    /// Credits charged for them.
    pub spent: u64,
    /// Calls that were let through, by the name under which they were asked for.
    pub names: BTreeMap<String, u64>,
}

impl ForeignCounters {
    pub(crate) fn add(&mut self, name: &str, more: &Self) {
        self.calls = self.calls.saturating_add(more.calls);
        self.rejections = self.rejections.saturating_add(more.rejections);
        self.out_of_credits = self.out_of_credits.saturating_add(more.out_of_credits);
        self.spent = self.spent.saturating_add(more.spent);
        if more.calls > 0 {
            let calls = self.names.entry(name.to_owned()).or_default();
            *calls = calls.saturating_add(more.calls);
        }
    }
}

/// The counters of one operation of one team.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OperationCounters {
    /// Calls that passed the rate limit and were processed.
    pub calls: u64,
    /// Calls refused with 429.
    pub rejections: u64,
    /// Processed calls that were answered with 400 or above.
    pub failures: u64,
}

impl Counters {
    pub(crate) fn operation(&mut self, id: &str) -> &mut OperationCounters {
        self.operations.entry(id.to_owned()).or_default()
    }

    /// A call was let through.
    pub(crate) fn call(&mut self, id: &str) {
        self.calls += 1;
        self.operation(id).calls += 1;
    }

    /// A call was refused with 429.
    pub(crate) fn reject(&mut self, id: &str) {
        self.rejections += 1;
        self.operation(id).rejections += 1;
    }

    pub(crate) fn flight_began(&mut self) {
        self.in_flight += 1;
        self.peak_in_flight = self.peak_in_flight.max(self.in_flight);
    }

    pub(crate) fn flight_ended(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }
}
