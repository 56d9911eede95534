//! Webhooks: who wants to be told of what. Which events there are and how they look is in `events.rs`.
//!
//! A secret goes in and never comes back. There is no read by id.

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::events::{self, EventKind};
use crate::operation::{Group, Operation, Tier};
use crate::validation::{Members, Problems};
use crate::webhook::{Webhook, address_problem};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "webhooks.list",
        method: "GET",
        path: "/webhooks",
        group: Group::Tier(Tier::Medium),
        handler: list,
    },
    Operation {
        id: "webhooks.create",
        method: "POST",
        path: "/webhooks",
        group: Group::Tier(Tier::Low),
        handler: create,
    },
    Operation {
        id: "webhooks.update",
        method: "PUT",
        path: "/webhooks/{webhookId}",
        group: Group::Tier(Tier::Low),
        handler: update,
    },
    Operation {
        id: "webhooks.delete",
        method: "DELETE",
        path: "/webhooks/{webhookId}",
        group: Group::Tier(Tier::Low),
        handler: delete,
    },
    Operation {
        id: "webhooks.list_events",
        method: "GET",
        path: "/webhooks/events",
        group: Group::Tier(Tier::High),
        handler: list_events,
    },
    Operation {
        id: "webhooks.send_test",
        method: "POST",
        path: "/webhooks/test",
        group: Group::Tier(Tier::Low),
        handler: test,
    },
    Operation {
        id: "webhooks.list_test_events",
        method: "GET",
        path: "/webhooks/test/events",
        group: Group::Tier(Tier::Medium),
        handler: list_test_events,
    },
    Operation {
        id: "webhooks.example",
        method: "GET",
        path: "/webhooks/test/example/{event}",
        group: Group::Tier(Tier::Medium),
        handler: example,
    },
];

fn list(call: &mut Call<'_>) -> Verdict {
    let webhooks: Vec<Value> = call.world.webhooks.all().iter().map(shown).collect();
    Ok(Answer::ok(json!(webhooks)))
}

fn create(call: &mut Call<'_>) -> Verdict {
    call.within_plan("plan_limit_reached", call.world.webhooks.len(), call.world.settings.plan.webhooks)?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    for name in ["name", "url", "events"].into_iter().filter(|name| !body.contains_key(*name)) {
        members.problem(name, "Is required");
    }
    let given = Given::read(call, &mut members);
    call.validated(&problems)?;
    let webhook = Webhook {
        id: call.world.identifiers.next(),
        name: given.name.unwrap_or_default().to_owned(),
        url: given.url.unwrap_or_default().to_owned(),
        events: given.events.unwrap_or_default(),
        secret: given.secret.filter(|secret| !secret.is_empty()).map(str::to_owned),
        active: true,
        last_success: None,
        last_failure: None,
        successes: 0,
        failures: 0,
        failures_in_a_row: 0,
        created_at: call.now,
    };
    let answer = json!({
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "events": webhook.events,
        "active": webhook.active,
        "message": "Webhook created successfully",
    });
    call.world.webhooks.add(webhook);
    Ok(Answer::created(answer))
}

fn update(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("webhookId");
    call.permit("Webhook", Some(id))?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let given = Given::read(call, &mut members);
    let active = members.boolean("active");
    call.validated(&problems)?;
    let webhook = call.world.webhooks.get_mut(id).ok_or_else(|| Answer::not_found("Webhook"))?;
    if let Some(name) = given.name {
        name.clone_into(&mut webhook.name);
    }
    if let Some(url) = given.url {
        url.clone_into(&mut webhook.url);
    }
    if let Some(events) = given.events {
        webhook.events = events;
    }
    if let Some(secret) = given.secret {
        webhook.secret = Some(secret.to_owned()).filter(|secret| !secret.is_empty());
    }
    if let Some(active) = active {
        webhook.switch(active);
    }
    Ok(Answer::ok(json!({"id": id, "message": "Webhook updated successfully"})))
}

/// The members that a new webhook and a changed one have in common.
struct Given<'a> {
    name: Option<&'a str>,
    url: Option<&'a str>,
    events: Option<Vec<String>>,
    secret: Option<&'a str>,
}

impl<'a> Given<'a> {
    fn read(call: &Call<'_>, members: &mut Members<'a, '_>) -> Self {
        let settings = &call.world.settings;
        let name = members.text("name", 1..=usize::MAX);
        let url = members.text("url", 0..=usize::MAX);
        if let Some(problem) = url.and_then(|url| address_problem(url, settings.webhook_https)) {
            members.problem("url", problem);
        }
        let events = members.list("events").map(|events| {
            if events.is_empty() {
                members.problem("events", "Must name an event");
            }
            for (index, event) in events.iter().enumerate() {
                let known = event
                    .as_str()
                    .is_some_and(|id| id == "*" || events::find(settings.event_names, id).is_some());
                if !known {
                    members.problem(&format!("events[{index}]"), "Must be the id of an event, or *");
                }
            }
            events.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        });
        // Nothing is published on its length. An empty one cannot sign.
        let secret = members.text("secret", 0..=usize::MAX);
        Self { name, url, events, secret }
    }
}

fn delete(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("webhookId");
    call.permit("Webhook", Some(id))?;
    if call.world.webhooks.remove_where(|webhook| webhook.id == id) == 0 {
        return Err(Answer::not_found("Webhook"));
    }
    Ok(Answer::ok(json!({"id": id, "message": "Webhook deleted successfully"})))
}

fn list_events(call: &mut Call<'_>) -> Verdict {
    let kinds = events::known(call.world.settings.event_names);
    let kinds: Vec<Value> = kinds.map(|kind| json!({"id": kind.id, "name": kind.name})).collect();
    Ok(Answer::ok(json!(kinds)))
}

fn list_test_events(call: &mut Call<'_>) -> Verdict {
    let kinds = events::known(call.world.settings.event_names).map(|kind| {
        json!({
            "id": kind.id,
            "name": kind.name,
            "description": kind.description,
            "category": kind.category,
        })
    });
    Ok(Answer::ok(json!(kinds.collect::<Vec<Value>>())))
}

/// Leaves the event in the outbox of each receiver that is switched on.
fn test(call: &mut Call<'_>) -> Verdict {
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let event = members.required_text("event", 0..=usize::MAX);
    let data = members.object("data").cloned().unwrap_or_default();
    let settings = &call.world.settings;
    let kind = events::find(settings.event_names, event);
    let is_text = body.get("event").is_some_and(Value::is_string);
    if kind.is_none() && is_text && !settings.has_invalid_event() {
        problems.add("event", "Must be the id of an event");
    }
    call.validated(&problems)?;
    let kind = kind.ok_or_else(|| unknown_event(call, event))?;
    let message = kind.sample(&call.world.team, call.now, &data, false);
    let receivers = call.world.announce(kind.id, &message);
    if receivers.is_empty() {
        return Err(Answer::refusal(404, "not_found", "No active webhook listens to this event"));
    }
    let shown: Vec<Value> = receivers
        .iter()
        .map(|webhook| json!({"id": webhook.id, "name": webhook.name, "url": webhook.url}))
        .collect();
    Ok(Answer::ok(json!({
        "message": "Test webhook sent successfully",
        "event": kind.id,
        "webhooksCount": shown.len(),
        "webhooks": shown,
    })))
}

fn example(call: &mut Call<'_>) -> Verdict {
    let event = call.parameter("event");
    let settings = &call.world.settings;
    let kind = events::find(settings.event_names, event).ok_or_else(|| unknown_event(call, event))?;
    let paged = settings.has_page_envelope();
    Ok(Answer::ok(kind.sample(&call.world.team, call.now, &Map::new(), paged)))
}

fn unknown_event(call: &Call<'_>, event: &str) -> Answer {
    let known: Vec<&str> =
        events::known(call.world.settings.event_names).map(|kind: &EventKind| kind.id).collect();
    Answer::refusal(400, "invalid_event", format!("There is no event {event}"))
        .with_member("validEvents", json!(known))
}

fn shown(webhook: &Webhook) -> Value {
    json!({
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "events": webhook.events,
        "active": webhook.active,
        "lastSuccess": webhook.last_success.map(|time| time.iso()),
        "lastFailure": webhook.last_failure.map(|time| time.iso()),
        "successCount": webhook.successes,
        "failureCount": webhook.failures,
        "createdAt": webhook.created_at.iso(),
    })
}
