//! The token by which an AbortSignal reaches a call.

use std::sync::Arc;

use napi_derive::napi;

/// Cancels one call, once.
#[napi]
#[derive(Default)]
pub struct CancelToken {
    token: Arc<kakiyo::CancelToken>,
}

#[napi]
impl CancelToken {
    /// A token for one call.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the call: the request is dropped and its connection closed. The outcome says what may have happened.
    #[napi]
    pub fn cancel(&self) {
        self.token.cancel();
    }

    pub(crate) fn token(&self) -> Arc<kakiyo::CancelToken> {
        Arc::clone(&self.token)
    }
}
