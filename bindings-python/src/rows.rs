//! Lists and pages of results: sequences that make the view of a row when it is asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::{PyIndexError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyList, PySlice, PyType};

use crate::json;
use crate::meta::Meta;
use crate::model::Place;
use crate::restore;
use crate::view::{Held, View};

/// The typed rows behind a list or page.
pub(crate) trait Source: Send + Sync {
    fn len(&self) -> usize;
    /// The view of a row, or `None` behind the last one.
    fn view(&self, py: Python<'_>, index: usize, place: &Place) -> Option<PyResult<Py<PyAny>>>;
}

impl<T: View> Source for Arc<Vec<T>> {
    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn view(&self, py: Python<'_>, index: usize, place: &Place) -> Option<PyResult<Py<PyAny>>> {
        (index < Vec::len(self))
            .then(|| T::wrap(py, Held::Listed(Self::clone(self), index), place.below(index)))
    }
}

impl<T: View> Source for Arc<kakiyo::Page<T>> {
    fn len(&self) -> usize {
        self.rows().len()
    }

    fn view(&self, py: Python<'_>, index: usize, place: &Place) -> Option<PyResult<Py<PyAny>>> {
        (index < self.rows().len())
            .then(|| T::wrap(py, Held::Paged(Self::clone(self), index), place.below(index)))
    }
}

/// All results of a call, as a sequence.
#[pyclass(frozen, subclass, sequence, module = "kakiyo._native")]
pub(crate) struct Rows {
    pub(crate) model: &'static str,
    pub(crate) source: Box<dyn Source>,
    pub(crate) place: Place,
}

impl Rows {
    fn view(&self, py: Python<'_>, index: usize) -> PyResult<Py<PyAny>> {
        let view = self.source.view(py, index, &self.place);
        view.unwrap_or_else(|| Err(PyIndexError::new_err("there is no such row")))
    }
}

#[pymethods]
impl Rows {
    fn __len__(&self) -> usize {
        self.source.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(slice) = index.cast::<PySlice>() {
            let length = isize::try_from(self.source.len()).unwrap_or(isize::MAX);
            let bounds = slice.indices(length)?;
            let rows = PyList::empty(py);
            let mut position = bounds.start;
            for _ in 0..bounds.slicelength {
                rows.append(self.view(py, position.unsigned_abs())?)?;
                position += bounds.step;
            }
            return Ok(rows.into_any());
        }
        let Ok(index) = index.extract::<isize>() else {
            return Err(PyTypeError::new_err("rows are found by number or slice"));
        };
        let position = match index {
            0.. => index.unsigned_abs(),
            _ => match self.source.len().checked_sub(index.unsigned_abs()) {
                Some(position) => position,
                None => return Err(PyIndexError::new_err("there is no such row")),
            },
        };
        Ok(self.view(py, position)?.into_bound(py))
    }

    fn __iter__(slf: &Bound<'_, Self>) -> RowIterator {
        RowIterator { rows: slf.clone().unbind(), next: AtomicUsize::new(0) }
    }

    /// The number of the first row that equals this one.
    fn index(slf: &Bound<'_, Self>, row: &Bound<'_, PyAny>) -> PyResult<usize> {
        for (index, own) in slf.try_iter()?.enumerate() {
            if own?.eq(row)? {
                return Ok(index);
            }
        }
        Err(PyValueError::new_err("there is no such row"))
    }

    /// How many rows equal this one.
    fn count(slf: &Bound<'_, Self>, row: &Bound<'_, PyAny>) -> PyResult<usize> {
        let mut count = 0;
        for own in slf.try_iter()? {
            count += usize::from(own?.eq(row)?);
        }
        Ok(count)
    }

    /// All rows as dicts in the names of the API.
    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let rows = PyList::empty(py);
        for index in 0..self.source.len() {
            rows.append(json::to_python(py, self.place.below(index).tree())?)?;
        }
        Ok(rows.into_any())
    }

    /// The bytes of the answer as they came.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.place.raw(py)
    }

    /// Status, headers, attempts, credits and waiting of the call.
    #[getter]
    fn meta(&self) -> Meta {
        Meta(Arc::clone(&self.place.meta))
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let (class, this) = (slf.get_type().name()?, slf.get());
        let page = match slf.cast::<Page>() {
            Ok(page) => format!(
                ", has_more={}, total={}",
                show(page.get().has_more.map(capital)),
                show(page.get().total)
            ),
            Err(_) => String::new(),
        };
        Ok(format!("{class}[{}]({} rows{page})", this.model, this.source.len()))
    }

    fn __eq__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(other) = other.cast::<Self>() else { return Ok(false) };
        if slf.get().model != other.get().model || slf.get().source.len() != other.get().source.len() {
            return Ok(false);
        }
        let length = slf.get().source.len();
        Ok((0..length)
            .all(|index| slf.get().place.below(index).tree() == other.get().place.below(index).tree()))
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> restore::Reduced<'py, (&'static str, restore::Saved<'py>, usize, Option<restore::Signs>)> {
        let (py, this) = (slf.py(), slf.get());
        let signs = slf.cast::<Page>().ok().map(|page| (page.get().total, page.get().has_more));
        let saved = restore::save(py, &this.place);
        Ok((restore::function(py, "restore_rows")?, (this.model, saved, this.source.len(), signs)))
    }

    #[classmethod]
    fn __class_getitem__<'py>(
        class: &Bound<'py, PyType>,
        item: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        static ALIAS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        ALIAS.import(class.py(), "types", "GenericAlias")?.call1((class, item))
    }
}

fn show<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| value.to_string())
}

fn capital(truth: bool) -> &'static str {
    if truth { "True" } else { "False" }
}

/// Some results of many, as a sequence.
#[pyclass(frozen, extends = Rows, module = "kakiyo._native")]
pub(crate) struct Page {
    pub(crate) total: Option<u64>,
    pub(crate) has_more: Option<bool>,
}

#[pymethods]
impl Page {
    /// Rows over all pages, where the server says it.
    #[getter]
    fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether the server says that there are more rows; `None` where it says nothing.
    #[getter]
    fn has_more(&self) -> Option<bool> {
        self.has_more
    }
}

/// Goes through rows once.
#[pyclass(frozen, module = "kakiyo._native")]
pub(crate) struct RowIterator {
    rows: Py<Rows>,
    next: AtomicUsize,
}

#[pymethods]
impl RowIterator {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> Option<PyResult<Py<PyAny>>> {
        let rows = self.rows.get();
        rows.source.view(py, self.next.fetch_add(1, Ordering::Relaxed), &rows.place)
    }
}
