//! The two short forms in which cases write what would be long: `{"$repeat": …}` and `{"$rows": …}`.
//!
//! Every runner spells them out before it looks at a case; there is nothing else to know.

use serde_json::{Map, Value};

/// Spells the short forms out, at any depth.
///
/// - `{"$repeat": ["x", 3001]}` is the text that holds `x` 3,001 times.
/// - `{"$rows": [2, {"id": "chat-{n}"}]}` is a list of that many copies, `{n}` in its texts being 1, 2, …;
///   a third member is the number of the first row.
pub fn expanded(value: Value) -> Value {
    match value {
        Value::Object(members) => match short_form(&members) {
            Some(value) => value,
            None => Value::Object(members.into_iter().map(|(name, value)| (name, expanded(value))).collect()),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(expanded).collect()),
        other => other,
    }
}

/// Puts a UUID where a case expects any: for judges who know nothing of the notation.
pub fn with_uuids(value: Value) -> Value {
    match value {
        Value::Object(members) if members.contains_key("$uuid") => {
            "9f3c5c0e-6a6d-4c3b-8a11-5a3a2b1f7e02".into()
        }
        Value::Object(members) => {
            members.into_iter().map(|(name, inner)| (name, with_uuids(inner))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(with_uuids).collect(),
        other => other,
    }
}

fn short_form(members: &Map<String, Value>) -> Option<Value> {
    let mut members = members.iter();
    let (Some((name, Value::Array(parts))), None) = (members.next(), members.next()) else { return None };
    match (name.as_str(), parts.as_slice()) {
        ("$repeat", [Value::String(text), count]) => {
            Some(Value::String(text.repeat(usize::try_from(count.as_u64()?).ok()?)))
        }
        ("$rows", [count, row]) => Some(rows(count.as_u64()?, row, 1)),
        ("$rows", [count, row, first]) => Some(rows(count.as_u64()?, row, first.as_u64()?)),
        _ => None,
    }
}

fn rows(count: u64, row: &Value, first: u64) -> Value {
    (first..first + count).map(|number| numbered(row, number)).collect()
}

fn numbered(row: &Value, number: u64) -> Value {
    match row {
        Value::String(text) => Value::String(text.replace("{n}", &number.to_string())),
        Value::Array(items) => items.iter().map(|item| numbered(item, number)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), numbered(value, number))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_forms_are_spelt_out_and_the_rest_stays() {
        let short =
            json!({"a": {"$repeat": ["ab", 2]}, "b": [{"$rows": [2, {"id": "r{n}"}, 5]}], "c": {"$rows": 1}});
        assert_eq!(
            expanded(short),
            json!({"a": "abab", "b": [[{"id": "r5"}, {"id": "r6"}]], "c": {"$rows": 1}})
        );
        assert_eq!(expanded(json!({"$rows": [0, "x"]})), json!([]));
    }
}
