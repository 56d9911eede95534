//! The bridge between the core and Node: some ten entry points, all other things are generated TypeScript.
//!
//! A call goes in as an operation id, arguments as JSON text, options as JSON text and a ticket; it comes back through the
//! [`inbox`] as an [`outcome`] with that ticket. Nothing here rejects or throws for what goes wrong in a call: the façade in
//! `ts/` makes errors of outcomes. Nothing starts while the addon is loaded.

#![expect(unreachable_pub, reason = "what `#[napi]` exports has to be public")]

mod cancel;
mod client;
mod events;
mod failure;
mod inbox;
mod key;
mod leads;
mod options;
mod outcome;
mod pages;
mod runtime;
mod sandbox;

use kakiyo::ErrorKind;
use napi_derive::napi;
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What this library is, as JSON: its version, the kinds of error and the operations that it knows.
#[napi]
pub fn about() -> String {
    let kinds: Vec<&str> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let operations: Vec<&str> = kakiyo::registry::entries().map(|entry| entry.spec.id).collect();
    json!({"version": env!("CARGO_PKG_VERSION"), "kinds": kinds, "operations": operations}).to_string()
}
