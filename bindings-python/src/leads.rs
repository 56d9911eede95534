//! Plans and lists of leads, as JSON text; the façade shows them.

use kakiyo::leads::{self, Identity, LeadSource, LeadsError, PlanOptions};
use pyo3::prelude::*;
use serde::Serialize;

use crate::errors;

/// What an import of this file would do.
#[pyfunction]
pub(crate) fn plan_leads(py: Python<'_>, source: &Bound<'_, PyAny>, options: &str) -> PyResult<String> {
    read(py, source, options, leads::plan)
}

/// The profile addresses of this file.
#[pyfunction]
pub(crate) fn read_profile_urls(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
    options: &str,
) -> PyResult<String> {
    read(py, source, options, leads::read_profile_urls)
}

fn read<T: Serialize + Send>(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
    options: &str,
    work: fn(LeadSource, &PlanOptions) -> Result<T, LeadsError>,
) -> PyResult<String> {
    let refused = |field: &str, rule: &str| errors::refused(py, "invalid_request", Some(field), rule);
    let options: PlanOptions =
        serde_json::from_str(options).map_err(|error| refused("columns", &error.to_string()))?;
    let source = match source.extract::<Vec<u8>>() {
        Ok(bytes) => LeadSource::Bytes(bytes),
        Err(_) => match source.extract() {
            Ok(path) => LeadSource::Path(path),
            Err(_) => return Err(refused("source", "expected a path or the bytes of a file")),
        },
    };
    let text = py.detach(|| {
        let read = work(source, &options).map_err(kakiyo::Error::from)?;
        Ok(serde_json::to_string(&read))
    });
    text.map_err(|error| errors::raised(py, &error))?.map_err(|error| refused("source", &error.to_string()))
}

/// Who a profile address is about, as JSON text.
#[pyfunction]
pub(crate) fn parse_profile_url(py: Python<'_>, text: &str) -> PyResult<(&'static str, String, String)> {
    match Identity::parse(text) {
        Ok(identity) => Ok((identity.kind(), identity.as_str().to_owned(), identity.url())),
        Err(refused) => Err(errors::raised(py, &kakiyo::Error::from(refused))),
    }
}
