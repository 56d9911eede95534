//! What is known of a call beside its value, as Python sees it.

use std::sync::Arc;

use http::HeaderMap;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyMappingProxy};

use crate::restore;

/// Status, headers, attempts, credits and waiting of a call.
#[pyclass(frozen, module = "kakiyo._native")]
pub(crate) struct Meta(pub(crate) Arc<kakiyo::Meta>);

#[pymethods]
impl Meta {
    /// HTTP status of the last answer.
    #[getter]
    fn status(&self) -> u16 {
        self.0.status
    }

    /// Headers of the last answer, by names in lower case.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyMappingProxy>> {
        Ok(PyMappingProxy::new(py, header_map(py, &self.0.headers)?.as_mapping()))
    }

    /// The request id that the server sent, when it sent one.
    #[getter]
    fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The idempotency key that went with the request, when its operation carries one.
    #[getter]
    fn idempotency_key(&self) -> Option<&str> {
        self.0.idempotency_key.as_deref()
    }

    /// How many times the request was sent, retries included.
    #[getter]
    fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What the attempts cost, at least and at most.
    #[getter]
    fn credits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        static CREDITS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        CREDITS.import(py, "kakiyo.errors", "Credits")?.call1((self.0.credits.min, self.0.credits.max))
    }

    /// Slots left in the tightest quota group after this call, when the call is limited.
    #[getter]
    fn quota_left(&self) -> Option<u32> {
        self.0.quota_left
    }

    /// Seconds spent waiting for quota slots.
    #[getter]
    fn waited(&self) -> f64 {
        self.0.waited.as_secs_f64()
    }

    /// Seconds from the call to its result, waiting included.
    #[getter]
    fn elapsed(&self) -> f64 {
        self.0.elapsed.as_secs_f64()
    }

    /// Credits that were not spent: the call travelled with others, was answered from memory or by an equal one, or did the
    /// work of many.
    #[getter]
    fn saved(&self) -> u32 {
        self.0.saved
    }

    fn __repr__(&self) -> String {
        let meta = &self.0;
        format!(
            "Meta(status={}, attempts={}, credits={}..{}, waited={:.3}, elapsed={:.3})",
            meta.status,
            meta.attempts,
            meta.credits.min,
            meta.credits.max,
            meta.waited.as_secs_f64(),
            meta.elapsed.as_secs_f64()
        )
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> restore::Reduced<'py, (String,)> {
        Ok((restore::function(slf.py(), "restore_meta")?, (restore::meta_text(&slf.get().0),)))
    }
}

/// Headers as a dict; the values of a repeated name are joined by commas.
pub(crate) fn header_map<'py>(py: Python<'py>, headers: &HeaderMap) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for name in headers.keys() {
        let values =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        dict.set_item(name.as_str(), values.collect::<Vec<_>>().join(", "))?;
    }
    Ok(dict)
}
