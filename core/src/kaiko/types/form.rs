//! Brings every answer to one form: names in camel case one by one, the forms that the vendor's texts contradict each other
//! on, and what is worked out here (`primary`, `isFallback`, `text`).
//!
//! Nothing is renamed by rule: scores, counters by type and the map of emotions have names that are data.

use serde_json::{Map, Value};

type Members = Map<String, Value>;

/// An analysis or a stored state.
pub(super) fn analysis(members: &mut Members) {
    context(members);
    shared(members);
    emotion_map(members);
    flag(members);
    primary(members);
}

/// A batch: its emotions as a list, from whichever of the known forms.
pub(super) fn batch(members: &mut Members) {
    context(members);
    shared(members);
    let found = members.remove("emotions").filter(|emotions| !emotions.is_null());
    if let Some(found) = found.or_else(|| members.remove("results")) {
        members.insert("emotions".to_owned(), listed(found));
    }
    flag(members);
}

/// A chat completion.
pub(super) fn chat(members: &mut Members) {
    context(members);
    shared(members);
    rename(members, "emotion_model", "emotionModel");
    for choice in objects(members.get_mut("choices")) {
        rename(choice, "finish_reason", "finishReason");
        if let Some(Value::Object(message)) = choice.get_mut("message") {
            rename(message, "tool_calls", "toolCalls");
        }
    }
    if members.get("emotions").is_none_or(Value::is_null) {
        members.insert("emotions".to_owned(), Value::Object(Map::new()));
    }
    emotion_map(members);
    flag(members);
    primary(members);
    let text = members.get("choices").and_then(|choices| choices.pointer("/0/message/content"));
    if let Some(text @ Value::String(_)) = text.cloned() {
        members.insert("text".to_owned(), text);
    }
}

/// The ids stand at the top or in `metadata`.
fn context(members: &mut Members) {
    rename(members, "context_id", "contextId");
    rename(members, "external_id", "externalId");
    rename(members, "context_message_count", "contextMessageCount");
    rename(members, "response_type", "responseType");
    let Some(Value::Object(mut metadata)) = members.remove("metadata") else { return };
    for (wire, name) in [("context_id", "contextId"), ("message_id", "externalId")] {
        if let Some(id) = metadata.remove(wire).filter(|id| !id.is_null()) {
            let kept = members.entry(name).or_insert(Value::Null);
            if kept.is_null() {
                *kept = id;
            }
        }
    }
    if !metadata.is_empty() {
        members.insert("metadata".to_owned(), Value::Object(metadata));
    }
}

/// Usage and mode, which all answers may have.
fn shared(members: &mut Members) {
    if let Some(Value::Object(usage)) = members.get_mut("usage") {
        for name in ["analyse_tokens", "analyse_token", "analyseToken"] {
            rename(usage, name, "analyseTokens");
        }
        rename(usage, "prompt_tokens", "promptTokens");
        rename(usage, "completion_tokens", "completionTokens");
        rename(usage, "total_tokens", "totalTokens");
        rename(usage, "analyse_token_details", "analyseTokenDetails");
        if let Some(Value::Object(details)) = usage.get_mut("analyseTokenDetails") {
            rename(details, "cached_tokens", "cachedTokens");
            rename(details, "audio_tokens", "audioTokens");
        }
    }
    if let Some(mode @ Value::String(_)) = members.get_mut("conversationMode") {
        let word = mode.take();
        *mode = Value::Object(Map::from_iter([("mode".to_owned(), word)]));
    }
}

/// One emotion: its scores under a name of their own, and without those that are null.
fn emotion(members: &mut Members) {
    rename(members, "raw", "scores");
    rename(members, "external_id", "externalId");
    if let Some(Value::Object(scores)) = members.get_mut("scores") {
        scores.retain(|_, score| !score.is_null());
    }
}

/// The map of a single answer; roles without an emotion are left out.
fn emotion_map(members: &mut Members) {
    match members.get_mut("emotions") {
        Some(Value::Object(map)) => {
            map.retain(|_, item| !item.is_null());
            map.values_mut().filter_map(Value::as_object_mut).for_each(emotion);
        }
        Some(nothing @ Value::Null) => *nothing = Value::Object(Map::new()),
        _ => {}
    }
}

/// Emotions in the order of the request: a list as it is, a map by number. Under other keys the order is not known yet:
/// then they stand at the items as `externalId`, for the caller who knows the request.
fn listed(emotions: Value) -> Value {
    let items = match emotions {
        Value::Array(items) => items,
        Value::Object(map) => {
            let mut keyed: Vec<(String, Value)> = map.into_iter().collect();
            if keyed.iter().all(|(key, _)| key.parse::<u32>().is_ok()) {
                keyed.sort_by_key(|(key, _)| key.parse::<u32>().unwrap_or_default());
                keyed.into_iter().map(|(_, item)| item).collect()
            } else {
                keyed.into_iter().map(|(key, item)| with_id(item, key)).collect()
            }
        }
        other => return other,
    };
    items.into_iter().map(unwrapped).collect()
}

fn with_id(mut item: Value, id: String) -> Value {
    if let Value::Object(members) = &mut item {
        members.entry("externalId").or_insert(Value::String(id));
    }
    item
}

/// An item of a batch: an emotion, an analysis of its own with a map of emotions, or nothing.
fn unwrapped(mut item: Value) -> Value {
    match &mut item {
        Value::Null => return Value::Object(Map::new()),
        Value::Object(members) => {
            if members.get("emotions").is_some_and(Value::is_object) {
                analysis(members);
                let id = members.remove("externalId");
                let mut found = members.remove("primary").unwrap_or_else(|| Value::Object(Map::new()));
                if let (Some(id), Value::Object(found)) = (id, &mut found) {
                    found.entry("externalId").or_insert(id);
                }
                return found;
            }
            emotion(members);
        }
        _ => {}
    }
    item
}

/// `isFallback` of the whole: said by the answer, by its quality, or by one of its emotions. What the answer says of itself
/// holds for each of its emotions.
fn flag(members: &mut Members) {
    let said = members.get("isFallback") == Some(&Value::Bool(true))
        || members.get("dataQuality").and_then(Value::as_str) == Some("fallback");
    let mut any = said;
    let items: Vec<&mut Members> = match members.get_mut("emotions") {
        Some(Value::Object(map)) => map.values_mut().filter_map(Value::as_object_mut).collect(),
        list => objects(list).collect(),
    };
    for item in items {
        if said {
            item.insert("isFallback".to_owned(), Value::Bool(true));
        }
        any |= item.get("isFallback") == Some(&Value::Bool(true));
    }
    members.insert("isFallback".to_owned(), Value::Bool(any));
}

/// The emotion that was asked for, whatever its key is called.
fn primary(members: &mut Members) {
    let Some(Value::Object(map)) = members.get("emotions") else { return };
    let known = ["user", "_default", "system"].into_iter().find_map(|role| map.get(role));
    if let Some(emotion) = known.or_else(|| map.values().next()).cloned() {
        members.insert("primary".to_owned(), emotion);
    }
}

fn objects(list: Option<&mut Value>) -> impl Iterator<Item = &mut Members> {
    list.and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
}

/// The first of several spellings that holds something wins.
fn rename(members: &mut Members, wire: &str, name: &str) {
    if let Some(value) = members.remove(wire) {
        let kept = members.entry(name).or_insert(Value::Null);
        if kept.is_null() {
            *kept = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn formed(normalise: fn(&mut Members), value: Value) -> Value {
        let Value::Object(mut members) = value else { unreachable!() };
        normalise(&mut members);
        Value::Object(members)
    }

    #[test]
    fn primary_is_user_then_default_then_system_then_the_first() {
        for (emotions, expected) in [
            (
                json!({"assistant": {"text": "a"}, "system": {"text": "s"}, "_default": {"text": "d"}, "user": {"text": "u"}}),
                json!("u"),
            ),
            (
                json!({"assistant": {"text": "a"}, "system": {"text": "s"}, "_default": {"text": "d"}}),
                json!("d"),
            ),
            (json!({"assistant": {"text": "a"}, "system": {"text": "s"}}), json!("s")),
            (json!({"coach": {"text": "c"}, "other": {"text": "o"}}), json!("c")),
            (json!({"user": null}), Value::Null),
            (json!({}), Value::Null),
        ] {
            assert_eq!(formed(analysis, json!({"emotions": emotions}))["primary"]["text"], expected);
        }
    }

    #[test]
    fn ids_are_found_at_the_top_and_in_the_metadata() {
        assert_eq!(
            formed(analysis, json!({"emotions": {}, "context_id": "top", "metadata": {}})),
            json!({"emotions": {}, "contextId": "top", "isFallback": false})
        );
        assert_eq!(
            formed(
                analysis,
                json!({"emotions": null, "metadata": {"context_id": "c", "message_id": "m", "new": 1}})
            ),
            json!({"emotions": {}, "contextId": "c", "externalId": "m", "metadata": {"new": 1}, "isFallback": false})
        );
    }

    #[test]
    fn every_spelling_of_the_counter_is_one() {
        for name in ["analyse_tokens", "analyse_token", "analyseToken", "analyseTokens"] {
            assert_eq!(formed(analysis, json!({"usage": {name: 7}}))["usage"], json!({"analyseTokens": 7}));
        }
    }

    #[test]
    fn every_sign_of_a_placeholder_counts() {
        for answer in [
            json!({"isFallback": true, "emotions": {"user": {}}}),
            json!({"dataQuality": "fallback", "emotions": {"user": {}}}),
            json!({"isFallback": false, "emotions": {"user": {"isFallback": true}}}),
        ] {
            let answer = formed(analysis, answer);
            assert_eq!(
                (&answer["isFallback"], &answer["primary"]["isFallback"]),
                (&json!(true), &json!(true))
            );
        }
        assert_eq!(formed(batch, json!({"emotions": [{"isFallback": true}, {}]}))["isFallback"], true);
        assert_eq!(formed(batch, json!({"emotions": [{}, {}]}))["isFallback"], false);
    }

    #[test]
    fn batches_are_lists_in_every_form() {
        let expected = json!([{"text": "a", "scores": {"joy": 1}}, {"text": "b"}, {}]);
        let items = json!([{"text": "a", "raw": {"joy": 1, "fear": null}}, {"text": "b"}, null]);
        for answer in [
            json!({"emotions": items}),
            json!({"results": items}),
            json!({"emotions": null, "results": items}),
        ] {
            assert_eq!(formed(batch, answer)["emotions"], expected);
        }
        let by_number = json!({"10": {"text": "k"}, "9": {"text": "j"}, "0": {"text": "a"}});
        assert_eq!(
            formed(batch, json!({"results": by_number}))["emotions"],
            json!([{"text": "a"}, {"text": "j"}, {"text": "k"}])
        );
        assert_eq!(
            formed(batch, json!({"emotions": {"m-2": {"text": "b"}, "m-1": {"text": "a"}}}))["emotions"],
            json!([{"text": "a", "externalId": "m-1"}, {"text": "b", "externalId": "m-2"}])
        );
        assert_eq!(
            formed(batch, json!({"results": [{"external_id": "m-1", "emotions": {"user": {"text": "a"}}}]}))
                ["emotions"],
            json!([{"text": "a", "externalId": "m-1"}])
        );
    }

    #[test]
    fn a_mode_may_be_a_word() {
        let answer = formed(chat, json!({"conversationMode": "emotional_support", "choices": []}));
        assert_eq!(answer["conversationMode"], json!({"mode": "emotional_support"}));
    }

    #[test]
    fn a_chat_has_its_first_reply_as_text() {
        let answer = formed(
            chat,
            json!({"choices": [{"finish_reason": "stop", "message": {"content": "Yes.", "tool_calls": []}}], "usage": {"prompt_tokens": 3}}),
        );
        assert_eq!(
            answer,
            json!({"choices": [{"finishReason": "stop", "message": {"content": "Yes.", "toolCalls": []}}],
                "usage": {"promptTokens": 3}, "emotions": {}, "isFallback": false, "text": "Yes."})
        );
    }
}
