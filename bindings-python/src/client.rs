//! The client: opening, calling by operation id, raw calls, closing.
//!
//! Each way to call comes twice: `call` waits on this thread, `start_call` gives a future of the running event loop.

use std::sync::{Arc, Mutex, PoisonError};

use kakiyo::enquiry::{self, Subject};
use kakiyo::{CallOptions, CancelToken, registry, settings};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use crate::events::Events;
use crate::outcome::{Answer, CallFuture};
use crate::pages::Walk;
use crate::{completion, errors, options, wait, warnings};

/// An open client. What it may be asked for is in the façade.
#[pyclass(frozen, module = "kakiyo._native")]
pub(crate) struct Client {
    /// Taken out by closing. The lock is held under the GIL only, so that no fork can leave it held.
    client: Mutex<Option<kakiyo::Client>>,
    /// What the user gave to hear warnings, and to hear events.
    on_warning: Option<Py<PyAny>>,
    on_event: Option<Py<PyAny>>,
    events: Arc<Events>,
}

#[pymethods]
impl Client {
    /// Opens a client; `key` is a callable that gives the key, `on_warning` one that hears warnings, `on_event` events.
    #[new]
    #[pyo3(signature = (service, options, key, on_warning, on_event))]
    fn new(
        py: Python<'_>,
        service: &str,
        options: &str,
        key: Option<Py<PyAny>>,
        on_warning: Option<Py<PyAny>>,
        on_event: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let events = Arc::new(Events::default());
        let client = options::open(py, service, options, key, &events)?;
        let opened = Self { client: Mutex::new(Some(client)), on_warning, on_event, events };
        opened.pass_on(py)?;
        Ok(opened)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.on_warning)?;
        visit.call(&self.on_event)
    }

    /// A copy with other defaults.
    fn with_options(&self, py: Python<'_>, options: &str) -> PyResult<Self> {
        let copy = self.open(py)?.with_options(options::call(py, options)?);
        let copy = copy.map_err(|error| errors::raised(py, &error))?;
        let same = |hook: &Option<Py<PyAny>>| hook.as_ref().map(|hook| hook.clone_ref(py));
        let (on_warning, on_event) = (same(&self.on_warning), same(&self.on_event));
        Ok(Self { client: Mutex::new(Some(copy)), on_warning, on_event, events: Arc::clone(&self.events) })
    }

    /// Passes on the warnings and events that wait. Sync calls do it themselves; after an asyncio call the façade does,
    /// because there alone the stack leads to the caller.
    pub(crate) fn pass_on(&self, py: Python<'_>) -> PyResult<()> {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = client.as_ref().map(kakiyo::Client::take_warnings).unwrap_or_default();
        drop(client);
        warnings::pass_on(py, self.on_warning.as_ref(), waiting)?;
        self.events.pass_on(py, self.on_event.as_ref())
    }

    /// Closes the client and waits for the adds that linger; its connections go with its last copy.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        match self.closing() {
            Some(call) => self.wait(py, &Arc::new(CancelToken::new()), call).map(drop),
            None => Ok(()),
        }
    }

    /// The same for the running event loop; `None` where there is nothing to wait for.
    fn start_close<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.closing().map(|call| self.start(py, Arc::new(CancelToken::new()), call)).transpose()
    }

    fn call(&self, py: Python<'_>, operation: &str, arguments: &[u8], options: &str) -> PyResult<Py<PyAny>> {
        let (token, call) = self.prepare(py, operation, arguments, options)?;
        self.wait(py, &token, call)
    }

    fn start_call<'py>(
        &self,
        py: Python<'py>,
        operation: &str,
        arguments: &[u8],
        options: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (token, call) = self.prepare(py, operation, arguments, options)?;
        self.start(py, token, call)
    }

    /// Opens a walk over the pages of a list.
    fn walk(slf: &Bound<'_, Self>, operation: &str, arguments: &[u8], options: &str) -> PyResult<Walk> {
        let py = slf.py();
        let (call, paging) = options::paged(py, options)?;
        let client = slf.get().open(py)?;
        let entry = registry::find(operation).map_err(|error| errors::raised(py, &error))?;
        let pages =
            entry.open(client, arguments, call, paging).map_err(|error| errors::raised(py, &error))?;
        Ok(Walk::new(slf.clone().unbind(), entry.model, entry.shape, pages))
    }

    #[pyo3(signature = (method, path, query, body, options))]
    fn raw(
        &self,
        py: Python<'_>,
        method: String,
        path: String,
        query: &str,
        body: Option<&[u8]>,
        options: &str,
    ) -> PyResult<Py<PyAny>> {
        let (token, call) = self.prepare_raw(py, RawCall { method, path, query, body }, options)?;
        self.wait(py, &token, call)
    }

    #[pyo3(signature = (method, path, query, body, options))]
    fn start_raw<'py>(
        &self,
        py: Python<'py>,
        method: String,
        path: String,
        query: &str,
        body: Option<&[u8]>,
        options: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (token, call) = self.prepare_raw(py, RawCall { method, path, query, body }, options)?;
        self.start(py, token, call)
    }

    /// Asks or tells something about quota and credits; a report comes as its fields, its text and its HTML.
    fn ask(&self, py: Python<'_>, subject: &str, said: &str, options: &str) -> PyResult<Py<PyAny>> {
        let call = self.prepare_question(py, subject, said, options)?;
        self.wait(py, &Arc::new(CancelToken::new()), call)
    }

    fn start_ask<'py>(
        &self,
        py: Python<'py>,
        subject: &str,
        said: &str,
        options: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let call = self.prepare_question(py, subject, said, options)?;
        self.start(py, Arc::new(CancelToken::new()), call)
    }

    fn __repr__(&self) -> &'static str {
        "Client()"
    }
}

/// A raw call as it comes; query and body are JSON.
struct RawCall<'a> {
    method: String,
    path: String,
    query: &'a str,
    body: Option<&'a [u8]>,
}

impl Client {
    fn open(&self, py: Python<'_>) -> PyResult<kakiyo::Client> {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).clone();
        client.ok_or_else(|| errors::refused(py, "config", None, "this client is closed: open another one"))
    }

    /// Closes the client; what is left to wait for.
    fn closing(&self) -> Option<CallFuture> {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        if !client.lingers() {
            return None;
        }
        Some(Box::pin(async move {
            client.close().await;
            Ok(Answer::Nothing)
        }))
    }

    /// Waits for a call on this thread, and passes on what users should hear of meanwhile.
    pub(crate) fn wait(
        &self,
        py: Python<'_>,
        token: &Arc<CancelToken>,
        call: CallFuture,
    ) -> PyResult<Py<PyAny>> {
        let outcome = wait::wait(py, token, call, || self.pass_on(py));
        self.pass_on(py)?;
        outcome
    }

    /// Starts a call for the running event loop.
    pub(crate) fn start<'py>(
        &self,
        py: Python<'py>,
        token: Arc<CancelToken>,
        call: CallFuture,
    ) -> PyResult<Bound<'py, PyAny>> {
        completion::start(py, token, call, self.events.ear(py, self.on_event.as_ref()))
    }

    fn prepare_question(
        &self,
        py: Python<'_>,
        subject: &str,
        said: &str,
        options: &str,
    ) -> PyResult<CallFuture> {
        let client = self.open(py)?;
        let subject = Subject::named(subject).map_err(|error| errors::raised(py, &error))?;
        let (said, options) = (said.to_owned(), options.to_owned());
        Ok(Box::pin(async move {
            let report = enquiry::ask(&client, subject, &said, &options, options::UNIT).await?;
            Ok(report.map_or(Answer::Nothing, Answer::Report))
        }))
    }

    fn prepare(
        &self,
        py: Python<'_>,
        operation: &str,
        arguments: &[u8],
        options: &str,
    ) -> PyResult<(Arc<CancelToken>, CallFuture)> {
        let (token, options) = cancellable(py, options)?;
        let client = self.open(py)?;
        let prepared = registry::find(operation).and_then(|entry| {
            let call = entry.invoke(client, arguments, options)?;
            Ok((entry, call))
        });
        let (entry, call) = prepared.map_err(|error| errors::raised(py, &error))?;
        let call = Box::pin(async move {
            Ok(Answer::Value { model: entry.model, shape: entry.shape, delivered: call.await? })
        });
        Ok((token, call))
    }

    fn prepare_raw(
        &self,
        py: Python<'_>,
        raw: RawCall<'_>,
        options: &str,
    ) -> PyResult<(Arc<CancelToken>, CallFuture)> {
        let (token, options) = cancellable(py, options)?;
        let client = self.open(py)?;
        let RawCall { method, path, query, body } = raw;
        let unreadable = |field: &str, error: serde_json::Error| {
            errors::refused(py, "invalid_request", Some(field), &error.to_string())
        };
        let query = serde_json::from_str(query).map_err(|error| unreadable("query", error))?;
        let query = settings::query_pairs("query", query).map_err(|error| errors::raised(py, &error))?;
        let body: Option<serde_json::Value> =
            body.map(serde_json::from_slice).transpose().map_err(|error| unreadable("body", error))?;
        let call = Box::pin(async move {
            let query: Vec<(&str, &str)> =
                query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let response = client.raw(&method, &path, &query, body.as_ref(), &options).await?;
            Ok(Answer::Raw(response))
        });
        Ok((token, call))
    }
}

/// The options of a call with a token that ends it.
fn cancellable(py: Python<'_>, options: &str) -> PyResult<(Arc<CancelToken>, CallOptions)> {
    let token = Arc::new(CancelToken::new());
    Ok((Arc::clone(&token), options::call(py, options)?.cancelled_by(token)))
}
