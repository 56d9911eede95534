//! Cancelling a call from outside, and knowing afterwards what may have happened.
//!
//! In Rust a call is cancelled by dropping its future. Bindings cannot see the future: they hold a token.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use tokio::sync::Notify;

/// How far an attempt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing of the attempt has left this process.
    Unsent,
    /// Bytes may have left.
    Sent,
}

/// Cancels one call, once.
#[derive(Debug, Default)]
pub struct CancelToken {
    cancelled: AtomicBool,
    wake: Notify,
    progress: AtomicU8,
}

impl CancelToken {
    /// A token for one call.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the call: the request is dropped, its connection closed, its slot kept as long as it may count.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        self.wake.notify_waiters();
        self.wake.notify_one();
    }

    /// Whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    pub(crate) async fn cancelled(&self) {
        loop {
            let notified = self.wake.notified();
            if self.is_cancelled() {
                return;
            }
            notified.await;
        }
    }

    pub(crate) fn record(&self, progress: Progress) {
        self.progress.store(progress as u8, Ordering::SeqCst);
    }

    pub(crate) fn was_sent(&self) -> bool {
        self.progress.load(Ordering::SeqCst) == Progress::Sent as u8
    }
}
