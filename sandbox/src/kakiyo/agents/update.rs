//! Changing the settings of an agent: each member that is named is changed, all others stay.
//!
//! Unknown members are refused, because a misspelt one, such as the `end` of the create call, would be lost
//! without a word.

use serde_json::{Map, Value, json};

use super::found_mut;
use crate::agent::{AgentSwitches, DailyLimits, WorkingHours, minutes};
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::validation::{Members, Problems};

const SECTIONS: [&str; 3] = ["workingHours", "limits", "settings"];

pub(super) fn update(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("id");
    call.permit("Agent", Some(id))?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    known(&mut members, &body, &SECTIONS);
    if SECTIONS.iter().all(|name| !body.contains_key(*name)) {
        members.problem("body", "At least one of workingHours, limits, settings");
    }
    let hours = members.object("workingHours");
    if let Some(hours) = hours {
        check_hours(&mut members.inside(hours, "workingHours"), hours);
    }
    // What is not there to be merged with is refused below.
    let agent = call.world.agents.get(id);
    let mut limits = agent.map(|agent| agent.limits).unwrap_or_default();
    if let Some(object) = members.object("limits") {
        let allowed = call.world.settings.allows_min_above_max();
        merge_limits(&mut members.inside(object, "limits"), object, &mut limits, allowed);
    }
    let replaced = call.world.settings.replace_agent_settings;
    let kept = agent.map(|agent| agent.switches).filter(|_| !replaced || !body.contains_key("settings"));
    let mut switches = kept.unwrap_or_default();
    merge_switches(&mut members, &mut switches);
    call.validated(&problems)?;
    let agent = found_mut(call)?;
    agent.limits = limits;
    agent.switches = switches;
    if let Some(hours) = hours {
        merge_hours(hours, &mut agent.working_hours);
    }
    Ok(Answer::ok(json!({"id": id, "message": "Agent settings updated successfully"})))
}

fn known(members: &mut Members<'_, '_>, object: &Map<String, Value>, names: &[&str]) {
    for name in object.keys().filter(|name| !names.contains(&name.as_str())) {
        members.problem(name, "Is not known");
    }
}

/// Whether a text is seven flags of which one is set.
pub(super) fn are_days(text: &str) -> bool {
    let flags = || text.split(':');
    flags().count() == 7 && flags().all(|flag| matches!(flag, "0" | "1")) && flags().any(|flag| flag == "1")
}

fn check_hours(hours: &mut Members<'_, '_>, object: &Map<String, Value>) {
    known(hours, object, &["days", "start", "stop"]);
    if hours.text("days", 0..=usize::MAX).is_some_and(|days| !are_days(days)) {
        hours.problem("days", "Must be seven flags such as 1:1:1:1:1:0:0, at least one of them 1");
    }
    for name in ["start", "stop"] {
        if hours.text(name, 0..=usize::MAX).is_some_and(|time| minutes(time).is_none()) {
            hours.problem(name, "Must be a time such as 09:00");
        }
    }
}

fn merge_hours(given: &Map<String, Value>, hours: &mut WorkingHours) {
    let text = |name: &str| given.get(name).and_then(Value::as_str);
    for (name, member) in [("days", &mut hours.days), ("start", &mut hours.start), ("stop", &mut hours.stop)]
    {
        if let Some(text) = text(name) {
            text.clone_into(member);
        }
    }
}

fn merge_limits(
    members: &mut Members<'_, '_>,
    object: &Map<String, Value>,
    limits: &mut DailyLimits,
    min_above_max: bool,
) {
    known(members, object, &["invitationsMin", "invitationsMax", "messagesMin", "messagesMax"]);
    for (name, range, member) in [
        ("invitationsMin", 1..=100, &mut limits.invitations_min),
        ("invitationsMax", 2..=100, &mut limits.invitations_max),
        ("messagesMin", 1..=500, &mut limits.messages_min),
        ("messagesMax", 2..=500, &mut limits.messages_max),
    ] {
        *member = members.integer(name, range).unwrap_or(*member);
    }
    for (name, least, most) in [
        ("invitationsMin", limits.invitations_min, limits.invitations_max),
        ("messagesMin", limits.messages_min, limits.messages_max),
    ] {
        if least > most && !min_above_max {
            members.problem(name, format!("Must not be above the most, which is {most}"));
        }
    }
}

fn merge_switches(members: &mut Members<'_, '_>, switches: &mut AgentSwitches) {
    for (index, setting) in members.list("settings").into_iter().flatten().enumerate() {
        let path = format!("settings[{index}]");
        let Some(object) = setting.as_object() else {
            members.problem(&path, "Must be an object");
            continue;
        };
        let mut inner = members.inside(object, &path);
        known(&mut inner, object, &["key", "value"]);
        let key = inner.required_text("key", 0..=usize::MAX);
        let value = inner.boolean("value");
        if !object.contains_key("value") {
            inner.problem("value", "Is required");
        }
        match switches.named(key) {
            Some(switch) => *switch = value.unwrap_or(*switch),
            None if object.get("key").is_some_and(Value::is_string) => {
                inner.problem("key", "Must be skipInNetwork or invitationsOnly");
            }
            None => {}
        }
    }
}
