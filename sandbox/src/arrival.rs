//! A request as it arrived: its head, decoded where the handlers need it, and its body up to a limit.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::admission::bearer;
use crate::kaiko;

const API_KEY: &str = "x-api-key";

/// The largest body that is read.
pub(crate) const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// The largest body of a control request, which may be the picture of a large world.
pub(crate) const LARGEST_CONTROL_BODY: usize = 256 * 1024 * 1024;

/// How much more of a body that is too large is swallowed, so that its sender gets to read the answer.
const LARGEST_SWALLOWED: usize = 56 * 1024 * 1024;

/// The head of a request.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) method: String,
    /// As on the wire, escaped, without the query.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) authorization: Option<String>,
    /// `x-api-key`.
    pub(crate) api_key: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) content_type: Option<String>,
    /// All headers, without the secret half of the key.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) connection: u64,
}

impl Arrival {
    pub(crate) fn new(head: &Parts, connection: u64) -> Self {
        let header = |name: &str| {
            head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let headers = head.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let shown = match name.as_str() {
                "authorization" => without_secret(&value),
                API_KEY => shortened(&value),
                _ => value.into_owned(),
            };
            (name.as_str().to_owned(), shown)
        });
        Self {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: query_pairs(head.uri.query().unwrap_or_default()),
            authorization: header("authorization"),
            api_key: header(API_KEY),
            idempotency_key: header("idempotency-key"),
            content_type: header("content-type"),
            headers: headers.collect(),
            connection,
        }
    }
}

/// What was found where a body can be.
pub(crate) enum Received {
    Whole(Bytes),
    TooLarge,
    /// The connection broke off.
    Broken,
}

pub(crate) async fn receive(mut body: Incoming, largest: usize) -> Received {
    let mut bytes = BytesMut::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Received::Broken };
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= largest {
            bytes.extend_from_slice(&data);
        } else if length - largest > LARGEST_SWALLOWED {
            break;
        }
    }
    if length > largest { Received::TooLarge } else { Received::Whole(bytes.freeze()) }
}

/// A body as it is recorded: JSON where it is JSON, text otherwise, null without one.
pub(crate) fn recorded(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

/// What a recorded body shows instead of passwords: as many asterisks as there were letters.
pub(crate) fn without_passwords(body: Value) -> Value {
    match body {
        // It is not JSON, so nobody knows where in it the password is.
        Value::String(text) if text.to_lowercase().contains(PASSWORD) => hidden(Value::String(text)),
        Value::Array(items) => items.into_iter().map(inside).collect(),
        Value::Object(_) => inside(body),
        other => other,
    }
}

const PASSWORD: &str = "password";

fn inside(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let secret = name.eq_ignore_ascii_case(PASSWORD);
                (name, if secret { hidden(value) } else { inside(value) })
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => items.into_iter().map(inside).collect(),
        other => other,
    }
}

fn hidden(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String("*".repeat(text.chars().count())),
        Value::Number(_) => Value::from(0),
        Value::Array(items) => items.into_iter().map(hidden).collect(),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, hidden(value))).collect())
        }
        other => other,
    }
}

/// The pairs of a query string in order, with `+` read as a space.
pub(crate) fn query_pairs(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn without_secret(header: &str) -> String {
    match bearer(header).map(|key| (key, key.chars().take(20).collect::<String>())) {
        Some((key, _)) if is_kaiko_key(key) => format!("Bearer {}", shortened(key)),
        Some((key, team)) if key.len() > team.len() => format!("Bearer {team}…"),
        Some((_, team)) => format!("Bearer {team}"),
        None => header.chars().take(6).chain(['…']).collect(),
    }
}

fn is_kaiko_key(key: &str) -> bool {
    kaiko::PREFIXES.iter().any(|prefix| key.starts_with(prefix))
}

/// A key of Kaiko with its beginning and its last four characters; of others no more than the beginning.
fn shortened(key: &str) -> String {
    let prefix = kaiko::PREFIXES.iter().find(|prefix| key.starts_with(**prefix));
    let Some(prefix) = prefix else { return key.chars().take(6).chain(['…']).collect() };
    let tail: Vec<char> = key[prefix.len()..].chars().collect();
    let last = if tail.len() > 8 { &tail[tail.len() - 4..] } else { &[] };
    format!("{prefix}…{}", last.iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn query_pairs_are_decoded_in_order() {
        let pairs = query_pairs("a=1&b=x+y%2B&&c&a=%C3%A9");
        let expected = [("a", "1"), ("b", "x y+"), ("c", ""), ("a", "é")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn passwords_are_hidden_wherever_they_are() {
        let body = json!({"login": "a@b.c", "password": "sécret", "inner": [{"Password": 12_345_678}]});
        let shown = json!({"login": "a@b.c", "password": "******", "inner": [{"Password": 0}]});
        assert_eq!(without_passwords(body), shown);
        assert_eq!(
            without_passwords(json!([{"password": ["a", {"b": "c"}]}])),
            json!([{"password": ["*", {"b": "*"}]}])
        );
        assert_eq!(without_passwords(json!("{\"password\": \"x")), json!("*".repeat(15)));
        assert_eq!(without_passwords(json!({"a": "password"})), json!({"a": "password"}));
    }

    #[test]
    fn the_secret_half_of_a_key_is_never_kept() {
        assert_eq!(without_secret("Bearer 0123456789012345678901234567"), "Bearer 01234567890123456789…");
        assert_eq!(without_secret("0123456789"), "012345…");
        assert_eq!(without_secret("Bearer kaiko_live_0123456789"), "Bearer kaiko_live_…6789");
        assert_eq!(shortened("kaiko_test_01234567"), "kaiko_test_…");
        assert_eq!(shortened("0123456789"), "012345…");
    }
}
