//! Result classes as thin views of typed values: a getter reads its field when it is asked for, and nothing is copied before.
//!
//! [`view!`] declares a class from the names and docs of its fields; the generator writes the declarations. What a field
//! becomes in Python is decided by its type, through [`Show`].

use std::collections::BTreeMap;
use std::sync::Arc;

use kakiyo::{Model as CoreModel, Page};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde_json::{Map, Value};

use crate::json;
use crate::model::{Fields, Place};

/// A typed value that Python holds: by itself, or as a row of its list or page.
pub(crate) enum Held<T> {
    One(Arc<T>),
    Listed(Arc<Vec<T>>, usize),
    Paged(Arc<Page<T>>, usize),
}

impl<T> Held<T> {
    /// Rows are only handed out with an index that exists.
    pub(crate) fn get(&self) -> Option<&T> {
        match self {
            Self::One(value) => Some(value),
            Self::Listed(rows, index) => rows.get(*index),
            Self::Paged(page, index) => page.get(*index),
        }
    }
}

/// A model that has a class in Python.
pub(crate) trait View: CoreModel {
    /// The object that shows the value.
    fn wrap(py: Python<'_>, held: Held<Self>, place: Place) -> PyResult<Py<PyAny>>;
}

/// A value on its way to Python: where it lies, worked out only for objects.
pub(crate) enum At<'a> {
    /// A field of the object at this place.
    Field { place: &'a Place, fields: Fields, field: &'static str },
    /// An item of a list.
    Item(&'a At<'a>, usize),
    /// A member of a map.
    Member(&'a At<'a>, &'a str),
}

impl At<'_> {
    /// The place of the value itself.
    fn place(&self) -> Place {
        match self {
            Self::Field { place, fields, field } => {
                let wire = fields.iter().find(|(known, _)| known == field).and_then(|(_, wire)| *wire);
                match wire {
                    Some(wire) => place.below(pointer_step(wire)),
                    None => place.below(camel_case(field)),
                }
            }
            Self::Item(list, index) => list.place().below(index),
            Self::Member(map, name) => map.place().below(pointer_step(name)),
        }
    }
}

/// A name in a JSON pointer, in which two characters have a meaning.
fn pointer_step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn camel_case(field: &str) -> String {
    let mut words = field.trim_start_matches("r#").split('_');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(rest);
    }
    name
}

/// How a field's value looks in Python.
pub(crate) trait Show {
    fn show<'py>(&self, py: Python<'py>, at: &At<'_>) -> PyResult<Bound<'py, PyAny>>;
}

macro_rules! show_plainly {
    ($($type:ty),*) => {
        $(impl Show for $type {
            fn show<'py>(&self, py: Python<'py>, _: &At<'_>) -> PyResult<Bound<'py, PyAny>> {
                self.into_bound_py_any(py)
            }
        })*
    };
}
show_plainly!(String, bool, i64, f64);

/// Ids and words: what has `as_str`.
macro_rules! show_as_text {
    ($($name:ident),* $(,)?) => {
        $(impl $crate::view::Show for kakiyo::$name {
            fn show<'py>(
                &self,
                py: pyo3::Python<'py>,
                _: &$crate::view::At<'_>,
            ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                pyo3::IntoPyObjectExt::into_bound_py_any(self.as_str(), py)
            }
        })*
    };
}

/// Codes: a number in a tuple struct.
macro_rules! show_as_number {
    ($($name:ident),* $(,)?) => {
        $(impl $crate::view::Show for kakiyo::$name {
            fn show<'py>(
                &self,
                py: pyo3::Python<'py>,
                _: &$crate::view::At<'_>,
            ) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                pyo3::IntoPyObjectExt::into_bound_py_any(self.0, py)
            }
        })*
    };
}

/// An aware `datetime`; `None` where the text is no time, which stays readable in `to_dict()`.
impl Show for kakiyo::Timestamp {
    fn show<'py>(&self, py: Python<'py>, _: &At<'_>) -> PyResult<Bound<'py, PyAny>> {
        self.to_system_time().into_bound_py_any(py)
    }
}

/// Any JSON.
impl Show for Value {
    fn show<'py>(&self, py: Python<'py>, _: &At<'_>) -> PyResult<Bound<'py, PyAny>> {
        json::to_python(py, self)
    }
}

impl Show for Map<String, Value> {
    fn show<'py>(&self, py: Python<'py>, _: &At<'_>) -> PyResult<Bound<'py, PyAny>> {
        Ok(json::object(py, self)?.into_any())
    }
}

impl<T: Show> Show for Option<T> {
    fn show<'py>(&self, py: Python<'py>, at: &At<'_>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Some(value) => value.show(py, at),
            None => Ok(py.None().into_bound(py)),
        }
    }
}

impl<T: View> Show for Arc<T> {
    fn show<'py>(&self, py: Python<'py>, at: &At<'_>) -> PyResult<Bound<'py, PyAny>> {
        Ok(T::wrap(py, Held::One(Arc::clone(self)), at.place())?.into_bound(py))
    }
}

impl<T: Show> Show for Vec<T> {
    fn show<'py>(&self, py: Python<'py>, at: &At<'_>) -> PyResult<Bound<'py, PyAny>> {
        let list = PyList::empty(py);
        for (index, item) in self.iter().enumerate() {
            list.append(item.show(py, &At::Item(at, index))?)?;
        }
        Ok(list.into_any())
    }
}

impl<T: Show> Show for BTreeMap<String, T> {
    fn show<'py>(&self, py: Python<'py>, at: &At<'_>) -> PyResult<Bound<'py, PyAny>> {
        let dict = PyDict::new(py);
        for (name, value) in self {
            dict.set_item(name, value.show(py, &At::Member(at, name))?)?;
        }
        Ok(dict.into_any())
    }
}

/// Declares the class of a model.
macro_rules! view {
    ($(#[doc = $doc:expr])* $name:ident { $($(#[doc = $field_doc:expr])* $field:ident),* $(,)? }) => {
        $(#[doc = $doc])*
        #[pyo3::pyclass(frozen, extends = $crate::model::Model, module = "kakiyo._native")]
        pub(crate) struct $name($crate::view::Held<kakiyo::$name>);

        #[pyo3::pymethods]
        impl $name {
            $(
                $(#[doc = $field_doc])*
                #[getter]
                fn $field<'py>(slf: &pyo3::Bound<'py, Self>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                    let model = slf.as_super().get();
                    let at = $crate::view::At::Field { place: &model.place, fields: model.fields, field: stringify!($field) };
                    match slf.get().0.get() {
                        Some(value) => $crate::view::Show::show(&value.$field, slf.py(), &at),
                        None => Ok(slf.py().None().into_bound(slf.py())),
                    }
                }
            )*
        }

        impl $crate::view::View for kakiyo::$name {
            fn wrap(
                py: pyo3::Python<'_>,
                held: $crate::view::Held<Self>,
                place: $crate::model::Place,
            ) -> pyo3::PyResult<pyo3::Py<pyo3::PyAny>> {
                let model = $crate::model::Model {
                    name: stringify!($name),
                    fields: <Self as kakiyo::Model>::FIELDS,
                    place,
                };
                let class = pyo3::PyClassInitializer::from(model).add_subclass($name(held));
                Ok(pyo3::Py::new(py, class)?.into_any())
            }
        }
    };
}
pub(crate) use {show_as_number, show_as_text, view};

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn field_names_become_member_names() {
        assert_eq!(camel_case("current_company_name"), "currentCompanyName");
        assert_eq!(camel_case("r#type"), "type");
    }
}
