//! Warnings of the core on their way to the user's function, or to Python's `warnings`.

use kakiyo::Warning;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Passes warnings on, from the caller's own stack. What a hook raises is shown as unraisable: by now the call has been made
/// and maybe paid for, and its result must not be lost. An interrupt is passed on.
pub(crate) fn pass_on(py: Python<'_>, hook: Option<&Py<PyAny>>, warnings: Vec<Warning>) -> PyResult<()> {
    static EMIT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

    for warning in warnings {
        let emit = EMIT.import(py, "kakiyo._warnings", "emit")?;
        let arguments = (hook, warning.message, warning.kind.as_str(), warning.operation);
        match emit.call1(arguments) {
            Ok(_) => {}
            Err(error) if error.is_instance_of::<PyException>(py) => {
                error.write_unraisable(py, hook.map(|hook| hook.bind(py)));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
