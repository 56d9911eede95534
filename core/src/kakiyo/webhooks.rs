//! Webhooks: receivers that the service tells its events to, and the calls that test them.

use serde_json::{Map, Value};

use super::types::{
    Webhook, WebhookChanged, WebhookCreated, WebhookEvent, WebhookEventExample, WebhookEventType, WebhookId,
    WebhookTest, WebhookTestEvent,
};
use crate::declare::parameters;
use crate::error::Result;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};
use crate::rules::{self, FieldPath};
use crate::secret::Secret;

pub(super) const OPERATIONS: &[Entry] = &[
    registry::entry::<ListWebhooks>(),
    registry::entry::<CreateWebhook>(),
    registry::entry::<UpdateWebhook>(),
    registry::entry::<DeleteWebhook>(),
    registry::entry::<ListWebhookEvents>(),
    registry::entry::<SendTestEvent>(),
    registry::entry::<ListTestEvents>(),
    registry::entry::<GetTestExample>(),
];

resource! {
    /// Receivers of events.
    Webhooks
}

parameters! {
    /// All webhooks of the team.
    pub struct ListWebhooks {}
}

parameters! {
    /// A new webhook.
    pub struct CreateWebhook {
        required {
            /// Label.
            name: String where length(min = 1),
            /// Address to send the events to; use https, for the events hold what people wrote.
            url: String,
            /// Events to hear, 1 or more; `*` stands for all.
            events: Vec<WebhookEvent> where length(min = 1),
        }
        optional {
            /// Key of the signature that comes with each delivery; without it deliveries are not signed.
            secret: Secret where length(min = 1),
        }
    }
    check: CreateWebhook::address;
}

parameters! {
    /// Changes to a webhook; what is left out stays.
    pub struct UpdateWebhook {
        path {
            /// The webhook.
            webhook_id: WebhookId,
        }
        optional, at_least_one {
            /// New label.
            name: String where length(min = 1),
            /// New address; use https, for the events hold what people wrote.
            url: String,
            /// New key of the signature.
            secret: Secret where length(min = 1),
            /// All events to hear from now on, 1 or more; `*` stands for all. To hear none, turn `active` off.
            events: Vec<WebhookEvent> where length(min = 1),
            /// Whether to deliver; turning it on sets the count of failures to zero.
            active: bool,
        }
    }
    check: UpdateWebhook::address;
}

parameters! {
    /// A webhook to delete.
    pub struct DeleteWebhook {
        path {
            /// The webhook.
            webhook_id: WebhookId,
        }
    }
}

impl<T: Into<WebhookId>> From<T> for DeleteWebhook {
    fn from(webhook_id: T) -> Self {
        Self::new(webhook_id)
    }
}

parameters! {
    /// All events that a webhook can hear.
    pub struct ListWebhookEvents {}
}

parameters! {
    /// An event to imitate.
    pub struct SendTestEvent {
        required {
            /// The event; `*` is none.
            event: WebhookEvent,
        }
        optional {
            /// Values to put into the made-up event.
            data: Map<String, Value>,
        }
    }
    check: SendTestEvent::one_event;
}

impl<T: Into<WebhookEvent>> From<T> for SendTestEvent {
    fn from(event: T) -> Self {
        Self::new(event)
    }
}

parameters! {
    /// All events that can be sent as a test.
    pub struct ListTestEvents {}
}

parameters! {
    /// An event to see an example of.
    pub struct GetTestExample {
        path {
            /// The event; `*` is none.
            event: WebhookEvent,
        }
    }
    check: GetTestExample::one_event;
}

impl<T: Into<WebhookEvent>> From<T> for GetTestExample {
    fn from(event: T) -> Self {
        Self::new(event)
    }
}

impl CreateWebhook {
    fn address(&self, path: FieldPath<'_>) -> Result<()> {
        rules::web_address(&self.url, path.member("url"))
    }
}

impl UpdateWebhook {
    fn address(&self, path: FieldPath<'_>) -> Result<()> {
        self.url.as_deref().map_or(Ok(()), |url| rules::web_address(url, path.member("url")))
    }
}

impl SendTestEvent {
    fn one_event(&self, path: FieldPath<'_>) -> Result<()> {
        one_event(&self.event, path)
    }
}

impl GetTestExample {
    fn one_event(&self, path: FieldPath<'_>) -> Result<()> {
        one_event(&self.event, path)
    }
}

/// The star subscribes to everything, but is no event that could be sent or shown.
fn one_event(event: &WebhookEvent, path: FieldPath<'_>) -> Result<()> {
    match event {
        WebhookEvent::All => {
            Err(path.member("event").broken("name one event: `*` is for subscriptions only"))
        }
        _ => Ok(()),
    }
}

operation! {
    /// Lists all webhooks of the team.
    ///
    /// There is no call for one webhook: pick it from the list. Secrets are not told.
    webhooks.list: ListWebhooks => Vec<Webhook> {
        GET "/webhooks",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [],
        arguments: none,
        source: "docs: /api-reference/webhooks/list",
    }
}

operation! {
    /// Makes a webhook: events are sent to its address as they happen.
    ///
    /// The address has to be a whole http or https address. Which event names a server knows is told by `webhooks.list_events`.
    /// The receiver should answer within 10 seconds and work afterwards; an event may come twice, and repeated failures turn
    /// the webhook off. By an older guide each good delivery costs 2 credits and a failed one nothing.
    /// A repeat makes a second webhook.
    webhooks.create: CreateWebhook => WebhookCreated {
        POST "/webhooks",
        group: per_operation, tier: Low, price: 1, retry: UnsafeWrite, paging: none,
        errors: [validation_error],
        source: "docs: /api-reference/webhooks/create",
    }
}

operation! {
    /// Changes label, address, secret or events of a webhook, or turns it on or off.
    ///
    /// What is left out keeps its value; at least one has to be given. A webhook that failures have turned off works again
    /// after `active` was set.
    webhooks.update: UpdateWebhook => WebhookChanged {
        PUT "/webhooks/{webhookId}",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [validation_error, not_found],
        source: "docs: /api-reference/webhooks/update",
    }
}

operation! {
    /// Deletes a webhook.
    ///
    /// When an attempt had to be repeated, `not_found` can mean that the first one has done the work.
    webhooks.delete: DeleteWebhook => WebhookChanged {
        DELETE "/webhooks/{webhookId}",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/webhooks/delete",
    }
}

operation! {
    /// Lists the events that a webhook can hear, by the names that this server uses.
    ///
    /// The documentation has two families of names: what stands in this list is what the server knows.
    webhooks.list_events: ListWebhookEvents => Vec<WebhookEventType> {
        GET "/webhooks/events",
        group: per_operation, tier: High, price: 1, retry: Read, paging: none,
        errors: [],
        arguments: none,
        source: "docs: /api-reference/webhooks/events",
    }
}

operation! {
    /// Sends a made-up event to every webhook that hears it.
    ///
    /// Where no webhook does, the answer is `not_found`. It is a real delivery: a repeat delivers again, and by an older
    /// guide each good one costs 2 credits.
    webhooks.send_test: SendTestEvent => WebhookTest {
        POST "/webhooks/test",
        group: per_operation, tier: Low, price: 1, retry: UnsafeWrite, paging: none,
        errors: [validation_error, invalid_event, not_found],
        source: "docs: /api-reference/webhooks/test",
    }
}

operation! {
    /// Lists the events that can be sent as a test, with what they are about.
    webhooks.list_test_events: ListTestEvents => Vec<WebhookTestEvent> {
        GET "/webhooks/test/events",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [],
        arguments: none,
        source: "docs: /api-reference/webhooks/test-events",
    }
}

operation! {
    /// Shows what a delivery of an event looks like, with invented values.
    ///
    /// Some servers describe the team of the event, others tell its id only: either way it stands in `team`.
    /// The untouched body shows which form is delivered.
    webhooks.example: GetTestExample => WebhookEventExample {
        GET "/webhooks/test/example/{event}",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [invalid_event],
        source: "docs: /api-reference/webhooks/test-example",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_sent_but_never_printed() {
        let create = CreateWebhook::new("CRM", "https://hooks.example.org", vec![WebhookEvent::All])
            .secret("open-sesame");
        let update = UpdateWebhook::new("w").secret("open-sesame");
        for (printed, sent) in [
            (format!("{create:?}"), serde_json::to_value(&create).unwrap()),
            (format!("{update:#?}"), serde_json::to_value(&update).unwrap()),
        ] {
            assert!(!printed.contains("sesame") && printed.contains("[secret]"), "{printed}");
            assert_eq!(sent["secret"], "open-sesame");
        }
    }
}
