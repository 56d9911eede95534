//! What a call comes to, and how it becomes a Python object or an exception.
//!
//! Outcomes are made on tokio threads without the GIL; [`hand_over`] runs where Python waits.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use kakiyo::Response;
use kakiyo::enquiry::Report;
use kakiyo::registry::Delivered;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors;
use crate::generated;
use crate::json;
use crate::meta::Meta;
use crate::restore;

/// A call on its way.
pub(crate) type CallFuture = BoxFuture<'static, Outcome>;

pub(crate) type Outcome = Result<Answer, Failure>;

/// What came back.
pub(crate) enum Answer {
    /// The typed value of an operation.
    Value { model: &'static str, shape: kakiyo::Shape, delivered: Delivered },
    /// The bytes of a raw call.
    Raw(Response<Bytes>),
    /// A report on quota or credits.
    Report(Report),
    /// There are no more pages, or nothing was asked.
    Nothing,
}

/// What went wrong.
pub(crate) enum Failure {
    Call(kakiyo::Error),
    /// A fault of the library itself, a panic for example.
    Fault(String),
}

impl From<kakiyo::Error> for Failure {
    fn from(error: kakiyo::Error) -> Self {
        Self::Call(error)
    }
}

/// The call, with a panic turned into a failure.
pub(crate) async fn guarded(call: CallFuture) -> Outcome {
    match AssertUnwindSafe(call).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            Err(Failure::Fault(format!("a fault in kakiyo, please report it: {text}")))
        }
    }
}

/// The outcome as Python sees it.
pub(crate) fn hand_over(py: Python<'_>, outcome: Outcome) -> PyResult<Py<PyAny>> {
    match outcome {
        Ok(Answer::Value { model, shape, delivered }) => {
            generated::kind(model)?.deliver(py, shape, delivered)
        }
        Ok(Answer::Raw(response)) => {
            let meta = Arc::new(response.meta().clone());
            Ok(Py::new(py, RawResponse { body: response.into_inner(), meta })?.into_any())
        }
        Ok(Answer::Report(Report { fields, text, html })) => {
            (json::to_python(py, &fields)?, text, html).into_py_any(py)
        }
        Ok(Answer::Nothing) => Ok(py.None()),
        Err(Failure::Call(error)) => Err(errors::raised(py, &error)),
        Err(Failure::Fault(message)) => Err(errors::refused(py, "internal", None, &message)),
    }
}

/// The untouched answer of a raw call.
#[pyclass(frozen, module = "kakiyo._native")]
pub(crate) struct RawResponse {
    pub(crate) body: Bytes,
    pub(crate) meta: Arc<kakiyo::Meta>,
}

#[pymethods]
impl RawResponse {
    /// The body as it came, to the byte.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.body)
    }

    /// Status, headers, attempts, credits and waiting of the call.
    #[getter]
    fn meta(&self) -> Meta {
        Meta(Arc::clone(&self.meta))
    }

    /// The body read as JSON.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match serde_json::from_slice(&self.body) {
            Ok(value) => json::to_python(py, &value),
            Err(error) => Err(errors::refused(py, "decode", None, &format!("the body is not JSON: {error}"))),
        }
    }

    fn __repr__(&self) -> String {
        format!("RawResponse(status={}, {} bytes)", self.meta.status, self.body.len())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().body == self.body)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> restore::Reduced<'py, (Bound<'py, PyBytes>, String)> {
        let (py, this) = (slf.py(), slf.get());
        Ok((
            restore::function(py, "restore_raw")?,
            (PyBytes::new(py, &this.body), restore::meta_text(&this.meta)),
        ))
    }
}
