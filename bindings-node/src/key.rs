//! A key that a JavaScript function gives, as the core's key provider.
//!
//! The function is held weakly by the event loop: it does not keep the process alive. It runs on the loop; the call that
//! needs the key waits for its promise.

use std::sync::Arc;

use futures::FutureExt as _;
use kakiyo::{KeyProvider, Secret};
use napi::Status;
use napi::bindgen_prelude::{Function, Promise};
use napi::threadsafe_function::ThreadsafeFunction;

/// A function that promises the key. The façade wraps the user's one, so that it always gives a promise of text.
pub(crate) type KeyFunction<'a> = Function<'a, (), Promise<String>>;

type Asked = ThreadsafeFunction<(), Promise<String>, (), Status, false, true>;

pub(crate) fn provider(function: &KeyFunction<'_>) -> napi::Result<KeyProvider> {
    let asked: Asked =
        function.build_threadsafe_function::<()>().callee_handled::<false>().weak::<true>().build()?;
    let asked = Arc::new(asked);
    Ok(Arc::new(move || {
        let asked = Arc::clone(&asked);
        async move {
            let promise = asked.call_async_catch(()).await.map_err(|error| error.reason.to_string())?;
            promise.await.map(Secret::from).map_err(|error| error.reason.to_string())
        }
        .boxed()
    }))
}
