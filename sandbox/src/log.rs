//! The record of what reached the sandbox: the last requests of each team, as they were on the wire.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many requests are kept per team.
const KEPT: usize = 10_000;

/// How a recorded request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Ending {
    /// It is still being answered.
    Open,
    /// It was answered, perhaps with a cut body.
    Answered,
    /// The sandbox closed the connection without an answer.
    Reset,
    /// The client went away first.
    Aborted,
}

/// One request as it arrived.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Position in the team's record, from 0, never reused.
    pub sequence: u64,
    /// Sandbox time of arrival, ISO 8601.
    pub time: String,
    /// The connection it came on; equal numbers mean a kept connection.
    pub connection: u64,
    /// Request method.
    pub method: String,
    /// The path as it was on the wire, still escaped, without the query.
    pub path: String,
    /// Query pairs in order, decoded.
    pub query: Vec<(String, String)>,
    /// Headers in order with lower-case names; `authorization` shows only the team.
    pub headers: Vec<(String, String)>,
    /// The body as JSON where it is JSON, else as text; null without a body.
    pub body: Value,
    /// The operation, or null where none matched.
    pub operation: Option<String>,
    /// The status that was answered, or null.
    pub status: Option<u16>,
    /// Whether the call was let through and processed (and so cost a credit where calls cost credits).
    pub counted: bool,
    /// How it ended.
    pub ending: Ending,
}

/// A bounded record of requests.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<RecordedRequest>,
    next: u64,
}

impl RequestLog {
    /// Adds an entry and gives its sequence number.
    pub(crate) fn add(&mut self, mut entry: RecordedRequest) -> u64 {
        entry.sequence = self.next;
        self.next += 1;
        if self.entries.len() >= KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
        self.next - 1
    }

    /// The entry of a sequence number, unless it has left the record.
    pub(crate) fn entry(&mut self, sequence: u64) -> Option<&mut RecordedRequest> {
        let first = self.entries.front()?.sequence;
        self.entries.get_mut(usize::try_from(sequence.checked_sub(first)?).ok()?)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &RecordedRequest> {
        self.entries.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
