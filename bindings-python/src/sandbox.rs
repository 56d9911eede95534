//! Starting, steering and stopping a sandbox. It has a thread and a runtime of its own.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kakiyo_sandbox::{ControlError, Sandbox};
use pyo3::prelude::*;

use crate::errors;

/// A running sandbox.
#[pyclass(frozen, module = "kakiyo._native")]
pub(crate) struct SandboxServer {
    process: u32,
    base_url: String,
    api_key: String,
    kaiko_base_url: String,
    kaiko_api_key: String,
    sandbox: Mutex<Option<Sandbox>>,
}

#[pymethods]
impl SandboxServer {
    /// Starts a sandbox with these settings (JSON, in the names of the control routes), of the first team and of the first
    /// key of Kaiko.
    #[new]
    #[pyo3(signature = (settings, kaiko_settings, *, credits, time_scale, seed, api_key, kaiko_api_key, port))]
    #[expect(clippy::too_many_arguments, reason = "they are what a sandbox starts with")]
    fn start(
        py: Python<'_>,
        settings: &str,
        kaiko_settings: &str,
        credits: Option<u64>,
        time_scale: Option<f64>,
        seed: Option<u64>,
        api_key: Option<String>,
        kaiko_api_key: Option<String>,
        port: u16,
    ) -> PyResult<Self> {
        let refused = |field: Option<&str>, rule: String| errors::refused(py, "config", field, &rule);
        let settings =
            serde_json::from_str(settings).map_err(|error| refused(Some("settings"), error.to_string()))?;
        let kaiko_settings = serde_json::from_str(kaiko_settings)
            .map_err(|error| refused(Some("kaikoSettings"), error.to_string()))?;
        let mut builder = Sandbox::builder().settings(settings).kaiko_settings(kaiko_settings).port(port);
        if let Some(credits) = credits {
            builder = builder.credits(credits);
        }
        if let Some(seed) = seed {
            builder = builder.seed(seed);
        }
        if let Some(api_key) = api_key {
            builder = builder.api_key(api_key);
        }
        if let Some(api_key) = kaiko_api_key {
            builder = builder.kaiko_api_key(api_key);
        }
        builder = match time_scale {
            // Time that only moves when it is told to.
            Some(0.0) => builder.virtual_clock(),
            Some(scale) => builder.time_scale(scale),
            None => builder,
        };
        let started = py.detach(|| builder.start_blocking());
        let sandbox =
            started.map_err(|error| refused(None, format!("the sandbox could not start: {error}")))?;
        Ok(Self {
            process: std::process::id(),
            base_url: sandbox.base_url(),
            api_key: sandbox.api_key().to_owned(),
            kaiko_base_url: sandbox.kaiko_base_url(),
            kaiko_api_key: sandbox.kaiko_api_key().to_owned(),
            sandbox: Mutex::new(Some(sandbox)),
        })
    }

    #[getter]
    fn base_url(&self) -> &str {
        &self.base_url
    }

    #[getter]
    fn api_key(&self) -> &str {
        &self.api_key
    }

    #[getter]
    fn kaiko_base_url(&self) -> &str {
        &self.kaiko_base_url
    }

    #[getter]
    fn kaiko_api_key(&self) -> &str {
        &self.kaiko_api_key
    }

    /// Moves sandbox time forward.
    fn advance(&self, py: Python<'_>, seconds: f64) -> PyResult<()> {
        let span = Duration::try_from_secs_f64(seconds)
            .map_err(|_| errors::refused(py, "invalid_request", Some("seconds"), "zero or more"))?;
        self.with(py, |sandbox| {
            sandbox.advance(span);
            Ok(())
        })
    }

    /// Carries out a control call; JSON in, JSON out.
    #[pyo3(signature = (method, path, body))]
    fn control(&self, py: Python<'_>, method: &str, path: &str, body: &str) -> PyResult<String> {
        let body = serde_json::from_str(body)
            .map_err(|error| errors::refused(py, "invalid_request", Some("body"), &error.to_string()))?;
        self.with(py, |sandbox| sandbox.control(method, path, body).map(|answer| answer.to_string()))
    }

    /// Stops it and closes its connections.
    fn stop(&self, py: Python<'_>) {
        let sandbox = self.sandbox.lock().unwrap_or_else(PoisonError::into_inner).take();
        match sandbox {
            // A forked child has the handle but not the thread: there is nothing to stop, and waiting would never end.
            Some(sandbox) if self.process != std::process::id() => std::mem::forget(sandbox),
            sandbox => py.detach(|| drop(sandbox)),
        }
    }
}

impl SandboxServer {
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&Sandbox) -> Result<T, ControlError> + Send,
    ) -> PyResult<T> {
        let done = py.detach(|| {
            let sandbox = self.sandbox.lock().unwrap_or_else(PoisonError::into_inner);
            sandbox.as_ref().map(work)
        });
        match done {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) if error.status == 404 => {
                Err(errors::refused(py, "not_found", None, &error.message))
            }
            Some(Err(error)) => Err(errors::refused(py, "invalid_request", None, &error.message)),
            None => Err(errors::refused(py, "config", None, "this sandbox was stopped")),
        }
    }
}

impl Drop for SandboxServer {
    fn drop(&mut self) {
        if self.process != std::process::id()
            && let Some(sandbox) = self.sandbox.get_mut().unwrap_or_else(PoisonError::into_inner).take()
        {
            std::mem::forget(sandbox);
        }
    }
}
