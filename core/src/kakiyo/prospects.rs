//! People and their conversations; their imports and deletions lie in the modules below.

mod deletions;
mod imports;
mod pace;
mod wait;

pub use deletions::*;
pub use imports::*;
pub use wait::*;

use super::SERVICE;
use super::types::{
    CampaignId, ChatId, Confirmation, ConversationStatus, CustomDataSaved, Prospect, ProspectDetails,
    ProspectHit, SearchQualification,
};
use crate::declare::parameters;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};

pub(super) const OPERATIONS: &[Entry] = &[
    registry::entry::<AddProspect>(),
    registry::entry::<AddProspectsBatch>(),
    registry::entry::<AddProspectsRoundRobin>(),
    registry::entry::<ImportSalesNavigator>(),
    registry::entry::<GetImportStatus>(),
    registry::entry::<WaitForImport>(),
    registry::paged::<SearchProspects>(),
    registry::paged::<ListProspects>(),
    registry::entry::<GetProspect>(),
    registry::entry::<SetCustomData>(),
    registry::entry::<PauseProspect>(),
    registry::entry::<ResumeProspect>(),
    registry::entry::<QualifyProspect>(),
    registry::entry::<DeleteProspect>(),
    registry::entry::<DeleteProspects>(),
];

resource! {
    /// People, conversations and imports.
    Prospects
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
