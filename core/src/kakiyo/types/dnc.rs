//! Do Not Contact.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::ids::{DncEntryId, TeamId};
use crate::declare::{model, open_enum};
use crate::operation::Row;
use crate::value::Timestamp;

model! {
    /// A profile that nobody of the team writes to.
    pub struct DncEntry {
        required {
            /// Id of the entry: what removes it.
            id: DncEntryId,
        }
        optional {
            /// The team that blocks it.
            team_id: TeamId,
            /// Profile address as the server normalised it.
            url: String,
            /// Time of blocking.
            created_at: Timestamp,
            /// Last change.
            updated_at: Timestamp,
        }
    }
    plural: "entries";
    normalise: plain_names;
}

impl Row for DncEntry {
    fn row_id(&self) -> Option<&str> {
        Some(self.id.as_str())
    }
}

model! {
    /// Whether a profile is blocked.
    pub struct DncCheck {
        required {
            /// Whether it is blocked.
            on_list: bool,
        }
        optional {
            /// The entry that blocks it; absent where nothing does.
            entry: Arc<DncEntry>,
        }
    }
    normalise: check_out_of_data;
}

model! {
    /// A profile that was just blocked.
    pub struct DncAdded {
        required {
            /// Id of the new entry: what removes it.
            id: DncEntryId,
        }
        optional {
            /// The team that blocks it.
            team_id: TeamId,
            /// Profile address as the server normalised it.
            url: String,
            /// Time of blocking.
            created_at: Timestamp,
            /// Last change.
            updated_at: Timestamp,
            /// Confirmation text.
            message: String,
        }
    }
    normalise: entry_out_of_data;
}

model! {
    /// An entry that was just removed.
    pub struct DncRemoved {
        optional {
            /// Confirmation text.
            message: String,
        }
    }
    normalise: out_of_data;
}

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

/// The new entry lies in `data`, beside the confirmation.
fn entry_out_of_data(members: &mut Map<String, Value>) {
    out_of_data(members);
    plain_names(members);
}

/// The outcome lies in `data`, and in it the entry.
fn check_out_of_data(members: &mut Map<String, Value>) {
    out_of_data(members);
    if let Some(Value::Object(entry)) = members.get_mut("entry") {
        plain_names(entry);
    }
}

/// Entries carry the names of the storage engine.
fn plain_names(members: &mut Map<String, Value>) {
    for (wire, name) in [("$id", "id"), ("$createdAt", "createdAt"), ("$updatedAt", "updatedAt")] {
        if let Some(value) = members.remove(wire) {
            members.insert(name.to_owned(), value);
        }
    }
}

/// What is told lies in `data`, beside an `error` that is always null.
fn out_of_data(members: &mut Map<String, Value>) {
    if let Some(Value::Object(data)) = members.remove("data") {
        members.extend(data);
    }
    if members.get("error").is_some_and(Value::is_null) {
        members.remove("error");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn normalised(normalise: fn(&mut Map<String, Value>), answer: Value) -> Value {
        let Value::Object(mut members) = answer else { unreachable!() };
        normalise(&mut members);
        Value::Object(members)
    }

    #[test]
    fn entries_come_out_of_their_envelope_under_plain_names() {
        let entry = json!({"$id": "e", "url": "u", "$createdAt": "t", "$updatedAt": "t", "$new": 1});
        let plain = json!({"id": "e", "url": "u", "createdAt": "t", "updatedAt": "t", "$new": 1});
        assert_eq!(normalised(plain_names, entry.clone()), plain);
        assert_eq!(normalised(plain_names, plain.clone()), plain);
        let check = json!({"error": null, "data": {"onList": true, "entry": entry}});
        assert_eq!(normalised(check_out_of_data, check), json!({"onList": true, "entry": plain}));
        let check = json!({"error": null, "data": {"onList": false, "entry": null}});
        assert_eq!(normalised(check_out_of_data, check), json!({"onList": false, "entry": null}));
        let added = json!({"error": null, "data": {"$id": "e"}, "message": "Added"});
        assert_eq!(normalised(entry_out_of_data, added), json!({"id": "e", "message": "Added"}));
    }
}
