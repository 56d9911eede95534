//! Whether a call is let through: the checks before any handler, in the order of the service.
//!
//! Header present, format, known key, subscription, credits, rate limit. Permission, validation and existence
//! follow in the handlers. A call that is refused here costs nothing.

use std::time::Duration;

use serde_json::json;

use crate::answer::Answer;
use crate::clock::{Clock, Moment};
use crate::operation::Operation;
use crate::profile::bucket;
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

/// Finds the world that a key opens. With `one_code` all three refusals have one code.
pub(crate) fn authenticate(state: &mut State, header: Option<&str>, one_code: bool) -> Result<usize, Answer> {
    let refuse =
        |code, message| Err(Answer::refusal(401, if one_code { "unauthorized" } else { code }, message));
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

/// Lets a call through and charges it, or refuses it. Gives the headers that the answer has to carry.
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
    if let Some(limit) = bucket.limit {
        let window = world.settings.window;
        let counted = world.buckets.admit(&bucket.name, now, limit, window);
        if world.settings.rate_limit_headers {
            let (remaining, reset) =
                counted.map_or_else(|wait| (0, wait), |room| (room.remaining, room.reset));
            let reset = clock.caller_unix_millis_after(reset).div_euclid(1_000) + 1;
            headers.push(("X-RateLimit-Limit".to_owned(), limit.to_string()));
            headers.push(("X-RateLimit-Remaining".to_owned(), remaining.to_string()));
            headers.push(("X-RateLimit-Reset".to_owned(), reset.to_string()));
        }
        if let Err(wait) = counted {
            world.counters.rejections += 1;
            world.counters.operation(operation.id).rejections += 1;
            let mut answer = too_many(operation, clock, wait);
            answer.headers.extend(headers);
            return Err(answer);
        }
    }
    world.counters.calls += 1;
    world.counters.operation(operation.id).calls += 1;
    world.charge();
    Ok(headers)
}

fn too_many(operation: &Operation, clock: &Clock, wait: Duration) -> Answer {
    let told = clock.caller_wait(wait);
    let seconds = told.as_secs() + u64::from(told.subsec_nanos() > 0);
    let answer = Answer::refusal(429, "rate_limit_exceeded", "Too many calls, slow down")
        .with_header("Retry-After", seconds.to_string())
        .with_member("retryAfter", json!(seconds));
    if operation.is_do_not_contact() {
        answer.with_member("resetTime", json!(clock.caller_unix_millis_after(wait)))
    } else {
        answer
    }
}
