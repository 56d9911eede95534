//! Reads that may be spared: an answer that is still good, or the answer of an equal read that is under way.

use std::time::{Duration, Instant};

use super::fingerprint::Fingerprint;
use super::flights::Seat;
use super::{Reason, State};
use crate::call::{self, Answer, Request};
use crate::client::Client;
use crate::error::Result;
use crate::operation::RetryClass;
use crate::options::CallOptions;
use crate::response::Credits;

/// Reads, as far as it takes a call.
pub(super) async fn read(client: &Client, request: Request, options: &CallOptions) -> Result<Answer> {
    let saving = client.shared().saving();
    let caches = saving.options.cache.is_some() && request.cacheable;
    let shares = saving.options.share_reads;
    if !caches && !shares {
        return call::made(client, request, options).await;
    }
    let started = Instant::now();
    let (operation, price) = (request.operation, request.price);
    if options.cancel.as_ref().is_some_and(|token| token.is_cancelled()) {
        return Err(call::cancelled_by_caller(request.retry, false).with_operation(operation));
    }
    let key = client.shared().key().await.map_err(|error| error.with_operation(operation))?;
    let read = Fingerprint::of_read(&key, &request, options);
    let state = saving.state();
    let writes = state.writes.to(&request.path);
    let answers = state.answers.as_ref().filter(|_| caches);
    if let Some(answers) = answers
        && let Some(answer) = answers.get(read, writes).await
    {
        return Ok(spared(state, answer, Reason::Caching, price, started));
    }
    if !shares {
        let outcome = call::made(client, request, options).await;
        if let (Some(answers), Ok(answer)) = (answers, &outcome) {
            answers.keep(read, writes, answer).await;
        }
        return outcome;
    }
    // What is asked for after a write must not come from before it.
    let flight = (read.with_terms(options), state.writes.all());
    let seat = state.flights.join(flight, |token| {
        let (client, mut options) = (client.clone(), options.clone());
        options.cancel = Some(token);
        async move {
            let outcome = call::made(&client, request, &options).await;
            let answers = client.shared().saving().state().answers.as_ref().filter(|_| caches);
            if let (Some(answers), Ok(answer)) = (answers, &outcome) {
                answers.keep(read, writes, answer).await;
            }
            outcome
        }
    });
    let outcome = landed(&seat, options).await.map_err(|error| error.with_operation(operation))?;
    match (outcome, seat.pays()) {
        (outcome, true) => outcome,
        (Ok(answer), false) => Ok(spared(state, answer, Reason::Sharing, price, started)),
        (Err(error), false) => Err(error.with_attempts(0, Credits::NONE)),
    }
}

/// Waits for the flight. Who cancels leaves alone; the last one to leave ends the call.
async fn landed(seat: &Seat<'_>, options: &CallOptions) -> Result<Result<Answer>> {
    let Some(token) = &options.cancel else { return Ok(seat.flight().await) };
    tokio::select! {
        biased;
        () = token.cancelled() => {}
        outcome = seat.flight() => return Ok(outcome),
    }
    match seat.leave() {
        true => Err(call::cancelled_by_caller(RetryClass::Read, false)),
        false => Ok(seat.flight().await),
    }
}

/// The answer of another call, for a caller who made none.
fn spared(state: &State, mut answer: Answer, reason: Reason, price: u32, started: Instant) -> Answer {
    let elapsed = started.elapsed();
    let meta = &mut answer.meta;
    meta.attempts = 0;
    meta.credits = Credits::NONE;
    meta.quota_left = None;
    meta.saved = price;
    meta.waited = match reason {
        Reason::Sharing => meta.waited.min(elapsed),
        _ => Duration::ZERO,
    };
    meta.elapsed = elapsed;
    state.saved.add(reason, price);
    answer
}
