//! One team's world: its records, credits, limits, counters, faults and script. Worlds share nothing.
//!
//! A world is changed by the handlers of the operations, by imports that come due and by the control routes, one
//! at a time under the lock of `state.rs`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::block_list::BlockList;
use crate::counters::Counters;
use crate::faults::Faults;
use crate::identifiers::Identifiers;
use crate::import::Import;
use crate::kaiko::{Account, KaikoSettings};
use crate::limits::Buckets;
use crate::log::RequestLog;
use crate::model::{Agent, Campaign, Chat, Person, Product, Prompt};
use crate::operation::Service;
use crate::purse::Purse;
use crate::records::Records;
use crate::script::Script;
use crate::settings::Settings;
use crate::webhook::{Outbox, Webhook};
use crate::workspace::Workspace;

/// What a world begins with, and returns to by a reset.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    pub(crate) api_key: String,
    pub(crate) service: Service,
    pub(crate) settings: Settings,
    /// What is set for a Kaiko key.
    pub(crate) kaiko: KaikoSettings,
    pub(crate) credits: u64,
    pub(crate) seed: u64,
    pub(crate) number: u16,
}

/// All of it is kept in snapshots, except who it belongs to and the record of requests.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct World {
    #[serde(skip)]
    pub(crate) origin: Origin,
    #[serde(skip)]
    pub(crate) team: String,
    pub(crate) settings: Settings,
    pub(crate) credits: u64,
    pub(crate) purse: Purse,
    pub(crate) identifiers: Identifiers,
    pub(crate) products: Records<Product>,
    pub(crate) prompts: Records<Prompt>,
    pub(crate) agents: Records<Agent>,
    pub(crate) campaigns: Records<Campaign>,
    pub(crate) people: Records<Person>,
    pub(crate) people_by_slug: HashMap<String, String>,
    pub(crate) chats: Records<Chat>,
    pub(crate) imports: Records<Import>,
    /// Places of the imports that are not complete.
    pub(crate) open_imports: Vec<usize>,
    pub(crate) do_not_contact: BlockList,
    pub(crate) webhooks: Records<Webhook>,
    /// What webhooks are to be told.
    pub(crate) outbox: Outbox,
    pub(crate) workspaces: Records<Workspace>,
    pub(crate) buckets: Buckets,
    pub(crate) counters: Counters,
    pub(crate) faults: Faults,
    pub(crate) script: Script,
    #[serde(skip)]
    pub(crate) log: RequestLog,
    /// What only a Kaiko key has; the records above are a Kakiyo team's.
    pub(crate) kaiko: Account,
}

impl World {
    pub(crate) fn new(origin: Origin) -> Self {
        Self {
            team: match origin.service {
                Service::Kakiyo => origin.api_key.chars().take(20).collect(),
                Service::Kaiko => origin.api_key.clone(),
            },
            settings: origin.settings.clone(),
            credits: origin.credits,
            purse: Purse::default(),
            identifiers: Identifiers::new(origin.seed, origin.number),
            products: Records::default(),
            prompts: Records::default(),
            agents: Records::default(),
            campaigns: Records::default(),
            people: Records::default(),
            people_by_slug: HashMap::new(),
            chats: Records::default(),
            imports: Records::default(),
            open_imports: Vec::new(),
            do_not_contact: BlockList::default(),
            webhooks: Records::default(),
            outbox: Outbox::default(),
            workspaces: Records::default(),
            buckets: Buckets::default(),
            counters: Counters::default(),
            faults: Faults::default(),
            script: Script::default(),
            log: RequestLog::default(),
            kaiko: Account::new(origin.kaiko.clone()),
            origin,
        }
    }

    /// Starts over, as if just made. Requests that are still being answered stay counted as in flight.
    pub(crate) fn reset(&mut self) {
        let in_flight = self.counters.in_flight;
        *self = Self::new(self.origin.clone());
        self.counters.in_flight = in_flight;
        self.counters.peak_in_flight = in_flight;
    }

    /// Becomes what another world was, and stays who it is: key, beginning, recorded requests, what is in flight.
    pub(crate) fn become_like(&mut self, other: Self) {
        let own = std::mem::replace(self, other);
        self.origin = own.origin;
        self.team = own.team;
        self.log = own.log;
        self.counters.in_flight = own.counters.in_flight;
        self.counters.peak_in_flight = self.counters.peak_in_flight.max(own.counters.in_flight);
    }

    /// Whether any record of this team has the id.
    pub(crate) fn owns(&self, id: &str) -> bool {
        self.campaigns.contains(id)
            || self.chats.contains(id)
            || self.people.contains(id)
            || self.imports.contains(id)
            || self.agents.contains(id)
            || self.products.contains(id)
            || self.prompts.contains(id)
            || self.do_not_contact.contains(id)
            || self.webhooks.contains(id)
            || self.workspaces.contains(id)
    }

    /// The conversation that an id names: its own, or with lenient ids that of its person, the first one.
    pub(crate) fn chat_id<'a>(&'a self, id: &'a str) -> Option<&'a str> {
        if self.chats.contains(id) {
            return Some(id);
        }
        let chats = self.chats.all().iter().filter(|_| self.settings.lenient_ids);
        chats.into_iter().find(|chat| chat.person == id).map(|chat| chat.id.as_str())
    }

    /// The person that an id names: their own, or with lenient ids that of one of their conversations.
    pub(crate) fn person_id<'a>(&'a self, id: &'a str) -> Option<&'a str> {
        if self.people.contains(id) {
            return Some(id);
        }
        let chat = self.chats.get(id).filter(|_| self.settings.lenient_ids)?;
        Some(&chat.person)
    }
}
