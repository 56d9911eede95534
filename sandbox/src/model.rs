//! The records that a team owns, as the sandbox keeps them. How they look on the wire is up to the resource files.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::agent::{AgentSwitches, Alert, DailyLimits, WorkingHours};
use crate::clock::Moment;
use crate::enrichment::Profile;
use crate::records::Record;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) created_at: Moment,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Prompt {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) model: String,
    pub(crate) created_at: Moment,
    /// Its text, section by section, as on the wire.
    pub(crate) sections: Map<String, Value>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Agent {
    pub(crate) id: String,
    pub(crate) name: String,
    /// What it signs in with. The password is never kept.
    pub(crate) email: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) status: String,
    pub(crate) alerts: Vec<Alert>,
    pub(crate) working_hours: WorkingHours,
    pub(crate) limits: DailyLimits,
    pub(crate) switches: AgentSwitches,
    /// When the sign-in that is under way will have ended.
    pub(crate) sign_in_ends: Option<Moment>,
    /// Whether it is paused for want of credits, and not by anyone's wish.
    pub(crate) stopped_by_system: bool,
    /// Whether its account is run outside of the service, which lets it be deleted in any state.
    pub(crate) external: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Campaign {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) agent: String,
    pub(crate) product: String,
    pub(crate) created_at: Moment,
    /// Places of its conversations among those of the team, in order of creation.
    pub(crate) chats: Vec<usize>,
    /// The place of the conversation with a person, by slug: what an import calls a duplicate.
    pub(crate) by_slug: HashMap<String, usize>,
    /// When its last import will have ended.
    pub(crate) busy_until: Option<Moment>,
}

/// A person, known to the team once however many campaigns write to them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) profile: Profile,
}

/// The conversation of one campaign with one person.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Chat {
    pub(crate) id: String,
    pub(crate) campaign: String,
    pub(crate) person: String,
    pub(crate) status: u16,
    pub(crate) qualification: String,
    pub(crate) paused: bool,
    pub(crate) messages: u32,
    pub(crate) responses: u32,
    /// The messages that were written here, oldest first.
    pub(crate) transcript: Vec<Message>,
    pub(crate) last_message: Option<Moment>,
    pub(crate) last_response: Option<Moment>,
    /// When it came to an invitation, and when it became qualified, if that happened here.
    pub(crate) invited_at: Option<Moment>,
    pub(crate) qualified_at: Option<Moment>,
    pub(crate) custom_data: Option<String>,
    pub(crate) additional_fields: Option<Value>,
}

impl Chat {
    pub(crate) fn was_invited(&self) -> bool {
        matches!(self.status, 1..=6)
    }

    pub(crate) fn is_qualified(&self) -> bool {
        self.qualification == "qualified"
    }

    /// Notes the times of what has just changed.
    pub(crate) fn changed(&mut self, now: Moment) {
        self.invited_at =
            self.invited_at.filter(|_| self.was_invited()).or(self.was_invited().then_some(now));
        self.qualified_at =
            self.qualified_at.filter(|_| self.is_qualified()).or(self.is_qualified().then_some(now));
    }

    /// Whether the agent is in the middle of it: begun, not ended, not paused.
    pub(crate) fn is_running(&self) -> bool {
        !self.paused && matches!(self.status, 1..=4)
    }

    /// Whether the agent still means to do something here, now or after a pause.
    pub(crate) fn has_ahead(&self) -> bool {
        matches!(self.status, 0..=4)
    }
}

/// One message of a conversation. Its text is up to the resource file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Whether the person wrote it, and not the agent.
    pub(crate) from_person: bool,
    pub(crate) date: Moment,
}

macro_rules! records {
    ($($kind:ty),+) => { $(impl Record for $kind {
        fn id(&self) -> &str {
            &self.id
        }
    })+ };
}

records!(Product, Prompt, Agent, Campaign, Person, Chat);
