//! Imports: queued, then reported row by row.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::ids::{CampaignId, ChatId, ListId, ProspectId, RunId, SourceId};
use crate::declare::{model, open_code};
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
    /// An import that was queued for each of several campaigns.
    pub struct RoundRobinAccepted {
        optional {
            /// Confirmation text.
            message: String,
            /// Profiles received.
            total_prospects: i64,
            /// Campaigns used.
            campaigns_count: i64,
            /// Campaigns whose import was started; some servers do not tell them.
            successful_campaign_ids: Vec<CampaignId>,
            /// One share for each campaign that got people.
            distribution: Vec<Arc<CampaignShare>>,
        }
    }
}

model! {
    /// What one campaign got of a shared batch.
    pub struct CampaignShare {
        optional {
            /// The campaign.
            campaign_id: CampaignId,
            /// Its name.
            campaign_name: String,
            /// Id to follow the import of this campaign with; older servers do not give it.
            list_id: ListId,
            /// How many people it got.
            prospects_assigned: i64,
        }
    }
}

open_code! {
    /// How many people a Sales Navigator import takes. The service knows these sizes only.
    pub struct SalesNavigatorCount {
        /// Up to 100 people.
        UP_TO_100 = 100,
        /// Up to 250 people.
        UP_TO_250 = 250,
        /// Up to 500 people.
        UP_TO_500 = 500,
    }
    closed: "100, 250 or 500";
}

model! {
    /// A Sales Navigator import that was queued. The service has no call to follow it.
    pub struct SalesNavigatorAccepted {
        optional {
            /// Confirmation text.
            message: String,
            /// The saved search, for correlation only.
            source_id: SourceId,
            /// The run, for correlation only.
            run_id: RunId,
            /// State; only `queued` is documented.
            status: String,
            /// How many people will be taken at most.
            requested_count: SalesNavigatorCount,
        }
    }
}

model! {
    /// Progress and outcome of an import.
    pub struct ImportStatus {
        required {
            /// Whether the import has ended: it says `completed` or that it failed, all rows are processed, or an end time is set.
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

/// The words of an import that has ended before its time. None is documented, so the usual ones are taken for it.
const FAILED: [&str; 5] = ["failed", "error", "cancelled", "canceled", "aborted"];

impl ImportStatus {
    /// Whether the import says that it has failed. Rows that it handled before that stand in the report.
    pub fn has_failed(&self) -> bool {
        self.status.as_deref().is_some_and(|status| FAILED.contains(&status))
    }
}

/// No state but `completed` is documented, so the end has several signs.
fn finished(members: &mut Map<String, Value>) {
    let number = |name: &str| members.get(name).and_then(Value::as_i64);
    let processed_all = matches!((number("processed"), number("total")), (Some(processed), Some(total)) if processed >= total);
    let ended = |status: &str| status == "completed" || FAILED.contains(&status);
    let finished = members.get("status").and_then(Value::as_str).is_some_and(ended)
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
            (json!({"status": "failed", "processed": 1, "total": 2}), true),
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
