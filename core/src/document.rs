//! The answer of the server as all languages see it: the untouched bytes, and the normalised JSON made from them.
//!
//! Typed values are decoded beside it. Members that the types do not know are worked out here, and only when asked for.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Turns one object of the wire into the form that every language sees (renames, derived members).
pub type Normalise = fn(&mut Map<String, Value>);

/// Gives a JSON Schema where the generator asks for one; nothing otherwise.
#[cfg(feature = "schema")]
pub trait Describe: schemars::JsonSchema {}
#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> Describe for T {}

/// Gives a JSON Schema where the generator asks for one; nothing otherwise.
#[cfg(not(feature = "schema"))]
pub trait Describe {}
#[cfg(not(feature = "schema"))]
impl<T> Describe for T {}

/// What a model knows of its own JSON.
pub trait Model: DeserializeOwned + serde::Serialize + Describe + Send + Sync + 'static {
    /// Name of the model in every language.
    const NAME: &'static str;
    /// Members that the model knows: the field in Rust and its name in JSON where that is not its camel case.
    const FIELDS: &'static [(&'static str, Option<&'static str>)];
    /// Member under which an enveloped list of these would lie.
    const PLURAL: &'static str = "data";
    /// Set where the wire form differs from the form that users see.
    const NORMALISE: Option<Normalise> = None;
}

/// How the answer of an operation lies in its body.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// The member of an enveloped list; `None` for a single object.
    pub(crate) list: Option<&'static str>,
    pub(crate) normalise: Option<Normalise>,
}

/// One answer: raw bytes, and their normalised JSON when somebody wants it.
#[derive(Debug)]
pub struct Document {
    body: Bytes,
    layout: Layout,
    tree: OnceLock<Value>,
    /// Whether the tree holds more than the body does.
    amended: bool,
}

impl Document {
    pub(crate) fn new(body: Bytes, layout: Layout) -> Arc<Self> {
        Arc::new(Self { body, layout, tree: OnceLock::new(), amended: false })
    }

    /// An answer of the past: what bindings keep when they store a value and read it back.
    #[doc(hidden)]
    pub fn restored(body: Bytes, tree: Value) -> Arc<Self> {
        let layout = Layout { list: None, normalise: None };
        Arc::new(Self { body, layout, tree: OnceLock::from(tree), amended: true })
    }

    /// The body as it came, to the byte.
    pub fn raw(&self) -> &Bytes {
        &self.body
    }

    /// The normalised JSON: for a list the array of its rows, whatever the envelope was.
    pub fn tree(&self) -> &Value {
        // Only documents that were decoded reach users, so the body is known to be JSON; null stands for the impossible.
        self.tree.get_or_init(|| self.parse().unwrap_or(Value::Null))
    }

    /// The normalised JSON as text; the raw text itself where nothing has to be changed.
    pub fn json(&self) -> Cow<'_, str> {
        if self.is_verbatim()
            && let Ok(text) = std::str::from_utf8(&self.body)
        {
            return Cow::Borrowed(text);
        }
        Cow::Owned(self.tree().to_string())
    }

    /// The same answer with a member that was found by another call.
    pub(crate) fn with_member(&self, name: &str, value: &str) -> Arc<Self> {
        self.amended(|tree| {
            if let Value::Object(members) = tree {
                members.insert(name.to_owned(), Value::from(value));
            }
        })
    }

    /// The same list with no more than its first rows.
    pub(crate) fn first_rows(&self, count: usize) -> Arc<Self> {
        self.amended(|tree| {
            if let Value::Array(rows) = tree {
                rows.truncate(count);
            }
        })
    }

    /// The same answer with a changed tree.
    pub(crate) fn amended(&self, change: impl FnOnce(&mut Value)) -> Arc<Self> {
        let mut tree = self.tree().clone();
        change(&mut tree);
        Arc::new(Self {
            body: self.body.clone(),
            layout: self.layout,
            tree: OnceLock::from(tree),
            amended: true,
        })
    }

    /// The request id that an answer names itself. Answers that are never looked at as a tree name none.
    pub(crate) fn said_request_id(&self) -> Option<&str> {
        self.tree.get()?.get("request_id")?.as_str().filter(|id| !id.is_empty() && id.len() <= 256)
    }

    /// The members below `pointer` (a JSON pointer, empty for the root) that the model `fields` does not know.
    pub fn extra(&self, pointer: &str, fields: &[(&str, Option<&str>)]) -> Map<String, Value> {
        let Some(Value::Object(members)) = self.tree().pointer(pointer) else { return Map::new() };
        members
            .iter()
            .filter(|(name, _)| {
                !fields.iter().any(|(field, wire)| match wire {
                    Some(wire) => wire == name,
                    None => camel_case_equals(field, name),
                })
            })
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Whether a list lies in an object instead of standing alone.
    pub(crate) fn is_enveloped(&self) -> bool {
        !self.starts_with(b'[')
    }

    fn starts_with(&self, byte: u8) -> bool {
        self.body.iter().find(|candidate| !candidate.is_ascii_whitespace()) == Some(&byte)
    }

    fn is_verbatim(&self) -> bool {
        !self.amended
            && self.layout.normalise.is_none()
            && (self.layout.list.is_none() || self.starts_with(b'['))
    }

    fn parse(&self) -> Result<Value, serde_json::Error> {
        let value = serde_json::from_slice(&self.body)?;
        Ok(self.normalised(value))
    }

    fn normalised(&self, value: Value) -> Value {
        match self.layout.list {
            None => self.normalised_object(value),
            Some(member) => match rows_of(value, member) {
                Ok(rows) => Value::Array(rows.into_iter().map(|row| self.normalised_object(row)).collect()),
                Err(other) => other,
            },
        }
    }

    fn normalised_object(&self, mut value: Value) -> Value {
        if let (Some(normalise), Value::Object(members)) = (self.layout.normalise, &mut value) {
            normalise(members);
        }
        value
    }

    /// Decodes the typed value; the fast way straight from the bytes where nothing has to be normalised.
    pub(crate) fn decode<T: DeserializeOwned>(&self) -> Result<T, DecodeFailure> {
        if self.is_verbatim() {
            let text = std::str::from_utf8(&self.body).map_err(DecodeFailure::not_text)?;
            return serde_json::from_str(text).map_err(|_| DecodeFailure::explain::<T>(text));
        }
        let value: Value =
            serde_json::from_slice(&self.body).map_err(|error| DecodeFailure::at("", &error))?;
        let tree = self.tree.get_or_init(|| self.normalised(value));
        serde_path_to_error::deserialize(tree)
            .map_err(|error| DecodeFailure::at(&error.path().to_string(), error.inner()))
    }
}

/// Where and why a body is not what the operation promises.
#[derive(Debug)]
pub(crate) struct DecodeFailure {
    pub(crate) path: String,
    pub(crate) reason: String,
}

impl DecodeFailure {
    fn at(path: &str, error: &serde_json::Error) -> Self {
        Self {
            path: if path == "." { String::new() } else { path.to_owned() },
            reason: reason_without_content(error),
        }
    }

    fn not_text(error: std::str::Utf8Error) -> Self {
        Self {
            path: String::new(),
            reason: format!("the body is not UTF-8 from byte {} on", error.valid_up_to()),
        }
    }

    /// The failed body is read once more, slowly, to name the member.
    fn explain<T: DeserializeOwned>(text: &str) -> Self {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            Err(error) => Self::at(&error.path().to_string(), error.inner()),
            Ok(_) => Self { path: String::new(), reason: "there is text after the JSON value".to_owned() },
        }
    }
}

/// The parser's message without the values it quotes: an error is logged, an answer may hold personal data.
pub(crate) fn reason_without_content(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    match (error.classify(), text.rsplit_once(", expected ")) {
        (serde_json::error::Category::Data, Some((what, expected))) if !what.starts_with("unknown") => {
            format!("expected {}", plain_type(expected))
        }
        _ => text.to_owned(),
    }
}

/// The parser names types of Rust; readers in other languages do not know them.
fn plain_type(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" => "a whole number, zero or more",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "text",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

/// The rows of a list: a bare array, `data` (an array or an object that holds one), or the named member.
fn rows_of(value: Value, member: &str) -> Result<Vec<Value>, Value> {
    match value {
        Value::Array(rows) => Ok(rows),
        Value::Object(mut members) => {
            for name in ["data", member] {
                match members.remove(name) {
                    Some(Value::Array(rows)) => return Ok(rows),
                    Some(inner @ Value::Object(_)) => return rows_of(inner, member),
                    Some(other) => {
                        members.insert(name.to_owned(), other);
                    }
                    None => {}
                }
            }
            Err(Value::Object(members))
        }
        other => Err(other),
    }
}

/// Whether `wire` is the camel case of the Rust field name, without making a string.
pub(crate) fn camel_case_equals(field: &str, wire: &str) -> bool {
    let mut upper = false;
    let mut wire = wire.chars();
    for character in field.strip_prefix("r#").unwrap_or(field).chars() {
        if character == '_' {
            upper = true;
            continue;
        }
        let expected = if upper { character.to_ascii_uppercase() } else { character };
        upper = false;
        if wire.next() != Some(expected) {
            return false;
        }
    }
    wire.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(body: &'static str) -> Arc<Document> {
        Document::new(
            Bytes::from_static(body.as_bytes()),
            Layout { list: Some("prospects"), normalise: None },
        )
    }

    #[test]
    fn rows_are_found_in_every_envelope() {
        for body in [
            r#"[{"id":"a"}]"#,
            r#"{"data":[{"id":"a"}],"has_more":false}"#,
            r#"{"prospects":[{"id":"a"}]}"#,
            r#"{"data":{"prospects":[{"id":"a"}]}}"#,
        ] {
            assert_eq!(list(body).tree(), &serde_json::json!([{"id": "a"}]), "{body}");
        }
    }

    #[test]
    fn an_untouched_list_keeps_its_text() {
        assert_eq!(list(" [ 1 ]").json(), " [ 1 ]");
        assert_eq!(list(r#"{"data": [1]}"#).json(), "[1]");
    }

    #[test]
    fn extra_is_what_the_fields_do_not_name() {
        let document = list(r#"[{"id":"a","lastMessage":null,"newThing":7,"$id":"x"}]"#);
        let extra = document.extra("/0", &[("id", None), ("last_message", None), ("entry", Some("$id"))]);
        assert_eq!(Value::Object(extra), serde_json::json!({"newThing": 7}));
    }

    #[test]
    fn camel_case_is_compared_by_character() {
        assert!(camel_case_equals("current_company_name", "currentCompanyName"));
        assert!(!camel_case_equals("current_company", "currentCompanyName"));
        assert!(!camel_case_equals("currentcompany", "currentCompany"));
        assert!(camel_case_equals("r#type", "type"));
    }
}
