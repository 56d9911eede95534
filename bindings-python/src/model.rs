//! The base of all result classes: everything that does not depend on the type of the row.
//!
//! A result is a view: its subclass reads the typed value, this base reads the normalised JSON, which is worked out only
//! when somebody asks for it.

use std::sync::Arc;

use kakiyo::Document;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use serde_json::Value;

use crate::json;
use crate::meta::Meta;
use crate::restore;

/// The fields of a model: the name in Rust and the one in JSON where it is not its camel case.
pub(crate) type Fields = &'static [(&'static str, Option<&'static str>)];

/// Where a value lies: in which answer, and where in it.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) document: Arc<Document>,
    /// JSON pointer, empty for the whole answer.
    pub(crate) pointer: String,
    pub(crate) meta: Arc<kakiyo::Meta>,
}

impl Place {
    /// The place of a row or member below this one.
    pub(crate) fn below(&self, step: impl std::fmt::Display) -> Self {
        Self { pointer: format!("{}/{step}", self.pointer), ..self.clone() }
    }

    pub(crate) fn tree(&self) -> &Value {
        self.document.tree().pointer(&self.pointer).unwrap_or(&Value::Null)
    }

    /// The bytes as they came; of a part of an answer its own JSON.
    pub(crate) fn raw<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        match self.pointer.is_empty() {
            true => PyBytes::new(py, self.document.raw()),
            false => PyBytes::new(py, self.tree().to_string().as_bytes()),
        }
    }

    /// The normalised JSON as text.
    pub(crate) fn text(&self) -> String {
        match self.pointer.is_empty() {
            true => self.document.json().into_owned(),
            false => self.tree().to_string(),
        }
    }
}

/// A part of an answer of the service. Its attributes are read-only.
#[pyclass(frozen, subclass, module = "kakiyo._native")]
pub(crate) struct Model {
    pub(crate) name: &'static str,
    pub(crate) fields: Fields,
    pub(crate) place: Place,
}

#[pymethods]
impl Model {
    /// Everything as a dict in the names of the API, members that this version does not know included.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::to_python(py, self.place.tree())
    }

    /// Members that this version does not know, by their names in the API.
    #[getter]
    fn extra<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        json::object(py, &self.place.document.extra(&self.place.pointer, self.fields))
    }

    /// The bytes of the answer as they came; of a part of an answer its own JSON.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.place.raw(py)
    }

    /// Status, headers, attempts, credits and waiting of the call that this came with.
    #[getter]
    fn meta(&self) -> Meta {
        Meta(Arc::clone(&self.place.meta))
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let this = slf.get();
        // Plain values first: a mark such as `is_fallback` must not stand behind long objects.
        let (mut plain, mut nested) = (Vec::new(), Vec::new());
        for (field, _) in this.fields {
            let field = field.trim_start_matches("r#");
            let value = slf.getattr(field)?;
            if value.is_none() {
                continue;
            }
            let is_nested = value.is_instance_of::<Self>()
                || value.is_instance_of::<PyList>()
                || value.is_instance_of::<PyDict>();
            let part = format!("{field}={}", value.repr()?.to_cow()?);
            if is_nested { nested.push(part) } else { plain.push(part) }
        }
        plain.append(&mut nested);
        Ok(format!("{}({})", this.name, plain.join(", ")))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| {
            let other = other.get();
            self.name == other.name && self.place.tree() == other.place.tree()
        })
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> restore::Reduced<'py, (&'static str, restore::Saved<'py>)> {
        let (py, this) = (slf.py(), slf.get());
        Ok((restore::function(py, "restore_model")?, (this.name, restore::save(py, &this.place))))
    }
}
