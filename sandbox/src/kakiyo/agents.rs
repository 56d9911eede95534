//! Agents: the LinkedIn accounts that do the work.
//!
//! Creating one has two published forms: without a body it makes an empty agent and gives a short answer, with a
//! body it takes the login along and gives the long one.

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::model::Agent;
use crate::operation::{Group, Operation, Tier};
use crate::validation::{Members, Problems};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    id: "agents.create",
    method: "POST",
    path: "/agents",
    group: Group::Tier(Tier::Low),
    handler: create,
}];

const MESSAGE: &str = "Agent created successfully";
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn create(call: &mut Call<'_>) -> Verdict {
    call.within_plan("agent_limit_reached", call.world.agents.len(), call.world.settings.plan.agents)?;
    let body = if call.body.is_empty() { Map::new() } else { call.object()? };
    let mut problems = Problems::default();
    check(&mut Members::new(&body, &mut problems));
    call.validated(&problems)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let email = text("email");
    if email.is_some_and(|email| !is_email(email)) {
        return Err(Answer::refusal(400, "invalid_email", "Not an e-mail address"));
    }
    if text("password").is_some_and(|password| password.chars().count() < 8) {
        return Err(Answer::refusal(400, "weak_password", "At least 8 characters"));
    }
    if email.is_some() && call.world.agents.all().iter().any(|agent| agent.email.as_deref() == email) {
        return Err(Answer::refusal(409, "email_exists", "An agent with this e-mail exists"));
    }
    let agent = Agent {
        id: call.world.identifiers.next(),
        name: text("name").unwrap_or("New agent").to_owned(),
        email: email.map(str::to_owned),
        status: if body.is_empty() { "setup_needed" } else { "setup_pending" }.to_owned(),
    };
    let answer = if body.is_empty() {
        json!({"id": agent.id, "message": MESSAGE})
    } else {
        long_answer(call, &agent, &body)
    };
    call.world.agents.add(agent);
    Ok(Answer::created(answer))
}

fn check(members: &mut Members<'_, '_>) {
    for name in ["name", "email", "password", "firstName", "lastName"] {
        members.text(name, 0..=usize::MAX);
    }
    if let Some(hours) = members.object("workingHours") {
        let mut hours = members.inside(hours, "workingHours");
        for name in ["start", "end", "stop"] {
            if hours.text(name, 0..=usize::MAX).is_some_and(|time| !is_time(time)) {
                hours.problem(name, "Must be a time such as 09:00");
            }
        }
        hours.text("timezone", 1..=usize::MAX);
        let known = |day: &Value| day.as_str().is_some_and(|day| DAYS.contains(&day));
        if hours.list("days").is_some_and(|days| !days.iter().all(known)) {
            hours.problem("days", "Must be English day names in lower case");
        }
    }
    if let Some(limits) = members.object("limits") {
        let mut limits = members.inside(limits, "limits");
        for name in ["dailyConnections", "dailyMessages", "dailyProfileViews"] {
            if limits.number(name).is_some_and(|limit| limit < 0.0) {
                limits.problem(name, "Must not be negative");
            }
        }
    }
}

fn long_answer(call: &mut Call<'_>, agent: &Agent, body: &Map<String, Value>) -> Value {
    let member = |name: &str| body.get(name).cloned();
    let hours = json!({"start": "09:00", "end": "17:00", "timezone": "UTC", "days": &DAYS[..5]});
    let limits = json!({"dailyConnections": 20, "dailyMessages": 50, "dailyProfileViews": 100});
    let mut shown = json!({
        "id": agent.id,
        "name": agent.name,
        "status": agent.status,
        "healthStatus": "initializing",
        "profile": {"profileId": call.world.identifiers.next()},
        "workingHours": merged(hours, member("workingHours")),
        "limits": merged(limits, member("limits")),
        "proxy": {"assigned": true, "location": "France", "type": "residential"},
        "createdAt": call.now.iso(),
        "teamId": call.world.team,
    });
    if let Some(email) = &agent.email {
        shown["email"] = json!(email);
    }
    for name in ["firstName", "lastName"] {
        if let Some(value) = member(name) {
            shown["profile"][name] = value;
        }
    }
    json!({
        "message": MESSAGE,
        "agent": shown,
        "nextSteps": ["Sign in to LinkedIn for this agent", "Assign the agent to a campaign"],
    })
}

fn merged(mut defaults: Value, given: Option<Value>) -> Value {
    for (name, value) in given.as_ref().and_then(Value::as_object).into_iter().flatten() {
        defaults[name] = value.clone();
    }
    defaults
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && !text.contains(char::is_whitespace)
    })
}

fn is_time(text: &str) -> bool {
    let part = |text: &str, below: u8| text.len() == 2 && text.parse::<u8>().is_ok_and(|part| part < below);
    text.split_once(':').is_some_and(|(hours, minutes)| part(hours, 24) && part(minutes, 60))
}
