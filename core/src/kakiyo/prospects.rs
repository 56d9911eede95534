//! People, their conversations and their imports.

use super::types::{
    CampaignId, ChatId, Confirmation, ConversationStatus, CustomDataSaved, ImportAccepted, ImportStatus,
    ListId, Prospect, ProspectDetails, ProspectHit, SearchQualification,
};
use crate::declare::parameters;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};

pub(super) const OPERATIONS: &[Entry] = &[
    registry::entry::<AddProspectsBatch>(),
    registry::entry::<GetImportStatus>(),
    registry::paged::<SearchProspects>(),
    registry::paged::<ListProspects>(),
    registry::entry::<GetProspect>(),
    registry::entry::<SetCustomData>(),
    registry::entry::<PauseProspect>(),
    registry::entry::<ResumeProspect>(),
    registry::entry::<QualifyProspect>(),
];

resource! {
    /// People, conversations and imports.
    Prospects
}

parameters! {
    /// Profiles to import into one campaign.
    pub struct AddProspectsBatch {
        required {
            /// The campaign that receives them.
            campaign_id: CampaignId,
            /// The profiles, 1 to 100 a call.
            prospects: Vec<ProspectInput> where length(min = 1, max = 100),
        }
    }
}

parameters! {
    /// One profile to import.
    pub struct ProspectInput {
        required {
            /// Full name.
            name: String where length(min = 1),
            /// LinkedIn profile address.
            url: String where length(min = 1),
        }
        optional {
            /// Start the conversation as already under way.
            ongoing: bool,
            /// Context for this one conversation, at most 3,000 characters; prompts use it as `{{customData}}`.
            custom_data: String where length(max = 3_000),
        }
    }
}

parameters! {
    /// The progress of one import.
    pub struct GetImportStatus {
        path {
            /// The import, as one of the add calls named it.
            list_id: ListId,
        }
    }
}

impl<T: Into<ListId>> From<T> for GetImportStatus {
    fn from(list_id: T) -> Self {
        Self::new(list_id)
    }
}

parameters! {
    /// Filters over all prospects of the team; all that are set must hold.
    pub struct SearchProspects {
        optional {
            /// Text looked up in names and headlines.
            query: String,
            /// One campaign only.
            campaign_id: CampaignId,
            /// Qualification, in the words of the search.
            qualification: SearchQualification,
            /// Conversation status code.
            status: ConversationStatus,
            /// City.
            city: String,
            /// Country name.
            country: String,
            /// Answered or not.
            has_responded: bool,
            /// Paused or not.
            is_paused: bool,
        }
    }
}

parameters! {
    /// The conversations of one campaign; all filters that are set must hold.
    pub struct ListProspects {
        path {
            /// The campaign.
            campaign_id: CampaignId,
        }
        optional {
            /// Conversation status code.
            status: ConversationStatus,
            /// Only paused, or only running, conversations.
            is_paused: bool,
            /// Whether a time of a last message is recorded; for answers use `status` 4.
            has_responded: bool,
        }
    }
}

impl<T: Into<CampaignId>> From<T> for ListProspects {
    fn from(campaign_id: T) -> Self {
        Self::new(campaign_id)
    }
}

parameters! {
    /// One conversation.
    pub struct GetProspect {
        path {
            /// The conversation (chat), not the person.
            chat_id: ChatId,
        }
    }
}

impl<T: Into<ChatId>> From<T> for GetProspect {
    fn from(chat_id: T) -> Self {
        Self::new(chat_id)
    }
}

parameters! {
    /// A new context text for one conversation.
    pub struct SetCustomData {
        path {
            /// The conversation (chat), not the person.
            chat_id: ChatId,
        }
        required {
            /// The new text, at most 3,000 characters; an empty text clears it.
            custom_data: String where length(max = 3_000),
        }
    }
}

parameters! {
    /// A conversation to pause.
    pub struct PauseProspect {
        path {
            /// The conversation (chat), not the person.
            chat_id: ChatId,
        }
    }
}

impl<T: Into<ChatId>> From<T> for PauseProspect {
    fn from(chat_id: T) -> Self {
        Self::new(chat_id)
    }
}

parameters! {
    /// A conversation to resume.
    pub struct ResumeProspect {
        path {
            /// The conversation (chat), not the person.
            chat_id: ChatId,
        }
    }
}

impl<T: Into<ChatId>> From<T> for ResumeProspect {
    fn from(chat_id: T) -> Self {
        Self::new(chat_id)
    }
}

parameters! {
    /// A conversation whose person is qualified.
    pub struct QualifyProspect {
        path {
            /// The conversation (chat), not the person.
            chat_id: ChatId,
        }
    }
}

impl<T: Into<ChatId>> From<T> for QualifyProspect {
    fn from(chat_id: T) -> Self {
        Self::new(chat_id)
    }
}

operation! {
    /// Queues up to 100 LinkedIn profiles for import into one campaign.
    ///
    /// The answer means "queued": follow it with `import_status`. The server normalises the addresses, leaves out people
    /// that the campaign has already and people on the Do Not Contact list, then makes the conversations.
    prospects.add_batch: AddProspectsBatch => ImportAccepted {
        POST "/prospects/batch",
        group: per_operation, tier: Low, price: 1, retry: Import, paging: none,
        errors: [validation_error, not_found, campaign_not_found],
        source: "docs: /api-reference/prospects/add-batch",
    }
}

operation! {
    /// Gives progress and row reports of an import.
    ///
    /// A row is imported only when its `chat_created` is true. Each poll is a call: wait between two of them.
    prospects.import_status: GetImportStatus => ImportStatus {
        GET "/prospects/imports/{listId}",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [forbidden, not_found],
        source: "docs: /api-reference/prospects/import-status",
    }
}

operation! {
    /// Searches the prospects of the whole team.
    ///
    /// The server documents two forms of a hit; both become one. `chat_id` is there only where the server tells it: to
    /// get the conversation of a hit without one, walk `prospects.list` of its campaign.
    prospects.search: SearchProspects => pages of ProspectHit {
        GET "/prospects/search",
        group: per_operation, tier: Low, price: 1, retry: Read, paging: HasMore(100),
        errors: [],
        source: "docs: /api-reference/prospects/search",
    }
}

operation! {
    /// Lists the conversations of one campaign with their people.
    ///
    /// `id` is the id of the conversation (chat), `prospect.id` that of the person.
    prospects.list: ListProspects => pages of Prospect {
        GET "/prospects/campaign/{campaignId}",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: Headers(100),
        errors: [not_found],
        source: "docs: /api-reference/prospects/list",
    }
}

operation! {
    /// Gives one conversation with its person, its campaign and its messages.
    ///
    /// It wants the id of the conversation (chat). A search hit may lack it: walk `prospects.list` of the campaign to find it.
    prospects.get: GetProspect => ProspectDetails {
        GET "/prospects/{chatId}",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/prospects/details",
    }
}

operation! {
    /// Replaces the context text of one conversation; prompts use it as `{{customData}}`.
    ///
    /// A text of more than 3,000 characters is refused before it is sent; an empty one clears it.
    prospects.set_custom_data: SetCustomData => CustomDataSaved {
        PATCH "/prospects/{chatId}/custom-data",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [validation_error, forbidden, not_found],
        source: "docs: /api-reference/prospects/update-custom-data",
    }
}

operation! {
    /// Stops the outreach to one person until it is resumed.
    prospects.pause: PauseProspect => Confirmation {
        POST "/prospects/{chatId}/pause",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/prospects/pause",
    }
}

operation! {
    /// Goes on with the outreach to one person.
    prospects.resume: ResumeProspect => Confirmation {
        POST "/prospects/{chatId}/resume",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/prospects/resume",
    }
}

operation! {
    /// Marks the person of one conversation as qualified, by hand.
    prospects.qualify: QualifyProspect => Confirmation {
        POST "/prospects/{chatId}/qualify",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/prospects/qualify",
    }
}
