//! The rules that arguments obey before they cost a credit: lengths, ranges, ids.
//!
//! The numbers stand at the fields (see `declare.rs`); here is only how a rule is checked and what its error says.

use serde_json::Value;

use crate::error::{Error, Result};

/// Where in the arguments a value stands; turned into text only when a rule is broken.
#[derive(Debug, Clone, Copy)]
pub struct FieldPath<'a> {
    parent: Option<&'a FieldPath<'a>>,
    segment: Segment,
}

#[derive(Debug, Clone, Copy)]
enum Segment {
    Root,
    Member(&'static str),
    Index(usize),
}

impl FieldPath<'_> {
    pub(crate) fn root() -> Self {
        Self { parent: None, segment: Segment::Root }
    }

    pub(crate) fn member<'b>(&'b self, name: &'static str) -> FieldPath<'b> {
        FieldPath { parent: Some(self), segment: Segment::Member(name) }
    }

    fn index<'b>(&'b self, index: usize) -> FieldPath<'b> {
        FieldPath { parent: Some(self), segment: Segment::Index(index) }
    }

    fn write(&self, text: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(text);
        }
        match self.segment {
            Segment::Root => {}
            Segment::Member(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&camel_case(name));
            }
            Segment::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }

    pub(crate) fn broken(&self, rule: impl Into<String>) -> Error {
        let mut field = String::new();
        self.write(&mut field);
        Error::invalid(field, rule)
    }
}

/// The name of a field as the API writes it.
pub(crate) fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut characters = part.chars();
        if let Some(first) = characters.next() {
            text.push(first.to_ascii_uppercase());
            text.push_str(characters.as_str());
        }
    }
    text
}

/// A value that may have rules inside.
pub trait Check {
    /// Checks what lies inside; the rule at the field itself is checked by its owner.
    fn check(&self, path: FieldPath<'_>) -> Result<()> {
        let _ = path;
        Ok(())
    }
}

/// The arguments of an operation.
pub trait Arguments: Check {
    /// Those that stand in the path, by their names in Rust.
    fn path_arguments(&self) -> Vec<(&'static str, &str)>;
}

impl Check for String {}
impl Check for bool {}
impl Check for u32 {}
impl Check for f64 {
    fn check(&self, path: FieldPath<'_>) -> Result<()> {
        if self.is_finite() { Ok(()) } else { Err(path.broken("it must be a finite number")) }
    }
}
impl Check for serde_json::Map<String, Value> {}

impl<T: Check> Check for Vec<T> {
    fn check(&self, path: FieldPath<'_>) -> Result<()> {
        self.iter().enumerate().try_for_each(|(index, item)| item.check(path.index(index)))
    }
}

/// What has a length: text in characters, lists in items.
pub(crate) trait Length {
    const UNIT: &'static str;

    fn length(&self) -> usize;
}

impl Length for String {
    const UNIT: &'static str = "characters";

    fn length(&self) -> usize {
        self.chars().count()
    }
}

impl Length for crate::secret::Secret {
    const UNIT: &'static str = "characters";

    fn length(&self) -> usize {
        self.expose().chars().count()
    }
}

impl<T> Length for Vec<T> {
    const UNIT: &'static str = "items";

    fn length(&self) -> usize {
        self.len()
    }
}

pub(crate) fn length<T: Length>(value: &T, path: FieldPath<'_>, min: usize, max: usize) -> Result<()> {
    let length = value.length();
    if (min..=max).contains(&length) {
        return Ok(());
    }
    let unit = T::UNIT;
    Err(path.broken(match (min, max) {
        (0, max) => format!("at most {max} {unit}, not {length}"),
        (min, usize::MAX) => format!("at least {min} {unit}, not {length}"),
        (min, max) => format!("between {min} and {max} {unit}, not {length}"),
    }))
}

pub(crate) fn range(value: u32, path: FieldPath<'_>, min: u32, max: u32) -> Result<()> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(path.broken(format!("between {min} and {max}, not {value}")))
}

/// A change that changes nothing would cost a call.
pub(crate) fn at_least_one(given: &[bool]) -> Result<()> {
    if given.contains(&true) {
        return Ok(());
    }
    Err(Error::invalid("arguments", "name at least one thing to change"))
}

/// An id in a body or query: any text but none.
pub(crate) fn id(value: &str, path: FieldPath<'_>) -> Result<()> {
    if value.trim().is_empty() {
        return Err(path.broken("an id must not be empty"));
    }
    if value.chars().any(char::is_control) {
        return Err(path.broken("an id must not hold control characters"));
    }
    Ok(())
}

/// Spells a rule of the declaration as a check.
macro_rules! rule {
    (length(min = $min:literal, max = $max:literal), $value:expr, $field:expr) => {
        crate::rules::length($value, $field, $min, $max)?
    };
    (length(min = $min:literal), $value:expr, $field:expr) => {
        crate::rules::length($value, $field, $min, usize::MAX)?
    };
    (length(max = $max:literal), $value:expr, $field:expr) => {
        crate::rules::length($value, $field, 0, $max)?
    };
    (range(min = $min:literal, max = $max:literal), $value:expr, $field:expr) => {
        crate::rules::range(*$value, $field, $min, $max)?
    };
}
pub(crate) use rule;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_rule_names_the_field_and_the_rule() {
        let root = FieldPath::root();
        let list = root.member("prospects");
        let row = list.index(17);
        let error = length(&"x".repeat(3_001), row.member("custom_data"), 0, 3_000).unwrap_err();
        assert_eq!(error.message(), "prospects[17].customData: at most 3000 characters, not 3001");
        assert_eq!(error.details()[0].field, "prospects[17].customData");
    }

    #[test]
    fn length_counts_characters() {
        let root = FieldPath::root();
        assert!(length(&"é".repeat(3_000), root.member("text"), 0, 3_000).is_ok());
    }
}
