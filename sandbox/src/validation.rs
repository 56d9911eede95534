//! Reading request bodies and query values, collecting every problem instead of stopping at the first.
//!
//! A handler reads its fields one by one, then asks once whether there were problems. Each problem names the
//! field with its path, such as `prospects[3].url`, which is what `details` carries to the caller.

use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value};

/// One rejected field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Problem {
    pub(crate) field: String,
    pub(crate) message: String,
    /// Which rule was broken; `value` where nothing more is said.
    #[serde(skip)]
    pub(crate) rule: &'static str,
}

/// Everything found wrong with one request.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.broken(field, "value", message);
    }

    /// Names the rule as well.
    pub(crate) fn broken(
        &mut self,
        field: impl Into<String>,
        rule: &'static str,
        message: impl Into<String>,
    ) {
        self.0.push(Problem { field: field.into(), message: message.into(), rule });
    }

    pub(crate) fn list(&self) -> &[Problem] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads the members of one JSON object.
pub(crate) struct Members<'a, 'p> {
    object: &'a Map<String, Value>,
    path: String,
    problems: &'p mut Problems,
}

impl<'a, 'p> Members<'a, 'p> {
    pub(crate) fn new(object: &'a Map<String, Value>, problems: &'p mut Problems) -> Self {
        Self { object, path: String::new(), problems }
    }

    /// The members of an object inside this one; `path` is its full name.
    pub(crate) fn inside<'b>(&'b mut self, object: &'b Map<String, Value>, path: &str) -> Members<'b, 'b> {
        Members { object, path: format!("{path}."), problems: self.problems }
    }

    pub(crate) fn problem(&mut self, name: &str, message: impl Into<String>) {
        self.broken(name, "value", message);
    }

    /// Names the rule as well.
    pub(crate) fn broken(&mut self, name: &str, rule: &'static str, message: impl Into<String>) {
        self.problems.broken(format!("{}{name}", self.path), rule, message);
    }

    /// An optional text whose length in characters lies in `length`.
    pub(crate) fn text(&mut self, name: &str, length: RangeInclusive<usize>) -> Option<&'a str> {
        match self.object.get(name)? {
            Value::String(text) => {
                let characters = text.chars().count();
                if characters < *length.start() {
                    self.broken(name, "minLength", format!("At least {} characters", length.start()));
                } else if characters > *length.end() {
                    self.broken(name, "maxLength", format!("At most {} characters", length.end()));
                }
                Some(text)
            }
            _ => self.wrong(name, "Must be a text"),
        }
    }

    /// A text that has to be there. Empty after a problem, which the caller never gets to use.
    pub(crate) fn required_text(&mut self, name: &str, length: RangeInclusive<usize>) -> &'a str {
        if !self.object.contains_key(name) {
            self.broken(name, "required", "Is required");
        }
        self.text(name, length).unwrap_or_default()
    }

    pub(crate) fn integer(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let Some(number) = whole_number(self.object.get(name)?) else {
            return self.wrong(name, "Must be a whole number");
        };
        if !range.contains(&number) {
            self.problem(name, format!("Must be between {} and {}", range.start(), range.end()));
        }
        Some(number)
    }

    pub(crate) fn number(&mut self, name: &str) -> Option<f64> {
        let found = self.object.get(name)?.as_f64();
        found.or_else(|| self.wrong(name, "Must be a number"))
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        let found = self.object.get(name)?.as_bool();
        found.or_else(|| self.wrong(name, "Must be true or false"))
    }

    pub(crate) fn object(&mut self, name: &str) -> Option<&'a Map<String, Value>> {
        let found = self.object.get(name)?.as_object();
        found.or_else(|| self.wrong(name, "Must be an object"))
    }

    pub(crate) fn list(&mut self, name: &str) -> Option<&'a Vec<Value>> {
        let found = self.object.get(name)?.as_array();
        found.or_else(|| self.wrong(name, "Must be a list"))
    }

    fn wrong<T>(&mut self, name: &str, message: &str) -> Option<T> {
        self.broken(name, "type", message);
        None
    }
}

/// JSON does not tell 70 from 70.0.
fn whole_number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
        number.to_string().parse().ok()
    })
}

/// Reads the values of a query string. The first of several equal names counts.
pub(crate) struct Parameters<'a, 'p> {
    pairs: &'a [(String, String)],
    problems: &'p mut Problems,
}

impl<'a, 'p> Parameters<'a, 'p> {
    pub(crate) fn new(pairs: &'a [(String, String)], problems: &'p mut Problems) -> Self {
        Self { pairs, problems }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn integer(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let text = self.text(name)?;
        let Ok(number) = text.parse::<i64>() else {
            self.problems.add(name, "Must be a whole number");
            return None;
        };
        if !range.contains(&number) {
            self.problems.add(name, format!("Must be between {} and {}", range.start(), range.end()));
        }
        Some(number)
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.text(name)? {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.problems.add(name, "Must be true or false");
                None
            }
        }
    }

    /// A page size: 1 to 100. Above, the real service may cut or refuse; `clamp` says which one to play.
    pub(crate) fn limit(&mut self, clamp: bool) -> Option<usize> {
        self.limit_up_to(100, clamp)
    }

    /// As [`Self::limit`], where pages may be larger or have to be smaller.
    pub(crate) fn limit_up_to(&mut self, largest: usize, clamp: bool) -> Option<usize> {
        let cap = i64::try_from(largest).unwrap_or(i64::MAX);
        let limit = self.integer("limit", 1..=if clamp { i64::MAX } else { cap })?;
        Some(usize::try_from(limit.clamp(0, cap)).unwrap_or(0))
    }

    pub(crate) fn offset(&mut self) -> Option<usize> {
        let offset = self.integer("offset", 0..=i64::MAX)?;
        Some(usize::try_from(offset).unwrap_or(0))
    }

    pub(crate) fn problem(&mut self, name: &str, message: &str) {
        self.problems.add(name, message);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_problems_are_collected_with_their_paths() {
        let value = json!({"name": "ab", "score": 101, "flag": "yes", "inner": {"text": 4}});
        let mut problems = Problems::default();
        let object = value.as_object().unwrap();
        let mut members = Members::new(object, &mut problems);
        members.required_text("name", 3..=100);
        members.required_text("missing", 0..=10);
        members.integer("score", 0..=100);
        members.boolean("flag");
        let inner = members.object("inner").unwrap();
        members.inside(inner, "list[2]").text("text", 0..=5);
        let fields: Vec<&str> = problems.list().iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["name", "missing", "score", "flag", "list[2].text"]);
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let value = json!({"a": 70, "b": 70.0, "c": -0.0, "d": 70.5, "e": 1e300, "f": "70"});
        let mut problems = Problems::default();
        let mut members = Members::new(value.as_object().unwrap(), &mut problems);
        let read = ["a", "b", "c", "d", "e", "f"].map(|name| members.integer(name, 0..=100));
        assert_eq!(read, [Some(70), Some(70), Some(0), None, None, None]);
        let fields: Vec<&str> = problems.list().iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["d", "e", "f"]);
    }

    #[test]
    fn lengths_count_characters_not_bytes() {
        let value = json!({"name": "äöü"});
        let mut problems = Problems::default();
        Members::new(value.as_object().unwrap(), &mut problems).text("name", 3..=3);
        assert!(problems.is_empty());
    }

    #[test]
    fn a_limit_above_the_cap_is_refused_or_cut() {
        let pairs = [("limit".to_owned(), "500".to_owned())];
        let mut problems = Problems::default();
        assert_eq!(Parameters::new(&pairs, &mut problems).limit(true), Some(100));
        assert!(problems.is_empty());
        Parameters::new(&pairs, &mut problems).limit(false);
        assert_eq!(problems.list().len(), 1);
    }
}
