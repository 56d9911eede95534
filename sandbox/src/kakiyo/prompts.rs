//! Prompts: a record with name, kind and model. Their text is not part of these operations.

use serde_json::{Value, json};

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
    });
    let answer = Answer::created(json!({"message": "Prompt created successfully"}));
    // The published answer has no id; whether the real one has is unknown.
    Ok(if call.world.settings.prompt_id { answer.with_member("id", json!(id)) } else { answer })
}

fn list(call: &mut Call<'_>) -> Verdict {
    let prompts: Vec<Value> = call.world.prompts.all().iter().map(shown).collect();
    Ok(Answer::ok(json!(prompts)))
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
