//! Reading the bodies of requests: what has to be there, and how long it may be.

use serde_json::{Map, Value};

use crate::call::Call;
use crate::clock::Moment;
use crate::kaiko::failure::{Failure, Reason};
use crate::kaiko::settings::{KaikoPoint, KaikoSettings};
use crate::validation::{Members, Problems};

/// The largest number of messages in one request.
pub(crate) const MOST_MESSAGES: usize = 100;
const LONGEST_TEXT: usize = 10_000;
const LONGEST_CONTEXT_ID: usize = 128;
const ROLES: [&str; 3] = ["user", "assistant", "system"];

/// One message to analyse.
pub(crate) struct Message<'a> {
    pub(crate) role: &'a str,
    pub(crate) external_id: Option<&'a str>,
    pub(crate) text: &'a str,
    pub(crate) at: Moment,
}

/// The body as a JSON object.
pub(crate) fn object(call: &Call<'_>) -> Result<Map<String, Value>, Failure> {
    let json = call.is_json();
    if !json {
        return Err(Failure::new(Reason::Malformed, "Content-Type must be application/json"));
    }
    match serde_json::from_slice(call.body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Failure::new(Reason::Malformed, "The body must be a JSON object")),
        Err(error) => Err(Failure::new(Reason::Malformed, format!("The body is not JSON: {error}"))),
    }
}

/// The messages of an analysis, in order and at least one.
pub(crate) fn messages<'a>(
    body: &'a Map<String, Value>,
    settings: &KaikoSettings,
    now: Moment,
) -> Result<Vec<Message<'a>>, Failure> {
    let mut problems = Problems::default();
    let mut members = Members::new(body, &mut problems);
    let model = members.required_text("model", 1..=64);
    members.object("params");
    let mut found = Vec::new();
    for (path, object) in objects(&mut members, body) {
        found.extend(message(&mut members.inside(object, &path), object, &path, settings, now));
    }
    Failure::of(&problems)?;
    known_model("model", model, &["emotion-v2"], settings)?;
    Ok(found)
}

/// The members of `messages` that are objects, each with its path.
pub(crate) fn objects<'a>(
    members: &mut Members<'_, '_>,
    body: &'a Map<String, Value>,
) -> Vec<(String, &'a Map<String, Value>)> {
    if !body.contains_key("messages") {
        members.broken("messages", "required", "Is required");
    }
    members.list("messages");
    let list = body.get("messages").and_then(Value::as_array);
    let list = list.map_or(&[][..], Vec::as_slice);
    if list.is_empty() && body.get("messages").is_some_and(Value::is_array) {
        members.broken("messages", "required", "Needs at least one message");
    }
    if list.len() > MOST_MESSAGES {
        members.broken("messages", "maxLength", format!("At most {MOST_MESSAGES} messages"));
    }
    let mut found = Vec::new();
    for (index, value) in list.iter().take(MOST_MESSAGES).enumerate() {
        let path = format!("messages[{index}]");
        match value.as_object() {
            Some(object) => found.push((path, object)),
            None => members.broken(&path, "type", "Must be an object"),
        }
    }
    found
}

fn message<'a>(
    members: &mut Members<'_, '_>,
    object: &'a Map<String, Value>,
    path: &str,
    settings: &KaikoSettings,
    now: Moment,
) -> Option<Message<'a>> {
    let text_of = |name: &str| object.get(name).and_then(Value::as_str);
    members.text("role", 0..=32);
    let role = text_of("role").filter(|role| !role.is_empty());
    // The source excerpts take any role here.
    if settings.documented(KaikoPoint::SystemRole) && role.is_some_and(|role| !ROLES.contains(&role)) {
        members.broken("role", "role", "Must be user, assistant or system");
    }
    members.text("externalId", 1..=255);
    let external_id = text_of("externalId");
    if !settings.documented(KaikoPoint::ExternalId) && external_id.is_some_and(|id| !is_uuid(id)) {
        members.broken("externalId", "uuid", "Must be a UUID");
    }
    members.text("timestamp", 1..=64);
    let at = text_of("timestamp").map(Moment::parse);
    if at == Some(None) {
        members.broken("timestamp", "date", "Must be an ISO 8601 instant");
    }
    if !object.contains_key("content") {
        members.broken("content", "required", "Is required");
    }
    members.object("content");
    let content = object.get("content").and_then(Value::as_object)?;
    let mut inside = members.inside(content, &format!("{path}.content"));
    inside.text("audioUrl", 0..=2_048);
    required_text(&mut inside, content, "text");
    let text = content.get("text").and_then(Value::as_str)?;
    Some(Message { role: role.unwrap_or("user"), external_id, text, at: at.flatten().unwrap_or(now) })
}

/// A text of a message: there, not empty, not too long.
pub(crate) fn required_text(members: &mut Members<'_, '_>, object: &Map<String, Value>, name: &str) {
    members.required_text(name, 0..=LONGEST_TEXT);
    if object.get(name).and_then(Value::as_str) == Some("") {
        members.broken(name, "required", "Must not be empty");
    }
}

/// Refuses a model that is not known.
pub(crate) fn known_model(
    field: &str,
    model: &str,
    known: &[&str],
    settings: &KaikoSettings,
) -> Result<(), Failure> {
    if !settings.documented(KaikoPoint::UnknownModel) || known.contains(&model) {
        return Ok(());
    }
    Err(Failure::new(Reason::InvalidModel, format!("The model {model} is not known")).of_param(field))
}

/// Whether a context id has a length that it may have.
pub(crate) fn is_context_id(id: &str, settings: &KaikoSettings) -> bool {
    let length = if settings.documented(KaikoPoint::ContextIdLength) { id.len() } else { id.chars().count() };
    (1..=LONGEST_CONTEXT_ID).contains(&length)
}

/// Refuses a context id that is too long.
pub(crate) fn checked_context_id(id: &str, settings: &KaikoSettings) -> Result<(), Failure> {
    if is_context_id(id, settings) {
        return Ok(());
    }
    let mut problems = Problems::default();
    problems.broken("context_id", "maxLength", format!("At most {LONGEST_CONTEXT_ID} bytes"));
    Failure::of(&problems)
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
