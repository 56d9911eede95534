//! Creating an agent. Two forms are published: without a body it makes an empty agent and gives a short answer,
//! with a body it takes the login along and gives the long one.

use serde_json::{Map, Value, json};

use super::update::are_days;
use crate::agent::minutes;
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::model::Agent;
use crate::profile::Profile;
use crate::validation::{Members, Problems};

const MESSAGE: &str = "Agent created successfully";
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const HOURS: [&str; 5] = ["start", "end", "stop", "timezone", "days"];
const LIMITS: [&str; 3] = ["dailyConnections", "dailyMessages", "dailyProfileViews"];

pub(super) fn create(call: &mut Call<'_>) -> Verdict {
    // The page and the specification name the code and the statuses differently, or not at all.
    let (over_limit, taken) = match call.world.settings.profile {
        Profile::Seed => ("agent_limit_reached", 409),
        Profile::Tiered => ("plan_limit_reached", 400),
    };
    call.within_plan(over_limit, call.world.agents.len(), call.world.settings.plan.agents)?;
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
    let same = |agent: &Agent| {
        email.is_some_and(|email| agent.email.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(email)))
    };
    if call.world.agents.all().iter().any(same) {
        return Err(Answer::refusal(taken, "email_exists", "An agent with this e-mail exists"));
    }
    if !body.is_empty() && !call.world.settings.proxy_available {
        return Err(Answer::refusal(500, "proxy_assignment_failed", "No proxy is left"));
    }
    let status = if body.is_empty() { "setup_needed" } else { "setup_pending" };
    let name = text("name").unwrap_or("New agent");
    let mut agent = Agent::new(call.world.identifiers.next(), name, status);
    agent.email = email.map(str::to_owned);
    apply(&body, &mut agent);
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
    if let Some(object) = members.object("workingHours") {
        let mut hours = members.inside(object, "workingHours");
        for name in ["start", "end", "stop"] {
            if hours.text(name, 0..=usize::MAX).is_some_and(|time| minutes(time).is_none()) {
                hours.problem(name, "Must be a time such as 09:00");
            }
        }
        hours.text("timezone", 1..=usize::MAX);
        if object.get("days").is_some_and(|days| flags(days).is_none()) {
            hours.problem("days", "Must be English day names in lower case, or seven flags");
        }
    }
    if let Some(limits) = members.object("limits") {
        let mut limits = members.inside(limits, "limits");
        for name in LIMITS {
            if limits.number(name).is_some_and(|limit| limit < 0.0) {
                limits.problem(name, "Must not be negative");
            }
        }
    }
}

/// The days of either form as the flags that are kept: day names, or the flags of the settings call.
fn flags(days: &Value) -> Option<String> {
    if let Some(text) = days.as_str() {
        return are_days(text).then(|| text.to_owned());
    }
    let names = days.as_array()?;
    if !names.iter().all(|name| name.as_str().is_some_and(|name| DAYS.contains(&name))) {
        return None;
    }
    let chosen = |day: &&str| names.iter().any(|name| name.as_str() == Some(*day));
    Some(DAYS.map(|day| if chosen(&day) { "1" } else { "0" }).join(":"))
}

/// Takes over what the settings call knows under other names.
fn apply(body: &Map<String, Value>, agent: &mut Agent) {
    let member = |section: &str, name: &str| body.get(section).and_then(|section| section.get(name));
    let hours = &mut agent.working_hours;
    if let Some(days) = member("workingHours", "days").and_then(flags) {
        hours.days = days;
    }
    for (name, kept) in [("start", &mut hours.start), ("stop", &mut hours.stop)] {
        if let Some(time) = member("workingHours", name).and_then(Value::as_str) {
            time.clone_into(kept);
        }
    }
    if let Some(time) = member("workingHours", "end").and_then(Value::as_str) {
        time.clone_into(&mut hours.stop);
    }
    let limits = &mut agent.limits;
    for (name, least, most) in [
        ("dailyConnections", &mut limits.invitations_min, &mut limits.invitations_max),
        ("dailyMessages", &mut limits.messages_min, &mut limits.messages_max),
    ] {
        if let Some(limit) = member("limits", name) {
            let whole = limit.as_i64().or_else(|| limit.as_f64()?.floor().to_string().parse().ok());
            *most = whole.unwrap_or(i64::MAX);
            *least = (*least).min(*most);
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
        "workingHours": merged(hours, member("workingHours"), &HOURS),
        "limits": merged(limits, member("limits"), &LIMITS),
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

fn merged(mut defaults: Value, given: Option<Value>, known: &[&str]) -> Value {
    for (name, value) in given.as_ref().and_then(Value::as_object).into_iter().flatten() {
        if known.contains(&name.as_str()) {
            defaults[name] = value.clone();
        }
    }
    defaults
}

pub(in crate::kakiyo) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && host.contains('.')
            && !host.contains('@')
            && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control())
    })
}
