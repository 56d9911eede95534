//! Removing people for good. The service wants ids of people here, where it wants ids of conversations elsewhere.

use super::super::types::{CampaignId, ProspectDeleted, ProspectId, ProspectsDeleted};
use super::Resource;
use crate::declare::parameters;
use crate::operation::operation;

parameters! {
    /// A person to delete.
    pub struct DeleteProspect {
        path {
            /// The person, not the conversation (chat).
            prospect_id: ProspectId,
        }
    }
}

impl<T: Into<ProspectId>> From<T> for DeleteProspect {
    fn from(prospect_id: T) -> Self {
        Self::new(prospect_id)
    }
}

parameters! {
    /// People to delete.
    pub struct DeleteProspects {
        required {
            /// The people, 1 to 100 a call, not their conversations (chats); the service advises 25 to 50.
            prospect_ids: Vec<ProspectId> where length(min = 1, max = 100),
        }
        optional {
            /// A guard: everyone has to belong to this campaign, or nobody is deleted.
            campaign_id: CampaignId,
        }
    }
}

operation! {
    /// Deletes a person with the conversation, tasks and events, for good.
    ///
    /// It wants the id of the person, where `get`, `pause` and `resume` want that of the conversation (chat).
    /// A running conversation is refused (`prospect_active`): pause it first. When an attempt had to be repeated, `not_found`
    /// can mean that the first one has done the work.
    prospects.delete: DeleteProspect => ProspectDeleted {
        DELETE "/prospects/{prospectId}",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [forbidden, not_found, prospect_active],
        source: "docs: /api-reference/prospects/delete-single",
    }
}

operation! {
    /// Deletes up to 100 people with all that belongs to them, for good, and reports each.
    ///
    /// The call succeeds even when some or all could not be deleted: look at `summary.failed` and `results`. When an attempt
    /// had to be repeated, a result of `not_found` can mean that the first one has done the work.
    prospects.delete_many: DeleteProspects => ProspectsDeleted {
        DELETE "/prospects",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [invalid_request, too_many_prospects, campaign_mismatch],
        rows: prospect_ids,
        source: "docs: /api-reference/prospects/delete-bulk",
    }
}
