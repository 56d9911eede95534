//! Refusals, and the shapes in which they are sent.
//!
//! A is the documented envelope. The source excerpts know B (a message, perhaps with details) and C (a status
//! word and a message); D is a gateway's bare message and E plain text.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::answer::{Answer, Content};
use crate::kaiko::settings::{KaikoPoint, KaikoSettings};
use crate::validation::{Problem, Problems};

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Malformed,
    MissingField,
    InvalidValue,
    InvalidRole,
    InvalidModel,
    InvalidKey,
    KeyRevoked,
    KeyPaused,
    NoCredit,
    NoRoute,
    ContextNotFound,
    MessageNotFound,
    DuplicateId,
    IdempotencyKeyReused,
    IdempotencyKeyInUse,
    TooLarge,
    TooManyRequests,
    QuotaUsedUp,
    Internal,
}

/// The shape of a refusal where the documented envelope is not used.
enum Shape {
    B,
    C,
}

impl Reason {
    /// Status, `type` and `code` of the documented envelope.
    fn documented(self) -> (u16, &'static str, &'static str) {
        const REQUEST: &str = "invalid_request_error";
        match self {
            // The documentation has one code for everything that is malformed.
            Self::Malformed | Self::MissingField => (400, REQUEST, "missing_field"),
            Self::InvalidModel => (400, REQUEST, "invalid_model"),
            Self::InvalidKey => (401, "authentication_error", "invalid_api_key"),
            Self::NoCredit => (402, "billing_error", "insufficient_credits"),
            Self::KeyRevoked => (403, "forbidden_error", "key_revoked"),
            Self::KeyPaused => (403, "forbidden_error", "key_paused"),
            Self::NoRoute => (404, "not_found_error", "route_not_found"),
            Self::ContextNotFound => (404, "not_found_error", "context_not_found"),
            Self::MessageNotFound => (404, "not_found_error", "message_not_found"),
            Self::DuplicateId => (409, "conflict_error", "duplicate_id"),
            Self::IdempotencyKeyReused => (409, "conflict_error", "idempotency_key_reused"),
            Self::IdempotencyKeyInUse => (409, "conflict_error", "idempotency_key_in_use"),
            Self::TooLarge => (413, REQUEST, "payload_too_large"),
            Self::InvalidValue => (422, REQUEST, "invalid_value"),
            Self::InvalidRole => (422, REQUEST, "invalid_role"),
            Self::TooManyRequests => (429, "rate_limit_error", "too_many_requests"),
            Self::QuotaUsedUp => (429, "rate_limit_error", "monthly_quota_exceeded"),
            Self::Internal => (500, "server_error", "internal"),
        }
    }

    /// Status and shape in the source excerpts.
    fn observed(self) -> (u16, Shape) {
        match self {
            Self::Malformed | Self::InvalidModel | Self::Internal => (500, Shape::C),
            Self::TooLarge => (413, Shape::C),
            Self::MissingField | Self::InvalidValue | Self::InvalidRole => (422, Shape::B),
            _ => (self.documented().0, Shape::B),
        }
    }
}

/// One refusal.
#[derive(Debug)]
pub(crate) struct Failure {
    reason: Reason,
    message: String,
    param: Option<String>,
    details: Vec<Problem>,
    status: Option<u16>,
    headers: Vec<(String, String)>,
}

impl Failure {
    pub(crate) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
            param: None,
            details: Vec::new(),
            status: None,
            headers: Vec::new(),
        }
    }

    pub(crate) fn of_param(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    /// Another status than that of the reason.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    pub(crate) fn with_headers(mut self, headers: impl IntoIterator<Item = (String, String)>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// The refusal for what was found wrong with a request, if anything was. The documented envelope can name one
    /// field, so it is about the first.
    pub(crate) fn of(problems: &Problems) -> Result<(), Self> {
        let Some(first) = problems.list().first() else { return Ok(()) };
        let reason = match first.rule {
            "required" | "type" => Reason::MissingField,
            "role" => Reason::InvalidRole,
            _ => Reason::InvalidValue,
        };
        let mut failure =
            Self::new(reason, format!("{}: {}", first.field, first.message)).of_param(&first.field);
        failure.details = problems.list().to_vec();
        Err(failure)
    }

    /// The answer, without the request id.
    pub(crate) fn answer(self, settings: &KaikoSettings) -> Answer {
        let mut answer = if self.reason == Reason::NoRoute {
            plain_text(&self.message)
        } else if self.reason == Reason::InvalidKey && !settings.documented(KaikoPoint::AuthFailure) {
            Answer::json(403, json!({"message": "Forbidden"}))
        } else if settings.documented(KaikoPoint::Errors) {
            self.envelope()
        } else {
            self.bare()
        };
        answer.status = self.status.unwrap_or(answer.status);
        answer.headers.extend(self.headers);
        answer
    }

    fn envelope(&self) -> Answer {
        let (status, kind, code) = self.reason.documented();
        let mut error = json!({"type": kind, "code": code, "message": self.message});
        if let Some(param) = &self.param {
            error["param"] = json!(param);
        }
        Answer::json(status, json!({"error": error}))
    }

    fn bare(&self) -> Answer {
        let (status, shape) = self.reason.observed();
        match shape {
            Shape::B if self.details.is_empty() => Answer::json(status, json!({"message": self.message})),
            Shape::B => {
                let details = self.details.iter().map(|problem| {
                    json!({"message": problem.message, "rule": problem.rule, "field": problem.field})
                });
                let details: Vec<Value> = details.collect();
                Answer::json(status, json!({"message": "Validation error", "details": details}))
            }
            Shape::C => {
                let answer = Answer::json(status, json!({"status": "error", "message": self.message}));
                if self.reason == Reason::TooLarge {
                    answer.with_member("code", json!("PAYLOAD_TOO_LARGE"))
                } else {
                    answer
                }
            }
        }
    }
}

fn plain_text(message: &str) -> Answer {
    Answer { status: 404, headers: Vec::new(), content: Content::Raw(Bytes::from(message.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kaiko::settings::KaikoProfile;

    fn shown(reason: Reason, profile: KaikoProfile) -> (u16, Value) {
        let settings = KaikoSettings { profile, ..KaikoSettings::default() };
        let answer = Failure::new(reason, "So it is").of_param("model").answer(&settings);
        let body = match answer.content {
            Content::Json(body) => body,
            _ => Value::Null,
        };
        (answer.status, body)
    }

    #[test]
    fn the_documented_envelope_names_type_code_and_param() {
        let (status, body) = shown(Reason::MissingField, KaikoProfile::Contract);
        let error = json!({"type": "invalid_request_error", "code": "missing_field", "message": "So it is",
            "param": "model"});
        assert_eq!((status, body), (400, json!({"error": error})));
    }

    #[test]
    fn the_observed_shapes_differ_by_reason() {
        let observed = |reason| shown(reason, KaikoProfile::Observed);
        assert_eq!(observed(Reason::ContextNotFound), (404, json!({"message": "So it is"})));
        assert_eq!(observed(Reason::InvalidKey), (403, json!({"message": "Forbidden"})));
        let broken = json!({"status": "error", "message": "So it is"});
        assert_eq!(observed(Reason::InvalidModel), (500, broken));
        assert_eq!(observed(Reason::TooLarge).1["code"], "PAYLOAD_TOO_LARGE");
        assert_eq!(observed(Reason::NoRoute), (404, Value::Null));
    }
}
