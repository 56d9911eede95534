//! What can be said per call, and as defaults of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::call::CallBudget;
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::operation::Service;
use crate::quota::Class;

/// Options of one call; what is not set comes from the client.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Time for one attempt, from sending to the last byte of the answer. Waiting for quota is not part of it.
    pub timeout: Option<Duration>,
    /// The longest wait for quota slots; a longer one is refused at once, at no cost. No limit unless set.
    pub max_wait: Option<Duration>,
    /// Retries after the first attempt; 2 unless set.
    pub max_retries: Option<u32>,
    /// The idempotency key of this call, for operations that carry one: the same on every attempt, and made here unless
    /// set. 1 to 255 visible ASCII characters. It belongs to one call and is no default of a client.
    pub idempotency_key: Option<String>,
    /// Whether an answer without a result of the model is an error (Kaiko); false unless set: then it is a warning, and
    /// `is_fallback` of the answer tells.
    pub fail_on_fallback: Option<bool>,
    /// Headers to send beside the library's own.
    pub extra_headers: Vec<(String, String)>,
    /// Query pairs to send beside the operation's own.
    pub extra_query: Vec<(String, String)>,
    /// Whether somebody waits for the answer, or it is one call of a long run; interactive unless set.
    pub priority: Option<Class>,
    /// What the calls made with these options may cost: one call with its retries, a walk with all its pages. Nothing is
    /// sent beyond it.
    pub budget: Option<CallBudget>,
    /// A name to count credits under, such as that of a campaign; budgets can be set on it. 1 to 64 characters.
    pub tag: Option<Arc<str>>,
    /// The job that the call belongs to; counted like a tag. 1 to 64 characters.
    pub job: Option<Arc<str>>,
    pub(crate) cancel: Option<Arc<CancelToken>>,
}

/// Values of extra headers and queries may be secrets: only their names print.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names =
            |pairs: &[(String, String)]| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("max_wait", &self.max_wait)
            .field("max_retries", &self.max_retries)
            .field("idempotency_key", &self.idempotency_key)
            .field("fail_on_fallback", &self.fail_on_fallback)
            .field("priority", &self.priority)
            .field("budget", &self.budget)
            .field("tag", &self.tag)
            .field("job", &self.job)
            .field("extra_headers", &names(&self.extra_headers))
            .field("extra_query", &names(&self.extra_query))
            .finish_non_exhaustive()
    }
}

/// Headers that belong to the library; setting them by hand would break authentication or framing.
const OWN_HEADERS: [&str; 8] = [
    "authorization",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "accept-encoding",
    "x-api-key",
    "idempotency-key",
];

impl CallOptions {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels the call when the token is cancelled, and records what may have happened.
    pub fn cancelled_by(mut self, token: Arc<CancelToken>) -> Self {
        self.cancel = Some(token);
        self
    }

    /// These options, with `defaults` where nothing is set.
    pub(crate) fn or(&self, defaults: &Self) -> Self {
        Self {
            timeout: self.timeout.or(defaults.timeout),
            max_wait: self.max_wait.or(defaults.max_wait),
            max_retries: self.max_retries.or(defaults.max_retries),
            idempotency_key: self.idempotency_key.clone(),
            fail_on_fallback: self.fail_on_fallback.or(defaults.fail_on_fallback),
            extra_headers: [defaults.extra_headers.as_slice(), &self.extra_headers].concat(),
            extra_query: [defaults.extra_query.as_slice(), &self.extra_query].concat(),
            priority: self.priority.or(defaults.priority),
            budget: self.budget.clone().or_else(|| defaults.budget.clone()),
            tag: self.tag.clone().or_else(|| defaults.tag.clone()),
            job: self.job.clone().or_else(|| defaults.job.clone()),
            cancel: self.cancel.clone().or_else(|| defaults.cancel.clone()),
        }
    }

    pub(crate) fn validate(&self) -> Result<()> {
        if let Some(timeout) = self.timeout
            && (timeout.is_zero() || timeout > Duration::from_secs(24 * 3_600))
        {
            return Err(Error::invalid("timeout", "more than zero and at most a day"));
        }
        if let Some(key) = &self.idempotency_key
            && (!(1..=255).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            return Err(Error::invalid("idempotencyKey", "1 to 255 visible ASCII characters"));
        }
        for (field, label) in [("tag", &self.tag), ("job", &self.job)] {
            if let Some(label) = label {
                crate::credits::validate_label(field, label)
                    .map_err(|invalid| Error::invalid(invalid.field, invalid.message))?;
            }
        }
        if self.max_retries.is_some_and(|retries| retries > 10) {
            return Err(Error::invalid("maxRetries", "at most 10"));
        }
        Ok(())
    }

    /// Refuses what the service has no use for.
    pub(crate) fn fit(&self, service: Service) -> Result<()> {
        match (service, self.fail_on_fallback) {
            (Service::Kakiyo, Some(_)) => Err(Error::invalid("failOnFallback", "this is an option of Kaiko")),
            _ => Ok(()),
        }
    }

    /// The extra headers in the form that is sent.
    pub(crate) fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>> {
        self.extra_headers
            .iter()
            .map(|(name, value)| {
                let field = || format!("extraHeaders.{name}");
                let header = HeaderName::try_from(name.as_str()).map_err(|_| {
                    Error::invalid("extraHeaders", "a header name holds letters, digits and hyphens only")
                })?;
                if OWN_HEADERS.contains(&header.as_str()) {
                    return Err(Error::invalid(field(), "the library sets this header itself"));
                }
                let value = HeaderValue::try_from(value.as_str()).map_err(|_| {
                    Error::invalid(field(), "a header value must not hold control characters")
                })?;
                Ok((header, value))
            })
            .collect()
    }
}

/// Options of a walk over pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageOptions {
    /// Stop after this many rows; the last page asks for no more than are wanted.
    pub max_items: Option<u64>,
    /// Rows a page; the operation's cap unless set. Smaller pages cost more credits.
    pub page_size: Option<u32>,
    /// Rows to skip before the first page.
    pub offset: Option<u64>,
}

impl PageOptions {
    pub(crate) fn validate(&self, cap: u32) -> Result<()> {
        if let Some(size) = self.page_size
            && !(1..=cap).contains(&size)
        {
            return Err(Error::invalid("pageSize", format!("between 1 and {cap}, not {size}")));
        }
        Ok(())
    }
}
