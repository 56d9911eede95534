//! What was counted per team: the numbers a client's own book-keeping is compared with.

use std::collections::BTreeMap;

use serde::Serialize;

/// The counters of one team.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
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
    /// The same by operation.
    pub operations: BTreeMap<String, OperationCounters>,
}

/// The counters of one operation of one team.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
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

    pub(crate) fn flight_began(&mut self) {
        self.in_flight += 1;
        self.peak_in_flight = self.peak_in_flight.max(self.in_flight);
    }

    pub(crate) fn flight_ended(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }
}
