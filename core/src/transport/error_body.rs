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
    /// The class of error in the service's words.
    pub(crate) error_type: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) details: Vec<FieldIssue>,
    pub(crate) request_id: Option<String>,
}

/// What some refusals mean to the users of a service, behind what the server says.
#[derive(Debug)]
pub(crate) struct Refusals {
    /// 402.
    pub(crate) out_of_credits: &'static str,
    /// 429.
    pub(crate) rate_limited: &'static str,
    /// 403, where there is something to say to all of them.
    pub(crate) forbidden: Option<&'static str>,
}

impl ErrorBody {
    pub(crate) fn read(body: &[u8]) -> Self {
        let Ok(json) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        let error = json.get("error");
        let word = |value: Option<&Value>| value.and_then(Value::as_str).map(|text| clean(text, 100));
        let member = |name: &str| error.and_then(|error| error.get(name));
        let code = word(error)
            .or_else(|| word(member("code")))
            .or_else(|| word(json.get("code")))
            .filter(|code| !code.is_empty());
        let text = json
            .get("message")
            .or_else(|| member("message"))
            .and_then(Value::as_str)
            .map(|text| clean(text, LONGEST_TEXT))
            .filter(|text| !text.is_empty());
        let listed = json.get("details").or_else(|| member("details")).and_then(Value::as_array);
        let mut details: Vec<FieldIssue> = listed.map_or_else(Vec::new, |details| {
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
        if let Some(field) = word(member("param")).filter(|field| !field.is_empty())
            && !details.iter().any(|issue| issue.field == field)
        {
            details.insert(0, FieldIssue { field, message: text.clone().unwrap_or_default() });
        }
        let error_type = word(member("type")).filter(|word| !word.is_empty());
        let request_id = member("request_id").or_else(|| json.get("request_id")).and_then(Value::as_str);
        let request_id = request_id.map(|id| clean(id, 256)).filter(|id| !id.is_empty());
        Self { code, error_type, text, details, request_id, json: Some(json) }
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
pub(crate) fn clean(text: &str, longest: usize) -> String {
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

/// The error that an answer means. `kind_of_code` knows the codes of the service, `refusals` its words.
pub(crate) fn error(
    status: u16,
    headers: &HeaderMap,
    body: &bytes::Bytes,
    read: ErrorBody,
    kind_of_code: fn(&str) -> Option<ErrorKind>,
    refusals: &Refusals,
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
        ErrorKind::OutOfCredits => format!("no credits left ({words}): {}", refusals.out_of_credits),
        ErrorKind::RateLimited => format!("the server answered 429 ({words}): {}", refusals.rate_limited),
        ErrorKind::Permission if refusals.forbidden.is_some() => {
            format!("{words} (status {status}): {}", refusals.forbidden.unwrap_or_default())
        }
        ErrorKind::Server => format!("the server failed with {status} ({words})"),
        _ => format!("{words} (status {status})"),
    };
    Error::new(kind, message)
        .with_code(read.code)
        .with_type(read.error_type)
        .with_details(read.details)
        .with_request_id(read.request_id)
        .with_answer(status, headers.clone(), body.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn of(status: u16, body: &'static str) -> Error {
        let body = Bytes::from_static(body.as_bytes());
        let read = ErrorBody::read(&body);
        let kinds = |code: &str| (code == "campaign_active").then_some(ErrorKind::Conflict);
        error(status, &HeaderMap::new(), &body, read, kinds, &REFUSALS)
    }

    static REFUSALS: Refusals =
        Refusals { out_of_credits: "top up", rate_limited: "slow down", forbidden: Some("check the key") };

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
    fn every_known_shape_is_read() {
        let nested = of(
            400,
            r#"{"error":{"type":"invalid_request_error","code":"missing_field","message":"Absent.","param":"model","request_id":"req-5c"}}"#,
        );
        assert_eq!(
            (nested.code(), nested.error_type()),
            (Some("missing_field"), Some("invalid_request_error"))
        );
        assert_eq!((nested.details()[0].field.as_str(), nested.request_id()), ("model", Some("req-5c")));
        let flat =
            of(422, r#"{"message":"Validation","details":[{"message":"bad","rule":"in","field":"role"}]}"#);
        assert_eq!((flat.kind(), flat.details()[0].field.as_str()), (ErrorKind::InvalidRequest, "role"));
        let status = of(413, r#"{"status":"error","message":"Too big","code":"ENTITY_TOO_LARGE"}"#);
        assert_eq!((status.kind(), status.code()), (ErrorKind::InvalidRequest, Some("ENTITY_TOO_LARGE")));
        let bare = of(403, r#"{"message":"Forbidden"}"#);
        assert_eq!(bare.to_string(), "Forbidden (status 403): check the key");
        let text = of(404, "Cannot GET /v2/nowhere");
        assert_eq!((text.kind(), text.code(), text.request_id()), (ErrorKind::NotFound, None, None));
        assert_eq!(of(500, r#"{"message":"x","request_id":"req-top"}"#).request_id(), Some("req-top"));
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
