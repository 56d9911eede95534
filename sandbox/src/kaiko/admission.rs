//! Who is let through: the key, then the limits, then what the key may do.
//!
//! The rate limit comes right after the key, so every answer to a known key can say what is left of it.

use std::time::Duration;

use crate::admission::draw;
use crate::arrival::Arrival;
use crate::clock::{Clock, Moment};
use crate::kaiko::failure::{Failure, Reason};
use crate::kaiko::settings::{KaikoPoint, KaikoSettings, KeyStatus};
use crate::operation::Operation;
use crate::profile::{Bucket, bucket_of};
use crate::state::State;
use crate::world::World;

const DOCUMENTED_LIMIT: u32 = 1_000;
const OBSERVED_LIMIT: u32 = 60;

/// The beginnings of a key.
pub(crate) const PREFIXES: [&str; 3] = ["kaiko_live_", "kaiko_test_", "sk_"];

/// The key of a request and whether it came with the word `Bearer` where that belongs. `x-api-key` wins over
/// `Authorization` when both are there.
fn presented(arrival: &Arrival) -> Option<(&str, bool)> {
    let stripped = |header: &'_ str| -> (usize, bool) {
        match header.get(..7) {
            Some(word) if word.eq_ignore_ascii_case("Bearer ") => (7, true),
            _ => (0, false),
        }
    };
    if let Some(header) = arrival.api_key.as_deref() {
        let (start, _) = stripped(header);
        return Some((header[start..].trim(), start == 0));
    }
    let header = arrival.authorization.as_deref()?;
    let (start, bearer) = stripped(header);
    Some((header[start..].trim(), bearer))
}

/// The place of the world that the key of a request names.
pub(crate) fn place_of(state: &State, arrival: &Arrival) -> Option<usize> {
    presented(arrival).and_then(|(key, _)| state.kaiko_place(key))
}

/// The world of a request, or that of the first key, whose settings shape the refusal.
pub(crate) fn authenticate(state: &mut State, arrival: &Arrival) -> (Option<usize>, Result<(), Failure>) {
    let refuse = |message| Err(Failure::new(Reason::InvalidKey, message));
    let first = state.first_kaiko();
    let Some((key, as_documented)) = presented(arrival).filter(|(key, _)| !key.is_empty()) else {
        return (first, refuse("An API key is needed: x-api-key: <key>"));
    };
    let place = state.kaiko_place(key);
    let strict = place
        .and_then(|place| state.world(place))
        .is_some_and(|world| world.kaiko.settings.documented(KaikoPoint::Keys));
    match place {
        Some(place) if !strict || (as_documented && !key.starts_with("sk_")) => (Some(place), Ok(())),
        Some(place) => (Some(place), refuse("This API key is not accepted")),
        None => (first, refuse("This API key is not known")),
    }
}

/// Draws on the rate limit. Gives the headers that every answer carries from here on.
pub(crate) fn draw_on_limit(
    world: &mut World,
    operation: &Operation,
    clock: &Clock,
    now: Moment,
) -> (Vec<(String, String)>, Result<(), Failure>) {
    let bucket = bucket(&world.kaiko.settings, operation.id);
    let Some(drawn) = draw(world, operation, &bucket, clock, now) else {
        return (Vec::new(), Ok(()));
    };
    let outcome = match drawn.wait {
        None => Ok(()),
        Some(wait) => {
            let message = "Too many requests in this minute, slow down";
            let failure = Failure::new(Reason::TooManyRequests, message);
            Err(failure.with_headers(retry_after(&world.kaiko.settings, clock, wait)))
        }
    };
    (drawn.headers, outcome)
}

/// What the limit says where nothing is drawn: to somebody without a key, or without a route.
pub(crate) fn headers_without_call(settings: &KaikoSettings, clock: &Clock) -> Vec<(String, String)> {
    let bucket = bucket(settings, "");
    let limit = bucket.limit.into_iter();
    limit.flat_map(|limit| crate::admission::limit_headers(limit, limit, settings.window, clock)).collect()
}

/// The bucket that all operations share.
pub(crate) const BUCKET: &str = "key";

/// The bucket of an operation under the settings of a key.
pub(crate) fn bucket(settings: &KaikoSettings, operation: &str) -> Bucket {
    let documented = settings.documented(KaikoPoint::RateLimit);
    let default = if documented { DOCUMENTED_LIMIT } else { OBSERVED_LIMIT };
    bucket_of(settings.unlimited, &settings.limits, operation, (BUCKET, default))
}

/// What a call costs in credits.
pub(crate) fn price(settings: &KaikoSettings, operation: &Operation) -> u64 {
    u64::from(operation.method == "POST" && !settings.documented(KaikoPoint::Credits))
}

/// What comes after the rate limit: the state of the key, credits, requests at once, tokens of the month.
pub(crate) fn admit(
    world: &mut World,
    operation: &Operation,
    running: u64,
    clock: &Clock,
    now: Moment,
) -> Result<(), Failure> {
    let settings = &world.kaiko.settings;
    let writes = operation.method == "POST";
    let refuse = |reason, message| Err(Failure::new(reason, message));
    match settings.key {
        KeyStatus::Active => {}
        KeyStatus::Revoked => return refuse(Reason::KeyRevoked, "This API key was revoked"),
        KeyStatus::Expired => return refuse(Reason::KeyRevoked, "This API key has expired"),
        KeyStatus::Paused if writes => return refuse(Reason::KeyPaused, "This API key is paused"),
        KeyStatus::ProjectPaused if writes => return refuse(Reason::KeyPaused, "The project is paused"),
        KeyStatus::Paused | KeyStatus::ProjectPaused => {}
    }
    let price = price(settings, operation);
    if world.credits < price {
        world.counters.out_of_credits += 1;
        return refuse(Reason::NoCredit, "No credit is left");
    }
    if settings.documented(KaikoPoint::Concurrency) && running > settings.concurrency {
        let message = format!("More than {} requests at once", settings.concurrency);
        let headers = retry_after(settings, clock, Duration::from_secs(1));
        world.counters.reject(operation.id);
        return Err(Failure::new(Reason::TooManyRequests, message).with_headers(headers));
    }
    if writes
        && settings.documented(KaikoPoint::TokenQuota)
        && world.kaiko.tokens.used(now) >= settings.monthly_tokens
    {
        let message = format!("The {} tokens of this month are used up", settings.monthly_tokens);
        let failure = Failure::new(Reason::QuotaUsedUp, message).with_status(settings.quota_status);
        if settings.quota_status != 429 {
            world.counters.out_of_credits += 1;
            return Err(failure);
        }
        let headers = retry_after(settings, clock, now.next_month().since(now));
        world.counters.reject(operation.id);
        return Err(failure.with_headers(headers));
    }
    if price > 0 {
        world.credits -= price;
        world.counters.spent += price;
        world.after_spending();
    }
    world.counters.call(operation.id);
    Ok(())
}

fn retry_after(settings: &KaikoSettings, clock: &Clock, wait: Duration) -> Option<(String, String)> {
    let seconds = clock.caller_seconds(wait);
    settings.documented(KaikoPoint::RetryAfter).then(|| ("Retry-After".to_owned(), seconds.to_string()))
}
