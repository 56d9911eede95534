//! Outreach campaigns: one product, one prompt, one agent.

use serde_json::{Map, Value};

use super::types::{
    AgentId, Campaign, CampaignChanged, CampaignCreated, CampaignDeleted, CampaignId, CampaignReport,
    ProductId, PromptId,
};
use crate::declare::parameters;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};

pub(super) const OPERATIONS: &[Entry] = &[
    registry::entry::<CreateCampaign>(),
    registry::paged::<ListCampaigns>(),
    registry::entry::<UpdateCampaign>(),
    registry::entry::<DeleteCampaign>(),
    registry::entry::<PauseCampaign>(),
    registry::entry::<ResumeCampaign>(),
    registry::entry::<GetCampaignStats>(),
];

resource! {
    /// Outreach campaigns.
    Campaigns
}

parameters! {
    /// A new campaign.
    pub struct CreateCampaign {
        required {
            /// Name, 3 to 100 characters.
            name: String where length(min = 3, max = 100),
            /// The offering to sell.
            product_id: ProductId,
            /// The prompt to write with.
            prompt_id: PromptId,
            /// The agent that sends.
            agent_id: AgentId,
        }
        optional {
            /// Score in percent from which a prospect is qualified with no review; 70 unless set.
            qualification_automatic: u32 where range(min = 0, max = 100),
            /// Score in percent from which a prospect is put up for review; 50 unless set.
            qualification_verification: u32 where range(min = 0, max = 100),
            /// Values for the variables of the prompt.
            variables: Map<String, Value>,
            /// Keep the campaign paused through uploads until it is resumed by hand.
            prevent_auto_start: bool,
        }
    }
}

parameters! {
    /// All campaigns of the team.
    pub struct ListCampaigns {}
}

parameters! {
    /// Changes to a campaign; what is left out stays.
    pub struct UpdateCampaign {
        path {
            /// The campaign.
            campaign_id: CampaignId,
        }
        optional, at_least_one {
            /// New name, 3 to 100 characters.
            name: String where length(min = 3, max = 100),
            /// Score in percent from which a prospect is qualified with no review.
            qualification_automatic: u32 where range(min = 0, max = 100),
            /// Score in percent from which a prospect is put up for review.
            qualification_verification: u32 where range(min = 0, max = 100),
            /// Values for the variables of the prompt. Give all: whether the others are kept is not documented.
            variables: Map<String, Value>,
        }
    }
}

parameters! {
    /// A campaign to delete.
    pub struct DeleteCampaign {
        path {
            /// The campaign.
            campaign_id: CampaignId,
        }
    }
}

impl<T: Into<CampaignId>> From<T> for DeleteCampaign {
    fn from(campaign_id: T) -> Self {
        Self::new(campaign_id)
    }
}

parameters! {
    /// A campaign to pause.
    pub struct PauseCampaign {
        path {
            /// The campaign.
            campaign_id: CampaignId,
        }
    }
}

impl<T: Into<CampaignId>> From<T> for PauseCampaign {
    fn from(campaign_id: T) -> Self {
        Self::new(campaign_id)
    }
}

parameters! {
    /// A campaign to resume.
    pub struct ResumeCampaign {
        path {
            /// The campaign.
            campaign_id: CampaignId,
        }
    }
}

impl<T: Into<CampaignId>> From<T> for ResumeCampaign {
    fn from(campaign_id: T) -> Self {
        Self::new(campaign_id)
    }
}

parameters! {
    /// The figures of one campaign.
    pub struct GetCampaignStats {
        path {
            /// The campaign.
            campaign_id: CampaignId,
        }
    }
}

impl<T: Into<CampaignId>> From<T> for GetCampaignStats {
    fn from(campaign_id: T) -> Self {
        Self::new(campaign_id)
    }
}

operation! {
    /// Creates a campaign from a product, a prompt and an agent.
    ///
    /// It is active at once and starts as soon as leads arrive, unless `prevent_auto_start` keeps it paused.
    /// A repeat makes a second campaign. The plan may limit their number (403).
    campaigns.create: CreateCampaign => CampaignCreated {
        POST "/campaigns",
        group: per_operation, tier: Low, price: 1, retry: UnsafeWrite, paging: none,
        errors: [validation_error],
        source: "docs: /api-reference/campaigns/create",
    }
}

operation! {
    /// Lists the campaigns of the team.
    ///
    /// The answer says nothing of further pages: a page shorter than asked for is the last one.
    campaigns.list: ListCampaigns => pages of Campaign {
        GET "/campaigns",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: OffsetOrAfter(100),
        errors: [],
        arguments: none,
        source: "docs: /api-reference/campaigns/list",
    }
}

operation! {
    /// Changes the name, the thresholds or the variables of a campaign.
    ///
    /// What is left out keeps its value; at least one has to be given.
    campaigns.update: UpdateCampaign => CampaignChanged {
        PUT "/campaigns/{campaignId}",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [validation_error, not_found],
        source: "docs: /api-reference/campaigns/update",
    }
}

operation! {
    /// Deletes a campaign and all that belongs to it, for good.
    ///
    /// Its prospects, conversations, messages, tasks and events go with it.
    /// A running campaign is refused (`campaign_active`): pause it first. When an attempt had to be repeated, `not_found` can mean
    /// that the first one has done the work.
    campaigns.delete: DeleteCampaign => CampaignDeleted {
        DELETE "/campaigns/{campaignId}",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [forbidden, not_found, campaign_active],
        source: "docs: /api-reference/campaigns/delete",
    }
}

operation! {
    /// Stops the outreach of a campaign until it is resumed.
    campaigns.pause: PauseCampaign => CampaignChanged {
        POST "/campaigns/{campaignId}/pause",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/campaigns/pause",
    }
}

operation! {
    /// Starts the outreach of a campaign again.
    ///
    /// It also lifts `prevent_auto_start`.
    campaigns.resume: ResumeCampaign => CampaignChanged {
        POST "/campaigns/{campaignId}/resume",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/campaigns/resume",
    }
}

operation! {
    /// Gives the counters and the two rates of one campaign.
    ///
    /// It is also the nearest thing to reading one campaign: there is no other call for it.
    campaigns.stats: GetCampaignStats => CampaignReport {
        GET "/campaigns/{campaignId}/stats",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/campaigns/stats",
    }
}
