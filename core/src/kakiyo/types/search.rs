//! Search hits. The service documents two forms; users see one.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::ids::{ChatId, ProspectId};
use super::prospects::{ProspectCampaign, ProspectLocation, Qualification};
use super::status::ConversationStatus;
use crate::declare::{model, open_enum};
use crate::operation::Row;
use crate::value::Timestamp;

open_enum! {
    /// Qualification in the words of the search filter.
    pub enum SearchQualification {
        /// Not decided yet.
        Pending = "pending",
        /// A fit.
        Qualified = "qualified",
        /// Not a fit.
        Disqualified = "disqualified",
    }
}

model! {
    /// A person found by the search, in one form whatever the server sends.
    pub struct ProspectHit {
        optional {
            /// Id of the person.
            prospect_id: ProspectId,
            /// Id of the conversation; only where the server tells it.
            chat_id: ChatId,
            /// Full name.
            name: String,
            /// LinkedIn headline.
            headline: String,
            /// LinkedIn profile address.
            url: String,
            /// Employer, when enriched.
            current_company_name: String,
            /// Job title, when enriched.
            current_job_title: String,
            /// Employer's web site, when known.
            current_company_website: String,
            /// Employer's LinkedIn page, when known.
            current_company_linked_in_url: String,
            /// Where the person lives.
            location: Arc<ProspectLocation>,
            /// State of the conversation.
            status: ConversationStatus,
            /// Qualification.
            qualification: Qualification,
            /// Whether the person answered.
            has_responded: bool,
            /// Whether the conversation is paused.
            paused: bool,
            /// Time of the last activity.
            last_activity: Timestamp,
            /// The campaign.
            campaign: Arc<ProspectCampaign>,
            /// Counters of the conversation.
            stats: Arc<HitStats>,
        }
    }
    plural: "prospects";
    normalise: one_form;
}

impl Row for ProspectHit {
    fn row_id(&self) -> Option<&str> {
        self.chat_id.as_ref().map(ChatId::as_str).or(self.prospect_id.as_ref().map(ProspectId::as_str))
    }
}

model! {
    /// Counters of the conversation of a hit.
    pub struct HitStats {
        optional {
            /// Messages.
            messages: i64,
            /// Answers.
            responses: i64,
            /// Time of the last answer.
            last_response: Timestamp,
        }
    }
}

/// The page has a flat person record whose `id` is the person; the specification nests the person under `prospect`, and
/// `id` is the conversation.
fn one_form(members: &mut Map<String, Value>) {
    let id = members.remove("id");
    match members.remove("prospect") {
        Some(Value::Object(mut person)) => {
            if let Some(chat) = id {
                members.insert("chatId".to_owned(), chat);
            }
            if let Some(prospect) = person.remove("id") {
                members.insert("prospectId".to_owned(), prospect);
            }
            for (name, value) in person {
                members.entry(name).or_insert(value);
            }
        }
        other => {
            if let Some(prospect) = id {
                members.insert("prospectId".to_owned(), prospect);
            }
            if let Some(other) = other {
                members.insert("prospect".to_owned(), other);
            }
        }
    }
    for (wire, name) in [("isPaused", "paused"), ("lastMessage", "lastActivity")] {
        if let Some(value) = members.remove(wire) {
            members.entry(name).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn normalised(hit: Value) -> Value {
        let Value::Object(mut members) = hit else { unreachable!() };
        one_form(&mut members);
        Value::Object(members)
    }

    #[test]
    fn both_forms_become_one() {
        assert_eq!(
            normalised(
                json!({"id": "person", "name": "A", "isPaused": false, "lastActivity": "t", "new": 1})
            ),
            json!({"prospectId": "person", "name": "A", "paused": false, "lastActivity": "t", "new": 1})
        );
        assert_eq!(
            normalised(
                json!({"id": "chat", "paused": true, "lastMessage": "t", "prospect": {"id": "person", "name": "A", "new": 1}})
            ),
            json!({"chatId": "chat", "prospectId": "person", "name": "A", "paused": true, "lastActivity": "t", "new": 1})
        );
    }
}
