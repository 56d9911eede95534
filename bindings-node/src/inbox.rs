//! How outcomes reach the event loop: a queue that is emptied there, woken once for all that has gathered.
//!
//! It does not keep the process alive; the façade does, while calls are under way. When the event loop has ended, what
//! arrives is dropped.

use std::sync::{Arc, Mutex, PoisonError};

use napi::Status;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use crate::outcome::Outcome;

/// An outcome as it crosses: what is JSON stays text, and is read where it is needed.
#[napi(object, object_from_js = false)]
pub struct Settled {
    /// The number under which the call went in.
    pub ticket: u32,
    /// The normalised value, as JSON.
    pub value: Option<String>,
    /// The untouched body of a raw call.
    pub body: Option<napi::bindgen_prelude::Buffer>,
    /// What is known of the call, as JSON.
    pub meta: Option<String>,
    /// What is known of a page, as JSON.
    pub page: Option<String>,
    /// What went wrong, as JSON.
    pub error: Option<String>,
    /// A running sandbox.
    #[napi(ts_type = "Sandbox")]
    pub sandbox: Option<crate::sandbox::Started>,
    /// What a user should know although nothing failed, as JSON, where there is something.
    pub warnings: Option<String>,
}

type Waiting = Arc<Mutex<Vec<(u32, Outcome)>>>;
type Wake = ThreadsafeFunction<(), (), Vec<Settled>, Status, false, true>;

/// Hands outcomes to one function of the façade.
#[napi]
pub struct Inbox {
    post: Post,
}

#[napi]
impl Inbox {
    /// `deliver` gets lists of outcomes. It must not throw.
    #[napi(constructor)]
    pub fn new(deliver: Function<'_, Vec<Settled>, ()>) -> napi::Result<Self> {
        let waiting = Waiting::default();
        let gathered = Arc::clone(&waiting);
        let wake = deliver
            .build_threadsafe_function::<()>()
            .callee_handled::<false>()
            .weak::<true>()
            .build_callback(move |_| Ok(take(&gathered)))?;
        Ok(Self { post: Post { waiting, wake: Arc::new(wake) } })
    }

    pub(crate) fn post(&self) -> Post {
        self.post.clone()
    }
}

fn take(waiting: &Waiting) -> Vec<Settled> {
    let gathered = std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
    gathered.into_iter().map(|(ticket, outcome)| outcome.into_settled(ticket)).collect()
}

/// The sending side of an inbox.
#[derive(Clone)]
pub(crate) struct Post {
    waiting: Waiting,
    wake: Arc<Wake>,
}

impl Post {
    /// Leaves an outcome; the event loop is woken only for the first of several.
    pub(crate) fn send(&self, ticket: u32, outcome: Outcome) {
        let first = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push((ticket, outcome));
            waiting.len() == 1
        };
        if first {
            self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}
