//! One request from its arrival to its answer, in reading order: record, script or faults, checks, operation,
//! answer.
//!
//! Waiting happens only here, outside of the lock. When the client goes away the future of the exchange is
//! dropped, and the flight in it notices.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, Response};
use tokio::time::sleep;

use crate::admission::{admit, authenticate};
use crate::answer::{Answer, Verdict};
use crate::arrival::{Arrival, Received, receive, recorded};
use crate::call::Call;
use crate::control;
use crate::faults::Stop;
use crate::flight::{Flight, Opening};
use crate::operation::{Route, route};
use crate::server::Connection;
use crate::state::Shared;
use crate::wire::{Delivery, WireBody, response};

pub(crate) async fn exchange(
    shared: Arc<Shared>,
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> Result<Response<WireBody>, Infallible> {
    let (head, body) = request.into_parts();
    let arrival = Arrival::new(&head, connection.number);
    if arrival.path == control::BASE_PATH || arrival.path.starts_with(control::BASE_PATH_SLASH) {
        let Received::Whole(body) = receive(body).await else { return Ok(response(&too_large(), None)) };
        let answer = control::answer(&shared, &arrival.method, &arrival.path, &arrival.query, &body);
        return Ok(response(&answer, None));
    }
    let mut flight = Flight::begin(&shared, &connection, &arrival);
    let delivery = judge(&shared, &arrival, receive(body).await, &mut flight).await;
    match delivery {
        Delivery::Whole(answer) => {
            flight.finish(Some(answer.status));
            Ok(response(&answer, None))
        }
        Delivery::Cut(answer, at) => {
            flight.finish(Some(answer.status));
            Ok(response(&answer, Some(at)))
        }
        Delivery::Reset => {
            flight.finish(None);
            connection.reset();
            // The connection is taken down from outside, and this future with it.
            pending().await
        }
        Delivery::Abandon => {
            drop(flight);
            connection.reset();
            pending().await
        }
        Delivery::Hang => pending().await,
    }
}

async fn judge(shared: &Shared, arrival: &Arrival, body: Received, flight: &mut Flight) -> Delivery {
    let route = route(&arrival.method, &arrival.path);
    let operation = route.as_ref().map(|route| route.operation.id);
    let body = match body {
        Received::Whole(body) => Some(body),
        Received::TooLarge => None,
        // The client went away in the middle: the flight is left unfinished, which counts it as aborted.
        Received::Broken => return Delivery::Abandon,
    };
    let shown = body.as_deref().map(recorded).unwrap_or_default();
    let effects = match flight.open(arrival, shown, operation) {
        Opening::Scripted(answer) => {
            let (delay, delivery) = answer.played();
            wait(delay).await;
            return delivery;
        }
        Opening::World(effects) => effects,
    };
    let Some(body) = body else { return Delivery::Whole(too_large()) };
    wait(effects.delay_before).await;
    match effects.before {
        Some(Stop::Answer(answer)) => return Delivery::Whole(answer),
        Some(Stop::Reset) => return Delivery::Reset,
        Some(Stop::Hang) => return Delivery::Hang,
        None => {}
    }
    let answer = process(shared, arrival, route, &body, flight).unwrap_or_else(|refusal| refusal);
    wait(effects.delay_after).await;
    effects.applied_to(answer)
}

/// The checks in the order of the service, then the operation itself.
fn process(
    shared: &Shared,
    arrival: &Arrival,
    route: Option<Route>,
    body: &[u8],
    flight: &Flight,
) -> Verdict {
    let one_code = route.as_ref().is_some_and(|route| route.operation.has_one_code_for_keys());
    let mut state = shared.state();
    let place = authenticate(&mut state, arrival.authorization.as_deref(), one_code)?;
    let Some(Route { operation, parameters }) = route else {
        let message = format!("No such route: {} {}", arrival.method, arrival.path);
        return Err(Answer::refusal(404, "not_found", message));
    };
    let (world, others) =
        state.split(place).ok_or_else(|| Answer::refusal(500, "internal_error", "No world"))?;
    let now = shared.clock.now();
    world.settle(now);
    let headers = admit(world, operation, &shared.clock, now)?;
    let mut call = Call {
        operation,
        world,
        others,
        now,
        parameters: &parameters,
        query: &arrival.query,
        content_type: arrival.content_type.as_deref(),
        body,
    };
    let mut answer = (operation.handler)(&mut call).unwrap_or_else(|refusal| refusal);
    answer.headers.extend(headers);
    if answer.status >= 400 {
        call.world.counters.operation(operation.id).failures += 1;
    }
    drop(state);
    flight.counted();
    Ok(answer)
}

/// Waits in real time. A timer rounds up to a millisecond, even for nothing.
async fn wait(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}

fn too_large() -> Answer {
    Answer::refusal(413, "payload_too_large", "The body is larger than 8 MiB")
}
