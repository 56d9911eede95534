//! Do Not Contact.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::declare::{model, open_enum};

open_enum! {
    /// What became of one entry of a batch.
    pub enum DncOutcomeStatus {
        /// Blocked now.
        Added = "added",
        /// Was blocked already.
        Duplicate = "duplicate",
        /// Not a profile.
        Error = "error",
    }
}

model! {
    /// What became of one entry of a batch.
    pub struct DncOutcome {
        optional {
            /// Address as the server normalised it.
            url: String,
            /// Outcome.
            status: DncOutcomeStatus,
            /// Reason, with `error`.
            error: String,
        }
    }
}

model! {
    /// What became of a batch.
    pub struct DncBatchReport {
        optional {
            /// Profiles that are blocked now.
            added: i64,
            /// Profiles that were blocked already.
            duplicates: i64,
            /// Entries that are no profile.
            errors: i64,
            /// One row per entry.
            details: Vec<Arc<DncOutcome>>,
            /// Summary text.
            message: String,
        }
    }
    normalise: out_of_data;
}

/// The figures lie in `data`, beside an `error` that is always null.
fn out_of_data(members: &mut Map<String, Value>) {
    if let Some(Value::Object(data)) = members.remove("data") {
        members.extend(data);
    }
    if members.get("error").is_some_and(Value::is_null) {
        members.remove("error");
    }
}
