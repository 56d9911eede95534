//! What is sent back: status, headers and body, and the one shape of every failure.
//!
//! Knows nothing of connections; `wire.rs` turns an answer into bytes.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::validation::Problem;

/// The body of an answer, kept as JSON until it is sent so that members can still be added.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Json(Value),
    Raw(Bytes),
}

#[derive(Clone, Debug, PartialEq)]
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

    pub(crate) fn bytes(&self) -> Bytes {
        match &self.content {
            Content::Json(value) => Bytes::from(value.to_string()),
            Content::Raw(bytes) => bytes.clone(),
        }
    }
}
