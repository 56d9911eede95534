//! From an answer to bytes on the connection, including the ways in which that can go wrong on purpose.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use crate::answer::{Answer, Content};

/// What happens on the connection at the end of a call.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// The answer is sent.
    Whole(Answer),
    /// The whole length is announced, only so many bytes are sent, then the connection is closed.
    Cut(Answer, usize),
    /// The connection is reset without an answer.
    Reset,
    /// The client is gone already, so the connection is taken down.
    Abandon,
    /// Nothing happens until the client goes away.
    Hang,
}

/// A body that is sent whole, or up to a point and then breaks off.
#[derive(Debug)]
pub(crate) struct WireBody {
    bytes: Option<Bytes>,
    ending: Ending,
}

#[derive(Debug)]
enum Ending {
    Whole,
    /// What was sent has to be flushed before the connection is dropped.
    FlushThenBreak,
    Break,
}

impl Body for WireBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.bytes.take().filter(|bytes| !bytes.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.ending {
            Ending::Whole => Poll::Ready(None),
            Ending::FlushThenBreak => {
                self.ending = Ending::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Ending::Break => Poll::Ready(Some(Err(io::Error::other("cut on purpose")))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.ending, Ending::Whole) && self.bytes.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        match self.ending {
            Ending::Whole => {
                let left = self.bytes.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(left).unwrap_or(u64::MAX))
            }
            _ => SizeHint::default(),
        }
    }
}

/// The response for an answer; with `cut` only so many bytes of its body follow the announced length.
pub(crate) fn response(answer: &Answer, cut: Option<usize>) -> Response<WireBody> {
    let bytes = answer.bytes();
    let whole = bytes.len();
    let body = match cut {
        Some(at) => WireBody { bytes: Some(bytes.slice(..at.min(whole))), ending: Ending::FlushThenBreak },
        None => WireBody { bytes: Some(bytes), ending: Ending::Whole },
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = match &answer.content {
        Content::Json(_) => Some("application/json; charset=utf-8"),
        Content::Raw(bytes) if bytes.is_empty() => None,
        Content::Raw(_) => Some("text/plain; charset=utf-8"),
    };
    let headers = response.headers_mut();
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    if let Some(kind) = kind
        && !headers.contains_key(CONTENT_TYPE)
    {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if cut.is_some() {
        // One more than the body when nothing would be missing otherwise.
        let announced = whole.max(cut.unwrap_or(0).saturating_add(1).min(whole + 1));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(announced));
    }
    response
}

/// Refuses a status that no final answer can have.
pub(crate) fn sendable_status(status: u16) -> Result<(), String> {
    if (200..=999).contains(&status) { Ok(()) } else { Err(format!("status: {status} cannot be answered")) }
}

/// Refuses headers that cannot be sent.
pub(crate) fn sendable_headers<'a>(
    headers: impl Iterator<Item = (&'a String, &'a String)>,
) -> Result<(), String> {
    for (name, value) in headers {
        if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
            return Err(format!("headers: {name} cannot be sent"));
        }
    }
    Ok(())
}
