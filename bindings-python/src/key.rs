//! The API key from a Python callable, plain or async.
//!
//! A plain callable runs on a blocking thread of the runtime, so that a slow secrets manager delays nobody else. A coroutine
//! runs on the event loop that made the call, and the call waits for it without the GIL.

use std::sync::{Arc, Mutex, PoisonError};

use kakiyo::{KeyProvider, Secret};
use pyo3::prelude::*;
use tokio::sync::oneshot;
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    /// The event loop that made the call; not set for the sync client.
    static CALLER: Arc<Py<PyAny>>;
}

/// The call, which knows its event loop.
pub(crate) fn called_from<F: Future>(
    event_loop: &Bound<'_, PyAny>,
    call: F,
) -> TaskLocalFuture<Arc<Py<PyAny>>, F> {
    CALLER.scope(Arc::new(event_loop.clone().unbind()), call)
}

type Key = Result<Secret, String>;

/// A provider that asks the callable.
pub(crate) fn provider(callable: Py<PyAny>) -> KeyProvider {
    let callable = Arc::new(callable);
    Arc::new(move || {
        let callable = Arc::clone(&callable);
        let event_loop = CALLER.try_with(Arc::clone).ok();
        Box::pin(async move {
            let (sender, receiver) = oneshot::channel();
            let asked = tokio::task::spawn_blocking(move || {
                Python::try_attach(|py| ask(callable.bind(py), event_loop.as_deref(), sender))
            });
            // The sender is dropped when the interpreter ends, and the answer is an error.
            let _ = asked.await;
            receiver.await.unwrap_or_else(|_| Err("it gave no answer".to_owned()))
        })
    })
}

fn ask(callable: &Bound<'_, PyAny>, event_loop: Option<&Py<PyAny>>, sender: oneshot::Sender<Key>) {
    match answer(callable, event_loop) {
        Ok(Given::Key(key)) => drop(sender.send(Ok(key))),
        Ok(Given::Coming(future)) => {
            let arrived = Arrived(Mutex::new(Some(sender)));
            // When the loop is closed the callback never runs, and dropping the sender ends the wait.
            let _ = future.call_method1("add_done_callback", (arrived,));
        }
        Err(reason) => drop(sender.send(Err(reason))),
    }
}

enum Given<'py> {
    Key(Secret),
    /// A `concurrent.futures.Future`.
    Coming(Bound<'py, PyAny>),
}

fn answer<'py>(callable: &Bound<'py, PyAny>, event_loop: Option<&Py<PyAny>>) -> Result<Given<'py>, String> {
    let py = callable.py();
    let described = |error: PyErr| describe(py, &error);
    let answer = callable.call0().map_err(described)?;
    let is_coroutine = py
        .import("asyncio")
        .and_then(|asyncio| asyncio.call_method1("iscoroutine", (&answer,)))
        .and_then(|answer| answer.is_truthy())
        .map_err(described)?;
    if !is_coroutine {
        return key_from(&answer).map(Given::Key);
    }
    let Some(event_loop) = event_loop else {
        let _ = answer.call_method0("close");
        return Err("an async callable needs AsyncKakiyo".to_owned());
    };
    let arguments = (answer, event_loop.bind(py));
    let coming = py
        .import("asyncio")
        .and_then(|asyncio| asyncio.call_method1("run_coroutine_threadsafe", arguments))
        .map_err(described)?;
    Ok(Given::Coming(coming))
}

fn key_from(answer: &Bound<'_, PyAny>) -> Key {
    match answer.extract::<String>() {
        Ok(key) => Ok(Secret::from(key)),
        Err(_) => {
            let class = answer
                .get_type()
                .name()
                .map_or_else(|_| "something else".to_owned(), |name| name.to_string());
            Err(format!("it gave {class} instead of text"))
        }
    }
}

fn describe(py: Python<'_>, error: &PyErr) -> String {
    let class = error.get_type(py).name().map_or_else(|_| "an exception".to_owned(), |name| name.to_string());
    format!("{class}: {}", error.value(py))
}

/// Called when the coroutine has ended.
#[pyclass(frozen)]
struct Arrived(Mutex<Option<oneshot::Sender<Key>>>);

#[pymethods]
impl Arrived {
    fn __call__(&self, future: &Bound<'_, PyAny>) {
        let key = match future.call_method0("result") {
            Ok(answer) => key_from(&answer),
            Err(error) => Err(describe(future.py(), &error)),
        };
        if let Some(sender) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // The call was cancelled meanwhile when nobody listens.
            let _ = sender.send(key);
        }
    }
}
