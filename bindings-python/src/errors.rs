//! Errors of the core as exceptions of `kakiyo.errors`, which is Python source: the table of kinds and classes is there.

use kakiyo::Error;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::meta;

/// The exception for an error of the core.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error).unwrap_or_else(|failed| failed)
}

/// The exception for something that was refused here, before it reached the core.
pub(crate) fn refused(py: Python<'_>, kind: &str, field: Option<&str>, rule: &str) -> PyErr {
    let make = || {
        let fields = PyDict::new(py);
        fields.set_item("kind", kind)?;
        match field {
            Some(field) => {
                fields.set_item("message", format!("{field}: {rule}"))?;
                fields.set_item("details", [(field, rule)])?;
            }
            None => fields.set_item("message", rule)?,
        }
        from_fields(py, &fields)
    };
    make().unwrap_or_else(|failed| failed)
}

fn exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let fields = PyDict::new(py);
    fields.set_item("kind", error.kind().as_str())?;
    fields.set_item("message", error.message())?;
    fields.set_item("operation", error.operation())?;
    fields.set_item("status", error.status())?;
    fields.set_item("code", error.code())?;
    fields.set_item("type", error.error_type())?;
    fields.set_item("request_id", error.request_id())?;
    fields.set_item("idempotency_key", error.idempotency_key())?;
    fields.set_item("retry_after", error.retry_after().map(|wait| wait.as_secs_f64()))?;
    fields.set_item("attempts", error.attempts())?;
    fields.set_item("credits", (error.credits().min, error.credits().max))?;
    fields.set_item("safe_to_retry", error.is_safe_to_retry())?;
    let details = error.details().iter().map(|issue| (issue.field.as_str(), issue.message.as_str()));
    fields.set_item("details", PyList::new(py, details.collect::<Vec<_>>())?)?;
    fields.set_item("headers", error.headers().map(|headers| meta::header_map(py, headers)).transpose()?)?;
    fields.set_item("body", error.body().map(|body| PyBytes::new(py, body)))?;
    from_fields(py, &fields)
}

fn from_fields(py: Python<'_>, fields: &Bound<'_, PyDict>) -> PyResult<PyErr> {
    static FROM_FIELDS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

    let from_fields = FROM_FIELDS.import(py, "kakiyo.errors", "from_fields")?;
    Ok(PyErr::from_value(from_fields.call1((fields,))?))
}
