//! LinkedIn accounts that act.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::ids::{AgentId, TeamId};
use super::working_hours::{WorkingHours, hours_of_answer};
use crate::declare::{model, open_enum};
use crate::value::Timestamp;

open_enum! {
    /// State of an agent.
    pub enum AgentStatus {
        /// Waits for login data.
        SetupNeeded = "setup_needed",
        /// Set-up is under way; some servers say it of new agents.
        SetupPending = "setup_pending",
        /// Has to sign in to LinkedIn.
        AuthNeeded = "auth_needed",
        /// Signs in to LinkedIn.
        AuthInProgress = "auth_in_progress",
        /// At work.
        Running = "running",
        /// Stopped until it is resumed, by hand or because the credits are used up.
        Paused = "paused",
        /// Switched off.
        Disabled = "disabled",
        /// Over: can be deleted or relaunched.
        Ended = "ended",
    }
}

open_enum! {
    /// Weight of an alert.
    pub enum AgentAlertSeverity {
        /// Good to know.
        Info = "info",
        /// Should be looked at.
        Warning = "warning",
        /// Has to be dealt with.
        Error = "error",
    }
}

model! {
    /// Something about an agent that a person should look at. Open alerts keep an agent from being resumed.
    pub struct AgentAlert {
        optional {
            /// Family, such as `auth`.
            r#type: String,
            /// Detail, such as `2fa_required`.
            sub_type: String,
            /// Text for the operator.
            message: String,
            /// Weight.
            severity: AgentAlertSeverity,
        }
    }
}

model! {
    /// An agent: a LinkedIn account that acts.
    pub struct Agent {
        required {
            /// Agent id.
            id: AgentId,
        }
        optional {
            /// Display name.
            name: String,
            /// State.
            status: AgentStatus,
            /// LinkedIn e-mail.
            login: String,
            /// Two-letter country.
            country: String,
            /// Address of the picture.
            avatar: String,
            /// Time of the next action; absent where none is planned.
            next_task: Timestamp,
            /// Open alerts.
            alerts: Vec<Arc<AgentAlert>>,
        }
    }
    plural: "agents";
}

model! {
    /// An agent with its usage and its working hours.
    pub struct AgentDetails {
        required {
            /// Agent id.
            id: AgentId,
        }
        optional {
            /// Display name.
            name: String,
            /// State.
            status: AgentStatus,
            /// LinkedIn e-mail.
            login: String,
            /// Two-letter country.
            country: String,
            /// Address of the picture.
            avatar: String,
            /// Time of the next action; absent where none is planned.
            next_task: Timestamp,
            /// What the agent has done, and when it works.
            usage: Arc<AgentUsage>,
            /// Open alerts.
            alerts: Vec<Arc<AgentAlert>>,
        }
    }
    normalise: hours_in_usage;
}

model! {
    /// What an agent has done, and when it works.
    pub struct AgentUsage {
        optional {
            /// Invitations so far.
            invitations: i64,
            /// Invitations of the day; whether made or allowed is not documented.
            invitations_daily: i64,
            /// Messages so far.
            messages: i64,
            /// Messages of the day; whether made or allowed is not documented.
            messages_daily: i64,
            /// Time of the next invitation; absent where none is planned.
            next_invitation: Timestamp,
            /// Time of the next message; absent where none is planned.
            next_message: Timestamp,
            /// Working hours.
            working_hours: Arc<WorkingHours>,
        }
    }
}

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
    normalise: one_form_of_created;
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
            status: AgentStatus,
            /// Health, such as `initializing`.
            health_status: String,
            /// The person behind it.
            profile: Arc<AgentProfile>,
            /// Working hours.
            working_hours: Arc<WorkingHours>,
            /// Limits of one day.
            limits: Arc<DailyLimits>,
            /// The proxy that it works through.
            proxy: Arc<AgentProxy>,
            /// Creation time.
            created_at: Timestamp,
            /// The team that owns it.
            team_id: TeamId,
        }
    }
}

model! {
    /// The person behind an agent.
    pub struct AgentProfile {
        optional {
            /// First name.
            first_name: String,
            /// Last name.
            last_name: String,
            /// Id of the browser profile.
            profile_id: String,
        }
    }
}

model! {
    /// What an agent may do in one day.
    pub struct DailyLimits {
        optional {
            /// Connection requests a day.
            daily_connections: f64,
            /// Messages a day.
            daily_messages: f64,
            /// Profile views a day.
            daily_profile_views: f64,
        }
    }
}

model! {
    /// The proxy that an agent works through.
    pub struct AgentProxy {
        optional {
            /// Whether one was given.
            assigned: bool,
            /// Country name.
            location: String,
            /// Kind of proxy.
            r#type: String,
        }
    }
}

model! {
    /// An agent whose settings were changed.
    pub struct AgentChanged {
        optional {
            /// Agent id.
            id: AgentId,
            /// Confirmation text.
            message: String,
        }
    }
}

model! {
    /// An agent that starts over.
    pub struct AgentRelaunched {
        optional {
            /// Confirmation text.
            message: String,
            /// State: `setup_needed`.
            status: AgentStatus,
        }
    }
}

/// One form of the answer has the id at the top, the other inside `agent`.
fn one_form_of_created(members: &mut Map<String, Value>) {
    let Some(Value::Object(agent)) = members.get_mut("agent") else { return };
    hours_of_answer(agent);
    if let Some(id) = agent.get("id").cloned() {
        members.entry("id").or_insert(id);
    }
}

fn hours_in_usage(members: &mut Map<String, Value>) {
    if let Some(Value::Object(usage)) = members.get_mut("usage") {
        hours_of_answer(usage);
    }
}
