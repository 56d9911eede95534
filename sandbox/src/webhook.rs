//! A registered receiver: what it listens to, what became of its deliveries, and which addresses it may have.
//!
//! What is to be delivered waits in the outbox. Nothing takes it out yet: whoever sends it has to tell the world
//! how each delivery ended, which keeps the counts, the charge and the switch-off in one place.

use std::collections::VecDeque;

use hyper::Uri;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Moment;
use crate::records::Record;
use crate::world::World;

/// After so many failures in a row a webhook is switched off.
const MOST_FAILURES: u32 = 4;

/// What a delivery that succeeds costs where calls cost credits.
const PRICE: u64 = 2;

/// How many deliveries the outbox keeps.
const KEPT: usize = 10_000;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) events: Vec<String>,
    pub(crate) secret: Option<String>,
    pub(crate) active: bool,
    pub(crate) last_success: Option<Moment>,
    pub(crate) last_failure: Option<Moment>,
    pub(crate) successes: u32,
    pub(crate) failures: u32,
    /// Failures since the last success.
    pub(crate) failures_in_a_row: u32,
    pub(crate) created_at: Moment,
}

impl Record for Webhook {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Webhook {
    /// Whether it is switched on and wants this event.
    pub(crate) fn listens_to(&self, event: &str) -> bool {
        self.active && self.events.iter().any(|wanted| wanted == "*" || wanted == event)
    }

    /// Switches it off, or on with a new count of failures.
    pub(crate) fn switch(&mut self, active: bool) {
        self.active = active;
        if active {
            self.failures = 0;
            self.failures_in_a_row = 0;
        }
    }
}

/// What one receiver is to get.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delivery {
    pub(crate) webhook_id: String,
    pub(crate) url: String,
    /// Whether it will be signed.
    pub(crate) signed: bool,
    pub(crate) body: Value,
}

/// Deliveries that wait, oldest first. When it is full the oldest are dropped.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outbox(VecDeque<Delivery>);

impl Outbox {
    pub(crate) fn add(&mut self, delivery: Delivery) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(delivery);
    }

    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Delivery> {
        self.0.iter()
    }
}

impl World {
    /// Puts an event into the outbox for each webhook that listens to it, and gives those.
    pub(crate) fn announce(&mut self, event: &str, body: &Value) -> Vec<&Webhook> {
        let receivers = self.webhooks.all().iter().filter(|webhook| webhook.listens_to(event));
        let receivers: Vec<&Webhook> = receivers.collect();
        for webhook in &receivers {
            self.outbox.add(Delivery {
                webhook_id: webhook.id.clone(),
                url: webhook.url.clone(),
                signed: webhook.secret.is_some(),
                body: body.clone(),
            });
        }
        receivers
    }

    /// Counts a delivery that a webhook got or refused. A success costs credits, too many failures switch off.
    /// Gives false when there is no such webhook or it is switched off.
    pub(crate) fn delivered(&mut self, id: &str, success: bool, now: Moment) -> bool {
        let Some(webhook) = self.webhooks.get_mut(id).filter(|webhook| webhook.active) else { return false };
        if success {
            webhook.successes = webhook.successes.saturating_add(1);
            webhook.failures_in_a_row = 0;
            webhook.last_success = Some(now);
            self.charge(PRICE);
        } else {
            webhook.failures = webhook.failures.saturating_add(1);
            webhook.failures_in_a_row += 1;
            webhook.last_failure = Some(now);
            webhook.active = webhook.failures_in_a_row < MOST_FAILURES;
        }
        true
    }
}

/// What is wrong with the address of a receiver. Whether the service takes plain http is not published.
pub(crate) fn address_problem(address: &str, https_only: bool) -> Option<&'static str> {
    let Ok(uri) = address.parse::<Uri>() else { return Some("Must be an address such as https://host/path") };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Some("Must begin with https:// and name a host");
    };
    let host = authority.host();
    let named = authority.as_str().rsplit('@').next().unwrap_or_default();
    let port_is_right = named == host || authority.port_u16().is_some_and(|port| port > 0);
    match scheme {
        _ if host.is_empty() || !port_is_right => Some("Must name a host and perhaps a port"),
        "https" => None,
        "http" if !https_only => None,
        "http" => Some("Must begin with https://"),
        _ => Some("Must begin with https:// or http://"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receivers_have_a_full_address() {
        for address in [
            "https://hooks.example.org/kakiyo",
            "HTTPS://hooks.example.org",
            "http://127.0.0.1:4100/a?b=c#d",
            "https://[::1]:443/",
            "https://user:secret@hooks.example.org/",
        ] {
            assert_eq!(address_problem(address, false), None, "{address}");
        }
        for address in [
            "",
            "hooks.example.org",
            "/kakiyo",
            "https://",
            "https:///path",
            "https://:443/",
            "https://host:/",
            "https://host:0/",
            "https://host:70000/",
            "https://host:abc/",
            "https://ho st/",
            "https://host/a\nb",
            "https://host/\u{0}",
            "ftp://host/",
            "javascript:alert(1)",
            "*",
        ] {
            assert!(address_problem(address, false).is_some(), "{address:?}");
        }
        assert!(address_problem("http://127.0.0.1:4100/", true).is_some());
        assert_eq!(address_problem("https://127.0.0.1:4100/", true), None);
    }
}
