//! Events of the core on their way to a function of the façade, which logs them and calls the user's one.
//!
//! The function is held weakly by the event loop: it does not keep the process alive. What is told after the loop has ended
//! is dropped.

use kakiyo::Event;
use napi::Status;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use crate::outcome;

/// A function that gets events as JSON. It must not throw.
pub(crate) type EventFunction<'a> = Function<'a, String, ()>;

type Told = ThreadsafeFunction<String, (), String, Status, false, true>;

/// What the core calls.
pub(crate) fn hook(function: &EventFunction<'_>) -> napi::Result<impl Fn(&Event) + Send + Sync + use<>> {
    let told: Told =
        function.build_threadsafe_function::<String>().callee_handled::<false>().weak::<true>().build()?;
    Ok(move |event: &Event| {
        told.call(outcome::text(event), ThreadsafeFunctionCallMode::NonBlocking);
    })
}
