//! What differs between the expectation of a case and what came of it, one line a difference.

use std::collections::BTreeMap;
use std::fmt::Debug;

use kakiyo::{Error, Meta};
use kakiyo_sandbox::RecordedRequest;
use serde_json::Value;

use crate::case::{Case, Credits, ExpectedError, ExpectedMeta, Request};
use crate::play::Played;

/// Longest text of a value in a difference.
const LONGEST: usize = 600;

/// Every difference; nothing when the case holds.
pub fn differences(case: &Case, played: &Played) -> Vec<String> {
    let mut found = Differences::default();
    found.requests(case, &played.requests);
    match (&case.expect.error, &played.error) {
        (Some(expected), Some(error)) => found.error(expected, error),
        (Some(expected), None) => {
            found.add(format!(
                "error: expected {}, found the value {}",
                expected.kind,
                short(played.value.as_ref())
            ));
        }
        (None, Some(error)) => found.add(format!("error: expected none, found {error:?}")),
        (None, None) => {}
    }
    if let Some(expected) = &case.expect.value {
        match &played.value {
            Some(value) => found.json("value", expected, value),
            None => found.add(format!("value: expected {}, found none", short(Some(expected)))),
        }
    }
    if let Some(rows) = case.expect.rows {
        found.same("rows", &rows, &row_count(played.value.as_ref()));
    }
    if let Some(pages) = case.expect.pages {
        found.same("pages", &pages, &played.pages);
    }
    if let Some(expected) = &case.expect.meta {
        match &played.meta {
            Some(meta) => found.meta(expected, meta),
            None => found.add("meta: expected some, found none".to_owned()),
        }
    }
    if let Some(expected) = &case.expect.warnings {
        let kinds: Vec<&str> = expected.iter().map(String::as_str).collect();
        found.same("warnings", &kinds, &played.warnings);
    }
    found.list
}

/// Rows of a value that is a list of rows, or a list of such lists.
fn row_count(value: Option<&Value>) -> usize {
    let rows = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    rows.iter().map(|row| row.as_array().map_or(1, Vec::len)).sum()
}

#[derive(Default)]
struct Differences {
    list: Vec<String>,
    /// What stood where the case has `{"$uuid": NAME}`, by that name.
    uuids: BTreeMap<String, String>,
}

impl Differences {
    fn add(&mut self, difference: String) {
        self.list.push(difference);
    }

    fn same<T: PartialEq + Debug>(&mut self, what: &str, expected: &T, found: &T) {
        if expected != found {
            self.add(format!("{what}: expected {expected:?}, found {found:?}"));
        }
    }

    fn requests(&mut self, case: &Case, requests: &[RecordedRequest]) {
        let expected: Vec<&Request> = case
            .exchanges
            .iter()
            .flat_map(|exchange| (0..exchange.answer.times).map(|_| &exchange.request))
            .collect();
        for (index, (expected, found)) in expected.iter().zip(requests).enumerate() {
            self.request(index, expected, found);
        }
        if expected.len() != requests.len() {
            let arrived: Vec<_> =
                requests.iter().map(|request| format!("{} {}", request.method, request.path)).collect();
            self.add(format!("requests: expected {}, found {}: {arrived:?}", expected.len(), requests.len()));
        }
    }

    fn request(&mut self, index: usize, expected: &Request, found: &RecordedRequest) {
        let at = |what: &str| format!("request {}: {what}", index + 1);
        self.same(&at("method"), &expected.method, &found.method);
        self.same(&at("path"), &expected.path, &found.path);
        let mut query: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in &found.query {
            query.entry(name).or_default().push(value);
        }
        let wanted = expected.query.iter().map(|(name, value)| (name.as_str(), texts(value))).collect();
        self.same(&at("query"), &wanted, &query);
        self.json(&at("body"), expected.body.as_ref().unwrap_or(&Value::Null), &found.body);
        for (name, value) in &expected.headers {
            let header = found.headers.iter().find(|(found, _)| found == &name.to_ascii_lowercase());
            self.json(&at(name), value, &header.map_or(Value::Null, |(_, value)| value.as_str().into()));
        }
    }

    fn meta(&mut self, expected: &ExpectedMeta, found: &Meta) {
        if let Some(status) = expected.status {
            self.same("meta.status", &status, &found.status);
        }
        if let Some(attempts) = expected.attempts {
            self.same("meta.attempts", &attempts, &found.attempts);
        }
        self.credits("meta.credits", expected.credits, found.credits);
        if expected.request_id.is_some() {
            self.same("meta.requestId", &expected.request_id, &found.request_id);
        }
        if let Some(key) = &expected.idempotency_key {
            self.json("meta.idempotencyKey", key, &found.idempotency_key.as_deref().into());
        }
    }

    fn credits(&mut self, what: &str, expected: Option<Credits>, found: kakiyo::Credits) {
        if let Some(expected) = expected {
            self.same(what, &expected, &Credits { min: found.min, max: found.max });
        }
    }

    fn error(&mut self, expected: &ExpectedError, found: &Error) {
        let before = self.list.len();
        self.same("error.kind", &expected.kind.as_str(), &found.kind().as_str());
        if let Some(code) = &expected.code {
            self.same("error.code", &code.as_deref(), &found.code());
        }
        if let Some(status) = &expected.status {
            self.same("error.status", status, &found.status());
        }
        if let Some(field) = &expected.field {
            let named = found.details().first().map(|issue| issue.field.as_str());
            self.same("error.field", &Some(field.as_str()), &named);
        }
        if let Some(attempts) = expected.attempts {
            self.same("error.attempts", &attempts, &found.attempts());
        }
        self.credits("error.credits", expected.credits, found.credits());
        if let Some(safe) = expected.safe_to_retry {
            self.same("error.safeToRetry", &safe, &found.is_safe_to_retry());
        }
        if let Some(wait) = expected.retry_after {
            self.same("error.retryAfter", &wait, &found.retry_after().map(|wait| wait.as_secs_f64()));
        }
        if expected.request_id.is_some() {
            self.same("error.requestId", &expected.request_id.as_deref(), &found.request_id());
        }
        if let Some(key) = &expected.idempotency_key {
            self.json("error.idempotencyKey", key, &found.idempotency_key().into());
        }
        if let Some(error_type) = &expected.error_type {
            self.same("error.type", &error_type.as_deref(), &found.error_type());
        }
        if let Some(part) =
            expected.message_contains.as_ref().filter(|part| !found.to_string().contains(*part))
        {
            self.add(format!("error.message: expected to contain {part:?}"));
        }
        if self.list.len() > before {
            self.add(format!("the error says: {found}"));
        }
    }

    /// Compares JSON and names the deepest members that differ.
    fn json(&mut self, path: &str, expected: &Value, found: &Value) {
        match (expected, found) {
            (Value::Object(expected), found) if expected.contains_key("$uuid") => {
                self.uuid(path, &texts(&expected["$uuid"]).join(""), found);
            }
            (Value::Object(expected), Value::Object(found)) => {
                for (name, value) in expected {
                    match found.get(name) {
                        Some(found) => self.json(&format!("{path}.{name}"), value, found),
                        None => {
                            self.add(format!("{path}.{name}: expected {}, found none", short(Some(value))))
                        }
                    }
                }
                for (name, value) in found.iter().filter(|(name, _)| !expected.contains_key(*name)) {
                    self.add(format!("{path}.{name}: expected none, found {}", short(Some(value))));
                }
            }
            (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
                for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                    self.json(&format!("{path}[{index}]"), expected, found);
                }
            }
            // 12 and 12.0 are the same number on the wire.
            (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => {}
            (expected, found) if expected == found => {}
            _ => {
                self.add(format!("{path}: expected {}, found {}", short(Some(expected)), short(Some(found))))
            }
        }
    }
}

impl Differences {
    /// A UUID: the same wherever the case has the same name, and another one under each other name.
    fn uuid(&mut self, path: &str, name: &str, found: &Value) {
        let Some(text) = found.as_str().filter(|text| is_uuid(text)) else {
            self.add(format!("{path}: expected a UUID, found {}", short(Some(found))));
            return;
        };
        match self.uuids.get(name) {
            Some(known) if known != text => {
                self.add(format!("{path}: expected {known} as before, found {text}"));
            }
            None if self.uuids.values().any(|known| known == text) => {
                self.add(format!("{path}: expected a UUID of its own, found {text} again"));
            }
            _ => _ = self.uuids.insert(name.to_owned(), text.to_owned()),
        }
    }
}

/// Version 4, in lower case.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let hexadecimal = |text: &&str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(hexadecimal)
        && groups[2].starts_with('4')
}

/// The values of one query name.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    }
}

fn short(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "none".to_owned(), Value::to_string);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text,
    }
}
