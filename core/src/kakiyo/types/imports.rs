//! Imports: queued, then reported row by row.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::ids::{CampaignId, ChatId, ListId, ProspectId};
use crate::declare::model;
use crate::value::Timestamp;

model! {
    /// An import that was queued.
    pub struct ImportAccepted {
        optional {
            /// Confirmation text.
            message: String,
            /// Id to follow the import with; servers before June 2026 do not give it.
            list_id: ListId,
        }
    }
}

model! {
    /// Progress and outcome of an import.
    pub struct ImportStatus {
        required {
            /// Whether the import has ended: it says `completed`, all rows are processed, or an end time is set.
            finished: bool,
        }
        optional {
            /// Import id.
            list_id: ListId,
            /// Campaign.
            campaign_id: CampaignId,
            /// State; only `completed` is documented.
            status: String,
            /// Rows received.
            total: i64,
            /// Rows handled.
            processed: i64,
            /// Rows that became conversations.
            imported: i64,
            /// Rows that the campaign had already.
            existing: i64,
            /// Rows with a bad address.
            invalid: i64,
            /// Rows blocked by the Do Not Contact list.
            skipped_dnc: i64,
            /// Rows whose profile could not be enriched.
            enrichment_failed: i64,
            /// Row that is handled next.
            current_index: i64,
            /// Start.
            started_at: Timestamp,
            /// Last progress.
            last_processed_at: Timestamp,
            /// End.
            completed_at: Timestamp,
            /// One row per finished input.
            report: Vec<Arc<ImportRow>>,
        }
    }
    normalise: finished;
}

model! {
    /// What became of one row of an import.
    pub struct ImportRow {
        optional {
            /// Row number, from 0.
            index: i64,
            /// Address as sent.
            input_url: String,
            /// Profile slug taken from it.
            linkedin_slug: String,
            /// Outcome; only `imported` is documented.
            status: String,
            /// Person, when known.
            prospect_id: ProspectId,
            /// Conversation, when there is one.
            chat_id: ChatId,
            /// Explanation.
            message: String,
            /// True only when this import made a new conversation: the one sign of success.
            chat_created: bool,
            /// Whether the context text was stored.
            custom_data_saved: bool,
        }
    }
}

/// No state but `completed` is documented, so the end has three signs.
fn finished(members: &mut Map<String, Value>) {
    let number = |name: &str| members.get(name).and_then(Value::as_i64);
    let processed_all = matches!((number("processed"), number("total")), (Some(processed), Some(total)) if processed >= total);
    let finished = members.get("status").and_then(Value::as_str) == Some("completed")
        || processed_all
        || members.get("completedAt").is_some_and(|end| !end.is_null());
    members.insert("finished".to_owned(), Value::Bool(finished));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_sign_ends_an_import() {
        for (status, expected) in [
            (json!({"status": "completed"}), true),
            (json!({"status": "?", "processed": 2, "total": 2}), true),
            (json!({"completedAt": "2026-06-22T09:00:14.000Z"}), true),
            (json!({"status": "processing", "processed": 1, "total": 2, "completedAt": null}), false),
            (json!({}), false),
        ] {
            let Value::Object(mut members) = status else { unreachable!() };
            finished(&mut members);
            assert_eq!(members["finished"], expected);
        }
    }
}
