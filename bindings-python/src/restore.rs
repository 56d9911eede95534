//! From an answer to objects, and from a pickle to the same objects.
//!
//! [`Kind`] is what the generated table knows of a model: how to make its views from an answer or from stored JSON.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kakiyo::registry::Delivered;
use kakiyo::{Credits, Document, Shape};
use pyo3::PyClassInitializer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::generated;
use crate::meta::Meta;
use crate::model::Place;
use crate::outcome::RawResponse;
use crate::rows::{Page, Rows, Source};
use crate::view::{Held, View};

/// What a pickle holds of an answer: its bytes, its normalised JSON, its meta.
pub(crate) type Saved<'py> = (Bound<'py, PyBytes>, String, String);

/// What `__reduce__` gives: the function that reads the pickle, and its arguments.
pub(crate) type Reduced<'py, T> = PyResult<(Bound<'py, PyAny>, T)>;

/// Total and more, of a page.
pub(crate) type Signs = (Option<u64>, Option<bool>);

/// How the views of one model are made.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    deliver: fn(Python<'_>, Shape, Delivered) -> PyResult<Py<PyAny>>,
    restore: fn(Python<'_>, Place) -> PyResult<Py<PyAny>>,
    restore_rows: fn(Place, usize) -> PyResult<Box<dyn Source>>,
}

impl Kind {
    pub(crate) const fn of<T: View>() -> Self {
        Self { name: T::NAME, deliver: deliver::<T>, restore: restore::<T>, restore_rows: restored_rows::<T> }
    }

    /// The object for an answer.
    pub(crate) fn deliver(&self, py: Python<'_>, shape: Shape, delivered: Delivered) -> PyResult<Py<PyAny>> {
        (self.deliver)(py, shape, delivered)
    }
}

fn deliver<T: View>(py: Python<'_>, shape: Shape, delivered: Delivered) -> PyResult<Py<PyAny>> {
    let Delivered { value, document, meta, .. } = delivered;
    let place = Place { document, pointer: String::new(), meta: Arc::new(meta) };
    let unfit = |_| PyValueError::new_err("package and library do not fit");
    match shape {
        Shape::Object => T::wrap(py, Held::One(*value.downcast::<Arc<T>>().map_err(unfit)?), place),
        Shape::List => {
            let rows = value.downcast::<Arc<Vec<T>>>().map_err(unfit)?;
            Ok(Py::new(py, Rows { model: T::NAME, source: rows, place })?.into_any())
        }
        Shape::Page => {
            let page = value.downcast::<Arc<kakiyo::Page<T>>>().map_err(unfit)?;
            let signs = (page.total(), page.has_more());
            new_page(py, Rows { model: T::NAME, source: page, place }, signs)
        }
    }
}

fn new_page(py: Python<'_>, rows: Rows, (total, has_more): Signs) -> PyResult<Py<PyAny>> {
    let page = PyClassInitializer::from(rows).add_subclass(Page { total, has_more });
    Ok(Py::new(py, page)?.into_any())
}

fn restore<T: View>(py: Python<'_>, place: Place) -> PyResult<Py<PyAny>> {
    let value = T::deserialize(place.tree()).map_err(unreadable)?;
    T::wrap(py, Held::One(Arc::new(value)), place)
}

fn restored_rows<T: View>(place: Place, length: usize) -> PyResult<Box<dyn Source>> {
    let mut rows = Vec::<T>::deserialize(place.tree()).map_err(unreadable)?;
    // A page may have been cut to the rows that were wanted.
    rows.truncate(length);
    Ok(Box::new(Arc::new(rows)))
}

fn unreadable(error: serde_json::Error) -> PyErr {
    PyValueError::new_err(format!("this pickle cannot be read by this version of kakiyo: {error}"))
}

/// The function of this module that a pickle names.
pub(crate) fn function<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("kakiyo._native")?.getattr(name)
}

pub(crate) fn save<'py>(py: Python<'py>, place: &Place) -> Saved<'py> {
    (place.raw(py), place.text(), meta_text(&place.meta))
}

fn restored_place((raw, text, meta): Saved<'_>) -> PyResult<Place> {
    let tree: Value = serde_json::from_str(&text).map_err(unreadable)?;
    let document = Document::restored(Bytes::copy_from_slice(raw.as_bytes()), tree);
    Ok(Place { document, pointer: String::new(), meta: Arc::new(read_meta(&meta)?) })
}

/// Meta as JSON text, for pickles.
pub(crate) fn meta_text(meta: &kakiyo::Meta) -> String {
    let headers: Vec<(&str, String)> = meta
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    json!({
        "status": meta.status,
        "headers": headers,
        "requestId": meta.request_id,
        "idempotencyKey": meta.idempotency_key,
        "attempts": meta.attempts,
        "credits": [meta.credits.min, meta.credits.max],
        "quotaLeft": meta.quota_left,
        "waited": meta.waited,
        "saved": meta.saved,
        "elapsed": meta.elapsed,
    })
    .to_string()
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredMeta {
    status: u16,
    headers: Vec<(String, String)>,
    request_id: Option<String>,
    /// Absent in pickles of older versions.
    #[serde(default)]
    idempotency_key: Option<String>,
    attempts: u32,
    credits: (u32, u32),
    quota_left: Option<u32>,
    waited: Duration,
    /// Metas that were stored by an older version have none.
    #[serde(default)]
    saved: u32,
    elapsed: Duration,
}

fn read_meta(text: &str) -> PyResult<kakiyo::Meta> {
    let stored: StoredMeta = serde_json::from_str(text).map_err(unreadable)?;
    let mut meta = kakiyo::Meta::default();
    meta.status = stored.status;
    for (name, value) in stored.headers {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value))
        {
            meta.headers.append(name, value);
        }
    }
    meta.request_id = stored.request_id;
    meta.idempotency_key = stored.idempotency_key;
    meta.attempts = stored.attempts;
    meta.credits = Credits { min: stored.credits.0, max: stored.credits.1 };
    meta.quota_left = stored.quota_left;
    meta.waited = stored.waited;
    meta.saved = stored.saved;
    meta.elapsed = stored.elapsed;
    Ok(meta)
}

/// Reads a pickled result.
#[pyfunction]
pub(crate) fn restore_model(py: Python<'_>, model: &str, saved: Saved<'_>) -> PyResult<Py<PyAny>> {
    (generated::kind(model)?.restore)(py, restored_place(saved)?)
}

/// Reads a pickled list or page.
#[pyfunction]
#[pyo3(signature = (model, saved, length, signs))]
pub(crate) fn restore_rows(
    py: Python<'_>,
    model: &str,
    saved: Saved<'_>,
    length: usize,
    signs: Option<Signs>,
) -> PyResult<Py<PyAny>> {
    let kind = generated::kind(model)?;
    let place = restored_place(saved)?;
    let rows = Rows { model: kind.name, source: (kind.restore_rows)(place.clone(), length)?, place };
    match signs {
        Some(signs) => new_page(py, rows, signs),
        None => Ok(Py::new(py, rows)?.into_any()),
    }
}

/// Reads a pickled raw answer.
#[pyfunction]
pub(crate) fn restore_raw(body: &[u8], meta: &str) -> PyResult<RawResponse> {
    Ok(RawResponse { body: Bytes::copy_from_slice(body), meta: Arc::new(read_meta(meta)?) })
}

/// Reads a pickled meta.
#[pyfunction]
pub(crate) fn restore_meta(meta: &str) -> PyResult<Meta> {
    Ok(Meta(Arc::new(read_meta(meta)?)))
}
