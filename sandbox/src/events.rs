//! The events that a webhook can listen to, and what the body of each looks like.
//!
//! Two families of names are published. The guides and the specification name what happens on LinkedIn and send
//! the team as `teamId`; the pages of the calls have names by record and send it as `team`. The bodies here are
//! samples: the people in them are made up.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::Moment;

/// Which event names a server knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventNames {
    /// Those of the specification and those of the pages.
    #[default]
    All,
    /// The six of the specification.
    Spec,
    /// The four that the guides have kept.
    Guides,
}

/// Where a name is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Guides,
    /// In the specification, but no longer in the guides.
    Spec,
    Pages,
}

/// One kind of event.
#[derive(Debug)]
pub(crate) struct EventKind {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) category: &'static str,
    source: Source,
}

macro_rules! kinds {
    ($($source:ident $category:literal $id:literal $name:literal $description:literal)+) => {
        &[$(EventKind {
            id: $id,
            name: $name,
            description: $description,
            category: $category,
            source: Source::$source,
        }),+]
    };
}

static CATALOGUE: &[EventKind] = kinds! {
    Guides "message" "linkedin.message.sent" "LinkedIn Message Sent" "The agent sent a message"
    Guides "message" "linkedin.message.received" "LinkedIn Message Received" "The prospect answered"
    Guides "connection" "linkedin.invitation.sent" "LinkedIn Invitation Sent" "The agent sent an invitation"
    Guides "connection" "linkedin.invitation.accepted" "LinkedIn Invitation Accepted"
        "The prospect accepted the invitation"
    Spec "prospect" "prospect.qualification.manual" "Manual Qualification" "A prospect waits for a review"
    Spec "prospect" "prospect.unqualified" "Prospect Unqualified" "A prospect was marked as not fitting"
    Pages "prospect" "prospect.qualified" "Prospect Qualified" "A prospect was marked as qualified"
    Pages "prospect" "prospect.responded" "Prospect Responded" "A prospect answered"
    Pages "prospect" "prospect.disqualified" "Prospect Disqualified" "A prospect was marked as not qualified"
    Pages "prospect" "prospect.paused" "Prospect Paused" "A conversation was paused"
    Pages "prospect" "prospect.resumed" "Prospect Resumed" "A conversation goes on"
    Pages "campaign" "campaign.started" "Campaign Started" "A campaign began to send"
    Pages "campaign" "campaign.paused" "Campaign Paused" "A campaign was paused"
    Pages "campaign" "campaign.resumed" "Campaign Resumed" "A campaign goes on"
    Pages "campaign" "campaign.completed" "Campaign Completed" "A campaign has worked through its prospects"
    Pages "campaign" "campaign.deleted" "Campaign Deleted" "A campaign was deleted"
    Pages "message" "message.sent" "Message Sent" "A message went out"
    Pages "message" "message.received" "Message Received" "A message came in"
    Pages "message" "message.failed" "Message Failed" "A message could not be sent"
    Pages "message" "message.scheduled" "Message Scheduled" "A message was planned"
    Pages "connection" "connection.sent" "Connection Sent" "An invitation went out"
    Pages "connection" "connection.accepted" "Connection Accepted" "An invitation was accepted"
    Pages "connection" "connection.rejected" "Connection Rejected" "An invitation was declined"
    Pages "connection" "connection.withdrawn" "Connection Withdrawn" "An invitation was taken back"
    Pages "agent" "agent.status_changed" "Agent Status Changed" "An agent is in another state"
    Pages "agent" "agent.health_alert" "Agent Health Alert" "An agent needs attention"
    Pages "agent" "agent.limits_reached" "Agent Limits Reached" "An agent has used up its day"
    Pages "agent" "agent.offline" "Agent Offline" "An agent is signed out"
};

/// The events that a server with these names knows.
pub(crate) fn known(names: EventNames) -> impl Iterator<Item = &'static EventKind> {
    CATALOGUE.iter().filter(move |kind| match names {
        EventNames::All => true,
        EventNames::Spec => kind.source != Source::Pages,
        EventNames::Guides => kind.source == Source::Guides,
    })
}

pub(crate) fn find(names: EventNames, id: &str) -> Option<&'static EventKind> {
    known(names).find(|kind| kind.id == id)
}

impl EventKind {
    /// A sample of what is delivered. Members of `given` replace those of the sample or join them. `paged` gives
    /// an event of the guides the envelope of the pages.
    pub(crate) fn sample(&self, team: &str, now: Moment, given: &Map<String, Value>, paged: bool) -> Value {
        let now = now.iso();
        let mut data = match self.source {
            Source::Pages => page_data(self, &now),
            Source::Guides | Source::Spec => guide_data(self, &now),
        };
        for (name, value) in given {
            data[name] = value.clone();
        }
        if paged || self.source == Source::Pages {
            let team = json!({"id": team, "name": "Sandbox"});
            json!({"event": self.id, "timestamp": now, "data": data, "team": team})
        } else {
            json!({"event": self.id, "teamId": team, "timestamp": now, "data": data})
        }
    }
}

const AGENT: &str = "5a3d00000000000000a1";
const CAMPAIGN: &str = "5a3d00000000000000b2";
const CHAT: &str = "5a3d00000000000000c3";
const PERSON: &str = "5a3d00000000000000d4";
const RECORD: &str = "5a3d00000000000000e5";

fn guide_data(kind: &EventKind, now: &str) -> Value {
    let mut data = json!({
        "agentId": AGENT, "campaignId": CAMPAIGN, "chatId": CHAT, "prospectId": PERSON, "timestamp": now,
    });
    match kind.id {
        "linkedin.message.sent" => data["message"] = json!("Hello Ines, shall we compare notes?"),
        "linkedin.message.received" => data["message"] = json!("Gladly. Is Thursday fine?"),
        _ => {}
    }
    data
}

/// Six of these bodies are published. The rest is taken to have the parts of its category.
fn page_data(kind: &EventKind, now: &str) -> Value {
    let agent = json!({"id": AGENT, "name": "Milo Brandt"});
    let campaign = json!({"id": CAMPAIGN, "name": "Autumn in Porto"});
    let prospect = json!({
        "id": PERSON,
        "name": "Ines Duarte",
        "headline": "Operations Lead",
        "url": "https://linkedin.com/in/ines-duarte",
    });
    match kind.category {
        "campaign" => json!({"campaign": ended(campaign, kind, now), "agent": agent}),
        "message" => {
            let content = "Hello Ines, shall we compare notes?";
            let message = json!({
                "id": RECORD, "content": content, "type": "initial", "sentAt": now, "platform": "linkedin",
            });
            json!({"message": message, "prospect": prospect, "campaign": campaign, "agent": agent})
        }
        "connection" => {
            let connection =
                json!({"id": RECORD, "acceptedAt": now, "sentAt": now, "responseTime": "2 hours"});
            json!({"connection": connection, "prospect": prospect, "campaign": campaign, "agent": agent})
        }
        "agent" => {
            let mut agent = agent;
            if kind.id == "agent.status_changed" {
                agent["previousStatus"] = json!("running");
                agent["currentStatus"] = json!("paused");
                agent["statusChangedAt"] = json!(now);
                agent["reason"] = json!("Paused by hand");
            }
            let stats = json!({"dailyMessages": 12, "dailyConnections": 9, "dailyProfileViews": 31});
            json!({"agent": agent, "stats": stats})
        }
        _ if kind.id == "prospect.qualified" => qualified(prospect, campaign, now),
        _ => json!({"prospect": prospect, "campaign": campaign}),
    }
}

fn ended(mut campaign: Value, kind: &EventKind, now: &str) -> Value {
    if kind.id == "campaign.completed" {
        campaign["status"] = json!("completed");
        campaign["completedAt"] = json!(now);
        campaign["duration"] = json!("18 days");
        campaign["stats"] = json!({
            "prospects": 40, "messages": 96, "responses": 10, "qualified": 3, "closed": 1,
            "conversionRate": 7.5, "responseRate": 25.0,
        });
    }
    campaign
}

fn qualified(mut prospect: Value, campaign: Value, now: &str) -> Value {
    prospect["email"] = json!("ines@duarte.example");
    prospect["location"] = json!({"city": "Porto", "country": "Portugal"});
    prospect["qualification"] = json!("qualified");
    prospect["qualifiedAt"] = json!(now);
    prospect["qualifiedBy"] = json!(AGENT);
    let last = "Gladly. Is Thursday fine?";
    let conversation = json!({"id": CHAT, "messageCount": 5, "lastMessage": last, "lastActivity": now});
    json!({"prospect": prospect, "campaign": campaign, "conversation": conversation})
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_known_by_where_they_are_published() {
        let ids = |names| known(names).map(|kind| kind.id).collect::<HashSet<_>>();
        let (all, spec, guides) = (ids(EventNames::All), ids(EventNames::Spec), ids(EventNames::Guides));
        assert_eq!(all.len(), CATALOGUE.len());
        assert!(guides.iter().all(|id| id.starts_with("linkedin.")) && guides.len() == 4);
        assert!(spec.is_superset(&guides) && spec.contains("prospect.unqualified") && spec.len() == 6);
        assert!(find(EventNames::Spec, "prospect.qualified").is_none());
        assert!(find(EventNames::All, "prospect.qualified").is_some());
    }

    #[test]
    fn the_envelope_follows_the_family_and_given_values_win() {
        let given = json!({"message": "mine", "extra": 1});
        let given = given.as_object().unwrap();
        let now = Moment::from_micros(0);
        let kind = find(EventNames::All, "linkedin.message.received").unwrap();
        let guide = kind.sample("t", now, given, false);
        assert_eq!((&guide["teamId"], &guide["team"]), (&json!("t"), &Value::Null));
        assert_eq!((&guide["data"]["message"], &guide["data"]["extra"]), (&json!("mine"), &json!(1)));
        assert_eq!(guide["data"]["chatId"], CHAT);
        for kind in known(EventNames::All).filter(|kind| kind.source == Source::Pages) {
            let page = kind.sample("t", now, &Map::new(), false);
            assert_eq!((&page["team"]["id"], &page["teamId"]), (&json!("t"), &Value::Null), "{}", kind.id);
            assert!(page["data"][kind.category].is_object(), "{}", kind.id);
        }
    }
}
