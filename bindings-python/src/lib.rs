//! The bridge between CPython and the core: about ten entry points, behind which everything is translated and nothing decided.
//!
//! A call goes: `client` (arguments and options) → core → `wait` (sync) or `completion` (asyncio) → `outcome`, which makes
//! the result (`view`, `model`, `rows`, `meta`) or the exception (`errors`). `runtime` carries all calls of the process.
//! Nothing is started at import.

mod client;
mod completion;
mod errors;
mod events;
mod generated;
mod json;
mod key;
mod leads;
mod meta;
mod model;
mod options;
mod outcome;
mod pages;
mod restore;
mod rows;
mod runtime;
mod sandbox;
mod view;
mod wait;
mod warnings;

/// Parsing allocates much: mimalloc makes it up to twice as fast as the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The native half of the package `kakiyo`.
#[pyo3::pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::client::Client;
    #[pymodule_export]
    use crate::leads::{parse_profile_url, plan_leads, read_profile_urls};
    #[pymodule_export]
    use crate::meta::Meta;
    #[pymodule_export]
    use crate::model::Model;
    #[pymodule_export]
    use crate::outcome::RawResponse;
    #[pymodule_export]
    use crate::pages::Walk;
    #[pymodule_export]
    use crate::restore::{restore_meta, restore_model, restore_raw, restore_rows};
    #[pymodule_export]
    use crate::rows::{Page, Rows};
    #[pymodule_export]
    use crate::sandbox::SandboxServer;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        crate::generated::register(module)
    }
}
