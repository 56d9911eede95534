//! What is sent back: status, headers and body, and the one shape of every failure.
//!
//! Knows nothing of connections; `wire.rs` turns an answer into bytes.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::validation::Problem;

/// The body of an answer, kept as JSON until it is sent so that members can still be added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Kept", from = "Kept")]
pub(crate) enum Content {
    Json(Value),
    Raw(Bytes),
    /// Server-sent events, one after the other, with real time between them.
    Events {
        events: Vec<Bytes>,
        pause: Duration,
    },
}

/// A body as it stands in a snapshot. What the services send is text.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kept {
    Json(Value),
    Raw(String),
    Events { events: Vec<String>, pause: Duration },
}

impl From<Content> for Kept {
    fn from(content: Content) -> Self {
        let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
        match content {
            Content::Json(body) => Self::Json(body),
            Content::Raw(bytes) => Self::Raw(text(&bytes)),
            Content::Events { events, pause } => {
                Self::Events { events: events.iter().map(text).collect(), pause }
            }
        }
    }
}

impl From<Kept> for Content {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Json(body) => Self::Json(body),
            Kept::Raw(text) => Self::Raw(text.into()),
            Kept::Events { events, pause } => {
                Self::Events { events: events.into_iter().map(Bytes::from).collect(), pause }
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) content: Content,
}

/// What a handler ends with: an answer, or the refusal that ended it early.
pub(crate) type Verdict = Result<Answer, Answer>;

impl Answer {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), content: Content::Json(body) }
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    pub(crate) fn created(body: Value) -> Self {
        Self::json(201, body)
    }

    pub(crate) fn refusal(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::json(status, json!({"error": code, "message": message.into()}))
    }

    pub(crate) fn invalid(code: &str, message: &str, problems: &[Problem]) -> Self {
        Self::refusal(400, code, message).with_member("details", json!(problems))
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::refusal(404, "not_found", format!("{what} not found"))
    }

    pub(crate) fn forbidden(what: &str) -> Self {
        Self::refusal(403, "forbidden", format!("{what} belongs to another team"))
    }

    pub(crate) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a top-level member to an object body.
    pub(crate) fn with_member(mut self, name: &str, value: Value) -> Self {
        if let Content::Json(Value::Object(members)) = &mut self.content {
            let members: &mut Map<String, Value> = members;
            members.insert(name.to_owned(), value);
        }
        self
    }

    /// A top-level member of the body; null where there is none.
    pub(crate) fn member(&self, name: &str) -> Value {
        match &self.content {
            Content::Json(body) => body.get(name).cloned().unwrap_or_default(),
            _ => Value::Null,
        }
    }

    /// Puts the request id where the documented envelope of errors has it.
    pub(crate) fn with_request_id(mut self, id: &str) -> Self {
        if let Content::Json(body) = &mut self.content
            && let Some(Value::Object(error)) = body.get_mut("error")
        {
            error.insert("request_id".to_owned(), json!(id));
        }
        self
    }

    pub(crate) fn is_stream(&self) -> bool {
        matches!(self.content, Content::Events { .. })
    }

    pub(crate) fn bytes(&self) -> Bytes {
        match &self.content {
            Content::Json(value) => Bytes::from(value.to_string()),
            Content::Raw(bytes) => bytes.clone(),
            Content::Events { events, .. } => Bytes::from(events.concat()),
        }
    }
}
