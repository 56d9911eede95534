//! One tokio runtime per process, made with the first call.
//!
//! A forked child makes its own; what it inherited is left alone, because dropping it would wait for threads that do not
//! exist there.

use kakiyo::per_process::PerProcess;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use tokio::runtime::{Builder, Runtime};

const WORKERS: usize = 2;

static RUNTIME: PerProcess<Runtime> = PerProcess::new();

/// The runtime of this process.
pub(crate) fn current() -> PyResult<&'static Runtime> {
    RUNTIME.get_or_try_make(start)
}

fn start() -> PyResult<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("kakiyo")
        .enable_all()
        .build()
        .map_err(|error| PyRuntimeError::new_err(format!("kakiyo could not start its runtime: {error}")))
}
