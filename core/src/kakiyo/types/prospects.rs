//! Conversations and their people.

use std::sync::Arc;

use super::ids::{CampaignId, ChatId, ProspectId};
use super::status::ConversationStatus;
use crate::declare::{model, open_enum};
use crate::operation::Row;
use crate::value::Timestamp;

open_enum! {
    /// Qualification of a prospect, in the words of the records. The search filter has words of its own.
    pub enum Qualification {
        /// Not a fit.
        Unqualified = "unqualified",
        /// A person has to decide.
        NeedVerification = "needVerification",
        /// Under way.
        InProgress = "inProgress",
        /// A fit.
        Qualified = "qualified",
    }
}

model! {
    /// One conversation of a campaign with its person.
    pub struct Prospect {
        required {
            /// Id of the conversation (chat), not of the person.
            id: ChatId,
        }
        optional {
            /// State of the conversation.
            status: ConversationStatus,
            /// Qualification.
            qualification: Qualification,
            /// Whether the conversation is paused.
            paused: bool,
            /// Time of the last message, not its text.
            last_message: Timestamp,
            /// The person.
            prospect: Arc<ProspectProfile>,
        }
    }
    plural: "prospects";
}

impl Row for Prospect {
    fn row_id(&self) -> Option<&str> {
        Some(self.id.as_str())
    }
}

model! {
    /// A person.
    pub struct ProspectProfile {
        optional {
            /// Id of the person.
            id: ProspectId,
            /// Full name.
            name: String,
            /// LinkedIn profile address.
            url: String,
            /// LinkedIn headline.
            headline: String,
            /// Employer, when enriched.
            current_company_name: String,
            /// Job title, when enriched.
            current_job_title: String,
            /// Employer's web site, when known.
            current_company_website: String,
            /// Employer's LinkedIn page, when known.
            current_company_linked_in_url: String,
            /// Where the person lives; only in the details of a conversation.
            location: Arc<ProspectLocation>,
            /// Summary text of the profile; only in the details of a conversation.
            about: String,
        }
    }
}

model! {
    /// One conversation with its campaign, its person and its messages.
    pub struct ProspectDetails {
        required {
            /// Id of the conversation (chat), not of the person.
            id: ChatId,
        }
        optional {
            /// State of the conversation.
            status: ConversationStatus,
            /// Qualification.
            qualification: Qualification,
            /// Whether the conversation is paused.
            paused: bool,
            /// Time of the last message, not its text.
            last_message: Timestamp,
            /// The campaign.
            campaign: Arc<ProspectCampaign>,
            /// The person.
            prospect: Arc<ProspectProfile>,
            /// The conversation so far; the service promises no order.
            messages: Vec<Arc<ChatMessage>>,
            /// Context text of this conversation; some servers do not tell it.
            custom_data: String,
        }
    }
}

model! {
    /// Where a person lives.
    pub struct ProspectLocation {
        optional {
            /// City.
            city: String,
            /// Country name.
            country: String,
        }
    }
}

model! {
    /// The campaign that a person is in.
    pub struct ProspectCampaign {
        optional {
            /// Campaign id.
            id: CampaignId,
            /// Name.
            name: String,
        }
    }
}

open_enum! {
    /// Who wrote a message.
    pub enum MessageRole {
        /// The agent.
        Assistant = "assistant",
        /// The person.
        User = "user",
    }
}

model! {
    /// One message of a conversation.
    pub struct ChatMessage {
        optional {
            /// Who wrote it.
            role: MessageRole,
            /// Text.
            content: String,
            /// Time of sending.
            date: Timestamp,
        }
    }
}

model! {
    /// The context text of a conversation was replaced.
    pub struct CustomDataSaved {
        optional {
            /// Confirmation text.
            message: String,
            /// The conversation.
            chat_id: ChatId,
            /// Whether a text is stored now; false after clearing.
            custom_data_saved: bool,
            /// Length of the stored text.
            custom_data_length: i64,
        }
    }
}
