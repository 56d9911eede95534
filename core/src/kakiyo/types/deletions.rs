//! What is left to say about people who were deleted.

use std::sync::Arc;

use super::campaigns::DeletedItems;
use super::ids::{CampaignId, ProspectId};
use crate::declare::{model, open_enum};
use crate::value::Timestamp;

model! {
    /// A person who was deleted.
    pub struct ProspectDeleted {
        optional {
            /// Confirmation text.
            message: String,
            /// Who was deleted, and what went along.
            deletion_summary: Arc<ProspectDeletion>,
            /// Counters of the campaign after it.
            campaign_stats_updated: Arc<RemainingStats>,
        }
    }
}

model! {
    /// What was deleted with a person.
    pub struct ProspectDeletion {
        optional {
            /// The deleted person.
            prospect_id: ProspectId,
            /// The person's name.
            prospect_name: String,
            /// The campaign that the person was in.
            campaign_id: CampaignId,
            /// Its name.
            campaign_name: String,
            /// Counts of the deleted records.
            deleted_items: Arc<DeletedItems>,
            /// Time of deletion.
            deleted_at: Timestamp,
        }
    }
}

model! {
    /// Counters of a campaign after people were deleted from it.
    pub struct RemainingStats {
        optional {
            /// Campaign; only after deleting many.
            campaign_id: CampaignId,
            /// Prospects left.
            prospects_count: i64,
            /// Messages left.
            messages_count: i64,
            /// Qualified prospects left.
            qualified_count: i64,
        }
    }
}

model! {
    /// What became of the people to delete.
    pub struct ProspectsDeleted {
        optional {
            /// Confirmation text.
            message: String,
            /// The counts.
            summary: Arc<DeletionCounts>,
            /// One row for each person; some servers give the counts only.
            results: Vec<Arc<DeletionResult>>,
            /// Counters of the campaign after it; some servers do not give them.
            campaign_stats_updated: Arc<RemainingStats>,
        }
    }
}

model! {
    /// How many people were to be deleted, and were.
    pub struct DeletionCounts {
        optional {
            /// Ids received.
            requested: i64,
            /// Deleted.
            successful: i64,
            /// Not deleted.
            failed: i64,
            /// Time of the work; some servers do not tell it.
            processed_at: Timestamp,
        }
    }
}

open_enum! {
    /// Outcome of one deletion.
    pub enum DeletionStatus {
        /// Deleted.
        Success = "success",
        /// Not deleted; the row says why.
        Failed = "failed",
    }
}

model! {
    /// What became of one person to delete.
    pub struct DeletionResult {
        optional {
            /// The person.
            prospect_id: ProspectId,
            /// Outcome.
            status: DeletionStatus,
            /// Name, when deleted.
            prospect_name: String,
            /// Counts of the deleted records, when deleted.
            deleted_items: Arc<DeletedItems>,
            /// Error code, when not deleted; `not_found` is documented.
            error: String,
            /// Explanation, when not deleted.
            message: String,
        }
    }
}
