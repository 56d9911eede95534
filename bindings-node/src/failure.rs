//! What went wrong, as the JSON of the fields that an error has in TypeScript.

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;

use kakiyo::{Credits, Error, ErrorKind, FieldIssue};
use serde::Serialize;

use crate::outcome::{headers, milliseconds, text};

/// The fields of an error, as JSON text.
pub(crate) struct Failure(pub(crate) String);

impl Failure {
    /// An error of the bridge itself: nothing was sent.
    pub(crate) fn refused(kind: ErrorKind, field: &str, rule: impl Into<String>) -> Self {
        let issue = FieldIssue { field: field.to_owned(), message: rule.into() };
        let message = format!("{}: {}", issue.field, issue.message);
        ErrorFields { details: vec![issue], ..ErrorFields::new(kind, message) }.into()
    }

    /// A fault of this library.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        ErrorFields::new(ErrorKind::Internal, message.into()).into()
    }

    /// A panic, which is a fault of this library.
    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let what = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let what = what
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Self::internal(format!("a fault in this library, please report it: {what}"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        ErrorFields::from(&error).into()
    }
}

impl From<ErrorFields<'_>> for Failure {
    fn from(fields: ErrorFields<'_>) -> Self {
        Self(text(&fields))
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
    pub(crate) r#type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<&'a str>,
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
            r#type: None,
            request_id: None,
            idempotency_key: None,
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
            r#type: error.error_type(),
            request_id: error.request_id(),
            idempotency_key: error.idempotency_key(),
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
