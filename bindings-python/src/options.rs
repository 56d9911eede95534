//! Options as JSON text, read by the core, so that a wrong option is the same error in every language.

use std::sync::Arc;

use kakiyo::settings::{self, TimeUnit};
use kakiyo::{CallOptions, PageOptions, Service, registry};
use pyo3::prelude::*;

use crate::events::Events;
use crate::{errors, key};

/// The unit of times in Python.
pub(crate) const UNIT: TimeUnit = TimeUnit::Seconds;

/// Opens a client; nothing is started or sent.
pub(crate) fn open(
    py: Python<'_>,
    service: &str,
    json: &str,
    provider: Option<Py<PyAny>>,
    events: &Arc<Events>,
) -> PyResult<kakiyo::Client> {
    let version = py.version_info();
    let language = format!("python/{}.{}", version.major, version.minor);
    let hook = events.hook();
    let builder = Service::named(service)
        .map(|service| registry::builder(service).host_language(language).on_event(move |event| hook(event)));
    let client =
        builder.and_then(|builder| settings::client(builder, json, UNIT)).and_then(
            |builder| match provider {
                Some(callable) => builder.api_key_provider(key::provider(callable)).build(),
                None => builder.build(),
            },
        );
    client.map_err(|error| errors::raised(py, &error))
}

/// Reads the options of a call; empty text means none.
pub(crate) fn call(py: Python<'_>, json: &str) -> PyResult<CallOptions> {
    settings::call(json, UNIT).map_err(|error| errors::raised(py, &error))
}

/// Reads the options of a paged call; empty text means none.
pub(crate) fn paged(py: Python<'_>, json: &str) -> PyResult<(CallOptions, PageOptions)> {
    settings::paged(json, UNIT).map_err(|error| errors::raised(py, &error))
}
