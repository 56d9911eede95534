//! What is spared, on virtual time against a scripted server. The counts of the real sandbox are in `tests/tests/saving.rs`.

mod coalescing;
mod kept;
mod racing;
mod shared;
mod splitting;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use crate::transport::{Failure, Incoming, Outgoing, Transport};
use crate::{AddProspect, Builder, Credits, Error, ImportAccepted, Kakiyo, Limits, Response, Result};

/// What the server saw: method, path, and body.
type Seen = (String, String, Value);

/// What it answers to one request, told its number: a status with a body, or nothing at all.
type Script = dyn Fn(usize, &Seen) -> Option<(u16, Value)> + Send + Sync;

/// A server that answers by a script, after a while.
struct Server {
    seen: Mutex<Vec<Seen>>,
    script: Box<Script>,
    delay: Duration,
}

const A_SECOND: Duration = Duration::from_secs(1);

impl Server {
    fn new(script: impl Fn(usize, &Seen) -> Option<(u16, Value)> + Send + Sync + 'static) -> Arc<Self> {
        Self::after(A_SECOND, script)
    }

    fn after(
        delay: Duration,
        script: impl Fn(usize, &Seen) -> Option<(u16, Value)> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { seen: Mutex::default(), script: Box::new(script), delay })
    }

    /// One that takes everything.
    fn willing() -> Arc<Self> {
        Self::new(|number, (method, _, _)| match method.as_str() {
            "GET" => Some((200, json!([{"id": format!("p{number}"), "name": "Audit"}]))),
            _ => Some((201, json!({"message": "done", "listId": format!("list-{number}"), "id": "p"}))),
        })
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// How many rows each request had; 0 is a single add.
    fn rows(&self) -> Vec<usize> {
        self.seen().iter().map(|(_, _, body)| body["prospects"].as_array().map_or(0, Vec::len)).collect()
    }

    fn builder(self: &Arc<Self>) -> Builder {
        static TEAMS: AtomicU64 = AtomicU64::new(0);
        Kakiyo::builder()
            // A team of its own for each test, so that no test shares quota with another.
            .api_key(format!("saving-{:x<40}", TEAMS.fetch_add(1, Ordering::SeqCst)))
            .base_url("http://127.0.0.1:9/v1")
            .limits(Limits::unlimited())
            .max_retries(0)
            .transport(Arc::clone(self) as Arc<dyn Transport>)
    }
}

impl Transport for Server {
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Incoming, Failure>> {
        let body = request.body.as_deref().map_or(Value::Null, |body| serde_json::from_slice(body).unwrap());
        let seen = (request.method.to_string(), request.url.path().to_owned(), body);
        let answer = {
            let mut all = self.seen.lock().unwrap();
            let answer = (self.script)(all.len(), &seen);
            all.push(seen);
            answer
        };
        Box::pin(async move {
            tokio::time::sleep(self.delay).await;
            match answer {
                Some((status, body)) => {
                    let body = Bytes::from(body.to_string());
                    Ok(Incoming { status, headers: http::HeaderMap::new(), body })
                }
                None => {
                    let message = "the connection broke".to_owned();
                    Err(Failure { sent: true, timed_out: false, status: None, message })
                }
            }
        })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Server")
    }
}

fn person(number: usize) -> AddProspect {
    AddProspect::new("c", format!("Person {number}"), format!("https://linkedin.com/in/person-{number}"))
}

/// So many single adds at once, each on a task of its own.
async fn add(client: &Kakiyo, people: usize) -> Vec<Result<Response<ImportAccepted>>> {
    let calls = (0..people).map(|number| client.prospects().add(person(number)).send());
    futures::future::join_all(calls).await
}

/// What all callers were told that their calls cost: attempts, credits, saved.
fn told<T>(outcomes: &[Result<Response<T>>]) -> (u32, Credits, u32) {
    let mut sum = (0, Credits::NONE, 0);
    for outcome in outcomes {
        let (attempts, credits, saved) = match outcome {
            Ok(response) => (response.meta.attempts, response.meta.credits, response.meta.saved),
            Err(error) => (error.attempts(), error.credits(), 0),
        };
        sum.0 += attempts;
        sum.1 += credits;
        sum.2 += saved;
    }
    sum
}

fn errors<T>(outcomes: &[Result<Response<T>>]) -> Vec<(usize, &Error)> {
    let errors = outcomes.iter().enumerate();
    errors.filter_map(|(place, outcome)| Some((place, outcome.as_ref().err()?))).collect()
}
