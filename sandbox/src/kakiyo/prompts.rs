//! Prompts: a record with name, kind and model, and its text in sections, which only newer servers show.

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::model::Prompt;
use crate::operation::{Group, Operation, Tier};
use crate::validation::{Members, Problems};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "prompts.create",
        method: "POST",
        path: "/prompts",
        group: Group::Tier(Tier::Low),
        handler: create,
    },
    Operation {
        id: "prompts.list",
        method: "GET",
        path: "/prompts",
        group: Group::Tier(Tier::Medium),
        handler: list,
    },
    Operation {
        id: "prompts.get",
        method: "GET",
        path: "/prompts/{id}",
        group: Group::Tier(Tier::Medium),
        handler: get,
    },
    Operation {
        id: "prompts.update",
        method: "PUT",
        path: "/prompts/{id}",
        group: Group::Tier(Tier::Low),
        handler: update,
    },
];

/// The two kinds of today and the two words of earlier revisions.
const KINDS: [&str; 4] = ["Messages", "Comment", "message", "invitation"];

fn create(call: &mut Call<'_>) -> Verdict {
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let name = members.required_text("name", 3..=usize::MAX);
    let model = members.required_text("model", 1..=usize::MAX);
    let kind = members.required_text("type", 0..=usize::MAX);
    if body.get("type").is_some_and(Value::is_string) && !KINDS.contains(&kind) {
        problems.add("type", "Must be Messages or Comment");
    }
    call.validated(&problems)?;
    let id = call.world.identifiers.next();
    call.world.prompts.add(Prompt {
        id: id.clone(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        model: model.to_owned(),
        created_at: call.now,
        sections: Map::new(),
    });
    let answer = Answer::created(json!({"message": "Prompt created successfully"}));
    // The published answer has no id; whether the real one has is unknown.
    Ok(if call.world.settings.prompt_id { answer.with_member("id", json!(id)) } else { answer })
}

fn list(call: &mut Call<'_>) -> Verdict {
    let prompts: Vec<Value> = call.world.prompts.all().iter().map(shown).collect();
    Ok(Answer::ok(json!(prompts)))
}

/// The sections of each kind of prompt; the last two of outreach are not texts.
const OUTREACH: [&str; 4] = ["context", "firstMessage", "followUps", "followUpEnabled"];
const COMMENT: [&str; 1] = ["comment"];
const MOST_FOLLOW_UPS: usize = 3;

fn sections_of(prompt: &Prompt) -> &'static [&'static str] {
    if prompt.kind == "Comment" { &COMMENT } else { &OUTREACH }
}

/// A server that does not have these calls has no such route.
fn exists(call: &Call<'_>) -> Result<(), Answer> {
    if call.world.settings.has_prompt_text() { Ok(()) } else { Err(Answer::not_found("Route")) }
}

fn get(call: &mut Call<'_>) -> Verdict {
    exists(call)?;
    let id = call.parameter("id");
    call.permit("Prompt", Some(id))?;
    let prompt = call.world.prompts.get(id).ok_or_else(|| Answer::not_found("Prompt"))?;
    let mut body = json!({
        "id": prompt.id,
        "name": prompt.name,
        "type": prompt.kind,
        "model": prompt.model,
        "guidelines": {},
    });
    for &name in sections_of(prompt) {
        let unset = match name {
            "followUps" => json!([]),
            "followUpEnabled" => json!(false),
            _ => Value::Null,
        };
        body[name] = prompt.sections.get(name).cloned().unwrap_or(unset);
    }
    Ok(Answer::ok(body))
}

/// Saves all or nothing. Which variables are mandatory is not published, so none is missed here.
fn update(call: &mut Call<'_>) -> Verdict {
    exists(call)?;
    let id = call.parameter("id");
    call.permit("Prompt", Some(id))?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    for name in body.keys().filter(|name| !OUTREACH.contains(&name.as_str()) && *name != "comment") {
        members.problem(name, "Is not known");
    }
    for name in ["context", "firstMessage", "comment"] {
        members.text(name, 0..=usize::MAX);
    }
    members.boolean("followUpEnabled");
    let follow_ups = members.list("followUps").map_or(&[][..], Vec::as_slice);
    if follow_ups.len() > MOST_FOLLOW_UPS {
        members.problem("followUps", format!("At most {MOST_FOLLOW_UPS}"));
    }
    for (index, follow_up) in follow_ups.iter().enumerate() {
        let path = format!("followUps[{index}]");
        let Some(object) = follow_up.as_object() else {
            members.problem(&path, "Must be an object");
            continue;
        };
        let mut inner = members.inside(object, &path);
        inner.required_text("prompt", 0..=usize::MAX);
        if inner.integer("delay", 1..=30).is_none() && !object.contains_key("delay") {
            inner.problem("delay", "Is required");
        }
    }
    if body.is_empty() {
        problems.add("body", "Must name a section");
    }
    let prompt = call.world.prompts.get(id);
    let allowed = prompt.map(sections_of);
    for name in body.keys().filter(|name| allowed.is_some_and(|known| !known.contains(&name.as_str()))) {
        problems.add(name.as_str(), "Is no section of this kind of prompt");
    }
    call.validated(&problems)?;
    let prompt = call.world.prompts.get_mut(id).ok_or_else(|| Answer::not_found("Prompt"))?;
    prompt.sections.extend(body);
    Ok(Answer::ok(json!({"id": id, "message": "Prompt updated successfully"})))
}

fn shown(prompt: &Prompt) -> Value {
    json!({
        "id": prompt.id,
        "name": prompt.name,
        "type": prompt.kind,
        "model": prompt.model,
        "createdAt": prompt.created_at.iso(),
    })
}
