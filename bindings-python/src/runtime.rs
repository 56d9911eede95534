//! One tokio runtime per process, made with the first call.
//!
//! A forked child has the memory of its parent's runtime but none of its threads, so the runtime is tagged with the process
//! id and the child makes its own; the parent's is leaked there on purpose, because dropping it would wait for threads that
//! do not exist. Slots form a list that is only ever appended to: reading it takes no lock that a fork could leave held.

use std::sync::OnceLock;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use tokio::runtime::{Builder, Runtime};

const WORKERS: usize = 2;

struct Slot {
    process: u32,
    runtime: Runtime,
    /// The slot of a process that was forked from this one.
    next: OnceLock<Box<Slot>>,
}

static FIRST: OnceLock<Box<Slot>> = OnceLock::new();

/// The runtime of this process.
pub(crate) fn current() -> PyResult<&'static Runtime> {
    let process = std::process::id();
    let mut place: &'static OnceLock<Box<Slot>> = &FIRST;
    loop {
        match place.get() {
            Some(slot) if slot.process == process => return Ok(&slot.runtime),
            Some(slot) => place = &slot.next,
            None => {
                let slot = Slot { process, runtime: start()?, next: OnceLock::new() };
                // Another thread was faster: its runtime serves, ours ends.
                if let Err(slot) = place.set(Box::new(slot)) {
                    slot.runtime.shutdown_background();
                }
            }
        }
    }
}

fn start() -> PyResult<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("kakiyo")
        .enable_all()
        .build()
        .map_err(|error| PyRuntimeError::new_err(format!("kakiyo could not start its runtime: {error}")))
}
