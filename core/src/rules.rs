//! The rules that arguments obey before they cost a credit: lengths, ranges, ids.
//!
//! The numbers stand at the fields (see `declare.rs`); here is only how a rule is checked and what its error says.

use std::collections::BTreeMap;

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
    /// Set where arguments that come by name may have another form than the fields.
    const NORMALISE: Option<crate::document::Normalise> = None;

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
impl Check for Value {}
impl Check for crate::value::Timestamp {}

impl<T: Check> Check for Vec<T> {
    fn check(&self, path: FieldPath<'_>) -> Result<()> {
        self.iter().enumerate().try_for_each(|(index, item)| item.check(path.index(index)))
    }
}

impl<T: Check> Check for BTreeMap<String, T> {
    fn check(&self, path: FieldPath<'_>) -> Result<()> {
        self.values().try_for_each(|value| value.check(path))
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

pub(crate) fn range<T: PartialOrd + Copy + std::fmt::Display>(
    value: T,
    path: FieldPath<'_>,
    min: T,
    max: T,
) -> Result<()> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(path.broken(format!("between {min} and {max}, not {value}")))
}

/// A change that changes nothing would cost a call.
pub(crate) fn at_least_one(given: &[bool], path: FieldPath<'_>) -> Result<()> {
    if given.contains(&true) {
        return Ok(());
    }
    Err(match path.segment {
        Segment::Root => Error::invalid("arguments", "name at least one thing to change"),
        _ => path.broken("name at least one of its members"),
    })
}

/// An id in a body or query: any text but none.
pub(crate) fn id(value: &str, path: FieldPath<'_>) -> Result<()> {
    text("an id", value, path)
}

/// A word of an open set: any text but none.
pub(crate) fn word(value: &str, path: FieldPath<'_>) -> Result<()> {
    text("a word", value, path)
}

fn text(what: &str, value: &str, path: FieldPath<'_>) -> Result<()> {
    if value.trim().is_empty() {
        return Err(path.broken(format!("{what} must not be empty")));
    }
    if value.chars().any(char::is_control) {
        return Err(path.broken(format!("{what} must not hold control characters")));
    }
    Ok(())
}

/// A whole web address, http or https. A parser of addresses forgives blanks and line breaks; a server may not.
pub(crate) fn web_address(value: &str, path: FieldPath<'_>) -> Result<()> {
    let start = value.get(..8).unwrap_or_default().to_ascii_lowercase();
    let known = start.starts_with("https://") || start.starts_with("http://");
    if known && !has_blanks(value) && url::Url::parse(value).is_ok() {
        return Ok(());
    }
    Err(path.broken("a whole web address is needed, such as https://hooks.example.org/kakiyo"))
}

/// An e-mail address, as far as it can be told without asking: something, an at sign, something.
pub(crate) fn email(value: &str, path: FieldPath<'_>) -> Result<()> {
    match value.rsplit_once('@') {
        Some((name, host)) if !has_blanks(value) && !name.is_empty() && !host.is_empty() => Ok(()),
        _ => Err(path.broken("this is not an e-mail address")),
    }
}

fn has_blanks(value: &str) -> bool {
    value.chars().any(|character| character.is_whitespace() || character.is_control())
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
    fn a_range_holds_its_ends_and_no_impossible_number() {
        let root = FieldPath::root();
        let within = |value: f64| range(value, root.member("interval"), 0.01, 60.0).is_ok();
        assert!(within(0.01) && within(60.0));
        assert!(!within(0.0) && !within(60.5) && !within(f64::NAN) && !within(f64::INFINITY));
    }

    #[test]
    fn length_counts_characters() {
        let root = FieldPath::root();
        assert!(length(&"é".repeat(3_000), root.member("text"), 0, 3_000).is_ok());
    }

    #[test]
    fn web_addresses_are_whole() {
        let root = FieldPath::root();
        let check = |value: &str| web_address(value, root.member("url"));
        for good in [
            "https://hooks.example.org/kakiyo?a=b#c",
            "HTTPS://hooks.example.org",
            "http://127.0.0.1:8080/",
            "http://[::1]/x",
            "http://a",
            "https://bücher.example/é",
            "https://user:word@example.org",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "hooks.example.org",
            "//hooks.example.org",
            "/kakiyo",
            "https:",
            "https://",
            "https:/hooks.example.org",
            "ftp://hooks.example.org",
            "file:///etc/passwd",
            "https://hooks.example.org:99999",
            " https://hooks.example.org",
            "https://hooks.example.org/a b",
            "https://hooks.example.org/\n",
            "https://hooks.example.org/\u{7f}",
            "ééééé",
        ] {
            let error = check(bad).unwrap_err();
            assert_eq!(error.details()[0].field, "url", "{bad:?}");
        }
    }

    #[test]
    fn mail_addresses_have_two_sides() {
        let root = FieldPath::root();
        let check = |value: &str| email(value, root.member("email"));
        for good in ["lena@nordlicht.example", "a@b", "\"a@b\"@example.org", "lena+x@müller.example"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["", "lena", "@", "lena@", "@example.org", "lena @example.org", "lena@example.org\n"] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }
}
