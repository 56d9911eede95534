//! The one runtime of the process: two threads, started by the first call, shared by all clients and worker threads.
//!
//! It is never shut down: at the end of the process its threads end with it, and nothing waits for them.

use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;

use futures::FutureExt as _;
use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;
use crate::inbox::Post;
use crate::outcome::{self, Outcome};

static RUNTIME: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    Builder::new_multi_thread().worker_threads(2).thread_name("kakiyo").enable_all().build().ok()
});

/// Runs `work` and posts its outcome; a panic becomes an outcome of kind `internal`.
pub(crate) fn settle_later<F>(post: Post, ticket: u32, work: F)
where
    F: Future<Output = Result<Outcome, Failure>> + Send + 'static,
{
    let Some(runtime) = &*RUNTIME else {
        post.send(ticket, Failure::internal("the threads of the library cannot be started").into());
        return;
    };
    runtime.spawn(async move {
        let settled = AssertUnwindSafe(work).catch_unwind().await;
        let outcome = settled.unwrap_or_else(|panic| Err(Failure::panicked(&*panic)));
        post.send(ticket, outcome.unwrap_or_else(Outcome::from));
    });
}

/// As [`settle_later`], for calls: the warnings that the client has by then go along.
pub(crate) fn settle_call<F>(client: kakiyo::Client, post: Post, ticket: u32, call: F)
where
    F: Future<Output = Result<Outcome, Failure>> + Send + 'static,
{
    settle_later(post, ticket, async move {
        let outcome = call.await.unwrap_or_else(Outcome::from);
        Ok(Outcome { warnings: outcome::warnings(&client), ..outcome })
    });
}

/// As [`settle_later`], for work that blocks: reading files, starting and stopping servers.
pub(crate) fn settle_blocking<F>(post: Post, ticket: u32, work: F)
where
    F: FnOnce() -> Result<Outcome, Failure> + Send + 'static,
{
    settle_later(post, ticket, async move {
        match tokio::task::spawn_blocking(work).await {
            Ok(outcome) => outcome,
            Err(error) => Err(match error.try_into_panic() {
                Ok(panic) => Failure::panicked(&*panic),
                Err(_) => Failure::internal("the work was given up"),
            }),
        }
    });
}
