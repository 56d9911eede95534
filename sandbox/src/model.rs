//! The records that a team owns, as the sandbox keeps them. How they look on the wire is up to the resource files.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::clock::Moment;
use crate::enrichment::Profile;
use crate::records::Record;

#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) created_at: Moment,
}

#[derive(Debug)]
pub(crate) struct Prompt {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) model: String,
    pub(crate) created_at: Moment,
    /// Its text, section by section, as on the wire.
    pub(crate) sections: Map<String, Value>,
}

#[derive(Debug)]
pub(crate) struct Agent {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) status: String,
}

#[derive(Debug)]
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
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) profile: Profile,
}

/// The conversation of one campaign with one person.
#[derive(Debug)]
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
    pub(crate) custom_data: Option<String>,
    pub(crate) additional_fields: Option<Value>,
}

/// One message of a conversation. Its text is up to the resource file.
#[derive(Debug)]
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
