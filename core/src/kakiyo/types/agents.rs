//! LinkedIn accounts that act.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::ids::AgentId;
use crate::declare::model;
use crate::value::Timestamp;

model! {
    /// An agent that was just created.
    pub struct AgentCreated {
        required {
            /// Id of the new agent.
            id: AgentId,
        }
        optional {
            /// Confirmation text.
            message: String,
            /// The agent, where the server describes it.
            agent: Arc<NewAgent>,
            /// Hints for the operator.
            next_steps: Vec<String>,
        }
    }
    normalise: id_from_agent;
}

model! {
    /// The description of a new agent that some servers give.
    pub struct NewAgent {
        optional {
            /// Agent id.
            id: AgentId,
            /// Display name.
            name: String,
            /// LinkedIn e-mail.
            email: String,
            /// State, such as `setup_pending`.
            status: String,
            /// Health, such as `initializing`.
            health_status: String,
            /// Creation time.
            created_at: Timestamp,
        }
    }
}

/// One form of the answer has the id at the top, the other inside `agent`.
fn id_from_agent(members: &mut Map<String, Value>) {
    if !members.contains_key("id")
        && let Some(id) = members.get("agent").and_then(|agent| agent.get("id")).cloned()
    {
        members.insert("id".to_owned(), id);
    }
}
