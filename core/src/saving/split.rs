//! Sending a lot: as one batch, and in parts where the service refuses it because of a row.
//!
//! A refusal that names its rows costs one more call: the others go again without them. One that names none is halved
//! until the row stands alone. A refusal of another kind is everybody's.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::Reason;
use super::coalesce::Shipment;
use super::lots::Row;
use crate::call::{Answer, Request};
use crate::error::{Error, FieldIssue, Result};
use crate::response::Credits;

/// So many rows that are refused alone, with none accepted, show that the fault is not in the rows.
const REFUSED_ALONE: u32 = 3;

type Rows = Vec<Arc<Row>>;

/// Calls whose cost no caller was told yet.
#[derive(Debug, Default)]
struct Untold {
    attempts: u32,
    credits: Credits,
    waited: Duration,
}

/// Whose fault a refusal is.
#[derive(Debug, PartialEq)]
enum Fault {
    /// That of these rows, by their place, each with what is wrong with it.
    Rows(Vec<(usize, Vec<FieldIssue>)>),
    /// Some row's; the service does not say which.
    SomeRow,
    Everybody,
}

/// Sends the rows, and tells each caller what became of its own.
pub(super) async fn send(shipment: &Shipment, rows: Rows) {
    let mut parts = vec![rows];
    let mut untold = Untold::default();
    let (mut accepted, mut refused_alone) = (false, 0);
    while let Some(mut part) = parts.pop() {
        part.retain(|row| row.board());
        if part.is_empty() {
            continue;
        }
        let error = match call(shipment, &part).await {
            Ok(answer) => {
                accepted = true;
                arrived(shipment, part, answer, &mut untold);
                continue;
            }
            Err(error) => error,
        };
        match fault(shipment, &error, part.len()) {
            Fault::Everybody => failed(part, &error, &mut untold),
            Fault::SomeRow if part.len() == 1 => {
                failed(part, &error, &mut untold);
                refused_alone += 1;
                if refused_alone == REFUSED_ALONE && !accepted {
                    let error = error.with_advice(
                        "this row was refused with others, some of them were refused alone too, so it was not tried alone",
                    );
                    for part in std::mem::take(&mut parts) {
                        failed(part, &error.clone().with_attempts(0, Credits::NONE), &mut untold);
                    }
                }
            }
            Fault::SomeRow => {
                untold.add(&error);
                part.iter().for_each(|row| row.return_to_wait());
                let right = part.split_off(part.len() / 2);
                parts.extend([right, part]);
            }
            Fault::Rows(named) => {
                let mut good = Vec::new();
                untold.add(&error);
                for (place, row) in part.into_iter().enumerate() {
                    match named.iter().find(|(named, _)| *named == place) {
                        Some((_, issues)) => {
                            let own = error.clone().with_details(issues.clone());
                            failed(vec![row], &own.with_attempts(0, Credits::NONE), &mut untold);
                        }
                        None => {
                            row.return_to_wait();
                            good.push(row);
                        }
                    }
                }
                parts.push(good);
            }
        }
    }
}

/// One call: the batch of these rows, or the call that a single row is by itself.
async fn call(shipment: &Shipment, part: &[Arc<Row>]) -> Result<Answer> {
    let request = match part {
        [row] => row.cargo.request.clone(),
        rows => {
            let mut body = shipment.common.clone();
            let rows = rows.iter().map(|row| row.cargo.row.clone()).collect();
            body.insert(shipment.coalescing.rows.to_owned(), Value::Array(rows));
            let body = Bytes::from(Value::Object(body).to_string());
            Request::new(shipment.batch, shipment.batch.path.to_owned(), String::new(), Some(body))
        }
    };
    super::through(&shipment.client, request, &shipment.options).await
}

/// The rows were accepted. The first caller who listens is told what it cost, the others that they paid nothing.
fn arrived(shipment: &Shipment, part: Rows, mut answer: Answer, untold: &mut Untold) {
    let price = shipment.batch.price;
    let others = u32::try_from(part.len() - 1).unwrap_or(u32::MAX);
    shipment.client.shared().saving().count(Reason::Coalescing, price.saturating_mul(others));
    let Untold { attempts, credits, waited } = std::mem::take(untold);
    answer.meta.attempts += attempts;
    answer.meta.credits += credits;
    answer.meta.waited += waited;
    let mut spared = answer.clone();
    spared.meta.attempts = 0;
    spared.meta.credits = Credits::NONE;
    spared.meta.saved = price;
    tell(part, Ok(answer), || Ok(spared.clone()));
}

/// The rows share this failure; its cost goes to the first caller who listens.
fn failed(part: Rows, error: &Error, untold: &mut Untold) {
    let Untold { attempts, mut credits, .. } = std::mem::take(untold);
    credits += error.credits();
    let first = error.clone().with_attempts(error.attempts() + attempts, credits);
    tell(part, Err(first), || Err(error.clone().with_attempts(0, Credits::NONE)));
}

fn tell(part: Rows, first: Result<Answer>, other: impl Fn() -> Result<Answer>) {
    let mut first = Some(first);
    for row in part {
        let outcome = first.take().unwrap_or_else(&other);
        if let Some(outcome) = row.tell(outcome)
            && cost(&outcome) > 0
        {
            first = Some(outcome);
        }
    }
}

/// Attempts that an outcome tells.
fn cost(outcome: &Result<Answer>) -> u32 {
    match outcome {
        Ok(answer) => answer.meta.attempts,
        Err(error) => error.attempts(),
    }
}

impl Untold {
    fn add(&mut self, error: &Error) {
        self.attempts += error.attempts();
        self.credits += error.credits();
    }
}

/// Whose fault the refusal of a part is.
fn fault(shipment: &Shipment, error: &Error, rows: usize) -> Fault {
    let coalescing = shipment.coalescing;
    match error.status() {
        // Too large together, perhaps not alone.
        Some(413) => return Fault::SomeRow,
        Some(400 | 422) if error.code().is_none_or(|code| code == coalescing.fault) => {}
        _ => return Fault::Everybody,
    }
    if rows == 1 || error.details().is_empty() {
        return Fault::SomeRow;
    }
    let mut named: Vec<(usize, Vec<FieldIssue>)> = Vec::new();
    let mut of_the_list = false;
    for issue in error.details() {
        let Some(rest) = issue.field.strip_prefix(coalescing.rows) else { return Fault::Everybody };
        let Some((place, field)) = place_in_list(rest) else {
            of_the_list |= rest.is_empty();
            if !rest.is_empty() {
                return Fault::Everybody;
            }
            continue;
        };
        if place >= rows {
            return Fault::SomeRow;
        }
        let issue = FieldIssue { field: field.to_owned(), message: issue.message.clone() };
        match named.iter_mut().find(|(named, _)| *named == place) {
            Some((_, issues)) => issues.push(issue),
            None => named.push((place, vec![issue])),
        }
    }
    match named.is_empty() || of_the_list {
        true => Fault::SomeRow,
        false => Fault::Rows(named),
    }
}

/// The place and the field behind the name of a list: `[17].url`, `.17.url` or `/17/url`.
fn place_in_list(rest: &str) -> Option<(usize, &str)> {
    let rest = rest.strip_prefix(['[', '.', '/'])?;
    let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    let place = rest[..digits].parse().ok()?;
    Some((place, rest[digits..].trim_start_matches([']', '.', '/'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_in_the_names_of_fields() {
        assert_eq!(place_in_list("[17].customData"), Some((17, "customData")));
        assert_eq!(place_in_list(".0.url"), Some((0, "url")));
        assert_eq!(place_in_list("/99"), Some((99, "")));
        for other in ["", "[]", "[x].url", "17", "[-1]", "[99999999999999999999999]"] {
            assert_eq!(place_in_list(other), None, "{other}");
        }
    }
}
