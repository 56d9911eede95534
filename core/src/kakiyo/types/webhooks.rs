//! Webhooks: receivers of events, and what the calls that test them say.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::ids::{TeamId, WebhookId};
use super::webhook_events::WebhookEvent;
use crate::declare::{model, open_enum};
use crate::value::Timestamp;

model! {
    /// A receiver of events. Its secret is never told.
    pub struct Webhook {
        required {
            /// Webhook id.
            id: WebhookId,
        }
        optional {
            /// Label.
            name: String,
            /// Address that the events are sent to.
            url: String,
            /// Events that it hears.
            events: Vec<WebhookEvent>,
            /// Whether events are delivered; repeated failures turn it off.
            active: bool,
            /// Time of the last good delivery.
            last_success: Timestamp,
            /// Time of the last failed delivery.
            last_failure: Timestamp,
            /// Good deliveries.
            success_count: i64,
            /// Failed deliveries; turning the webhook on again sets it to zero.
            failure_count: i64,
            /// Creation time.
            created_at: Timestamp,
        }
    }
    plural: "webhooks";
}

model! {
    /// A webhook that was just created.
    pub struct WebhookCreated {
        required {
            /// Id of the new webhook.
            id: WebhookId,
        }
        optional {
            /// Label as stored.
            name: String,
            /// Address that the events are sent to.
            url: String,
            /// Events that it hears.
            events: Vec<WebhookEvent>,
            /// Whether events are delivered.
            active: bool,
            /// Confirmation text.
            message: String,
        }
    }
}

model! {
    /// A webhook that was changed or deleted.
    pub struct WebhookChanged {
        optional {
            /// Webhook id.
            id: WebhookId,
            /// Confirmation text.
            message: String,
        }
    }
}

model! {
    /// An event that a webhook can hear.
    pub struct WebhookEventType {
        required {
            /// Name of the event: what a subscription takes.
            id: WebhookEvent,
        }
        optional {
            /// Title.
            name: String,
        }
    }
    plural: "events";
}

open_enum! {
    /// What an event is about.
    pub enum WebhookEventCategory {
        /// A person.
        Prospect = "prospect",
        /// A campaign.
        Campaign = "campaign",
        /// An agent.
        Agent = "agent",
        /// A message.
        Message = "message",
        /// An invitation.
        Connection = "connection",
    }
}

model! {
    /// An event that can be sent as a test.
    pub struct WebhookTestEvent {
        required {
            /// Name of the event: what a test takes.
            id: WebhookEvent,
        }
        optional {
            /// Title.
            name: String,
            /// When it happens.
            description: String,
            /// What it is about.
            category: WebhookEventCategory,
        }
    }
    plural: "events";
}

model! {
    /// A test event that was sent.
    pub struct WebhookTest {
        optional {
            /// Confirmation text.
            message: String,
            /// Name of the event.
            event: WebhookEvent,
            /// Receivers tried.
            webhooks_count: i64,
            /// The receivers.
            webhooks: Vec<Arc<TestedWebhook>>,
        }
    }
}

model! {
    /// A webhook that a test event was sent to.
    pub struct TestedWebhook {
        optional {
            /// Webhook id.
            id: WebhookId,
            /// Label.
            name: String,
            /// Address that the event was sent to.
            url: String,
        }
    }
}

model! {
    /// What a delivery of an event looks like.
    pub struct WebhookEventExample {
        optional {
            /// Name of the event.
            event: WebhookEvent,
            /// Time of the event.
            timestamp: Timestamp,
            /// What happened; its members depend on the event.
            data: Map<String, Value>,
            /// The team that the event belongs to.
            team: Arc<WebhookEventTeam>,
        }
    }
    normalise: team_as_object;
}

model! {
    /// The team that an event belongs to.
    pub struct WebhookEventTeam {
        optional {
            /// Team id.
            id: TeamId,
            /// Name; some servers do not tell it.
            name: String,
        }
    }
}

/// One family of events has the team as an object, the other only its id.
fn team_as_object(members: &mut Map<String, Value>) {
    if !members.contains_key("team")
        && let Some(id) = members.remove("teamId")
    {
        members.insert("team".to_owned(), json!({"id": id}));
    }
}
