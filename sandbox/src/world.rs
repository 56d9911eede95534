//! One team's world: its records, credits, limits, counters, faults and script. Worlds share nothing.
//!
//! A world is changed by the handlers of the operations, by imports that come due and by the control routes, one
//! at a time under the lock of `state.rs`.

use std::collections::HashMap;

use crate::block_list::BlockList;
use crate::counters::Counters;
use crate::faults::Faults;
use crate::identifiers::Identifiers;
use crate::import::Import;
use crate::limits::Buckets;
use crate::log::RequestLog;
use crate::model::{Agent, Campaign, Chat, Person, Product, Prompt};
use crate::records::Records;
use crate::script::Script;
use crate::settings::Settings;

/// What a world begins with, and returns to by a reset.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) api_key: String,
    pub(crate) settings: Settings,
    pub(crate) credits: u64,
    pub(crate) seed: u64,
    pub(crate) number: u16,
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) origin: Origin,
    pub(crate) team: String,
    pub(crate) settings: Settings,
    pub(crate) credits: u64,
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
    pub(crate) buckets: Buckets,
    pub(crate) counters: Counters,
    pub(crate) faults: Faults,
    pub(crate) script: Script,
    pub(crate) log: RequestLog,
}

impl World {
    pub(crate) fn new(origin: Origin) -> Self {
        Self {
            team: origin.api_key.chars().take(20).collect(),
            settings: origin.settings.clone(),
            credits: origin.credits,
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
            buckets: Buckets::default(),
            counters: Counters::default(),
            faults: Faults::default(),
            script: Script::default(),
            log: RequestLog::default(),
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
    }

    /// Takes the price of one call. An empty purse stops the agents.
    pub(crate) fn charge(&mut self) {
        if self.settings.is_metered() {
            self.credits = self.credits.saturating_sub(1);
            self.counters.spent += 1;
            self.stop_agents_without_credits();
        }
    }

    /// Pauses every running agent when calls cost credits and none are left.
    pub(crate) fn stop_agents_without_credits(&mut self) {
        if self.settings.is_metered() && self.credits == 0 {
            for agent in self.agents.all_mut().iter_mut().filter(|agent| agent.status == "running") {
                "paused".clone_into(&mut agent.status);
            }
        }
    }
}
