//! LinkedIn accounts that act.

use serde_json::{Map, Value};

use super::types::AgentCreated;
use crate::declare::parameters;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};
use crate::secret::Secret;

pub(super) const OPERATIONS: &[Entry] = &[registry::entry::<CreateAgent>()];

resource! {
    /// LinkedIn accounts that act.
    Agents
}

parameters! {
    /// A new agent. Everything may be left out: login data follow with the set-up.
    pub struct CreateAgent {
        optional {
            /// Display name.
            name: String where length(min = 1),
            /// LinkedIn e-mail, unique.
            email: String where length(min = 3),
            /// LinkedIn password, at least 8 characters.
            password: Secret where length(min = 8),
            /// First name.
            first_name: String,
            /// Last name.
            last_name: String,
            /// Working hours in the form of the create page: `start`, `end`, `timezone`, `days`.
            working_hours: Map<String, Value>,
            /// Daily limits: `dailyConnections`, `dailyMessages`, `dailyProfileViews`.
            limits: Map<String, Value>,
        }
    }
}

operation! {
    /// Makes an agent; login data follow with the set-up.
    ///
    /// A repeat makes a second agent. The plan may limit their number (`agent_limit_reached`).
    agents.create: CreateAgent => AgentCreated {
        POST "/agents",
        group: per_operation, tier: Low, price: 1, retry: UnsafeWrite, paging: none,
        errors: [agent_limit_reached, email_exists, invalid_email, weak_password, proxy_assignment_failed],
        source: "docs: /api-reference/agents/create",
    }
}
