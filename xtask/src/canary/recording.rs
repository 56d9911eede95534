//! An answer without its contents: names and forms stay, texts, ids and numbers go.

use std::collections::BTreeMap;

use http::HeaderMap;
use serde_json::{Value, json};

/// Rows of a list that are looked at.
const ROWS: usize = 3;

/// What may be said of an exchange.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    /// The route with its placeholders; never the ids.
    pub(crate) route: &'static str,
    pub(crate) status: u16,
    /// Names of the headers that say something about the service; values only of limits and paging.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body as it came; it stays in this process.
    body: Value,
}

impl Recording {
    pub(crate) fn of(
        name: &'static str,
        method: &'static str,
        route: &'static str,
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Self {
        let headers = headers
            .iter()
            .filter(|(name, _)| name.as_str().starts_with("x-") || name.as_str().contains("retry"))
            .map(|(name, value)| {
                let tells = name.as_str().contains("ratelimit") || name.as_str().contains("retry");
                let value = value.to_str().unwrap_or_default();
                (name.to_string(), if tells { value.to_owned() } else { form_of_text(value) })
            })
            .collect();
        Self { name, method, route, status, headers, body: serde_json::from_slice(body).unwrap_or_default() }
    }

    /// The body for the probes; its contents must not be shown.
    pub(crate) fn body(&self) -> &Value {
        &self.body
    }

    /// The body with forms instead of contents.
    pub(crate) fn scrubbed(&self) -> Value {
        scrubbed(&self.body)
    }
}

fn scrubbed(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(truth) => json!(truth),
        Value::Number(number) if number.is_f64() => json!("number"),
        Value::Number(_) => json!("integer"),
        Value::String(text) => Value::from(form_of_text(text)),
        Value::Array(rows) => {
            let mut shown: Vec<Value> = rows.iter().take(ROWS).map(scrubbed).collect();
            if rows.len() > ROWS {
                shown.push(json!("and more"));
            }
            Value::from(shown)
        }
        Value::Object(members) => {
            members.iter().map(|(name, value)| (member_name(name), scrubbed(value))).collect()
        }
    }
}

/// Names of members belong to the service, unless they look like data: variables, maps keyed by an id.
fn member_name(name: &str) -> String {
    let plain = name.chars().all(|character| character.is_ascii_alphabetic() || "_$".contains(character));
    if plain && name.len() <= 40 {
        name.to_owned()
    } else {
        format!("a name of {} characters", name.chars().count())
    }
}

/// The form of a text.
fn form_of_text(text: &str) -> String {
    let length = text.chars().count();
    let all = |test: fn(char) -> bool| length > 0 && text.chars().all(test);
    if text.is_empty() {
        "empty text".to_owned()
    } else if text.strip_suffix('%').is_some_and(|number| number.trim().parse::<f64>().is_ok()) {
        "rate with a percent sign".to_owned()
    } else if text.parse::<f64>().is_ok() {
        "number as text".to_owned()
    } else if text.starts_with("http://") || text.starts_with("https://") {
        format!("address with {}", text.split("://").next().unwrap_or_default())
    } else if text.len() >= 19 && text.as_bytes()[4] == b'-' && text.as_bytes()[10] == b'T' {
        "time".to_owned()
    } else if all(|character| character.is_ascii_hexdigit()) && length >= 16 {
        format!("{length} hexadecimal characters")
    } else {
        format!("text of {length} characters")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_content_is_left() {
        let body = json!({
            "id": "6a01b2c3d4e5f6071829", "name": "Amélie Fournier", "rate": "12.00%", "url": "https://linkedin.com/in/amelie",
            "seen": "2026-02-03T08:15:00Z", "count": 731, "share": 0.25, "flag": true, "none": null,
            "amelie.fournier@example.org": {"deep": ["secret", "text", "more", "rows"]},
        });
        let recording = Recording::of("x", "GET", "/x", 200, &HeaderMap::new(), body.to_string().as_bytes());
        let text = recording.scrubbed().to_string();
        for content in ["6a01", "lie", "731", "0.25", "linkedin", "2026", "secret", "example"] {
            assert!(!text.contains(content), "{content} in {text}");
        }
        assert_eq!(recording.scrubbed()["rate"], "rate with a percent sign");
        assert_eq!(recording.scrubbed()["id"], "20 hexadecimal characters");
    }

    #[test]
    fn header_values_are_shown_for_limits_alone() {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-limit", "60".parse().unwrap());
        headers.insert("x-request-id", "req-731".parse().unwrap());
        headers.insert("set-cookie", "session=731".parse().unwrap());
        let recording = Recording::of("x", "GET", "/x", 200, &headers, b"no json");
        assert_eq!(recording.headers["x-ratelimit-limit"], "60");
        assert_eq!(recording.headers["x-request-id"], "text of 7 characters");
        assert!(!recording.headers.contains_key("set-cookie"));
        assert_eq!(recording.scrubbed(), Value::Null);
    }
}
