//! The window of one client of an agency: who may look in, and the agents whose work is seen there.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::model::Campaign;
use crate::records::Record;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Workspace {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The team that holds the clients. It has no key.
    pub(crate) client_team: String,
    pub(crate) created_at: Moment,
    pub(crate) clients: Vec<Client>,
    /// Ids of the agents assigned to it. Some may have been deleted since.
    pub(crate) agents: Vec<String>,
}

impl Record for Workspace {
    fn id(&self) -> &str {
        &self.id
    }
}

/// One invited person.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) membership: String,
    /// The same in all workspaces of the team.
    pub(crate) user: String,
    pub(crate) email: String,
    pub(crate) roles: Vec<String>,
    pub(crate) redirect_url: Option<String>,
}

impl Client {
    /// Capital letters make no other address.
    pub(crate) fn has_email(&self, email: &str) -> bool {
        self.email.to_lowercase() == email.to_lowercase()
    }
}

impl Workspace {
    /// Those of its agents that still exist.
    pub(crate) fn agents_in<'a>(&'a self, world: &'a World) -> impl Iterator<Item = &'a str> {
        self.agents.iter().map(String::as_str).filter(|id| world.agents.contains(id))
    }
}

/// What comes into sight, or goes out of it, with some agents.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) campaigns: usize,
    pub(crate) chats: usize,
    pub(crate) prospects: usize,
}

impl Reach {
    pub(crate) fn of(world: &World, agents: &[&str]) -> Self {
        let campaigns = world.campaigns.all().iter();
        let campaigns: Vec<&Campaign> =
            campaigns.filter(|campaign| agents.contains(&campaign.agent.as_str())).collect();
        let places = campaigns.iter().flat_map(|campaign| &campaign.chats);
        let people: Vec<&str> =
            places.filter_map(|&place| world.chats.at(place)).map(|chat| chat.person.as_str()).collect();
        Self {
            campaigns: campaigns.len(),
            chats: people.len(),
            prospects: people.into_iter().collect::<HashSet<_>>().len(),
        }
    }
}
