//! Scripts: answers laid out in advance, which come before anything the world would say.
//!
//! The conformance cases of every language use them: the request is recorded as it arrived and gets the next
//! answer of the queue. Nothing is checked, counted or changed.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::{Answer, Content};
use crate::wire::{Delivery, sendable_headers, sendable_status};

/// When a scripted answer resets the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reset {
    /// At once.
    Before,
    /// After the delay.
    After,
}

/// One header value, or several of the same name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum HeaderValues {
    /// One value.
    One(String),
    /// Several values, sent as several headers.
    Many(Vec<String>),
}

impl HeaderValues {
    fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// One answer of a script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ScriptedAnswer {
    /// Status; 200 unless given.
    pub status: u16,
    /// Headers. `content-type` follows from the kind of body unless given.
    pub headers: BTreeMap<String, HeaderValues>,
    /// A JSON body. JSON `null` is a body here, an absent member is none.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// A body as it is, used when `body` is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_text: Option<String>,
    /// A body of any bytes in base64, used when the other two are absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
    /// Real milliseconds to wait before answering.
    pub delay_ms: u64,
    /// Resets the connection instead of answering.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<Reset>,
    /// Announces the whole body, sends so many bytes and closes the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_at: Option<usize>,
    /// Never answers.
    pub hang: bool,
    /// How many requests get this answer; 1 unless given.
    pub times: u64,
}

impl Default for ScriptedAnswer {
    fn default() -> Self {
        Self {
            status: 200,
            headers: BTreeMap::new(),
            body: None,
            body_text: None,
            body_base64: None,
            delay_ms: 0,
            reset: None,
            cut_at: None,
            hang: false,
            times: 1,
        }
    }
}

impl ScriptedAnswer {
    /// A JSON answer.
    pub fn json(status: u16, body: Value) -> Self {
        Self { status, body: Some(body), ..Self::default() }
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        sendable_status(self.status)?;
        let pairs = self.headers.iter();
        sendable_headers(pairs.flat_map(|(name, values)| values.values().iter().map(move |v| (name, v))))?;
        match &self.body_base64 {
            Some(text) if decode_base64(text).is_none() => Err("bodyBase64: not base64".to_owned()),
            _ => Ok(()),
        }
    }

    /// How long to wait, and what to send then.
    pub(crate) fn played(&self) -> (Duration, Delivery) {
        let delay = Duration::from_millis(self.delay_ms);
        let content = if let Some(body) = &self.body {
            Content::Json(body.clone())
        } else if let Some(text) = &self.body_text {
            Content::Raw(Bytes::from(text.clone()))
        } else {
            Content::Raw(self.body_base64.as_deref().and_then(decode_base64).unwrap_or_default().into())
        };
        let pairs = self.headers.iter();
        let headers =
            pairs.flat_map(|(name, values)| values.values().iter().map(|v| (name.clone(), v.clone())));
        let answer = Answer { status: self.status, headers: headers.collect(), content };
        match (self.reset, self.hang, self.cut_at) {
            (Some(Reset::Before), ..) => (Duration::ZERO, Delivery::Reset),
            (Some(Reset::After), ..) => (delay, Delivery::Reset),
            (None, true, _) => (delay, Delivery::Hang),
            (None, false, Some(at)) => (delay, Delivery::Cut(answer, at)),
            (None, false, None) => (delay, Delivery::Whole(answer)),
        }
    }
}

/// The queue of one team.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Script {
    queue: VecDeque<ScriptedAnswer>,
    /// Whether requests beyond the script are refused instead of reaching the world.
    pub(crate) strict: bool,
}

impl Script {
    pub(crate) fn add(&mut self, answers: Vec<ScriptedAnswer>) {
        self.queue.extend(answers.into_iter().filter(|answer| answer.times > 0));
    }

    /// Refuses answers that cannot be sent.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.queue.iter().try_for_each(ScriptedAnswer::check)
    }

    /// How many requests the script still answers.
    pub(crate) fn left(&self) -> u64 {
        self.queue.iter().fold(0, |sum, answer| sum.saturating_add(answer.times))
    }

    pub(crate) fn next(&mut self) -> Option<ScriptedAnswer> {
        let Some(front) = self.queue.front_mut() else {
            return self.strict.then(|| {
                let message = "The script has no answer left for this request (strict)";
                ScriptedAnswer::json(
                    599,
                    serde_json::json!({"error": "script_exhausted", "message": message}),
                )
            });
        };
        front.times -= 1;
        let answer = front.clone();
        if front.times == 0 {
            self.queue.pop_front();
        }
        Some(answer)
    }
}

/// Tells a member that is `null` from one that is absent.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0_u32);
    for character in text.trim_end_matches('=').bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xFF).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_given_in_order_and_as_often_as_asked() {
        let mut script = Script::default();
        let parsed = serde_json::from_value(json!([{"status": 503, "times": 2}, {"body": null}])).unwrap();
        script.add(parsed);
        assert_eq!(script.left(), 3);
        assert_eq!([script.next().unwrap().status, script.next().unwrap().status], [503, 503]);
        assert_eq!(script.next().unwrap().body, Some(Value::Null));
        assert!(script.next().is_none());
        script.strict = true;
        assert_eq!(script.next().unwrap().status, 599);
    }

    #[test]
    fn base64_is_read_with_and_without_padding() {
        assert_eq!(decode_base64("/wD+QQ==").unwrap(), [255, 0, 254, 65]);
        assert_eq!(decode_base64("SGk").unwrap(), b"Hi");
        assert_eq!(decode_base64("a b"), None);
    }

    #[test]
    fn what_cannot_be_sent_is_refused_when_it_is_set() {
        let check = |value| serde_json::from_value::<ScriptedAnswer>(value).unwrap().check();
        assert!(check(json!({"status": 99})).is_err());
        assert!(check(json!({"headers": {"a b": "c"}})).is_err());
        assert!(check(json!({"headers": {"set-cookie": ["a", "b"]}})).is_ok());
    }
}
