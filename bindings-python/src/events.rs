//! Events of the core on their way to Python's `logging` and to the user's function.
//!
//! The core tells them on threads of the runtime, which must not wait for the GIL. They are kept until a thread of Python
//! looks: one that waits for a call does so all the time, an event loop when it is woken.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kakiyo::per_process::PerProcess;
use kakiyo::{Event, EventHook, EventLevel};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use tokio::sync::watch;

use crate::json;

/// So many events are kept; where nobody looks, later ones are lost.
const KEPT: usize = 256;

/// The events of a client and its copies.
#[derive(Default)]
pub(crate) struct Events(PerProcess<Arc<Waiting>>);

#[derive(Default)]
struct Waiting {
    list: Mutex<Vec<Event>>,
    any: AtomicBool,
    arrived: watch::Sender<()>,
}

impl Events {
    /// What the core calls.
    pub(crate) fn hook(self: &Arc<Self>) -> EventHook {
        let events = Arc::clone(self);
        Arc::new(move |event| {
            let waiting = events.waiting();
            let mut list = waiting.list.lock().unwrap_or_else(PoisonError::into_inner);
            if list.len() < KEPT {
                list.push(event.clone());
            }
            drop(list);
            waiting.any.store(true, Ordering::Release);
            waiting.arrived.send_replace(());
        })
    }

    /// Passes on the events that wait.
    pub(crate) fn pass_on(&self, py: Python<'_>, hook: Option<&Py<PyAny>>) -> PyResult<()> {
        self.waiting().pass_on(py, hook)
    }

    /// Hears them for one asyncio call.
    pub(crate) fn ear(&self, py: Python<'_>, hook: Option<&Py<PyAny>>) -> Ear {
        let waiting = Arc::clone(self.waiting());
        let arrived = waiting.arrived.subscribe();
        Ear { waiting, arrived, hook: hook.map(|hook| Arc::new(hook.clone_ref(py))) }
    }

    fn waiting(&self) -> &Arc<Waiting> {
        self.0.get_or_make(Default::default)
    }
}

impl Waiting {
    fn pass_on(&self, py: Python<'_>, hook: Option<&Py<PyAny>>) -> PyResult<()> {
        if !self.any.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let events = std::mem::take(&mut *self.list.lock().unwrap_or_else(PoisonError::into_inner));
        for event in events {
            emit(py, hook, event)?;
        }
        Ok(())
    }
}

/// Tells an event. What a hook raises is shown as unraisable: a call is under way and must not be lost. An interrupt is
/// passed on.
fn emit(py: Python<'_>, hook: Option<&Py<PyAny>>, event: Event) -> PyResult<()> {
    static EMIT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

    let details = PyDict::new(py);
    for (name, value) in &event.details {
        details.set_item(name, json::to_python(py, value)?)?;
    }
    let is_warning = event.level == EventLevel::Warning;
    let emit = EMIT.import(py, "kakiyo._event_log", "emit")?;
    let fields = (event.kind.as_str(), event.message, event.operation, details);
    match emit.call1((hook, is_warning, fields)) {
        Ok(_) => Ok(()),
        Err(error) if error.is_instance_of::<PyException>(py) => {
            error.write_unraisable(py, hook.map(|hook| hook.bind(py)));
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// How an asyncio call hears the events of its client.
pub(crate) struct Ear {
    waiting: Arc<Waiting>,
    arrived: watch::Receiver<()>,
    hook: Option<Arc<Py<PyAny>>>,
}

/// Events to be passed on by the thread of an event loop.
pub(crate) struct Heard {
    waiting: Arc<Waiting>,
    hook: Option<Arc<Py<PyAny>>>,
}

impl Ear {
    /// Ends when there are events.
    pub(crate) async fn hear(&mut self) -> Heard {
        loop {
            if self.arrived.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            if self.waiting.any.load(Ordering::Acquire) {
                return Heard { waiting: Arc::clone(&self.waiting), hook: self.hook.clone() };
            }
        }
    }
}

impl Heard {
    pub(crate) fn pass_on(&self, py: Python<'_>) -> PyResult<()> {
        self.waiting.pass_on(py, self.hook.as_deref())
    }
}
