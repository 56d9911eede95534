//! What an attempt that failed means to the caller: which kind of error, whether a repeat is safe, what may have happened.

use std::time::Duration;

use super::{Request, Tally};
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::operation::RetryClass;
use crate::response::Credits;
use crate::transport::error_body::{self, ErrorBody};
use crate::transport::{Failure, Incoming};

/// The server answered, and not with success.
pub(super) fn refused(
    client: &Client,
    request: &Request,
    incoming: Incoming,
    body: ErrorBody,
    hint: Option<Duration>,
) -> Error {
    let profile = client.shared().profile();
    let error = error_body::error(
        incoming.status,
        &incoming.headers,
        &incoming.body,
        body,
        profile.kind_of_code,
        &profile.refusals,
    );
    let repeatable = request.retry.repeatable();
    let (kind, safe) = match error.kind() {
        ErrorKind::RateLimited => (ErrorKind::RateLimited, true),
        // A time-out that the server reports is as open as one of our own.
        ErrorKind::Timeout if !repeatable => (ErrorKind::OutcomeUnknown, false),
        kind @ (ErrorKind::Server | ErrorKind::Timeout) => (kind, repeatable),
        kind => (kind, false),
    };
    let error = error.with_kind(kind).with_retry_after(hint).with_safe_to_retry(safe);
    match kind {
        ErrorKind::OutcomeUnknown => error.with_advice(may_have_happened(request.retry)),
        _ => error,
    }
}

/// The request surely never arrived.
pub(super) fn not_sent(failure: &Failure) -> Error {
    let kind = if failure.timed_out { ErrorKind::Timeout } else { ErrorKind::Connection };
    Error::new(kind, format!("{}; nothing was sent", failure.message)).with_safe_to_retry(true)
}

/// The request may have arrived; there is no complete answer.
pub(super) fn lost(request: &Request, failure: &Failure) -> Error {
    let error = if request.retry.repeatable() {
        let kind = if failure.timed_out { ErrorKind::Timeout } else { ErrorKind::Connection };
        Error::new(kind, failure.message.clone()).with_safe_to_retry(true)
    } else {
        Error::new(
            ErrorKind::OutcomeUnknown,
            format!("{}; {}", failure.message, may_have_happened(request.retry)),
        )
    };
    error.with_status(failure.status)
}

fn may_have_happened(retry: RetryClass) -> &'static str {
    match retry {
        RetryClass::Import => {
            "the server may have queued this import: sending it again adds nobody twice where the server removes duplicates"
        }
        _ => "the server may have done it: look before you send it again",
    }
}

/// The caller gave up a call that others go on with, before it was sent or while it was under way.
pub(crate) fn cancelled_by_caller(retry: RetryClass, sent: bool) -> Error {
    cancelled(retry, 0, sent, Tally::default())
}

/// The caller gave up, before the request was sent or while it was under way.
pub(super) fn cancelled(retry: RetryClass, price: u32, sent: bool, mut tally: Tally) -> Error {
    if tally.under_way {
        tally.credits += Credits::up_to(price);
    }
    let error = if sent && !retry.repeatable() {
        Error::new(
            ErrorKind::OutcomeUnknown,
            format!("cancelled while the request was under way; {}", may_have_happened(retry)),
        )
    } else {
        Error::new(ErrorKind::Cancelled, "cancelled by the caller").with_safe_to_retry(true)
    };
    tally.onto(error)
}
