//! Workspaces: the windows of an agency's clients. They hold no records of their own; an agent that is assigned to
//! one makes its campaigns, conversations and people visible there.

use serde_json::{Value, json};

use super::agents::is_email;
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::operation::{Group, Operation, Tier};
use crate::validation::{Members, Problems};
use crate::workspace::{Client, Reach, Workspace};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "workspaces.list",
        method: "GET",
        path: "/workspaces",
        group: Group::Tier(Tier::Medium),
        handler: list,
    },
    Operation {
        id: "workspaces.create",
        method: "POST",
        path: "/workspaces",
        group: Group::Tier(Tier::Low),
        handler: create,
    },
    Operation {
        id: "workspaces.delete",
        method: "DELETE",
        path: "/workspaces/{id}",
        group: Group::Tier(Tier::Low),
        handler: delete,
    },
    Operation {
        id: "workspaces.invite_client",
        method: "POST",
        path: "/workspaces/{id}/invite",
        group: Group::Tier(Tier::Low),
        handler: invite,
    },
    Operation {
        id: "workspaces.remove_client",
        method: "DELETE",
        path: "/workspaces/{id}/clients",
        group: Group::Tier(Tier::Low),
        handler: remove_client,
    },
    Operation {
        id: "workspaces.assign_agent",
        method: "POST",
        path: "/workspaces/{id}/agents/{agentId}",
        group: Group::Tier(Tier::Low),
        handler: assign_agent,
    },
    Operation {
        id: "workspaces.unassign_agent",
        method: "DELETE",
        path: "/workspaces/{id}/agents/{agentId}",
        group: Group::Tier(Tier::Low),
        handler: unassign_agent,
    },
];

const PORTAL: &str = "https://portal.agency.example";

/// Only the page of the create call names the refusal; the text says that all of it belongs to the Agency plan.
fn permit_plan(call: &Call<'_>) -> Result<(), Answer> {
    let settings = &call.world.settings;
    let concerned = settings.agency_for_all || call.operation.id == "workspaces.create";
    if concerned && settings.plan.workspaces == Some(0) {
        return Err(Answer::refusal(403, "agency_plan_required", "Workspaces belong to the Agency plan"));
    }
    Ok(())
}

/// The workspace of the path, as far as plan and team allow it to be touched.
fn permitted<'a>(call: &Call<'a>) -> Result<&'a str, Answer> {
    permit_plan(call)?;
    let id = call.parameter("id");
    call.permit("Workspace", Some(id))?;
    Ok(id)
}

fn unknown() -> Answer {
    Answer::not_found("Workspace")
}

fn list(call: &mut Call<'_>) -> Verdict {
    permit_plan(call)?;
    let workspaces: Vec<Value> = call.world.workspaces.all().iter().map(shown).collect();
    Ok(Answer::ok(json!({"total": workspaces.len(), "workspaces": workspaces})))
}

fn create(call: &mut Call<'_>) -> Verdict {
    permit_plan(call)?;
    let allowed = call.world.settings.plan.workspaces;
    call.within_plan("plan_limit_reached", call.world.workspaces.len(), allowed)?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let name = Members::new(&body, &mut problems).required_text("name", 1..=usize::MAX);
    call.validated(&problems)?;
    let workspace = Workspace {
        id: call.world.identifiers.next(),
        name: name.to_owned(),
        client_team: call.world.identifiers.next(),
        created_at: call.now,
        clients: Vec::new(),
        agents: Vec::new(),
    };
    let answer = shown(&workspace);
    call.world.workspaces.add(workspace);
    Ok(Answer::created(answer))
}

/// Clients lose their access and agents become free. Campaigns and conversations stay with the team.
fn delete(call: &mut Call<'_>) -> Verdict {
    let id = permitted(call)?;
    let workspace = call.world.workspaces.get(id).ok_or_else(unknown)?;
    let agents: Vec<&str> = workspace.agents_in(call.world).collect();
    let reach = Reach::of(call.world, &agents);
    let stats = json!({
        "agentsUnassigned": agents.len(),
        "campaignsUpdated": reach.campaigns,
        "chatsUpdated": reach.chats,
    });
    call.world.workspaces.remove_where(|workspace| workspace.id == id);
    Ok(Answer::ok(json!({"message": "Workspace deleted successfully", "stats": stats})))
}

fn invite(call: &mut Call<'_>) -> Verdict {
    let id = permitted(call)?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let email = required_email(&mut members);
    let roles = members.list("roles").map(|roles| named(roles));
    if roles.as_ref().is_some_and(Option::is_none) {
        members.problem("roles", "Must be a list of role names");
    }
    let redirect_url = members.text("redirectUrl", 0..=usize::MAX).map(str::to_owned);
    call.validated(&problems)?;
    let world = &mut *call.world;
    let workspace = world.workspaces.get(id).ok_or_else(unknown)?;
    if workspace.clients.iter().any(|client| client.has_email(email)) {
        return Err(Answer::refusal(
            409,
            "already_member",
            "This client is a member of the workspace already",
        ));
    }
    let everyone = world.workspaces.all().iter().flat_map(|workspace| &workspace.clients);
    let user = everyone.filter(|client| client.has_email(email)).map(|client| client.user.clone()).next();
    let client = Client {
        membership: world.identifiers.next(),
        user: user.unwrap_or_else(|| world.identifiers.next()),
        email: email.to_owned(),
        roles: roles.flatten().unwrap_or_else(|| vec!["member".to_owned()]),
        redirect_url,
    };
    let answer = json!({
        "membershipId": client.membership,
        "userId": client.user,
        "email": client.email,
        "portalUrl": PORTAL,
        "emailSent": true,
    });
    world.workspaces.get_mut(id).ok_or_else(unknown)?.clients.push(client);
    Ok(Answer::created(answer))
}

/// At least one, and all of them texts. Which roles there are is not published.
fn named(roles: &[Value]) -> Option<Vec<String>> {
    let texts = roles.iter().map(|role| role.as_str().filter(|role| !role.is_empty()).map(str::to_owned));
    texts.collect::<Option<Vec<String>>>().filter(|roles| !roles.is_empty())
}

/// By e-mail; an assistant's guide gives the id of the user instead, which only some servers may take.
fn remove_client(call: &mut Call<'_>) -> Verdict {
    let id = permitted(call)?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let by_user = call.world.settings.remove_by_user_id && !body.contains_key("email");
    let user = if by_user { members.text("userId", 1..=usize::MAX) } else { None };
    let email = if user.is_none() { required_email(&mut members) } else { "" };
    call.validated(&problems)?;
    let clients = &mut call.world.workspaces.get_mut(id).ok_or_else(unknown)?.clients;
    let place = clients.iter().position(|client| match user {
        Some(user) => client.user == user,
        None => client.has_email(email),
    });
    let client = clients.remove(place.ok_or_else(|| Answer::not_found("Client"))?);
    Ok(Answer::ok(json!({"message": "Client removed from workspace", "email": client.email})))
}

fn required_email<'a>(members: &mut Members<'a, '_>) -> &'a str {
    let email = members.required_text("email", 1..=usize::MAX);
    // One that is missing, empty or no text has been noted.
    if !email.is_empty() && !is_email(email) {
        members.problem("email", "Must be an e-mail address");
    }
    email
}

/// The workspace and the agent of the path.
fn pair<'a>(call: &Call<'a>) -> Result<(&'a str, &'a str), Answer> {
    let id = permitted(call)?;
    let agent = call.parameter("agentId");
    call.permit("Agent", Some(agent))?;
    if !call.world.workspaces.contains(id) {
        return Err(unknown());
    }
    if !call.world.agents.contains(agent) {
        return Err(Answer::not_found("Agent"));
    }
    Ok((id, agent))
}

/// An agent is in one workspace at a time. A repeat changes nothing, so nothing more comes into sight.
fn assign_agent(call: &mut Call<'_>) -> Verdict {
    let (id, agent) = pair(call)?;
    let world = &mut *call.world;
    let holds = |workspace: &Workspace| workspace.agents.iter().any(|held| held == agent);
    let elsewhere = world.workspaces.all().iter().any(|workspace| workspace.id != id && holds(workspace));
    if elsewhere && !world.settings.agent_moves {
        return Err(Answer::refusal(409, "agent_assigned", "The agent is assigned to another workspace"));
    }
    let here = world.workspaces.get(id).is_some_and(holds);
    let reach = if here { Reach::default() } else { Reach::of(world, &[agent]) };
    for workspace in world.workspaces.all_mut() {
        workspace.agents.retain(|held| held != agent);
        if workspace.id == id {
            workspace.agents.push(agent.to_owned());
        }
    }
    Ok(Answer::ok(json!({"agentId": agent, "workspaceId": id, "propagated": propagated(&reach)})))
}

/// The agent goes on working. One that is not in this workspace is unknown to it.
fn unassign_agent(call: &mut Call<'_>) -> Verdict {
    let (id, agent) = pair(call)?;
    let reach = Reach::of(call.world, &[agent]);
    let agents = &mut call.world.workspaces.get_mut(id).ok_or_else(unknown)?.agents;
    let before = agents.len();
    agents.retain(|held| held != agent);
    if agents.len() == before {
        return Err(Answer::not_found("Agent of this workspace"));
    }
    Ok(Answer::ok(json!({
        "message": "Agent unassigned from workspace",
        "agentId": agent,
        "propagated": propagated(&reach),
    })))
}

fn propagated(reach: &Reach) -> Value {
    json!({"campaigns": reach.campaigns, "chats": reach.chats, "prospects": reach.prospects})
}

fn shown(workspace: &Workspace) -> Value {
    json!({
        "id": workspace.id,
        "name": workspace.name,
        "clientTeamId": workspace.client_team,
        "createdAt": workspace.created_at.iso(),
    })
}
