//! Waiting for calls without an async runtime (feature `blocking`).
//!
//! One small runtime per process, made with the first wait.

use std::future::Future;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::{Error, ErrorKind, Result};

static RUNTIME: OnceLock<std::result::Result<Runtime, String>> = OnceLock::new();

/// Runs the future to its end on this thread.
pub(crate) fn wait<F: Future>(future: F) -> Result<F::Output> {
    if Handle::try_current().is_ok() {
        return Err(Error::config(
            "blocking",
            "called inside an async runtime, where waiting would block it: use .await",
        ));
    }
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("kakiyo-blocking")
            .enable_all()
            .build()
            .map_err(|error| error.to_string())
    });
    match runtime {
        Ok(runtime) => Ok(runtime.block_on(future)),
        Err(reason) => Err(Error::new(ErrorKind::Internal, format!("no runtime could be started: {reason}"))),
    }
}
