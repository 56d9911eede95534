//! Agents: the LinkedIn accounts that do the work. Reading them, and what moves them from state to state.
//!
//! `setup_needed` or `setup_pending` → setup → `auth_in_progress` → `running`, or `auth_needed` with an alert.
//! Nothing public ends an agent; a control route does, and only an ended one is deleted or relaunched.

mod create;
mod update;

pub(super) use create::is_email;

use serde_json::{Value, json};

use super::campaigns::delete_with_all;
use crate::agent::Usage;
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::clock::Moment;
use crate::model::Agent;
use crate::operation::{Group, Operation, Tier};
use crate::profile::Profile;
use crate::settings::AgentStates;
use crate::validation::{Members, Problems};
use crate::world::World;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "agents.create",
        method: "POST",
        path: "/agents",
        group: Group::Tier(Tier::Low),
        handler: create::create,
    },
    Operation {
        id: "agents.list",
        method: "GET",
        path: "/agents",
        group: Group::Tier(Tier::Medium),
        handler: list,
    },
    Operation {
        id: "agents.get",
        method: "GET",
        path: "/agents/{id}",
        group: Group::Tier(Tier::Medium),
        handler: get,
    },
    Operation {
        id: "agents.update",
        method: "PUT",
        path: "/agents/{id}",
        group: Group::Tier(Tier::Low),
        handler: update::update,
    },
    Operation {
        id: "agents.setup",
        method: "POST",
        path: "/agents/{id}/setup",
        group: Group::Tier(Tier::Low),
        handler: setup,
    },
    Operation {
        id: "agents.pause",
        method: "POST",
        path: "/agents/{id}/pause",
        group: Group::Tier(Tier::Low),
        handler: pause,
    },
    Operation {
        id: "agents.resume",
        method: "POST",
        path: "/agents/{id}/resume",
        group: Group::Tier(Tier::Low),
        handler: resume,
    },
    Operation {
        id: "agents.delete",
        method: "DELETE",
        path: "/agents/{id}",
        group: Group::Tier(Tier::Low),
        handler: delete,
    },
    Operation {
        id: "agents.relaunch",
        method: "POST",
        path: "/agents/{id}/relaunch",
        group: Group::Tier(Tier::Low),
        handler: relaunch,
    },
];

fn list(call: &mut Call<'_>) -> Verdict {
    let world = &*call.world;
    let agents = world.agents.all().iter();
    let shown: Vec<Value> = agents.map(|agent| shown(agent, &Usage::of(world, agent, call.now))).collect();
    Ok(Answer::ok(json!(shown)))
}

fn get(call: &mut Call<'_>) -> Verdict {
    let agent = found(call)?;
    let usage = Usage::of(call.world, agent, call.now);
    let mut body = shown(agent, &usage);
    body["usage"] = shown_usage(call.world, agent, &usage);
    Ok(Answer::ok(body))
}

/// The agent that the path names, checked for permission and existence.
fn found<'a>(call: &'a Call<'_>) -> Result<&'a Agent, Answer> {
    let id = call.parameter("id");
    call.permit("Agent", Some(id))?;
    call.world.agents.get(id).ok_or_else(|| Answer::not_found("Agent"))
}

fn found_mut<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Agent, Answer> {
    let id = call.parameter("id");
    call.permit("Agent", Some(id))?;
    call.world.agents.get_mut(id).ok_or_else(|| Answer::not_found("Agent"))
}

/// An agent as lists show it. Login and country are there once they are known.
fn shown(agent: &Agent, usage: &Usage) -> Value {
    let mut body = json!({
        "id": agent.id,
        "name": agent.name,
        "status": agent.status,
        "nextTask": time(usage.next_task()),
        "alerts": agent.alerts,
    });
    if let Some(email) = &agent.email {
        body["login"] = json!(email);
        body["avatar"] = json!(format!("https://cdn.example.org/{}.jpg", agent.id));
    }
    if let Some(country) = &agent.country {
        body["country"] = json!(country);
    }
    body
}

/// What "daily" means is not published: what was done today in one profile, the most of a day in the other.
fn shown_usage(world: &World, agent: &Agent, usage: &Usage) -> Value {
    let (invitations, messages) = match world.settings.profile {
        Profile::Seed => (json!(usage.invitations_today), json!(usage.messages_today)),
        Profile::Tiered => (json!(agent.limits.invitations_max), json!(agent.limits.messages_max)),
    };
    json!({
        "invitations": usage.invitations,
        "invitationsDaily": invitations,
        "messages": usage.messages,
        "messagesDaily": messages,
        "nextInvitation": time(usage.next_invitation),
        "nextMessage": time(usage.next_message),
        "workingHours": agent.working_hours,
    })
}

fn time(moment: Option<Moment>) -> Value {
    json!(moment.map(Moment::iso))
}

/// Takes the login data and begins to sign in. A second call begins again. The password is checked and dropped.
fn setup(call: &mut Call<'_>) -> Verdict {
    call.permit("Agent", Some(call.parameter("id")))?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let login = members.required_text("login", 0..=usize::MAX);
    if body.get("login").is_some_and(Value::is_string) && !is_email(login) {
        members.problem("login", "Must be an e-mail address");
    }
    members.required_text("password", 6..=usize::MAX);
    let country = members.required_text("country", 2..=2);
    call.validated(&problems)?;
    let ends = call.now.plus(call.world.settings.agent_setup_delay);
    let agent = found_mut(call)?;
    // An ended agent has to be relaunched first, and a disabled one is not for the caller to start.
    if matches!(agent.status.as_str(), "ended" | "disabled") {
        return Err(wrong_status(400, agent));
    }
    agent.email = Some(login.to_owned());
    agent.country = Some(country.to_owned());
    agent.sign_in(ends);
    Ok(Answer::ok(json!({"message": "Agent setup successfully"})))
}

fn pause(call: &mut Call<'_>) -> Verdict {
    step(call, "running", "paused")?;
    Ok(Answer::ok(json!({"message": "Agent paused successfully"})))
}

fn resume(call: &mut Call<'_>) -> Verdict {
    if !found(call)?.alerts.is_empty() {
        // The code of this refusal is not published.
        let code = match call.world.settings.profile {
            Profile::Seed => "agent_has_alerts",
            Profile::Tiered => "validation_error",
        };
        return Err(Answer::refusal(400, code, "The agent has open alerts"));
    }
    step(call, "paused", "running")?;
    Ok(Answer::ok(json!({"message": "Agent resumed successfully"})))
}

/// Moves an agent on. What happens in any other state is not published, so a setting says.
fn step(call: &mut Call<'_>, from: &str, to: &str) -> Result<(), Answer> {
    let states = call.world.settings.agent_states;
    let agent = found_mut(call)?;
    match states {
        _ if agent.status == from => agent.enter(to),
        // Whoever pauses what the system has paused wants it to stay so.
        AgentStates::Lenient => agent.stopped_by_system &= agent.status != to,
        AgentStates::BadRequest => return Err(wrong_status(400, agent)),
        AgentStates::Conflict => return Err(wrong_status(409, agent)),
    }
    Ok(())
}

fn wrong_status(status: u16, agent: &Agent) -> Answer {
    let message = format!("Not possible while the agent is {}", agent.status);
    Answer::refusal(status, "invalid_status", message).with_member("currentStatus", json!(agent.status))
}

/// Removes an ended agent with its campaigns and all that is in them.
fn delete(call: &mut Call<'_>) -> Verdict {
    let agent = found(call)?;
    if agent.status != "ended" && !agent.external {
        return Err(wrong_status(400, agent));
    }
    let id = agent.id.clone();
    let world = &mut *call.world;
    let campaigns = world.campaigns.all().iter().filter(|campaign| campaign.agent == id);
    let campaigns: Vec<String> = campaigns.map(|campaign| campaign.id.clone()).collect();
    if campaigns.iter().any(|campaign| world.is_importing(campaign, call.now)) {
        return Err(Answer::refusal(409, "campaign_busy", "An import of one of its campaigns still runs"));
    }
    for campaign in &campaigns {
        delete_with_all(world, campaign);
    }
    world.agents.remove_where(|agent| agent.id == id);
    Ok(Answer::ok(json!({"message": "Agent deleted successfully"})))
}

/// Clears all but the id, the name and what the conversations tell of the past.
fn relaunch(call: &mut Call<'_>) -> Verdict {
    let agent = found_mut(call)?;
    if agent.status != "ended" {
        return Err(wrong_status(400, agent));
    }
    agent.enter("setup_needed");
    agent.email = None;
    agent.country = None;
    agent.alerts = Vec::new();
    Ok(Answer::ok(json!({"message": "Agent relaunched successfully", "status": agent.status})))
}

/// Everything that is known of an agent, for the control routes.
pub(crate) fn picture(world: &World, agent: &Agent, now: Moment) -> Value {
    let usage = Usage::of(world, agent, now);
    let mut body = shown(agent, &usage);
    body["usage"] = shown_usage(world, agent, &usage);
    body["limits"] = json!(agent.limits);
    body["settings"] = json!(agent.switches);
    body["external"] = json!(agent.external);
    body["stoppedBySystem"] = json!(agent.stopped_by_system);
    body
}
