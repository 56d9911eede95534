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
use crate::arrival::{Arrival, LARGEST_BODY, LARGEST_CONTROL_BODY, Received, receive, recorded};
use crate::call::Call;
use crate::control;
use crate::fault_header;
use crate::faults::Stop;
use crate::flight::{Flight, Opening};
use crate::forms::formed;
use crate::kaiko;
use crate::operation::{Route, Service, route};
use crate::server::Connection;
use crate::state::Shared;
use crate::wire::{Delivery, WireBody, response, stream};

pub(crate) async fn exchange(
    shared: Arc<Shared>,
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> Result<Response<WireBody>, Infallible> {
    let (head, body) = request.into_parts();
    let arrival = Arrival::new(&head, connection.number);
    if arrival.path == control::BASE_PATH || arrival.path.starts_with(control::BASE_PATH_SLASH) {
        let Received::Whole(body) = receive(body, LARGEST_CONTROL_BODY).await else {
            return Ok(response(&too_large(LARGEST_CONTROL_BODY), None));
        };
        let answer = control::answer(&shared, &arrival.method, &arrival.path, &arrival.query, &body);
        return Ok(response(&answer, None));
    }
    let mut flight = Flight::begin(&shared, &connection, &arrival);
    let delivery = judge(&shared, &arrival, receive(body, LARGEST_BODY).await, &mut flight).await;
    match delivery {
        Delivery::Whole(answer) if answer.is_stream() => Ok(stream(&answer, None, flight)),
        Delivery::Cut(answer, at) if answer.is_stream() => Ok(stream(&answer, Some(at), flight)),
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
    let mut effects = match flight.open(arrival, shown, operation) {
        Opening::Scripted(answer) => {
            let (delay, delivery) = answer.played();
            wait(delay).await;
            return delivery;
        }
        Opening::World(effects) => effects,
    };
    match fault_header::asked(&arrival.headers) {
        Ok(faults) => faults.iter().for_each(|fault| effects.add(fault)),
        Err(refusal) => return Delivery::Whole(refusal),
    }
    wait(effects.delay_before).await;
    match effects.before {
        Some(Stop::Answer(answer)) => return Delivery::Whole(answer),
        Some(Stop::Reset) => return Delivery::Reset,
        Some(Stop::Hang) => return Delivery::Hang,
        None => {}
    }
    let body = body.as_deref();
    let answer = match Service::of_path(&arrival.path) {
        Service::Kakiyo => process(shared, arrival, route, body, flight).unwrap_or_else(|refusal| refusal),
        Service::Kaiko => kaiko::serve(shared, arrival, route, body, flight),
    };
    wait(effects.delay_after).await;
    effects.applied_to(answer)
}

/// The checks in the order of the service, then the operation itself.
fn process(
    shared: &Shared,
    arrival: &Arrival,
    route: Option<Route>,
    body: Option<&[u8]>,
    flight: &Flight,
) -> Verdict {
    let body = body.ok_or_else(|| too_large(LARGEST_BODY))?;
    let one_code = route.as_ref().and_then(|route| route.operation.key_code());
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
    let answer = (operation.handler)(&mut call).unwrap_or_else(|refusal| refusal);
    let world = call.world;
    let mut answer = formed(answer, operation, world);
    answer.headers.extend(headers);
    let failed = answer.status >= 400;
    if failed {
        world.counters.operation(operation.id).failures += 1;
    }
    if !failed || world.settings.charge_failures {
        world.charge(1);
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

fn too_large(largest: usize) -> Answer {
    let message = format!("The body is larger than {} MiB", largest / 1024 / 1024);
    Answer::refusal(413, "payload_too_large", message)
}
