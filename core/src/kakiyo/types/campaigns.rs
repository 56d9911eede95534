//! Campaigns and their figures.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::ids::{AgentId, CampaignId};
use super::rate::rates_as_numbers;
use crate::declare::{model, open_enum};
use crate::operation::Row;
use crate::value::Timestamp;

open_enum! {
    /// State of a campaign.
    pub enum CampaignStatus {
        /// Not started yet.
        Draft = "draft",
        /// Running.
        Active = "active",
        /// Stopped until it is resumed.
        Paused = "paused",
        /// Done.
        Completed = "completed",
        /// Switched off.
        Disabled = "disabled",
    }
}

model! {
    /// A campaign.
    pub struct Campaign {
        required {
            /// Campaign id.
            id: CampaignId,
        }
        optional {
            /// Name.
            name: String,
            /// State.
            status: CampaignStatus,
            /// The agent that sends.
            agent: AgentId,
            /// The product that it sells: an id here, a name in analytics.
            product: String,
            /// Creation time.
            created_at: Timestamp,
            /// Counters.
            stats: Arc<CampaignStats>,
        }
    }
    plural: "campaigns";
}

impl Row for Campaign {
    fn row_id(&self) -> Option<&str> {
        Some(self.id.as_str())
    }
}

model! {
    /// Counters of a campaign. They move in steps and can go down.
    pub struct CampaignStats {
        optional {
            /// Prospects in the campaign.
            prospects: i64,
            /// Prospects that answered.
            prospects_answers: i64,
            /// Messages sent.
            messages: i64,
            /// Qualified prospects.
            qualified: i64,
            /// Closed prospects.
            closed: i64,
            /// Invitations sent; some servers tell it.
            invitations_sent: i64,
            /// Invitations accepted; some servers tell it.
            invitations_accepted: i64,
            /// Share of prospects that converted, in percent; only in the figures of one campaign.
            conversion_rate: f64,
            /// Share of prospects that answered, in percent; only in the figures of one campaign.
            response_rate: f64,
        }
    }
}

model! {
    /// A campaign that was just created.
    pub struct CampaignCreated {
        required {
            /// Id of the new campaign.
            id: CampaignId,
        }
        optional {
            /// Name as stored.
            name: String,
            /// State: `active`, or `paused` when auto-start is prevented.
            status: CampaignStatus,
            /// Whether the campaign waits to be resumed by hand.
            prevent_auto_start: bool,
        }
    }
}

model! {
    /// The figures of one campaign.
    pub struct CampaignReport {
        optional {
            /// Campaign id.
            id: CampaignId,
            /// Name.
            name: String,
            /// State.
            status: CampaignStatus,
            /// Counters and rates.
            stats: Arc<CampaignStats>,
        }
    }
    normalise: one_form_of_figures;
}

model! {
    /// A campaign that was changed.
    pub struct CampaignChanged {
        optional {
            /// Campaign id.
            id: CampaignId,
            /// Confirmation text.
            message: String,
        }
    }
}

model! {
    /// A campaign that was deleted.
    pub struct CampaignDeleted {
        optional {
            /// Confirmation text.
            message: String,
            /// What went with it.
            deletion_summary: Arc<CampaignDeletion>,
        }
    }
}

model! {
    /// What was deleted with a campaign.
    pub struct CampaignDeletion {
        optional {
            /// The deleted campaign.
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
    /// Counts of records that were deleted.
    pub struct DeletedItems {
        optional {
            /// Prospects.
            prospects: i64,
            /// Conversations.
            chats: i64,
            /// Messages.
            messages: i64,
            /// Tasks; some servers do not count them.
            tasks: i64,
            /// Webhook events; some servers do not count them.
            webhook_events: i64,
        }
    }
}

/// The service writes rates as text (`12.00%`) here and as numbers elsewhere, and may call messages `messagesSent`.
fn one_form_of_figures(members: &mut Map<String, Value>) {
    let Some(Value::Object(stats)) = members.get_mut("stats") else { return };
    rates_as_numbers(stats, &["conversionRate", "responseRate"]);
    if !stats.contains_key("messages")
        && let Some(messages) = stats.get("messagesSent").cloned()
    {
        stats.insert("messages".to_owned(), messages);
    }
}
