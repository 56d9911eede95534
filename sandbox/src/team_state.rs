//! The picture of one team that is shown to tests: settings, credits, counters and what there is.

use serde::Serialize;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::counters::Counters;
use crate::faults::Faults;
use crate::settings::Settings;
use crate::world::World;

/// How many records of each kind a team has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordCounts {
    /// Products.
    pub products: usize,
    /// Prompts.
    pub prompts: usize,
    /// Agents.
    pub agents: usize,
    /// Campaigns.
    pub campaigns: usize,
    /// People.
    pub prospects: usize,
    /// Conversations.
    pub chats: usize,
    /// Imports, finished or not.
    pub imports: usize,
    /// Imports that are not finished.
    pub open_imports: usize,
    /// Do Not Contact entries.
    pub do_not_contact: usize,
    /// Webhooks.
    pub webhooks: usize,
    /// Workspaces.
    pub workspaces: usize,
}

/// An agent and its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AgentState {
    /// Agent id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// State, such as `running`.
    pub status: String,
}

/// What is left of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScriptState {
    /// Requests that the script still answers.
    pub left: u64,
    /// Whether requests beyond the script are refused.
    pub strict: bool,
}

/// Everything that can be known about one team.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TeamState {
    /// Team id: the first 20 characters of the key.
    pub team: String,
    /// Its key.
    pub api_key: String,
    /// Sandbox time, ISO 8601.
    pub now: String,
    /// Credits left.
    pub credits: u64,
    /// Whether calls cost credits.
    pub metered: bool,
    /// What was counted.
    pub counters: Counters,
    /// How many records there are.
    pub records: RecordCounts,
    /// The agents.
    pub agents: Vec<AgentState>,
    /// The script.
    pub script: ScriptState,
    /// The fault rules, each with its id and the calls it has seen.
    pub faults: Vec<Value>,
    /// What is set.
    pub settings: Settings,
}

/// The fault rules of a world as they are shown.
pub(crate) fn fault_list(faults: &Faults) -> Vec<Value> {
    faults.list().map(|(id, rule, calls)| json!({"id": id, "rule": rule, "calls": calls})).collect()
}

impl TeamState {
    pub(crate) fn of(world: &mut World, clock: &Clock) -> Self {
        let now = clock.now();
        world.settle(now);
        let agents = world.agents.all().iter().map(|agent| AgentState {
            id: agent.id.clone(),
            name: agent.name.clone(),
            status: agent.status.clone(),
        });
        Self {
            team: world.team.clone(),
            api_key: world.origin.api_key.clone(),
            now: now.iso(),
            credits: world.credits,
            metered: world.settings.is_metered(),
            counters: world.counters.clone(),
            records: RecordCounts {
                products: world.products.len(),
                prompts: world.prompts.len(),
                agents: world.agents.len(),
                campaigns: world.campaigns.len(),
                prospects: world.people.len(),
                chats: world.chats.len(),
                imports: world.imports.len(),
                open_imports: world.open_imports.len(),
                do_not_contact: world.do_not_contact.len(),
                webhooks: world.webhooks.len(),
                workspaces: world.workspaces.len(),
            },
            agents: agents.collect(),
            script: ScriptState { left: world.script.left(), strict: world.script.strict },
            faults: fault_list(&world.faults),
            settings: world.settings.clone(),
        }
    }
}
