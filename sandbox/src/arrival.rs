//! A request as it arrived: its head, decoded where the handlers need it, and its body up to a limit.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::admission::bearer;

/// The largest body that is read.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// How much of a body that is too large is swallowed, so that its sender gets to read the answer.
const LARGEST_SWALLOWED: usize = 64 * 1024 * 1024;

/// The head of a request.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) method: String,
    /// As on the wire, escaped, without the query.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) authorization: Option<String>,
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
            let shown = if name == AUTHORIZATION { without_secret(&value) } else { value.into_owned() };
            (name.as_str().to_owned(), shown)
        });
        Self {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: query_pairs(head.uri.query().unwrap_or_default()),
            authorization: header("authorization"),
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

pub(crate) async fn receive(mut body: Incoming) -> Received {
    let mut bytes = BytesMut::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Received::Broken };
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= LARGEST_BODY {
            bytes.extend_from_slice(&data);
        } else if length > LARGEST_SWALLOWED {
            break;
        }
    }
    if length > LARGEST_BODY { Received::TooLarge } else { Received::Whole(bytes.freeze()) }
}

/// A body as it is recorded: JSON where it is JSON, text otherwise, null without one.
pub(crate) fn recorded(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
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
        Some((key, team)) if key.len() > team.len() => format!("Bearer {team}…"),
        Some((_, team)) => format!("Bearer {team}"),
        None => header.chars().take(6).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_pairs_are_decoded_in_order() {
        let pairs = query_pairs("a=1&b=x+y%2B&&c&a=%C3%A9");
        let expected = [("a", "1"), ("b", "x y+"), ("c", ""), ("a", "é")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn the_secret_half_of_a_key_is_never_kept() {
        assert_eq!(without_secret("Bearer 0123456789012345678901234567"), "Bearer 01234567890123456789…");
        assert_eq!(without_secret("0123456789"), "012345…");
    }
}
