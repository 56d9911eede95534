//! What a call gives back besides its value: status, headers, attempts, credits, waiting.

use std::fmt;
use std::ops::{AddAssign, Deref};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::document::Document;

/// Credits as an interval: the server does not say whether a failed call is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Credits {
    /// At least this many.
    pub min: u32,
    /// At most this many.
    pub max: u32,
}

impl Credits {
    /// Nothing was sent.
    pub const NONE: Self = Self { min: 0, max: 0 };

    /// A known charge.
    pub const fn exactly(credits: u32) -> Self {
        Self { min: credits, max: credits }
    }

    /// A charge that the answer does not tell.
    pub const fn up_to(credits: u32) -> Self {
        Self { min: 0, max: credits }
    }
}

impl AddAssign for Credits {
    fn add_assign(&mut self, other: Self) {
        self.min = self.min.saturating_add(other.min);
        self.max = self.max.saturating_add(other.max);
    }
}

/// What is known of one call beside its value.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Meta {
    /// HTTP status of the last answer.
    pub status: u16,
    /// Headers of the last answer.
    pub headers: http::HeaderMap,
    /// The request id that the server sent, when it sent one.
    pub request_id: Option<String>,
    /// The idempotency key that went with the request, when its operation carries one.
    pub idempotency_key: Option<String>,
    /// How many times the request was sent, retries included.
    pub attempts: u32,
    /// What the attempts cost.
    pub credits: Credits,
    /// Slots left in the tightest quota group after this call, when the call is limited.
    pub quota_left: Option<u32>,
    /// Time spent waiting for quota slots.
    pub waited: Duration,
    /// Time from the call to its result, waiting included.
    pub elapsed: Duration,
    /// Credits that were not spent: the call travelled with others, was answered from memory or by an equal one, or did the
    /// work of many.
    pub saved: u32,
}

impl Meta {
    /// Adds another call to this sum; status, headers and request id are those of the later one.
    pub(crate) fn add(&mut self, later: &Self) {
        self.status = later.status;
        self.headers.clone_from(&later.headers);
        self.request_id.clone_from(&later.request_id);
        self.idempotency_key.clone_from(&later.idempotency_key);
        self.attempts += later.attempts;
        self.credits += later.credits;
        self.quota_left = later.quota_left;
        self.waited += later.waited;
        self.elapsed += later.elapsed;
        self.saved = self.saved.saturating_add(later.saved);
    }
}

/// The value of a call together with its [`Meta`] and the untouched answer.
///
/// It derefs to the value: `response.id` works.
#[derive(Clone)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) meta: Meta,
    pub(crate) document: Arc<Document>,
}

impl<T> Response<T> {
    /// What is known of the call: status, headers, attempts, credits, waiting.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The answer as it came: raw bytes, normalised JSON, members that the types do not know.
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Value and meta apart.
    pub fn into_parts(self) -> (T, Meta) {
        (self.value, self.meta)
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// The headers that services and gateways use for it, the usual one first.
static REQUEST_ID: [http::HeaderName; 7] = [
    http::HeaderName::from_static("x-request-id"),
    http::HeaderName::from_static("request-id"),
    http::HeaderName::from_static("x-kaiko-request-id"),
    http::HeaderName::from_static("apigw-requestid"),
    http::HeaderName::from_static("x-amzn-requestid"),
    http::HeaderName::from_static("x-amz-apigw-id"),
    http::HeaderName::from_static("x-correlation-id"),
];

/// The request id that the server sent.
pub(crate) fn request_id(headers: &http::HeaderMap) -> Option<String> {
    REQUEST_ID
        .iter()
        .find_map(|name| headers.get(name))
        .and_then(|value| value.to_str().ok())
        .filter(|text| text.len() <= 256)
        .map(str::to_owned)
}
