//! LinkedIn accounts that act.

use super::agent_settings::{AgentSettingsInput, DailyLimitsInput, DailyRangesInput, settings_in_one_form};
use super::types::{
    Agent, AgentChanged, AgentCreated, AgentDetails, AgentId, AgentRelaunched, Confirmation,
    hours_in_one_form,
};
use super::working_hours::WorkingHoursInput;
use crate::declare::parameters;
use crate::error::Result;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};
use crate::rules::{self, FieldPath};
use crate::secret::Secret;

pub(super) const OPERATIONS: &[Entry] = &[
    registry::entry::<CreateAgent>(),
    registry::entry::<ListAgents>(),
    registry::entry::<GetAgent>(),
    registry::entry::<UpdateAgent>(),
    registry::entry::<SetupAgent>(),
    registry::entry::<PauseAgent>(),
    registry::entry::<ResumeAgent>(),
    registry::entry::<DeleteAgent>(),
    registry::entry::<RelaunchAgent>(),
];

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
            /// Working hours; Monday to Friday from 09:00 to 17:00 UTC unless set.
            working_hours: WorkingHoursInput => "super::working_hours::by_name",
            /// What it may do in one day.
            limits: DailyLimitsInput => "super::agent_settings::limits",
        }
    }
    check: email_of_new_agent;
    normalise: hours_in_one_form;
}

parameters! {
    /// All agents of the team.
    pub struct ListAgents {}
}

parameters! {
    /// One agent.
    pub struct GetAgent {
        path {
            /// The agent.
            agent_id: AgentId,
        }
    }
}

impl<T: Into<AgentId>> From<T> for GetAgent {
    fn from(agent_id: T) -> Self {
        Self::new(agent_id)
    }
}

parameters! {
    /// Changes to the settings of an agent; what is left out stays.
    pub struct UpdateAgent {
        path {
            /// The agent.
            agent_id: AgentId,
        }
        optional, at_least_one {
            /// New working hours, without a time zone.
            working_hours: WorkingHoursInput => "super::working_hours::by_flags",
            /// How much it does in one day.
            limits: DailyRangesInput,
            /// Switches of its automation.
            settings: AgentSettingsInput => "super::agent_settings::switches",
        }
    }
    check: no_time_zone;
    normalise: |arguments| {
        hours_in_one_form(arguments);
        settings_in_one_form(arguments);
    };
}

parameters! {
    /// The LinkedIn login of an agent.
    pub struct SetupAgent {
        path {
            /// The agent.
            agent_id: AgentId,
        }
        required {
            /// LinkedIn e-mail.
            login: String where length(min = 3),
            /// LinkedIn password, at least 6 characters.
            password: Secret where length(min = 6),
            /// Country of the account in two letters, such as `FR`.
            country: String where length(min = 2, max = 2),
        }
    }
    check: login_and_country;
}

parameters! {
    /// An agent to pause.
    pub struct PauseAgent {
        path {
            /// The agent.
            agent_id: AgentId,
        }
    }
}

impl<T: Into<AgentId>> From<T> for PauseAgent {
    fn from(agent_id: T) -> Self {
        Self::new(agent_id)
    }
}

parameters! {
    /// An agent to resume.
    pub struct ResumeAgent {
        path {
            /// The agent.
            agent_id: AgentId,
        }
    }
}

impl<T: Into<AgentId>> From<T> for ResumeAgent {
    fn from(agent_id: T) -> Self {
        Self::new(agent_id)
    }
}

parameters! {
    /// An agent to delete.
    pub struct DeleteAgent {
        path {
            /// The agent.
            agent_id: AgentId,
        }
    }
}

impl<T: Into<AgentId>> From<T> for DeleteAgent {
    fn from(agent_id: T) -> Self {
        Self::new(agent_id)
    }
}

parameters! {
    /// An agent to start over.
    pub struct RelaunchAgent {
        path {
            /// The agent.
            agent_id: AgentId,
        }
    }
}

impl<T: Into<AgentId>> From<T> for RelaunchAgent {
    fn from(agent_id: T) -> Self {
        Self::new(agent_id)
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

operation! {
    /// Lists all agents of the team with their open alerts.
    agents.list: ListAgents => Vec<Agent> {
        GET "/agents",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [],
        arguments: none,
        source: "docs: /api-reference/agents/list",
    }
}

operation! {
    /// Gives one agent with its usage, its working hours and its open alerts.
    ///
    /// Working hours have one form, whatever the server writes: days by name, `start` and `end`.
    agents.get: GetAgent => AgentDetails {
        GET "/agents/{agentId}",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/agents/details",
    }
}

operation! {
    /// Changes working hours, daily numbers or switches of an agent, at once.
    ///
    /// A running agent is planned anew. What is left out keeps its value; at least one has to be given. The time zone cannot be
    /// changed here.
    agents.update: UpdateAgent => AgentChanged {
        PUT "/agents/{agentId}",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [validation_error, forbidden, not_found],
        source: "docs: /api-reference/agents/update-settings",
    }
}

operation! {
    /// Hands the LinkedIn login of an agent to the service, which signs in with it.
    ///
    /// A second factor shows up as an alert of the agent; its code can only be entered in the dashboard. When the outcome is
    /// unknown, read the state of the agent before a repeat: each one is another attempt to sign in to LinkedIn.
    agents.setup: SetupAgent => Confirmation {
        POST "/agents/{agentId}/setup",
        group: per_operation, tier: Low, price: 1, retry: UnsafeWrite, paging: none,
        errors: [validation_error, not_found],
        source: "docs: /api-reference/agents/setup",
    }
}

operation! {
    /// Stops an agent, and with it its campaigns, until it is resumed.
    agents.pause: PauseAgent => Confirmation {
        POST "/agents/{agentId}/pause",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/agents/pause",
    }
}

operation! {
    /// Starts a paused agent again.
    ///
    /// It is refused (400) while the agent has open alerts: they stand in `alerts` of the agent.
    agents.resume: ResumeAgent => Confirmation {
        POST "/agents/{agentId}/resume",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [not_found],
        source: "docs: /api-reference/agents/resume",
    }
}

operation! {
    /// Deletes an ended agent with its campaigns and its usage, for good.
    ///
    /// An agent that has not ended is refused (`invalid_status`), and so is one whose import still runs (`campaign_busy`). When an
    /// attempt had to be repeated, `not_found` can mean that the first one has done the work.
    agents.delete: DeleteAgent => Confirmation {
        DELETE "/agents/{agentId}",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [invalid_status, forbidden, not_found, campaign_busy],
        source: "docs: /api-reference/agents/delete",
    }
}

operation! {
    /// Starts an ended agent over: it keeps its id and its usage, and waits for the set-up.
    ///
    /// Login data, proxy, alerts and tasks are cleared. An agent that has not ended is refused (`invalid_status`). When the
    /// outcome is unknown, read the state of the agent before a repeat.
    agents.relaunch: RelaunchAgent => AgentRelaunched {
        POST "/agents/{agentId}/relaunch",
        group: per_operation, tier: Low, price: 1, retry: UnsafeWrite, paging: none,
        errors: [invalid_status, forbidden, not_found],
        source: "docs: /api-reference/agents/relaunch",
    }
}

fn email_of_new_agent(agent: &CreateAgent, path: FieldPath<'_>) -> Result<()> {
    agent.email.as_deref().map_or(Ok(()), |email| rules::email(email, path.member("email")))
}

fn login_and_country(setup: &SetupAgent, path: FieldPath<'_>) -> Result<()> {
    rules::email(&setup.login, path.member("login"))?;
    if setup.country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(());
    }
    Err(path.member("country").broken("a country is two letters, such as FR"))
}

/// The settings know no time zone; leaving it out unasked would plan the agent in another one than meant.
fn no_time_zone(update: &UpdateAgent, path: FieldPath<'_>) -> Result<()> {
    if update.working_hours.as_ref().is_some_and(|hours| hours.timezone.is_some()) {
        let path = path.member("working_hours");
        return Err(path.member("timezone").broken("only a new agent takes a time zone"));
    }
    Ok(())
}
