//! Figures of the team and of one campaign.

use super::types::{AnalyticsOverview, CampaignAnalytics, CampaignId};
use crate::declare::parameters;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};

pub(super) const OPERATIONS: &[Entry] =
    &[registry::entry::<GetAnalyticsOverview>(), registry::entry::<GetCampaignAnalytics>()];

resource! {
    /// Figures of the team and of its campaigns.
    Analytics
}

parameters! {
    /// The figures of the whole team.
    pub struct GetAnalyticsOverview {}
}

parameters! {
    /// The figures of one campaign.
    pub struct GetCampaignAnalytics {
        path {
            /// The campaign.
            campaign_id: CampaignId,
        }
    }
}

impl<T: Into<CampaignId>> From<T> for GetCampaignAnalytics {
    fn from(campaign_id: T) -> Self {
        Self::new(campaign_id)
    }
}

operation! {
    /// Gives totals, rates and recent activity of the team, with a line for each campaign.
    ///
    /// Rates are in percent, from 0 to 100. One call covers all campaigns; a period cannot be chosen.
    analytics.overview: GetAnalyticsOverview => AnalyticsOverview {
        GET "/analytics/overview",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [],
        arguments: none,
        source: "docs: /api-reference/analytics/overview",
    }
}

operation! {
    /// Gives totals, rates, days and distributions of one campaign.
    ///
    /// Rates are in percent, from 0 to 100. A period cannot be chosen.
    analytics.campaign: GetCampaignAnalytics => CampaignAnalytics {
        GET "/analytics/campaigns/{campaignId}",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/analytics/campaigns",
    }
}
