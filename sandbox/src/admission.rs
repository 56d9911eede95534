//! Whether a call is let through: the checks before any handler, in the order of the service.
//!
//! Header present, format, known key, subscription, credits, rate limit. Permission, validation and existence
//! follow in the handlers. A call that is refused here costs nothing.

use std::time::Duration;

use serde_json::json;

use crate::answer::Answer;
use crate::clock::{Clock, Moment};
use crate::forms::WaitSign;
use crate::operation::Operation;
use crate::profile::{Bucket, bucket};
use crate::settings::Settings;
use crate::state::State;
use crate::world::World;

/// The key of an `Authorization` header, if it has the form `Bearer <key>`.
pub(crate) fn bearer(header: &str) -> Option<&str> {
    let (scheme, key) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| key.trim())
}

/// The team that a header names, whether or not the rest of the key is right.
pub(crate) fn team_of(header: &str) -> Option<&str> {
    bearer(header)?.get(..20)
}

/// Finds the world that a key opens. With `one_code` all three refusals have that code.
pub(crate) fn authenticate(
    state: &mut State,
    header: Option<&str>,
    one_code: Option<&str>,
) -> Result<usize, Answer> {
    let refuse = |code, message| Err(Answer::refusal(401, one_code.unwrap_or(code), message));
    let header = header.map(str::trim).unwrap_or_default();
    if header.is_empty() || header.eq_ignore_ascii_case("Bearer") {
        return refuse("missing_api_key", "An API key is needed: Authorization: Bearer <key>");
    }
    let well_formed = |key: &&str| key.len() == 40 && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let Some(key) = bearer(header).filter(well_formed) else {
        return refuse("invalid_api_key_format", "An API key has 40 letters and digits");
    };
    let place = state.place(&key[..20]);
    let known = place.and_then(|place| state.world(place)).is_some_and(|world| world.origin.api_key == key);
    match place {
        Some(place) if known => Ok(place),
        _ => refuse("invalid_api_key", "This API key is not known"),
    }
}

/// Lets a call through, or refuses it; what is let through is charged when it has been carried out. Gives the headers that the answer has to carry.
pub(crate) fn admit(
    world: &mut World,
    operation: &Operation,
    clock: &Clock,
    now: Moment,
) -> Result<Vec<(String, String)>, Answer> {
    if !world.settings.subscription_active {
        return Err(Answer::refusal(403, "subscription_inactive", "The subscription has ended"));
    }
    if world.settings.is_metered() && world.credits == 0 {
        world.counters.out_of_credits += 1;
        world.stop_agents_without_credits();
        let message = "No credits are left; all running agents were paused";
        return Err(Answer::refusal(402, "insufficient_credits", message));
    }
    let bucket = bucket(&world.settings, operation);
    let mut headers = Vec::new();
    if let Some(drawn) = draw(world, operation, &bucket, clock, now) {
        if world.settings.rate_limit_headers {
            headers = drawn.headers;
        }
        if let Some(wait) = drawn.wait {
            let mut answer = too_many(operation, clock, wait, &world.settings);
            answer.headers.extend(headers);
            return Err(answer);
        }
    }
    world.counters.call(operation.id);
    Ok(headers)
}

/// What a bucket said.
pub(crate) struct Drawn {
    /// How full it is, as `X-RateLimit-*`.
    pub(crate) headers: Vec<(String, String)>,
    /// Until the next call fits, when this one did not.
    pub(crate) wait: Option<Duration>,
}

/// Draws on a bucket, and counts the refusal when it is empty. None where nothing is counted.
pub(crate) fn draw(
    world: &mut World,
    operation: &Operation,
    bucket: &Bucket,
    clock: &Clock,
    now: Moment,
) -> Option<Drawn> {
    let limit = bucket.limit?;
    let (model, window) = world.counting();
    let counted = world.buckets.admit(&bucket.name, model, now, limit, window);
    let (remaining, reset) = counted.map_or_else(|wait| (0, wait), |room| (room.remaining, room.reset));
    if counted.is_err() {
        world.counters.reject(operation.id);
    }
    let headers = limit_headers(limit, remaining, reset, clock).to_vec();
    Some(Drawn { headers, wait: counted.err() })
}

pub(crate) fn limit_headers(
    limit: u32,
    remaining: u32,
    reset: Duration,
    clock: &Clock,
) -> [(String, String); 3] {
    [
        ("X-RateLimit-Limit".to_owned(), limit.to_string()),
        ("X-RateLimit-Remaining".to_owned(), remaining.to_string()),
        ("X-RateLimit-Reset".to_owned(), reset_second(clock, reset)),
    ]
}

fn too_many(operation: &Operation, clock: &Clock, wait: Duration, settings: &Settings) -> Answer {
    let seconds = clock.caller_seconds(wait);
    let documented = [WaitSign::Header, WaitSign::Body, WaitSign::ResetTime];
    let documented = if operation.is_do_not_contact() { &documented[..] } else { &documented[..2] };
    let signs = settings.forms.wait_signs.as_deref().unwrap_or(documented);
    let refusal = Answer::refusal(429, "rate_limit_exceeded", "Too many calls, slow down");
    signs.iter().fold(refusal, |answer, sign| match sign {
        WaitSign::Header => answer.with_header("Retry-After", seconds.to_string()),
        WaitSign::Body => answer.with_member("retryAfter", json!(seconds)),
        WaitSign::ResetTime => answer.with_member("resetTime", json!(clock.caller_unix_millis_after(wait))),
        // Such a header is there already when every answer has it.
        WaitSign::RateLimitReset if settings.rate_limit_headers => answer,
        WaitSign::RateLimitReset => answer.with_header("X-RateLimit-Reset", reset_second(clock, wait)),
    })
}

/// The Unix second at which a wait is surely over.
fn reset_second(clock: &Clock, wait: Duration) -> String {
    (clock.caller_unix_millis_after(wait).div_euclid(1_000) + 1).to_string()
}
