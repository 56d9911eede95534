//! From an answer to bytes on the connection, including the ways in which that can go wrong on purpose.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::time::{Sleep, sleep};

use crate::answer::{Answer, Content};
use crate::flight::Flight;

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
    frames: VecDeque<Bytes>,
    /// Real time between two frames.
    pause: Duration,
    resting: Option<Pin<Box<Sleep>>>,
    ending: Ending,
    /// The request of a stream, which is under way until the stream has ended.
    flight: Option<(Flight, u16)>,
}

impl WireBody {
    fn new(frames: VecDeque<Bytes>, pause: Duration, ending: Ending) -> Self {
        Self { frames, pause, resting: None, ending, flight: None }
    }

    fn land(&mut self) {
        if let Some((mut flight, status)) = self.flight.take() {
            flight.finish(Some(status));
        }
    }
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
        if let Some(resting) = &mut self.resting {
            ready!(resting.as_mut().poll(context));
            self.resting = None;
        }
        if let Some(bytes) = self.frames.pop_front() {
            if !self.pause.is_zero() && !self.frames.is_empty() {
                self.resting = Some(Box::pin(sleep(self.pause)));
            }
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.ending {
            Ending::Whole => {
                self.land();
                Poll::Ready(None)
            }
            Ending::FlushThenBreak => {
                self.ending = Ending::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Ending::Break => {
                self.land();
                Poll::Ready(Some(Err(io::Error::other("cut on purpose"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.ending, Ending::Whole) && self.frames.is_empty() && self.flight.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match self.ending {
            Ending::Whole if self.flight.is_none() => {
                let left = self.frames.iter().map(Bytes::len).sum::<usize>();
                SizeHint::with_exact(u64::try_from(left).unwrap_or(u64::MAX))
            }
            _ => SizeHint::default(),
        }
    }
}

/// The response for an answer; with `cut` only so many bytes of its body follow the announced length.
pub(crate) fn response(answer: &Answer, cut: Option<usize>) -> Response<WireBody> {
    let (frames, pause) = match &answer.content {
        Content::Events { events, pause } => (events.clone(), *pause),
        _ => (vec![answer.bytes()], Duration::ZERO),
    };
    let whole = frames.iter().map(Bytes::len).sum::<usize>();
    let ending = if cut.is_some() { Ending::FlushThenBreak } else { Ending::Whole };
    let body = WireBody::new(first_bytes(frames, cut.unwrap_or(whole)), pause, ending);
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = match &answer.content {
        Content::Json(_) => Some("application/json; charset=utf-8"),
        Content::Raw(bytes) if bytes.is_empty() => None,
        Content::Raw(_) => Some("text/plain; charset=utf-8"),
        Content::Events { .. } => Some("text/event-stream"),
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
    if cut.is_some() && !answer.is_stream() {
        // One more than the body when nothing would be missing otherwise.
        let announced = whole.max(cut.unwrap_or(0).saturating_add(1).min(whole + 1));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(announced));
    }
    response
}

/// The response of a stream: its length is not announced, and its request ends with it.
pub(crate) fn stream(answer: &Answer, cut: Option<usize>, flight: Flight) -> Response<WireBody> {
    let mut response = response(answer, cut);
    response.body_mut().flight = Some((flight, answer.status));
    response
}

/// The first bytes of some frames, without empty ones.
fn first_bytes(frames: Vec<Bytes>, mut left: usize) -> VecDeque<Bytes> {
    let mut taken = VecDeque::new();
    for frame in frames {
        let frame = frame.slice(..frame.len().min(left));
        left -= frame.len();
        if !frame.is_empty() {
            taken.push_back(frame);
        }
    }
    taken
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
