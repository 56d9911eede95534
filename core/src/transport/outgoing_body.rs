//! The request body, which remembers whether the connection began to read it.
//!
//! A body that nobody read never left this process: the call that carried it can be sent again without harm.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Set as soon as the connection asks for the body.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadMark(Arc<AtomicBool>);

impl ReadMark {
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

pub(super) struct OutgoingBody {
    bytes: Option<Bytes>,
    mark: ReadMark,
}

impl OutgoingBody {
    pub(super) fn new(bytes: Bytes, mark: ReadMark) -> Self {
        Self { bytes: Some(bytes), mark }
    }
}

impl Body for OutgoingBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.mark.0.store(true, Ordering::SeqCst);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
