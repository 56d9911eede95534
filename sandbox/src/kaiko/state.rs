//! The picture of one Kaiko key that is shown to tests.

use serde::Serialize;
use serde_json::Value;

use crate::clock::Clock;
use crate::counters::Counters;
use crate::kaiko::settings::KaikoSettings;
use crate::team_state::{ScriptState, fault_list};
use crate::world::World;

/// Everything that can be known about one Kaiko key.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct KaikoState {
    /// `kaiko`.
    pub service: &'static str,
    /// What names the world: the whole key.
    pub team: String,
    /// The key.
    pub api_key: String,
    /// Sandbox time, ISO 8601.
    pub now: String,
    /// Credits left, where calls cost any.
    pub credits: u64,
    /// What was counted.
    pub counters: Counters,
    /// Contexts that have not ended.
    pub contexts: usize,
    /// Their messages with an external id.
    pub messages: usize,
    /// Tokens used in this month.
    pub tokens: u64,
    /// Answers that are kept by an idempotency key.
    pub kept_answers: usize,
    /// Answers that were given a second time.
    pub replayed: u64,
    /// The script.
    pub script: ScriptState,
    /// The fault rules, each with its id and the calls it has seen.
    pub faults: Vec<Value>,
    /// What is set.
    pub settings: KaikoSettings,
}

impl KaikoState {
    pub(crate) fn of(world: &mut World, clock: &Clock) -> Self {
        let now = clock.now();
        world.settle_purse(now);
        let account = &mut world.kaiko;
        account.settle(now);
        Self {
            service: "kaiko",
            team: world.team.clone(),
            api_key: world.origin.api_key.clone(),
            now: now.iso(),
            credits: world.credits,
            counters: world.counters.clone(),
            contexts: account.context_count(),
            messages: account.message_count(),
            tokens: account.tokens.used(now),
            kept_answers: account.replies.len(),
            replayed: account.replies.replayed,
            script: ScriptState { left: world.script.left(), strict: world.script.strict },
            faults: fault_list(&world.faults),
            settings: account.settings.clone(),
        }
    }
}
