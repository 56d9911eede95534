//! What a call came to: a value with its meta, or the fields of an error. Both cross as JSON text.

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use kakiyo::registry::Delivered;
use kakiyo::{Credits, Error, ErrorKind, FieldIssue, Meta};
use serde::Serialize;

use crate::inbox::Settled;
use crate::sandbox::Started;

/// The result of one entry point, ready to cross.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) value: Option<String>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) meta: Option<String>,
    pub(crate) page: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) sandbox: Option<Started>,
}

impl Outcome {
    /// A value that needs no meta.
    pub(crate) fn value<T: Serialize>(value: &T) -> Self {
        Self { value: Some(text(value)), ..Self::default() }
    }

    /// The answer of an operation.
    pub(crate) fn delivered(answer: &Delivered) -> Self {
        let value = Some(answer.document.json().into_owned());
        Self { value, meta: Some(text(&MetaFields::from(&answer.meta))), ..Self::default() }
    }

    /// A page of a walk, with the sum over the walk.
    pub(crate) fn page(answer: &Delivered, sum: &Meta) -> Self {
        let page = answer.page.map(|facts| {
            let sum = MetaFields::from(sum);
            text(&PageFields { rows: facts.rows, total: facts.total, has_more: facts.has_more, sum })
        });
        Self { page, ..Self::delivered(answer) }
    }

    /// The answer of a raw call.
    pub(crate) fn raw(body: Vec<u8>, meta: &Meta) -> Self {
        Self { body: Some(body), meta: Some(text(&MetaFields::from(meta))), ..Self::default() }
    }

    /// An error of the bridge itself: nothing was sent.
    pub(crate) fn refused(kind: ErrorKind, field: &str, rule: impl Into<String>) -> Self {
        let issue = FieldIssue { field: field.to_owned(), message: rule.into() };
        let message = format!("{}: {}", issue.field, issue.message);
        Self::failed(&ErrorFields { details: vec![issue], ..ErrorFields::new(kind, message) })
    }

    /// A fault of this library.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::failed(&ErrorFields::new(ErrorKind::Internal, message.into()))
    }

    /// A panic, which is a fault of this library.
    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let what = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let what = what.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned());
        Self::internal(format!("a fault in this library, please report it: {what}"))
    }

    pub(crate) fn failed(error: &ErrorFields<'_>) -> Self {
        Self { error: Some(text(error)), ..Self::default() }
    }

    /// As it crosses to JavaScript.
    pub(crate) fn into_settled(self, ticket: u32) -> Settled {
        let Self { value, body, meta, page, error, sandbox } = self;
        Settled { ticket, value, body: body.map(Into::into), meta, page, error, sandbox }
    }
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        Self::failed(&ErrorFields::from(&error))
    }
}

/// The fields that an error has in TypeScript.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorFields<'a> {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after_ms: Option<f64>,
    pub(crate) attempts: u32,
    pub(crate) credits: Credits,
    pub(crate) safe_to_retry: bool,
    pub(crate) details: Vec<FieldIssue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) headers: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Cow<'a, str>>,
}

impl ErrorFields<'_> {
    pub(crate) fn new(kind: ErrorKind, message: String) -> Self {
        Self {
            kind,
            message,
            operation: None,
            status: None,
            code: None,
            request_id: None,
            retry_after_ms: None,
            attempts: 0,
            credits: Credits::NONE,
            safe_to_retry: false,
            details: Vec::new(),
            headers: None,
            body: None,
        }
    }
}

impl<'a> From<&'a Error> for ErrorFields<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            kind: error.kind(),
            message: error.to_string(),
            operation: error.operation(),
            status: error.status(),
            code: error.code(),
            request_id: error.request_id(),
            retry_after_ms: error.retry_after().map(milliseconds),
            attempts: error.attempts(),
            credits: error.credits(),
            safe_to_retry: error.is_safe_to_retry(),
            details: error.details().to_vec(),
            headers: error.headers().map(headers),
            body: error.body().map(|body| String::from_utf8_lossy(body)),
        }
    }
}

/// The fields of a call's meta in TypeScript.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MetaFields<'a> {
    status: u16,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    attempts: u32,
    credits: Credits,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota_left: Option<u32>,
    waited_ms: f64,
    elapsed_ms: f64,
}

impl<'a> From<&'a Meta> for MetaFields<'a> {
    fn from(meta: &'a Meta) -> Self {
        Self {
            status: meta.status,
            headers: headers(&meta.headers),
            request_id: meta.request_id.as_deref(),
            attempts: meta.attempts,
            credits: meta.credits,
            quota_left: meta.quota_left,
            waited_ms: milliseconds(meta.waited),
            elapsed_ms: milliseconds(meta.elapsed),
        }
    }
}

/// What a page says beside its rows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageFields<'a> {
    rows: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_more: Option<bool>,
    sum: MetaFields<'a>,
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// Names in lower case; a header that came several times is joined by commas.
fn headers(map: &http::HeaderMap) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in map {
        let value = String::from_utf8_lossy(value.as_bytes());
        fields
            .entry(name.as_str().to_owned())
            .and_modify(|joined| {
                joined.push_str(", ");
                joined.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    fields
}

/// JSON of our own types: it cannot fail, and null stands for the impossible.
fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
