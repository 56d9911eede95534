//! What a handler gets: its world, the time, and the parts of the request, with the checks that all handlers share.

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::clock::Moment;
use crate::operation::Operation;
use crate::state::Others;
use crate::validation::Problems;
use crate::world::World;

/// One call that passed key, credits and rate limit.
pub(crate) struct Call<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) world: &'a mut World,
    pub(crate) others: Others<'a>,
    pub(crate) now: Moment,
    pub(crate) parameters: &'a [(&'static str, String)],
    pub(crate) query: &'a [(String, String)],
    pub(crate) content_type: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

impl<'a> Call<'a> {
    /// A path parameter.
    pub(crate) fn parameter(&self, name: &str) -> &'a str {
        self.parameters.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// Whether the body says that it is JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.content_type.is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json")
        })
    }

    /// The body as a JSON object.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, Answer> {
        let mut problems = Problems::default();
        if !self.is_json() {
            problems.add("Content-Type", "Must be application/json");
            return Err(self.invalid(&problems));
        }
        match serde_json::from_slice(self.body) {
            Ok(Value::Object(members)) => return Ok(members),
            Ok(_) => problems.add("body", "Must be a JSON object"),
            Err(error) => problems.add("body", format!("Not JSON: {error}")),
        }
        Err(self.invalid(&problems))
    }

    /// Refuses ids that belong to another team. What nobody owns is left to the later check of existence.
    pub(crate) fn permit(&self, what: &str, id: Option<&str>) -> Result<(), Answer> {
        match id {
            Some(id) if !self.world.owns(id) && self.others.own(id) => {
                let code = if self.operation.is_do_not_contact() { "unauthorized_dnc" } else { "forbidden" };
                Err(Answer::forbidden(what).with_member("error", json!(code)))
            }
            _ => Ok(()),
        }
    }

    /// Refuses when the plan allows no further record.
    pub(crate) fn within_plan(&self, code: &str, have: usize, allowed: Option<usize>) -> Result<(), Answer> {
        match allowed {
            Some(allowed) if have >= allowed => {
                Err(Answer::refusal(403, code, format!("Your plan allows {allowed} of these")))
            }
            _ => Ok(()),
        }
    }

    /// Refuses when anything was wrong.
    pub(crate) fn validated(&self, problems: &Problems) -> Result<(), Answer> {
        if problems.is_empty() { Ok(()) } else { Err(self.invalid(problems)) }
    }

    fn invalid(&self, problems: &Problems) -> Answer {
        Answer::invalid(self.operation.validation_code(), "Some fields are not valid", problems.list())
    }
}
