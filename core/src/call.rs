//! The choke point: every attempt of every call goes admit, send, settle. There is no second way to the socket.
//!
//! [`run`] reads top to bottom like the drawing in the architecture: ask for a slot, send one attempt, book what it came
//! to, decide whether another attempt is made. It knows no operation and no type: `typed` is the shell
//! around it, `failed` says what a failed attempt means.

mod budget;
mod failed;
mod typed;

use std::borrow::Cow;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

pub use self::budget::CallBudget;
pub(crate) use self::failed::cancelled_by_caller;
use self::failed::{cancelled, lost, not_sent, refused};
pub use self::typed::Call;
pub(crate) use self::typed::{decoded, requested, typed, untouched};
use crate::cancel::Progress;
use crate::client::{Client, Shared};
use crate::deprecation;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Group, OperationSpec, RetryClass};
use crate::options::CallOptions;
use crate::quota::{self, CallGroup, Lease, NotAdmitted};
use crate::response::{Credits, Meta, request_id};
use crate::saving;
use crate::secret::Secret;
use crate::transport::error_body::ErrorBody;
use crate::transport::retry::{self, Attempt, RETRY_BUDGET};
use crate::transport::{Failure, Incoming, Outgoing, hints};

/// Retries after the first attempt where nobody says otherwise.
const DEFAULT_RETRIES: u32 = 2;

/// One call, ready for the choke point: what to send, and what may be done with it.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Option<Bytes>,
    /// The same on every attempt of the call.
    pub(crate) idempotency_key: Option<String>,
    pub(crate) group: CallGroup,
    pub(crate) price: u32,
    pub(crate) retry: RetryClass,
    pub(crate) timeout: Duration,
    /// Whether its answer stays good for a while.
    pub(crate) cacheable: bool,
    /// Calls of one row that it stands for.
    pub(crate) rows: u32,
}

impl Request {
    pub(crate) fn new(
        spec: &'static OperationSpec,
        path: String,
        query: String,
        body: Option<Bytes>,
    ) -> Self {
        let group = CallGroup::new(spec.id, spec.tier);
        Self {
            operation: spec.id,
            // The table holds plain methods only.
            method: Method::from_bytes(spec.method.as_bytes()).unwrap_or(Method::GET),
            path,
            query,
            body,
            idempotency_key: None,
            group: match spec.group {
                Group::PerOperation => group,
                Group::Shared(name) => group.shared(name),
            },
            price: spec.price,
            retry: spec.retry,
            timeout: spec.default_timeout(),
            cacheable: spec.cacheable,
            rows: 1,
        }
    }

    /// What an attempt costs. Which answers are charged is known afterwards only.
    pub(crate) fn price(&self) -> Credits {
        Credits::exactly(self.price)
    }

    /// Gives the call its idempotency key: the caller's, or one made here, where its operation carries one.
    fn take_key(&mut self, options: &CallOptions) -> Result<()> {
        match (&options.idempotency_key, self.retry) {
            (Some(key), RetryClass::KeyedWrite) => self.idempotency_key = Some(key.clone()),
            (None, RetryClass::KeyedWrite) => self.idempotency_key = Some(uuid::Uuid::new_v4().to_string()),
            (Some(_), _) => {
                let rule = "the service takes no idempotency key for this operation: leave it out";
                return Err(Error::invalid("idempotencyKey", rule));
            }
            (None, _) => {}
        }
        Ok(())
    }
}

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A complete good answer with what is known of the call.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) body: Bytes,
    pub(crate) meta: Meta,
}

/// Checks the call and makes it, unless what the client spares makes it needless.
pub(crate) async fn run(client: &Client, mut request: Request, options: &CallOptions) -> Result<Answer> {
    checked(client, &mut request, options)?;
    saving::through(client, request, options).await
}

/// Checks the options of a call, and gives it its idempotency key.
pub(crate) fn checked(client: &Client, request: &mut Request, options: &CallOptions) -> Result<()> {
    options
        .validate()
        .and_then(|()| request.take_key(options))
        .and_then(|()| options.fit(client.shared().profile().service))
        .map_err(|error| error.with_operation(request.operation))
}

/// Makes the call: as many attempts as its class, the options and the process's retry budget allow.
///
/// Cancelled by its token or by being dropped, it leaves the slot of a sent attempt occupied as long as it may count.
pub(crate) async fn made(client: &Client, request: Request, options: &CallOptions) -> Result<Answer> {
    let operation = request.operation;
    let idempotency_key = request.idempotency_key.clone();
    let mut tally = Tally::default();
    let outcome = match options.cancel.clone() {
        None => attempts(client, request, options, &mut tally).await,
        Some(token) => {
            let (retry, price) = (request.retry, request.price);
            let outcome = tokio::select! {
                biased;
                () = token.cancelled() => None,
                outcome = attempts(client, request, options, &mut tally) => Some(outcome),
            };
            outcome.unwrap_or_else(|| Err(cancelled(retry, price, token.was_sent(), tally)))
        }
    };
    match outcome {
        Ok(mut answer) => {
            answer.meta.idempotency_key = idempotency_key;
            Ok(answer)
        }
        Err(error) => Err(error.with_operation(operation).with_idempotency_key(idempotency_key)),
    }
}

async fn attempts(
    client: &Client,
    request: Request,
    options: &CallOptions,
    tally: &mut Tally,
) -> Result<Answer> {
    let started = Instant::now();
    let shared = client.shared();
    let retries = options.max_retries.unwrap_or(DEFAULT_RETRIES);
    let timeout = options.timeout.unwrap_or(request.timeout);
    let mut key = shared.key().await?;
    let mut asked_again = false;
    let mut retry = 0;

    loop {
        // Built before admission: what cannot be sent must not take a slot.
        let outgoing = outgoing(client, &request, options, &key, timeout)?;

        // Admit.
        let mut purse = match &options.budget {
            Some(budget) => Some(budget.reserve(request.price).map_err(|error| tally.onto(error))?),
            None => None,
        };
        let mut lease =
            admit(client, &request, options, &key, timeout).await.map_err(|error| tally.onto(error))?;
        tally.waited += lease.waited();
        tally.quota_left = lease.left();

        // Send.
        if let Some(token) = &options.cancel {
            token.record(Progress::Sent);
        }
        lease.mark_sent();
        if let Some(purse) = &mut purse {
            purse.mark_sent();
        }
        tally.attempts += 1;
        tally.under_way = true;
        let exchanged = shared.sender().send(outgoing).await;

        // Settle.
        let before = tally.credits.max;
        let settled = settle(shared, lease, exchanged, request.price, tally).await;
        if let Some(purse) = purse {
            purse.settle(tally.credits.max - before);
        }
        tally.under_way = false;
        if let Some(token) = &options.cancel
            && !matches!(settled, Settled::Lost(_))
        {
            token.record(Progress::Unsent);
        }

        // Decide.
        let (attempt, hint, failure) = match settled {
            Settled::Good(incoming) => {
                deprecation::notice(client, &request, &incoming.headers);
                return Ok(std::mem::take(tally).answer(incoming, started));
            }
            Settled::Refused(incoming, body, hint) => {
                deprecation::notice(client, &request, &incoming.headers);
                if incoming.status == 401 && !asked_again && shared.can_ask_again() {
                    asked_again = true;
                    key = shared.ask_again().await.map_err(|error| tally.onto(error))?;
                    continue;
                }
                let never = shared.is_never_retried(&body);
                let attempt = Attempt::Answered(incoming.status);
                let error = refused(client, &request, incoming, *body, hint);
                if never {
                    return Err(tally.onto(error));
                }
                (attempt, hint, error)
            }
            Settled::NotSent(failure) => (Attempt::NotSent, None, not_sent(&failure)),
            Settled::Lost(failure) => (Attempt::Lost, None, lost(&request, &failure)),
        };
        let by_the_server = attempt == Attempt::Answered(429);
        if retry >= retries
            || !retry::allowed(request.retry, attempt)
            || !(by_the_server || RETRY_BUDGET.take())
        {
            return Err(tally.onto(failure));
        }
        // After a 429 the frozen group does the waiting, in admission; a hint on another answer is kept here.
        let pause = match (by_the_server, hint) {
            (true, _) => Duration::ZERO,
            (false, Some(wait)) => wait,
            (false, None) => retry::back_off(shared.retry_delay(), retry),
        };
        tracing::debug!(target: "kakiyo::retry", operation = request.operation, ?pause, "trying again: {failure}");
        tokio::time::sleep(pause).await;
        retry += 1;
    }
}

/// What the attempts came to so far.
#[derive(Debug, Default)]
struct Tally {
    attempts: u32,
    /// Whether an attempt was sent and is not booked yet.
    under_way: bool,
    credits: Credits,
    waited: Duration,
    quota_left: Option<u32>,
}

impl Tally {
    fn onto(&self, error: Error) -> Error {
        error.with_attempts(self.attempts, self.credits)
    }

    fn answer(self, incoming: Incoming, started: Instant) -> Answer {
        let meta = Meta {
            status: incoming.status,
            request_id: request_id(&incoming.headers),
            headers: incoming.headers,
            idempotency_key: None,
            attempts: self.attempts,
            credits: self.credits,
            quota_left: self.quota_left,
            waited: self.waited,
            elapsed: started.elapsed(),
            saved: 0,
        };
        Answer { body: incoming.body, meta }
    }
}

/// Asks for a slot and the reservation of the price, until both are there.
async fn admit(
    client: &Client,
    request: &Request,
    options: &CallOptions,
    key: &Secret,
    timeout: Duration,
) -> Result<Lease> {
    let shared = client.shared();
    let team = shared.team(key);
    let asked = Instant::now();
    loop {
        let patience = options.max_wait.map(|longest| longest.saturating_sub(asked.elapsed()));
        let ask = shared.ask(request, options, timeout);
        let lease = team.enter(ask, patience).await.map_err(not_admitted)?;
        // A machine that slept between the two must not send on a slot that others have taken for dead.
        if !lease.is_stale() {
            return Ok(lease);
        }
        lease.release_unsent().within(SETTLING).await;
    }
}

/// What it means that a call was not let through. Nothing was sent.
fn not_admitted(reason: NotAdmitted) -> Error {
    let message = reason.to_string();
    match reason {
        NotAdmitted::Wait(refused) => Error::new(ErrorKind::WaitRefused, message)
            .with_retry_after(Some(refused.would_wait))
            .with_safe_to_retry(true),
        NotAdmitted::Refused(refusal) => {
            Error::new(refusal.kind(), message).with_retry_after(refusal.retry_after())
        }
        NotAdmitted::Store(error) => crate::figures::stored(error),
    }
}

enum Settled {
    Good(Incoming),
    /// An answer that is no success, what it says, and how long it asks to wait.
    Refused(Incoming, Box<ErrorBody>, Option<Duration>),
    NotSent(Failure),
    Lost(Failure),
}

/// How long an answer is held back until a shared store has heard of it; the store is told in any case.
const SETTLING: Duration = Duration::from_millis(250);

/// Books the attempt: its slot, its credits, and the process's retry budget.
async fn settle(
    shared: &Shared,
    mut lease: Lease,
    exchanged: Result<Incoming, Failure>,
    price: u32,
    tally: &mut Tally,
) -> Settled {
    let (settlement, settled) = match exchanged {
        Ok(incoming) if (200..300).contains(&incoming.status) => {
            let charge = Credits::exactly(price);
            lease.charge(charge);
            tally.credits += charge;
            let answer = quota::Answer { limit: hints::limit(&incoming.headers), ..Default::default() };
            RETRY_BUDGET.refill();
            (lease.settle_answered(answer), Settled::Good(incoming))
        }
        Ok(incoming) => {
            let body = ErrorBody::read(&incoming.body);
            let wait =
                hints::wait(&incoming.headers, body.json.as_ref(), incoming.status == 429, SystemTime::now());
            // Nothing says whether a refused call is charged; a 402 is the one that surely is not.
            let charge = if incoming.status == 402 { Credits::NONE } else { Credits::up_to(price) };
            lease.charge(charge);
            tally.credits += charge;
            let settlement = match incoming.status {
                402 => {
                    lease.out_of_credits();
                    lease.settle_unproven()
                }
                // A refusal before the limiter, or a fault, proves nothing about the quota.
                401 | 403 | 500..=599 => lease.settle_unproven(),
                status => {
                    let limit = hints::limit(&incoming.headers);
                    // Too many of something else says nothing about the number of calls.
                    let limited = status == 429 && !shared.is_never_retried(&body);
                    lease.settle_answered(quota::Answer { limited, wait, limit })
                }
            };
            (settlement, Settled::Refused(incoming, Box::new(body), wait))
        }
        Err(failure) if !failure.sent => (lease.release_unsent(), Settled::NotSent(failure)),
        Err(failure) => {
            tally.credits += Credits::up_to(price);
            // An answer that began was counted before it began; without one it may still count.
            let settlement = match failure.status {
                Some(status) => {
                    lease.settle_answered(quota::Answer { limited: status == 429, ..Default::default() })
                }
                None => lease.settle_lost(),
            };
            (settlement, Settled::Lost(failure))
        }
    };
    settlement.within(SETTLING).await;
    settled
}

fn outgoing(
    client: &Client,
    request: &Request,
    options: &CallOptions,
    key: &Secret,
    timeout: Duration,
) -> Result<Outgoing> {
    let shared = client.shared();
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, shared.user_agent().clone());
    let way = shared.key_header();
    headers.insert(way.name(), key.header(way)?);
    if let Some(key) = &request.idempotency_key {
        let value = HeaderValue::try_from(key.as_str());
        headers.insert(
            &IDEMPOTENCY_KEY,
            value.map_err(|_| Error::invalid("idempotencyKey", "no header can carry it"))?,
        );
    }
    if request.body.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    for (name, value) in options.headers()? {
        headers.insert(name, value);
    }
    let query = match options.extra_query.as_slice() {
        [] => Cow::Borrowed(&request.query),
        extra => {
            let mut query = request.query.clone();
            for (name, value) in extra {
                crate::operation::append_query(&mut query, name, value);
            }
            Cow::Owned(query)
        }
    };
    Ok(Outgoing {
        method: request.method.clone(),
        url: shared.url(&request.path, &query),
        headers,
        body: request.body.clone(),
        timeout,
    })
}
