//! A completion as server-sent events: a piece of text per event, then what is known at the end, then `[DONE]`.
//!
//! No public text shows the real events; these follow the shape of the rest.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::answer::{Answer, Content};
use crate::kaiko::chat::joined;

pub(crate) fn stream(head: &Value, pieces: &[String], finish: &str, tail: &Value, pause: Duration) -> Answer {
    let chunk = |delta: Value, finish: Option<&str>| {
        let mut chunk = head.clone();
        chunk["object"] = json!("chat.completion.chunk");
        chunk["choices"] = json!([{"index": 0, "delta": delta, "finish_reason": finish}]);
        chunk
    };
    let mut events = Vec::new();
    for (place, piece) in pieces.iter().enumerate() {
        let mut delta = json!({"content": piece});
        if place == 0 {
            delta["role"] = json!("assistant");
        }
        events.push(event(&chunk(delta, None).to_string()));
    }
    events.push(event(&joined(chunk(json!({}), Some(finish)), tail).to_string()));
    events.push(event("[DONE]"));
    Answer { status: 200, headers: Vec::new(), content: Content::Events { events, pause } }
        .with_header("cache-control", "no-cache")
}

fn event(data: &str) -> Bytes {
    Bytes::from(format!("data: {data}\n\n"))
}
