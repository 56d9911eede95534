//! The one error type: a closed set of kinds, and the fields that every language shows.
//!
//! Display is one line that says what happened and what to do. It never holds a body, a header or a secret;
//! those stay reachable through accessors for the caller who asks.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use crate::response::Credits;

/// What went wrong, as a closed set that is the same in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client is set up wrongly: key, address, certificates, limits. Nothing was sent.
    Config,
    /// An argument breaks a rule, found here before sending or by the server (400).
    InvalidRequest,
    /// The key is missing, malformed or unknown (401).
    Auth,
    /// The key is good, but the record, plan or subscription does not allow the call (403).
    Permission,
    /// The record does not exist (404).
    NotFound,
    /// The record is in a state that does not allow the call, or exists already (409).
    Conflict,
    /// The server answered 429 and the retries are used up.
    RateLimited,
    /// The server answered 402: the credits are at zero and the agents are paused.
    OutOfCredits,
    /// The call does not fit the budget; nothing was sent.
    BudgetRefused,
    /// The wait for a quota slot would be longer than allowed; nothing was sent.
    WaitRefused,
    /// No answer in time; the call had no effect or can be repeated safely.
    Timeout,
    /// The connection could not be made or broke; the call had no effect or can be repeated safely.
    Connection,
    /// A write may have arrived, but its answer is lost. Look before you repeat it.
    OutcomeUnknown,
    /// The caller cancelled before anything was sent, or a read that has no effect.
    Cancelled,
    /// The answer is not what the service documents.
    Decode,
    /// The server failed (5xx).
    Server,
    /// A fault in this library.
    Internal,
}

impl ErrorKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 17] = [
        Self::Config,
        Self::InvalidRequest,
        Self::Auth,
        Self::Permission,
        Self::NotFound,
        Self::Conflict,
        Self::RateLimited,
        Self::OutOfCredits,
        Self::BudgetRefused,
        Self::WaitRefused,
        Self::Timeout,
        Self::Connection,
        Self::OutcomeUnknown,
        Self::Cancelled,
        Self::Decode,
        Self::Server,
        Self::Internal,
    ];

    /// The name used in every language, such as `rate_limited`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::InvalidRequest => "invalid_request",
            Self::Auth => "auth",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::OutOfCredits => "out_of_credits",
            Self::BudgetRefused => "budget_refused",
            Self::WaitRefused => "wait_refused",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Cancelled => "cancelled",
            Self::Decode => "decode",
            Self::Server => "server",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One field that breaks a rule, as found here or reported by the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldIssue {
    /// Path of the field in the names of the API, such as `prospects[17].customData`.
    pub field: String,
    /// The rule that it breaks, as a sentence.
    pub message: String,
}

/// Why a call failed, and what that means for leads and credits.
#[derive(Clone)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<&'static str>,
    status: Option<u16>,
    code: Option<String>,
    error_type: Option<String>,
    request_id: Option<String>,
    idempotency_key: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    credits: Credits,
    safe_to_retry: bool,
    details: Vec<FieldIssue>,
    headers: Option<http::HeaderMap>,
    body: Option<Bytes>,
}

/// What every operation of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                message: message.into(),
                operation: None,
                status: None,
                code: None,
                error_type: None,
                request_id: None,
                idempotency_key: None,
                retry_after: None,
                attempts: 0,
                credits: Credits::NONE,
                safe_to_retry: false,
                details: Vec::new(),
                headers: None,
                body: None,
            }),
        }
    }

    /// An argument or option that breaks a rule, found before anything is sent.
    pub(crate) fn field(kind: ErrorKind, field: impl Into<String>, rule: impl Into<String>) -> Self {
        let issue = FieldIssue { field: field.into(), message: rule.into() };
        let mut error = Self::new(kind, format!("{}: {}", issue.field, issue.message));
        error.inner.details.push(issue);
        error
    }

    pub(crate) fn invalid(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::field(ErrorKind::InvalidRequest, field, rule)
    }

    pub(crate) fn config(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::field(ErrorKind::Config, field, rule)
    }

    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.inner.operation.get_or_insert(operation);
        self
    }

    /// For helpers of several calls: the operation that the caller asked for, whichever call failed.
    pub(crate) fn on_behalf_of(mut self, operation: &'static str) -> Self {
        self.inner.operation = Some(operation);
        self
    }

    /// Puts advice behind the message, where the caller knows more than the place that failed.
    pub(crate) fn with_advice(mut self, advice: &str) -> Self {
        self.inner.message.push_str("; ");
        self.inner.message.push_str(advice);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32, credits: Credits) -> Self {
        self.inner.attempts = attempts;
        self.inner.credits = credits;
        self
    }

    pub(crate) fn with_answer(mut self, status: u16, headers: http::HeaderMap, body: Bytes) -> Self {
        self.inner.status = Some(status);
        // What the body says stands before the headers.
        self.inner.request_id = self.inner.request_id.or_else(|| crate::response::request_id(&headers));
        self.inner.headers = Some(headers);
        self.inner.body = Some(body);
        self
    }

    pub(crate) fn with_status(mut self, status: Option<u16>) -> Self {
        self.inner.status = status;
        self
    }

    pub(crate) fn with_code(mut self, code: Option<String>) -> Self {
        self.inner.code = code;
        self
    }

    pub(crate) fn with_type(mut self, error_type: Option<String>) -> Self {
        self.inner.error_type = error_type;
        self
    }

    pub(crate) fn with_details(mut self, details: Vec<FieldIssue>) -> Self {
        self.inner.details = details;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.inner.request_id = id;
        self
    }

    pub(crate) fn with_idempotency_key(mut self, key: Option<String>) -> Self {
        self.inner.idempotency_key = key;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.inner.retry_after = wait;
        self
    }

    pub(crate) fn with_safe_to_retry(mut self, safe: bool) -> Self {
        self.inner.safe_to_retry = safe;
        self
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.inner.kind = kind;
        self
    }

    /// Puts a sentence before the message, where the caller knows more than the place that failed.
    pub(crate) fn with_context(mut self, context: &str) -> Self {
        self.inner.message = format!("{context}: {}", self.inner.message);
        self
    }

    /// Which of the closed set of kinds this is.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The one-line message: what happened and what to do.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The operation that failed, such as `prospects.add_batch`.
    pub fn operation(&self) -> Option<&'static str> {
        self.inner.operation
    }

    /// The HTTP status of the last answer, when there was one.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// The error code of the service, such as `campaign_not_found`.
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// The class of error in the service's words, such as `invalid_request_error`; Kaiko alone has such words.
    pub fn error_type(&self) -> Option<&str> {
        self.inner.error_type.as_deref()
    }

    /// The request id that the server sent, when it sent one.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// The idempotency key that went with the request, when its operation carries one: the same call with the same key is
    /// done once.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.inner.idempotency_key.as_deref()
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// How many times the request was sent or tried.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// What the attempts cost: a lower and an upper bound.
    pub fn credits(&self) -> Credits {
        self.inner.credits
    }

    /// Whether the same call can be made again without doing its work twice.
    pub fn is_safe_to_retry(&self) -> bool {
        self.inner.safe_to_retry
    }

    /// The fields that break a rule.
    pub fn details(&self) -> &[FieldIssue] {
        &self.inner.details
    }

    /// The headers of the last answer.
    pub fn headers(&self) -> Option<&http::HeaderMap> {
        self.inner.headers.as_ref()
    }

    /// The untouched body of the last answer; it may hold personal data.
    pub fn body(&self) -> Option<&Bytes> {
        self.inner.body.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.inner.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.inner.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        let mut debug = f.debug_struct("Error");
        debug
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("operation", &inner.operation);
        if let Some(status) = inner.status {
            debug.field("status", &status);
        }
        if let Some(code) = &inner.code {
            debug.field("code", code);
        }
        if let Some(request_id) = &inner.request_id {
            debug.field("request_id", request_id);
        }
        if let Some(key) = &inner.idempotency_key {
            debug.field("idempotency_key", key);
        }
        if let Some(wait) = inner.retry_after {
            debug.field("retry_after", &wait);
        }
        debug.field("attempts", &inner.attempts).field("credits", &inner.credits);
        debug.field("safe_to_retry", &inner.safe_to_retry);
        if !inner.details.is_empty() {
            debug.field("details", &inner.details);
        }
        debug.finish_non_exhaustive()
    }
}

impl StdError for Error {}
