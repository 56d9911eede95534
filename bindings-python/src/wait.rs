//! Waiting for a call on the caller's thread: no event loop, no GIL, and signals are still heard.
//!
//! The call runs on the runtime. The caller sleeps without the GIL until it ends, and looks up at least every 50 ms to run
//! the handlers of signals and to pass on events. A handler that raises, such as that of Ctrl-C, ends the call: its request
//! is dropped and its connection closed.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use kakiyo::CancelToken;
use pyo3::prelude::*;

use crate::outcome::{self, CallFuture, Failure};
use crate::runtime;

const SLICE: Duration = Duration::from_millis(50);

/// Waits for the call and gives its result as a Python object; `pass_on` tells users what they should hear meanwhile.
pub(crate) fn wait(
    py: Python<'_>,
    token: &Arc<CancelToken>,
    call: CallFuture,
    pass_on: impl Fn() -> PyResult<()>,
) -> PyResult<Py<PyAny>> {
    let (sender, mut receiver) = sync_channel(1);
    let task = runtime::current()?.spawn(async move {
        // Nobody listens any more when the caller was interrupted.
        let _ = sender.send(outcome::guarded(call).await);
    });
    loop {
        let received;
        (receiver, received) = py.detach(move || {
            let received = receiver.recv_timeout(SLICE);
            (receiver, received)
        });
        match received {
            Ok(outcome) => return outcome::hand_over(py, outcome),
            Err(RecvTimeoutError::Timeout) => {
                if let Err(raised) = py.check_signals().and_then(|()| pass_on()) {
                    token.cancel();
                    task.abort();
                    return Err(raised);
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                return outcome::hand_over(
                    py,
                    Err(Failure::Fault("the call ended without an outcome".to_owned())),
                );
            }
        }
    }
}
