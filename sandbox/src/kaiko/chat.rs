//! Chat with emotions: a canned reply, the scores of both sides, and the same as a stream of events.

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::kaiko::emotions::MODEL;
use crate::kaiko::failure::{Failure, Reason};
use crate::kaiko::mode::mode;
use crate::kaiko::request::{checked_context_id, known_model, object, objects, required_text};
use crate::kaiko::scores::Emotion;
use crate::kaiko::settings::{KaikoPoint, KaikoSettings};
use crate::kaiko::stream::stream;
use crate::kaiko::tokens::tokens;
use crate::kaiko::trajectory::trajectory;
use crate::operation::{Group, Operation};
use crate::validation::{Members, Problems};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    id: "chat.complete",
    method: "POST",
    path: "/chat/completions",
    group: Group::KaikoKey,
    handler: |call| complete(call).map_err(|failure| failure.answer(&call.world.kaiko.settings)),
}];

const DOCUMENTED_MODELS: [&str; 4] = ["gpt-4", "gpt-4-turbo", "gpt-3.5-turbo", "xai-grok"];
const OBSERVED_MODELS: [&str; 10] = [
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-4-turbo",
    "gpt-3.5-turbo",
    "grok-4",
    "grok-3",
    "grok-3-mini",
    "grok-code-fast-1",
    "kimi-k2-thinking",
    "kimi-k2-thinking-turbo",
];
const MOST_TOOLS: usize = 20;
const LONGEST_TOOL: usize = 256;

/// What is asked for.
struct Question<'a> {
    model: &'a str,
    emotion_model: &'a str,
    context_id: Option<&'a str>,
    /// The user message that is looked at; none where only others speak.
    text: Option<&'a str>,
    prompt_tokens: u64,
    max_tokens: Option<usize>,
    stream: bool,
}

fn complete(call: &mut Call<'_>) -> Result<Answer, Failure> {
    let body = object(call)?;
    let settings = call.world.kaiko.settings.clone();
    let question = question(&body, &settings)?;
    let text = question.text.unwrap_or_default();
    let emotion = Emotion::of(text, &settings);
    let mode = mode(text, &emotion);
    let pieces = reply(mode.name, emotion.category());
    let wanted = question.max_tokens.unwrap_or(pieces.len());
    let (said, finish) =
        if wanted < pieces.len() { (&pieces[..wanted], "length") } else { (&pieces[..], "stop") };
    let content = said.concat();
    let (completion, analysis) = (tokens(&content), tokens(text));
    let account = &mut call.world.kaiko;
    account.tokens.add(question.prompt_tokens + completion + analysis, call.now);

    let mut emotions = Map::new();
    if question.text.is_some() {
        emotions.insert("user".to_owned(), emotion.shown(text, &settings));
    }
    let mut tail = json!({});
    if settings.documented(KaikoPoint::ChatEmotions) {
        let own = Emotion::of(&content, &settings).shown(&content, &settings);
        emotions.insert("assistant".to_owned(), own);
        tail["conversationMode"] = mode.shown(&settings);
    }
    if let Some(id) = question.context_id.filter(|_| question.text.is_some()) {
        account.remember(id, &emotion, text, call.now, call.now);
        if let Some(trajectory) = trajectory(account.points(id), call.now, false) {
            tail["trajectory"] = trajectory;
        }
    }
    tail["emotions"] = Value::Object(emotions);
    tail["usage"] = json!({"prompt_tokens": question.prompt_tokens, "completion_tokens": completion});
    if settings.documented(KaikoPoint::Usage) {
        tail["usage"]["analyse_tokens"] = json!(analysis);
    } else {
        tail["usage"]["total_tokens"] = json!(question.prompt_tokens + completion);
    }

    let mut head = json!({
        "id": format!("chatcmpl-{}", call.world.identifiers.next()),
        "created": call.now.unix_millis().div_euclid(1_000),
        "model": question.model,
    });
    if settings.documented(KaikoPoint::ChatEmotions) {
        head["emotion_model"] = json!(question.emotion_model);
    }
    if question.stream && settings.documented(KaikoPoint::Stream) {
        return Ok(stream(&head, said, finish, &tail, settings.stream_pause));
    }
    let message = json!({"role": "assistant", "content": content});
    let mut answer = joined(head, &tail);
    answer["object"] = json!("chat.completion");
    answer["choices"] = json!([{"index": 0, "message": message, "finish_reason": finish}]);
    Ok(Answer::ok(answer))
}

/// An object with the members of another one.
pub(super) fn joined(mut object: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().into_iter().flatten() {
        object[name.as_str()] = value.clone();
    }
    object
}

fn question<'a>(body: &'a Map<String, Value>, settings: &KaikoSettings) -> Result<Question<'a>, Failure> {
    let mut problems = Problems::default();
    let mut members = Members::new(body, &mut problems);
    let model = members.required_text("model", 1..=64);
    let emotion_model = members.required_text("emotion_model", 1..=64);
    let context_id = members.text("context_id", 1..=usize::MAX);
    let stream = members.boolean("stream").unwrap_or(false);
    let max_tokens = model_params(&mut members, body);
    emotion_params(&mut members, body, settings);
    tools(&mut members, settings);
    let (mut texts, mut prompt_tokens) = (Vec::new(), 0);
    for (path, object) in objects(&mut members, body) {
        let mut inside = members.inside(object, &path);
        let role = inside.required_text("role", 0..=32);
        let known = match role {
            "user" | "assistant" => true,
            "system" => settings.documented(KaikoPoint::SystemRole),
            _ => false,
        };
        if !known && object.get("role").is_some_and(Value::is_string) {
            inside.broken("role", "role", "Is not a role that is allowed here");
        }
        required_text(&mut inside, object, "content");
        let content = object.get("content").and_then(Value::as_str).unwrap_or_default();
        prompt_tokens += tokens(content);
        if role == "user" {
            texts.push(content);
        }
    }
    Failure::of(&problems)?;
    if let Some(id) = context_id {
        checked_context_id(id, settings)?;
    }
    known_model("emotion_model", emotion_model, &[MODEL, "emotion-v1"], settings)?;
    check_model(model, settings)?;
    let text = if settings.documented(KaikoPoint::SeveralMessages) { texts.last() } else { texts.first() };
    let text = text.copied();
    Ok(Question { model, emotion_model, context_id, text, prompt_tokens, max_tokens, stream })
}

fn check_model(model: &str, settings: &KaikoSettings) -> Result<(), Failure> {
    if settings.documented(KaikoPoint::UnknownModel) {
        let known = DOCUMENTED_MODELS.contains(&model) || model.starts_with("claude-3-");
        return known_model(
            "model",
            if known { DOCUMENTED_MODELS[0] } else { model },
            &DOCUMENTED_MODELS,
            settings,
        );
    }
    if OBSERVED_MODELS.contains(&model) || model.starts_with("claude-") {
        return Ok(());
    }
    // The provider's refusal comes up as an unexpected failure.
    Err(Failure::new(Reason::Internal, format!("The model {model} is not supported")))
}

fn model_params(members: &mut Members<'_, '_>, body: &Map<String, Value>) -> Option<usize> {
    members.object("model_params");
    let params = body.get("model_params")?.as_object()?;
    let mut inside = members.inside(params, "model_params");
    for name in ["temperature", "top_p", "frequency_penalty", "presence_penalty"] {
        inside.number(name);
    }
    usize::try_from(inside.integer("max_tokens", 1..=i64::MAX)?).ok()
}

fn emotion_params(members: &mut Members<'_, '_>, body: &Map<String, Value>, settings: &KaikoSettings) {
    members.object("emotion_model_params");
    let params = body.get("emotion_model_params").and_then(Value::as_object);
    if let Some(params) = params.filter(|_| !settings.documented(KaikoPoint::Extras)) {
        let mut inside = members.inside(params, "emotion_model_params");
        if inside
            .text("granularity", 0..=usize::MAX)
            .is_some_and(|text| text != "detailed" && text != "basic")
        {
            inside.broken("granularity", "enum", "Must be detailed or basic");
        }
    }
}

fn tools(members: &mut Members<'_, '_>, settings: &KaikoSettings) {
    let Some(tools) = members.list("tools") else { return };
    let documented = settings.documented(KaikoPoint::Tools);
    if !documented && tools.len() > MOST_TOOLS {
        members.broken("tools", "maxLength", format!("At most {MOST_TOOLS} tools"));
    }
    for (index, tool) in tools.iter().enumerate() {
        let name = format!("tools[{index}]");
        let short = tool.as_str().is_some_and(|text| text.chars().count() <= LONGEST_TOOL);
        if documented && !tool.is_object() && !tool.is_string() {
            members.broken(&name, "type", "Must be a tool definition");
        } else if !documented && !short {
            members.broken(&name, "string", format!("Must be a text of at most {LONGEST_TOOL} characters"));
        }
    }
}

/// The canned reply, word by word with the space behind it.
fn reply(mode: &str, category: &str) -> Vec<String> {
    let text = match (mode, category) {
        ("crisis_intervention", _) => {
            "I am glad that you told me. If you are in danger, please call your local emergency number now."
        }
        ("emotional_support", _) => "That sounds hard. Would you like to tell me what weighs most?",
        ("analytical_deep_dive", _) => "Let us take it apart. Which part should we look at first?",
        ("goal_strategy", _) => "A good aim. Shall we write down the first three steps?",
        ("task_execution", _) => "Here is a first draft. Tell me what to change.",
        ("information_retrieval", _) => {
            "This is a sandbox without knowledge of the world, so the answer is made up."
        }
        (_, "joy" | "love" | "admiration") => "That is good to hear. What made the difference?",
        (_, "sadness" | "fear") => "Putting it off is human. Shall we find the opening line together?",
        (_, "anger") => "I can see why that is annoying. What would put it right?",
        _ => "Thank you for telling me. What would you like to do next?",
    };
    text.split_inclusive(' ').map(str::to_owned).collect()
}
