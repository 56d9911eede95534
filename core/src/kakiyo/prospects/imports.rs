//! Bringing people in. Every call queues an import, which the service works off afterwards.

use super::super::types::{
    CampaignId, ImportAccepted, ImportStatus, ListId, RoundRobinAccepted, SalesNavigatorAccepted,
    SalesNavigatorCount,
};
use super::Resource;
use crate::declare::parameters;
use crate::operation::operation;

parameters! {
    /// One profile to import into one campaign.
    pub struct AddProspect {
        required {
            /// The campaign that receives the person.
            campaign_id: CampaignId,
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
    /// Profiles to share between campaigns.
    pub struct AddProspectsRoundRobin {
        required {
            /// The campaigns that share them, at least 2.
            campaign_ids: Vec<CampaignId> where length(min = 2),
            /// The profiles, 1 to 100 a call.
            prospects: Vec<ProspectInput> where length(min = 1, max = 100),
        }
    }
}

parameters! {
    /// A people search of Sales Navigator to import into one campaign.
    pub struct ImportSalesNavigator {
        required {
            /// The campaign that receives the people.
            campaign_id: CampaignId,
            /// Whole address of the search: `https`, below `/sales/search/people`, with its `query` parameter; at most 20,000 characters.
            search_url: String where length(min = 1, max = 20_000),
        }
        optional {
            /// How many people to take: 100, 250 or 500; 250 unless set.
            requested_count: SalesNavigatorCount,
            /// Label of the search, 1 to 120 characters; `Sales Navigator import` unless set.
            name: String where length(min = 1, max = 120),
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

operation! {
    /// Queues one LinkedIn profile for import into one campaign.
    ///
    /// The answer means "queued": `wait_for_import` or `import_status` tell what became of it. Many profiles travel together
    /// with `add_batch`, up to 100 for the price of one.
    prospects.add: AddProspect => ImportAccepted {
        POST "/prospects",
        group: per_operation, tier: Low, price: 1, retry: Import, paging: none,
        errors: [validation_error, not_found, campaign_not_found],
        coalesce: AddProspectsBatch { common: campaignId, rows: prospects, fault: validation_error },
        source: "docs: /api-reference/prospects/add-single",
    }
}

operation! {
    /// Queues up to 100 LinkedIn profiles for import into one campaign.
    ///
    /// The answer means "queued": `wait_for_import` or `import_status` tell what became of it. The server normalises the addresses, leaves out people
    /// that the campaign has already and people on the Do Not Contact list, then makes the conversations.
    prospects.add_batch: AddProspectsBatch => ImportAccepted {
        POST "/prospects/batch",
        group: per_operation, tier: Low, price: 1, retry: Import, paging: none,
        errors: [validation_error, not_found, campaign_not_found],
        rows: prospects,
        source: "docs: /api-reference/prospects/add-batch",
    }
}

operation! {
    /// Queues up to 100 LinkedIn profiles and lets the server share them between campaigns.
    ///
    /// The least loaded campaign is served first, and each campaign that gets people has an import of its own: follow the
    /// `list_id` of each share. Campaigns that are drafts, disabled or busy are refused. Who went where is told as counts only,
    /// and a repeat shares anew: for an import that can be resumed, divide the profiles yourself and use `add_batch`.
    prospects.add_round_robin: AddProspectsRoundRobin => RoundRobinAccepted {
        POST "/prospects/batch/round-robin",
        group: per_operation, tier: Low, price: 1, retry: Import, paging: none,
        errors: [invalid_campaigns, forbidden, campaign_not_found],
        rows: prospects,
        source: "docs: /api-reference/prospects/add-batch-round-robin",
    }
}

operation! {
    /// Queues the people of a Sales Navigator search for import into one campaign.
    ///
    /// A team has at most 3 such imports at once and a campaign 1. One too many is an error of kind `rate_limited`
    /// (`sales_navigator_team_limit`) that names no wait and is never tried again here. The service has no call to follow,
    /// continue or stop such an import: its ids are for correlation, and `import_status` does not know them.
    prospects.import_sales_navigator: ImportSalesNavigator => SalesNavigatorAccepted {
        POST "/prospects/sales-navigator",
        group: per_operation, tier: Low, price: 1, retry: Import, paging: none,
        errors: [
            validation_error, campaign_missing_agent, campaign_not_ready, forbidden, campaign_not_found, campaign_busy,
            sales_navigator_source_exists, sales_navigator_team_limit
        ],
        source: "docs: /api-reference/prospects/import-sales-navigator",
    }
}

operation! {
    /// Gives progress and row reports of an import.
    ///
    /// A row is imported only when its `chat_created` is true. Each poll is a call: `wait_for_import` polls with measure.
    prospects.import_status: GetImportStatus => ImportStatus {
        GET "/prospects/imports/{listId}",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [forbidden, not_found],
        source: "docs: /api-reference/prospects/import-status",
    }
}
