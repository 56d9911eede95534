//! Single adds that travel together: each caller makes a call of one row, and gets an outcome of its own.
//!
//! Rows linger in a lot (`lots`) until it is full, its time is over or the client closes; then they leave as one batch
//! (`split`, which also finds the row that makes the service refuse a batch). A lot is driven by the callers that wait for
//! it, so none is lost with the last copy of a client.

use std::time::Instant;

use serde::Serialize;
use serde_json::{Map, Value};

use super::fingerprint::Fingerprint;
use super::lots::{Cargo, Departure, Place};
use super::split;
use crate::call::{self, Answer, Request};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{OperationSpec, RetryClass};
use crate::options::CallOptions;
use crate::registry;

/// How calls of one row become a call of many.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Coalescing {
    /// The operation that takes many rows.
    pub batch: &'static str,
    /// Member of the body that rows of one batch have in common.
    pub common: &'static str,
    /// Member of the batch that lists the rows.
    pub rows: &'static str,
    /// The code of a refusal that a single row can cause.
    pub fault: &'static str,
}

/// What all rows of a lot need to be sent.
pub(super) struct Shipment {
    pub(super) client: Client,
    pub(super) coalescing: &'static Coalescing,
    pub(super) batch: &'static OperationSpec,
    pub(super) common: Map<String, Value>,
    pub(super) options: CallOptions,
}

/// Makes the call of one row, with others where others come in time.
pub(crate) async fn joined(
    client: &Client,
    coalescing: &'static Coalescing,
    mut request: Request,
    options: &CallOptions,
) -> Result<Answer> {
    let saving = client.shared().saving();
    let Some(coalesce) = saving.options.coalesce.filter(|coalesce| coalesce.size > 1) else {
        return call::run(client, request, options).await;
    };
    let state = saving.state();
    if state.lots.is_closed() {
        return call::run(client, request, options).await;
    }
    let started = Instant::now();
    let (operation, retry) = (request.operation, request.retry);
    call::checked(client, &mut request, options)?;
    if options.cancel.as_ref().is_some_and(|token| token.is_cancelled()) {
        return Err(call::cancelled_by_caller(retry, false).with_operation(operation));
    }
    let batch = registry::find(coalescing.batch)?.spec;
    let (common, row) = parted(coalescing, &request)?;
    let lot = Fingerprint::of_lot(operation, &Value::Object(common.clone()).to_string(), options);
    let mut place = state.lots.join(lot, coalesce, Cargo { request, row }, |token| {
        let options = CallOptions { cancel: Some(token), ..options.clone() };
        let shipment = Shipment { client: client.clone(), coalescing, batch, common, options };
        move |rows| async move { split::send(&shipment, rows).await }
    });
    let outcome = match &options.cancel {
        None => place.outcome().await,
        Some(token) => {
            let outcome = tokio::select! {
                biased;
                () = token.cancelled() => None,
                outcome = place.outcome() => Some(outcome),
            };
            match outcome {
                Some(outcome) => outcome,
                None => left(&mut place, retry).await,
            }
        }
    };
    let mut answer = outcome.map_err(|error| error.on_behalf_of(operation))?;
    answer.meta.elapsed = started.elapsed();
    answer.meta.waited = answer.meta.waited.min(answer.meta.elapsed);
    Ok(answer)
}

/// The caller cancelled. A row that has not left is taken out; one that has goes its way.
async fn left(place: &mut Place, retry: RetryClass) -> Result<Answer> {
    if let Some(outcome) = place.told() {
        return outcome;
    }
    match place.leave() {
        Departure::TakenOut => Err(call::cancelled_by_caller(retry, false)),
        Departure::LeftBehind => Err(call::cancelled_by_caller(retry, true)),
        // Nobody else waits: the call itself was cancelled, and knows how far it came.
        Departure::Last => place.outcome().await,
    }
}

/// The body of a call of one row, parted into what rows have in common and the row.
fn parted(coalescing: &Coalescing, request: &Request) -> Result<(Map<String, Value>, Value)> {
    let body = request.body.as_deref().unwrap_or(b"{}");
    let mut row: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("a row is no object: {error}")))?;
    let common = row.remove(coalescing.common).map(|value| (coalescing.common.to_owned(), value));
    Ok((common.into_iter().collect(), Value::Object(row)))
}
