//! One request to the Kaiko service, in reading order: key, limits, size, idempotency, operation, headers.

use crate::answer::Answer;
use crate::arrival::Arrival;
use crate::call::Call;
use crate::flight::Flight;
use crate::kaiko::admission::{admit, authenticate, draw_on_limit, headers_without_call};
use crate::kaiko::failure::{Failure, Reason};
use crate::kaiko::idempotency::{Found, fingerprint, is_key};
use crate::kaiko::settings::KaikoPoint;
use crate::operation::Route;
use crate::state::Shared;

/// The largest body that is taken, in bytes.
const LARGEST_BODY: usize = 1_048_576;

/// Answers a request. A body that was too long to be read is `None`.
pub(crate) fn serve(
    shared: &Shared,
    arrival: &Arrival,
    route: Option<Route>,
    body: Option<&[u8]>,
    flight: &Flight,
) -> Answer {
    let mut state = shared.state();
    let (clock, now) = (&shared.clock, shared.clock.now());
    let (place, known) = authenticate(&mut state, arrival);
    let Some((world, others)) = place.and_then(|place| state.split(place)) else {
        return Answer::refusal(500, "internal_error", "No world");
    };
    world.settle_purse(now);
    world.kaiko.settle(now);
    let settings = world.kaiko.settings.clone();
    let request_id = format!("req-{}", world.identifiers.next());
    let mut headers = vec![("x-request-id".to_owned(), request_id.clone())];
    let deprecated = route.as_ref().filter(|_| settings.deprecation);
    headers.extend(deprecated.map(|route| deprecation(route.operation.path)).into_iter().flatten());
    let known = known.and_then(|()| {
        let message = format!("Cannot {} {}", arrival.method, arrival.path);
        route.ok_or_else(|| Failure::new(Reason::NoRoute, message))
    });
    let answer = match known {
        Err(failure) => {
            headers.extend(headers_without_call(&settings, clock));
            failure.answer(&settings)
        }
        Ok(Route { operation, parameters }) => {
            let (drawn, outcome) = draw_on_limit(world, operation, clock, now);
            headers.extend(drawn);
            match outcome.and_then(|()| admit(world, operation, flight.rank(), clock, now)) {
                Err(failure) => failure.answer(&settings),
                Ok(()) => {
                    flight.counted_in(world);
                    let mut call = Call {
                        operation,
                        world,
                        others,
                        now,
                        parameters: &parameters,
                        query: &arrival.query,
                        content_type: arrival.content_type.as_deref(),
                        body: body.unwrap_or_default(),
                    };
                    let too_large = body.is_none_or(|body| body.len() > LARGEST_BODY);
                    processed(&mut call, too_large, arrival, flight)
                }
            }
        }
    };
    let mut answer = answer.with_request_id(&request_id);
    answer.headers.extend(headers);
    answer
}

fn processed(call: &mut Call<'_>, too_large: bool, arrival: &Arrival, flight: &Flight) -> Answer {
    let answer = if too_large {
        let failure = Failure::new(Reason::TooLarge, "The body is larger than 1,048,576 bytes");
        failure.answer(&call.world.kaiko.settings)
    } else {
        once(call, arrival, flight)
    };
    if answer.status >= 400 {
        call.world.counters.operation(call.operation.id).failures += 1;
    }
    answer
}

/// Carries a call out, unless an earlier one with the same `Idempotency-Key` has an answer for it.
fn once(call: &mut Call<'_>, arrival: &Arrival, flight: &Flight) -> Answer {
    let key = arrival.idempotency_key.as_deref().filter(|_| {
        call.operation.method == "POST" && call.world.kaiko.settings.documented(KaikoPoint::Idempotency)
    });
    let Some(key) = key else { return carried_out(call) };
    let asked = fingerprint(&arrival.path, call.body);
    let failure = if is_key(key) {
        match call.world.kaiko.replies.find(key, asked) {
            Found::Answered(answer) => return answer.with_header("idempotency-replayed", "true"),
            Found::Nothing => {
                let answer = carried_out(call);
                if answer.status < 400 {
                    let replies = &mut call.world.kaiko.replies;
                    replies.keep(key, asked, call.now, &answer, flight.sequence());
                }
                return answer;
            }
            Found::UnderWay => {
                let message = "A request with this idempotency key is still under way";
                Failure::new(Reason::IdempotencyKeyInUse, message)
            }
            Found::OtherRequest => {
                let message = "This idempotency key was used with another request";
                Failure::new(Reason::IdempotencyKeyReused, message)
            }
        }
    } else {
        let message = "Idempotency-Key: must be 1 to 255 visible ASCII characters";
        Failure::new(Reason::Malformed, message).of_param("Idempotency-Key")
    };
    failure.answer(&call.world.kaiko.settings)
}

fn carried_out(call: &mut Call<'_>) -> Answer {
    match (call.operation.handler)(call) {
        // Nobody shall take the scores for those of the real model.
        Ok(answer) => answer.with_header("x-sandbox-scores", "lexicon"),
        Err(refusal) => refusal,
    }
}

/// The headers of a route that is about to end, with the values that the texts give for the version before.
fn deprecation(path: &str) -> [(String, String); 6] {
    [
        ("Kaiko-Deprecation", "2026-03-31".to_owned()),
        ("Kaiko-Replacement", format!("v3{path}")),
        ("Deprecation", "true".to_owned()),
        ("Sunset", "Tue, 31 Mar 2026 00:00:00 GMT".to_owned()),
        ("Link", "</v3>; rel=\"successor-version\"".to_owned()),
        ("X-API-Migration-Guide", "https://docs.kaikostudios.xyz/".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}
