//! What an error answer says: code, text, fields. Empty, non-JSON, HTML and strange bodies survive.

use http::HeaderMap;
use serde_json::Value;

use crate::error::{Error, ErrorKind, FieldIssue};

/// Longest text of the server that goes into a message.
const LONGEST_TEXT: usize = 300;

/// What could be read of an error body.
#[derive(Debug, Default)]
pub(crate) struct ErrorBody {
    pub(crate) json: Option<Value>,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) details: Vec<FieldIssue>,
}

impl ErrorBody {
    pub(crate) fn read(body: &[u8]) -> Self {
        let Ok(json) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        let error = json.get("error");
        let word = |value: Option<&Value>| value.and_then(Value::as_str).map(|text| clean(text, 100));
        let code = word(error)
            .or_else(|| word(error.and_then(|error| error.get("code"))))
            .or_else(|| word(json.get("code")))
            .filter(|code| !code.is_empty());
        let text = json
            .get("message")
            .or_else(|| error.and_then(|error| error.get("message")))
            .and_then(Value::as_str)
            .map(|text| clean(text, LONGEST_TEXT))
            .filter(|text| !text.is_empty());
        let details = json.get("details").and_then(Value::as_array).map_or_else(Vec::new, |details| {
            details
                .iter()
                .take(100)
                .filter_map(|detail| {
                    let field = detail.get("field").and_then(Value::as_str)?;
                    let message = detail.get("message").and_then(Value::as_str).unwrap_or_default();
                    Some(FieldIssue { field: clean(field, 100), message: clean(message, LONGEST_TEXT) })
                })
                .collect()
        });
        Self { json: Some(json), code, text, details }
    }

    /// One line on what the server said; where it said nothing, what came instead.
    fn words(&self, headers: &HeaderMap, length: usize) -> String {
        if let Some(text) = &self.text {
            return text.clone();
        }
        if let Some(code) = &self.code {
            return code.clone();
        }
        let kind =
            headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("no content type");
        match (length, &self.json) {
            (0, _) => "the answer is empty".to_owned(),
            (_, Some(_)) => "the answer has no error text".to_owned(),
            (length, None) => format!("the answer is not JSON ({}, {length} bytes)", clean(kind, 60)),
        }
    }
}

/// Cuts a text of the server to what can stand in one line of a log.
fn clean(text: &str, longest: usize) -> String {
    let mut cleaned: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(longest)
        .collect();
    if text.chars().nth(longest).is_some() {
        cleaned.push('…');
    }
    cleaned.trim().to_owned()
}

/// The kind that a status means where no code says more.
fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        300..=399 => ErrorKind::Config,
        401 => ErrorKind::Auth,
        402 => ErrorKind::OutOfCredits,
        403 => ErrorKind::Permission,
        404 | 410 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::InvalidRequest,
        500..=599 => ErrorKind::Server,
        _ => ErrorKind::Decode,
    }
}

/// The error that an answer means. `kind_of_code` knows the codes of the service.
pub(crate) fn error(
    status: u16,
    headers: &HeaderMap,
    body: &bytes::Bytes,
    read: ErrorBody,
    kind_of_code: fn(&str) -> Option<ErrorKind>,
) -> Error {
    let by_status = kind_of_status(status);
    let kind = match by_status {
        // These statuses say all: a code cannot make them anything else.
        ErrorKind::OutOfCredits | ErrorKind::RateLimited | ErrorKind::Auth => by_status,
        _ => read.code.as_deref().and_then(kind_of_code).unwrap_or(by_status),
    };
    let words = read.words(headers, body.len());
    let message = match kind {
        ErrorKind::Config if (300..400).contains(&status) => format!(
            "the server answered {status} and points elsewhere; redirects are not followed because the key would travel along: check base_url"
        ),
        ErrorKind::Auth => format!("the server refused the key ({words}): check the API key"),
        ErrorKind::OutOfCredits => format!(
            "no credits left ({words}): every agent of the team is paused; top up, then resume the agents"
        ),
        ErrorKind::RateLimited => {
            format!("the server answered 429 ({words}): somebody else may use this team's quota")
        }
        ErrorKind::Server => format!("the server failed with {status} ({words})"),
        _ => format!("{words} (status {status})"),
    };
    Error::new(kind, message).with_code(read.code).with_details(read.details).with_answer(
        status,
        headers.clone(),
        body.clone(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn of(status: u16, body: &'static str) -> Error {
        let body = Bytes::from_static(body.as_bytes());
        let read = ErrorBody::read(&body);
        error(status, &HeaderMap::new(), &body, read, |code| {
            (code == "campaign_active").then_some(ErrorKind::Conflict)
        })
    }

    #[test]
    fn documented_bodies_are_read() {
        let error = of(
            400,
            r#"{"error":"validation_error","message":"Bad","details":[{"field":"name","message":"short"}]}"#,
        );
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.code(), Some("validation_error"));
        assert_eq!(error.details()[0].field, "name");
    }

    #[test]
    fn any_body_survives() {
        for body in [
            "",
            "<html>bad gateway</html>",
            "{\"error\":",
            "null",
            "[]",
            "\"x\"",
            "{\"error\":{\"message\":7}}",
            "{\"error\":null}",
        ] {
            let error = of(502, body);
            assert_eq!(error.kind(), ErrorKind::Server, "{body}");
            assert!(!error.to_string().contains("html"), "{error}");
        }
    }

    #[test]
    fn a_code_refines_the_status_but_never_hides_402_or_429() {
        assert_eq!(of(400, r#"{"error":"campaign_active"}"#).kind(), ErrorKind::Conflict);
        assert_eq!(of(402, r#"{"error":"campaign_active"}"#).kind(), ErrorKind::OutOfCredits);
        assert_eq!(of(429, r#"{"error":"campaign_active"}"#).kind(), ErrorKind::RateLimited);
    }

    #[test]
    fn texts_of_the_server_stay_in_one_line() {
        let error = of(400, "{\"message\":\"a\\nb\\u001b[31m\"}");
        assert!(!error.to_string().contains('\n') && !error.to_string().contains('\u{1b}'));
    }
}
