//! Emotion analysis: one text, a text within a context, a batch, and what a context remembers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::clock::Moment;
use crate::kaiko::beliefs::beliefs;
use crate::kaiko::failure::{Failure, Reason};
use crate::kaiko::growth::growth;
use crate::kaiko::hostility::hostility;
use crate::kaiko::mode::mode;
use crate::kaiko::request::{Message, checked_context_id, messages, object};
use crate::kaiko::scores::Emotion;
use crate::kaiko::settings::{KaikoPoint, KaikoSettings};
use crate::kaiko::tokens::tokens;
use crate::kaiko::trajectory::{HistoryPoint, trajectory};
use crate::operation::{Group, Operation};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "emotions.analyze",
        method: "POST",
        path: "/emotions/analysis",
        group: Group::KaikoKey,
        handler: |call| answered(call, analyze),
    },
    Operation {
        id: "emotions.analyze_batch",
        method: "POST",
        path: "/emotions/batch-analysis",
        group: Group::KaikoKey,
        handler: |call| answered(call, analyze_batch),
    },
    Operation {
        id: "emotions.analyze_in_context",
        method: "POST",
        path: "/emotions/{context_id}/analysis",
        group: Group::KaikoKey,
        handler: |call| answered(call, analyze_in_context),
    },
    Operation {
        id: "emotions.state",
        method: "GET",
        path: "/emotions/{context_id}",
        group: Group::KaikoKey,
        handler: |call| answered(call, get_state),
    },
    Operation {
        id: "emotions.message",
        method: "GET",
        path: "/emotions/{context_id}/message/{external_id}",
        group: Group::KaikoKey,
        handler: |call| answered(call, get_message),
    },
];

pub(super) const MODEL: &str = "emotion-v2";

/// Gives a refusal the shape that is set.
pub(super) fn answered(
    call: &mut Call<'_>,
    work: impl FnOnce(&mut Call<'_>) -> Result<Value, Failure>,
) -> Verdict {
    work(call).map(Answer::ok).map_err(|failure| failure.answer(&call.world.kaiko.settings))
}

/// A message with its scores.
struct Analysed<'a> {
    message: Message<'a>,
    emotion: Emotion,
}

/// Scores the messages that count, and counts their tokens.
fn analysed<'a>(call: &mut Call<'_>, messages: Vec<Message<'a>>, all: bool) -> (Vec<Analysed<'a>>, u64) {
    let account = &mut call.world.kaiko;
    let counting = if all { messages.len() } else { 1 };
    let settings = &account.settings;
    let scored: Vec<Analysed<'a>> = messages
        .into_iter()
        .take(counting)
        .map(|message| Analysed { emotion: Emotion::of(message.text, settings), message })
        .collect();
    let used = scored.iter().map(|one| tokens(one.message.text)).sum();
    account.tokens.add(used, call.now);
    (scored, used)
}

/// The emotion map: by role, or all under one key.
fn emotion_map(
    scored: &[Analysed<'_>],
    one_key: Option<&str>,
    settings: &KaikoSettings,
) -> Map<String, Value> {
    let mut by_key: BTreeMap<&str, Vec<&Analysed<'_>>> = BTreeMap::new();
    for one in scored {
        by_key.entry(one_key.unwrap_or(one.message.role)).or_default().push(one);
    }
    let item = |group: &[&Analysed<'_>]| {
        let text = group.last().map_or("", |one| one.message.text);
        Emotion::mean(group.iter().map(|one| &one.emotion)).shown(text, settings)
    };
    by_key.into_iter().map(|(key, group)| (key.to_owned(), item(&group))).collect()
}

/// What the source excerpts add to every answer of an analysis.
fn add_extras(body: &mut Value, settings: &KaikoSettings) {
    if settings.fallback || !settings.documented(KaikoPoint::Extras) {
        body["isFallback"] = json!(settings.fallback);
        body["dataQuality"] = json!(if settings.fallback { "fallback" } else { "rule_derived" });
    }
    if !settings.documented(KaikoPoint::Extras) {
        body["response_type"] = json!("per_message");
        body["params"] = json!({});
    }
}

fn usage(used: u64, settings: &KaikoSettings) -> Value {
    if settings.documented(KaikoPoint::Usage) {
        json!({"analyse_tokens": used})
    } else {
        json!({"analyse_token": used, "analyse_token_details": {"cached_tokens": 0, "audio_tokens": 0}})
    }
}

fn analyze(call: &mut Call<'_>) -> Result<Value, Failure> {
    let body = object(call)?;
    let found = messages(&body, &call.world.kaiko.settings, call.now)?;
    let all = call.world.kaiko.settings.documented(KaikoPoint::SeveralMessages);
    let (scored, used) = analysed(call, found, all);
    let account = &mut call.world.kaiko;
    let settings = account.settings.clone();
    let one_key = (!settings.documented(KaikoPoint::StatelessKey)).then_some("_default");
    let mut answer = json!({
        "object": "emotions.analysis",
        "model": MODEL,
        "emotions": emotion_map(&scored, one_key, &settings),
        "usage": usage(used, &settings),
    });
    add_extras(&mut answer, &settings);
    if !settings.documented(KaikoPoint::StatelessTrace) {
        for one in &scored {
            account.history.add(HistoryPoint { at: one.message.at, emotion: one.emotion.clone() });
        }
    }
    if !settings.documented(KaikoPoint::Extras)
        && let Some(first) = scored.first()
    {
        answer["metadata"] = json!({});
        add_blocks(&mut answer, account.history.points(), first, call.now, &settings);
    }
    Ok(answer)
}

/// The blocks about the person: trajectory, growth, mode and beliefs.
fn add_blocks(
    answer: &mut Value,
    history: &[HistoryPoint],
    newest: &Analysed<'_>,
    now: Moment,
    settings: &KaikoSettings,
) {
    if let Some(trajectory) = trajectory(history, now, true) {
        answer["trajectory"] = trajectory;
    }
    answer["growth"] = growth(history, now);
    let text = newest.message.text;
    answer["conversationMode"] = mode(text, &newest.emotion).shown(settings);
    if let Some(beliefs) = beliefs(text) {
        answer["beliefs"] = beliefs;
    }
}

fn analyze_in_context(call: &mut Call<'_>) -> Result<Value, Failure> {
    let id = call.parameter("context_id");
    let settings = call.world.kaiko.settings.clone();
    checked_context_id(id, &settings)?;
    let body = object(call)?;
    let found = messages(&body, &settings, call.now)?;
    refuse_duplicates(call, id, &found, &settings)?;
    let (scored, used) = analysed(call, found, settings.documented(KaikoPoint::SeveralMessages));
    let account = &mut call.world.kaiko;
    for one in &scored {
        let (message, emotion) = (&one.message, &one.emotion);
        let context = account.remember(id, emotion, message.text, message.at, call.now);
        if let Some(external_id) = message.external_id {
            let item = json!({message.role: emotion.shown(message.text, &settings)});
            context.messages.insert(external_id.to_owned(), item);
        }
    }
    let one_key = (!settings.documented(KaikoPoint::SeveralMessages)).then_some("user");
    let mut answer = json!({
        "object": "emotions.analysis",
        "model": MODEL,
        "emotions": emotion_map(&scored, one_key, &settings),
        "usage": usage(used, &settings),
    });
    place_context_id(&mut answer, id, &settings);
    add_extras(&mut answer, &settings);
    let Some(newest) = scored.last() else { return Ok(answer) };
    let hostility = account.context(id).map(|context| hostility(context.history.points()));
    let key = one_key.unwrap_or(newest.message.role);
    answer["emotions"][key]["hostilityState"] = json!(hostility);
    let history = account.points(id);
    if !settings.documented(KaikoPoint::Extras) {
        answer["context_message_count"] = json!(history.len());
    }
    add_blocks(&mut answer, history, newest, call.now, &settings);
    Ok(answer)
}

/// Refuses an external id that the context or the same request has already.
fn refuse_duplicates(
    call: &mut Call<'_>,
    id: &str,
    found: &[Message<'_>],
    settings: &KaikoSettings,
) -> Result<(), Failure> {
    if !settings.documented(KaikoPoint::DuplicateId) {
        return Ok(());
    }
    for (place, message) in found.iter().enumerate() {
        let Some(external_id) = message.external_id else { continue };
        let known =
            call.world.kaiko.context(id).is_some_and(|context| context.messages.contains_key(external_id));
        if known || found[..place].iter().any(|other| other.external_id == Some(external_id)) {
            let message = format!("The external id {external_id} is used already in this context");
            let field = format!("messages[{place}].externalId");
            return Err(Failure::new(Reason::DuplicateId, message).of_param(&field));
        }
    }
    Ok(())
}

fn place_context_id(answer: &mut Value, id: &str, settings: &KaikoSettings) {
    if settings.documented(KaikoPoint::ContextIdPlace) {
        answer["metadata"] = json!({"context_id": id});
    } else {
        answer["metadata"] = json!({});
        answer["context_id"] = json!(id);
    }
}

fn analyze_batch(call: &mut Call<'_>) -> Result<Value, Failure> {
    if !call.world.kaiko.settings.documented(KaikoPoint::Batch) {
        return Err(Failure::new(Reason::NoRoute, "Cannot POST /v2/emotions/batch-analysis"));
    }
    let body = object(call)?;
    let found = messages(&body, &call.world.kaiko.settings, call.now)?;
    let (scored, used) = analysed(call, found, true);
    let settings = &call.world.kaiko.settings;
    let items: Vec<Value> = scored.iter().map(|one| one.emotion.shown(one.message.text, settings)).collect();
    let mut answer = json!({
        "object": "emotions.batch_analysis",
        "model": MODEL,
        "emotions": items,
        "metadata": {},
        "usage": {"total_tokens": used},
    });
    if !settings.documented(KaikoPoint::Extras) {
        answer["params"] = json!({});
    }
    Ok(answer)
}

fn get_state(call: &mut Call<'_>) -> Result<Value, Failure> {
    let id = call.parameter("context_id");
    let account = &mut call.world.kaiko;
    let settings = account.settings.clone();
    let mut emotions = Map::new();
    match account.context(id) {
        Some(context) => {
            let (emotion, text) = &context.latest;
            let whole = emotion.shown(text, &settings);
            if settings.documented(KaikoPoint::StateKey) {
                let short = ["category", "intensity", "valence", "arousal", "isFallback"];
                let members =
                    short.iter().filter_map(|name| Some(((*name).to_owned(), whole.get(*name)?.clone())));
                emotions.insert("system".to_owned(), Value::Object(members.collect()));
            } else {
                emotions.insert("user".to_owned(), whole);
            }
        }
        None if settings.documented(KaikoPoint::UnknownContext) => return Err(no_context(id)),
        None => {}
    }
    let known = !emotions.is_empty();
    let mut answer = json!({"object": "emotions.state", "model": MODEL, "emotions": emotions});
    place_context_id(&mut answer, id, &settings);
    if !settings.documented(KaikoPoint::Usage) {
        answer["usage"] = json!({});
    }
    if known {
        let history = account.points(id);
        if let Some(trajectory) = trajectory(history, call.now, false) {
            answer["trajectory"] = trajectory;
        }
        answer["growth"] = growth(history, call.now);
    }
    Ok(answer)
}

fn get_message(call: &mut Call<'_>) -> Result<Value, Failure> {
    let (id, external_id) = (call.parameter("context_id"), call.parameter("external_id"));
    let account = &mut call.world.kaiko;
    let settings = account.settings.clone();
    let Some(context) = account.context(id) else { return Err(no_context(id)) };
    let Some(emotions) = context.messages.get(external_id) else {
        let message = format!("The context {id} has no message {external_id}");
        return Err(Failure::new(Reason::MessageNotFound, message));
    };
    let documented = settings.documented(KaikoPoint::MessageObject);
    let mut answer = json!({
        "object": if documented { "emotions.state" } else { "emotions.analysis" },
        "model": MODEL,
        "emotions": emotions,
        "metadata": {"context_id": id, "message_id": external_id},
    });
    if !settings.documented(KaikoPoint::ContextIdPlace) {
        answer["context_id"] = json!(id);
        answer["external_id"] = json!(external_id);
    }
    if !settings.documented(KaikoPoint::Usage) {
        answer["usage"] = usage(0, &settings);
    }
    Ok(answer)
}

fn no_context(id: &str) -> Failure {
    Failure::new(Reason::ContextNotFound, format!("The context {id} is not known, or it has expired"))
}
