//! The example of an operation: a call and an answer from its conformance cases.

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use crate::table::Operation;

/// Longer answers are left out of a page.
const LONGEST_ANSWER: usize = 60;

/// So many optional arguments show how they are given.
const OPTIONAL: usize = 2;

/// A call that succeeds.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) arguments: Map<String, Value>,
    pub(super) answer: Option<String>,
}

impl Example {
    /// The success case that says most, of those that a reader takes in at a glance.
    pub(super) fn of(operation: &Operation) -> Result<Self> {
        let (resource, verb) = match &operation.resource {
            Some(resource) => (format!("{resource}/"), operation.verb.as_str()),
            None => (String::new(), operation.id.as_str()),
        };
        let path = crate::root().join(format!("tests/conformance/cases/{resource}{verb}.json"));
        let text = std::fs::read_to_string(&path).with_context(|| format!("no cases: {}", path.display()))?;
        let file: Value = serde_json::from_str(&text)?;
        let cases = file.get("cases").unwrap_or(&file).as_array().context("no list of cases")?;
        let required = operation.arguments.iter().filter(|field| field.required).count();
        let case = cases
            .iter()
            .filter(|case| is_plain_success(case, &operation.id))
            .min_by_key(|case| {
                let arguments = &case["arguments"];
                let count = arguments.as_object().map_or(0, Map::len);
                let size = arguments.to_string().len();
                // A few optional arguments, no long ones; of equals the first.
                (size > 700, count.abs_diff(required + OPTIONAL), size)
            })
            .context("no success case without short forms")?;
        Ok(Self {
            arguments: case["arguments"].as_object().cloned().unwrap_or_default(),
            answer: answer(case).filter(|text| text.lines().count() <= LONGEST_ANSWER),
        })
    }
}

fn is_plain_success(case: &Value, operation: &str) -> bool {
    let text = case["arguments"].to_string();
    case["operation"].as_str().is_none_or(|id| id == operation)
        && case["expect"].get("error").is_none()
        && case.get("exchanges").is_some()
        && case.get("byName").is_none()
        && !text.contains("\"$")
}

fn answer(case: &Value) -> Option<String> {
    let body = case["exchanges"].as_array()?.last()?.get("answer")?.get("body")?;
    let text = serde_json::to_string_pretty(body).ok()?;
    (!text.contains("\"$")).then_some(text)
}
