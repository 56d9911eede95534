//! The typed shell around the choke point: arguments to request, answer to value.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;

use super::{Answer, Request, run};
use crate::client::Client;
use crate::document::Document;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{FromDocument, Operation};
use crate::options::CallOptions;
use crate::response::{Meta, Response};
use crate::saving::{self, Reason};
use crate::warning::{Warning, WarningKind};

/// A call that waits to be awaited: options first, then `.await`.
#[derive(Debug, Clone)]
#[must_use = "a call does nothing before it is awaited"]
pub struct Call<P> {
    client: Client,
    parameters: P,
    options: CallOptions,
}

impl<P: Operation> Call<P> {
    pub(crate) fn new(client: Client, parameters: P) -> Self {
        Self { client, parameters, options: CallOptions::default() }
    }

    /// Time for one attempt, without waiting for quota.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// The longest wait for quota slots; a longer one is refused at once, at no cost.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.options.max_wait = Some(wait);
        self
    }

    /// Retries after the first attempt.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.options.max_retries = Some(retries);
        self
    }

    /// The idempotency key, for operations that carry one; made by the library unless set.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.options.idempotency_key = Some(key.into());
        self
    }

    /// A header beside the library's own.
    pub fn extra_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.extra_headers.push((name.into(), value.into()));
        self
    }

    /// A query pair beside the operation's own.
    pub fn extra_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.extra_query.push((name.into(), value.into()));
        self
    }

    /// All options at once.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Makes the call; the same as `.await`.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]: arguments are checked before anything is sent.
    pub async fn send(self) -> Result<Response<P::Output>> {
        P::execute(&self.parameters, &self.client, &self.options).await
    }

    /// Makes the call and waits for it, without an async runtime.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); kind `config` when called inside an async runtime.
    #[cfg(feature = "blocking")]
    pub fn wait(self) -> Result<Response<P::Output>> {
        crate::blocking::wait(self.send())?
    }
}

impl<P: Operation> IntoFuture for Call<P> {
    type Output = Result<Response<P::Output>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// The typed shell: arguments to request, answer to value.
pub(crate) async fn typed<P: Operation>(
    parameters: &P,
    client: &Client,
    options: &CallOptions,
) -> Result<Response<P::Output>> {
    let request = requested(parameters, client)?;
    let options = options.or(client.defaults());
    let answer = match P::SPEC.coalesce {
        Some(coalescing) => saving::joined(client, coalescing, request, &options).await?,
        None => run(client, request, &options).await?,
    };
    let response =
        decoded(P::SPEC.id, answer).inspect_err(|_| client.shared().saving().forget(P::SPEC.path))?;
    if P::Output::is_placeholder(&response.value) {
        placeholder(client, P::SPEC.id, &response, options.fail_on_fallback == Some(true))?;
    }
    Ok(response)
}

/// The checked arguments as a request; a refusal costs nothing.
pub(crate) fn requested<P: Operation>(parameters: &P, client: &Client) -> Result<Request> {
    parameters.request().map_err(|error| {
        client.shared().saving().count(Reason::Validation, P::SPEC.price);
        error.with_operation(P::SPEC.id)
    })
}

/// An answer that holds no result of the model: said aloud, or an error where the caller wants that.
fn placeholder<T>(
    client: &Client,
    operation: &'static str,
    response: &Response<T>,
    fail: bool,
) -> Result<()> {
    const MESSAGE: &str =
        "the service could not ask its model and answered with placeholders: the scores mean nothing";
    if !fail {
        let message = MESSAGE.to_owned();
        client.shared().warnings().emit(Warning {
            kind: WarningKind::Fallback,
            message,
            operation: Some(operation),
        });
        return Ok(());
    }
    let meta = &response.meta;
    Err(Error::new(ErrorKind::Server, MESSAGE)
        .with_operation(operation)
        .with_attempts(meta.attempts, meta.credits)
        .with_idempotency_key(meta.idempotency_key.clone())
        .with_request_id(meta.request_id.clone())
        .with_answer(meta.status, meta.headers.clone(), response.document.raw().clone())
        .with_safe_to_retry(true))
}

/// Decodes an answer as what the operation promises.
pub(crate) fn decoded<T: FromDocument>(operation: &'static str, answer: Answer) -> Result<Response<T>> {
    let Answer { body, mut meta } = answer;
    let document = Document::new(body, T::LAYOUT);
    match T::from_document(&document, &meta.headers) {
        Ok(value) => {
            if let Some(id) = document.said_request_id() {
                meta.request_id = Some(id.to_owned());
            }
            Ok(Response { value, meta, document })
        }
        Err(undecodable) => Err(not_decodable(operation, &undecodable.0, document.raw().clone(), meta)),
    }
}

fn not_decodable(
    operation: &'static str,
    failure: &crate::document::DecodeFailure,
    body: Bytes,
    meta: Meta,
) -> Error {
    let place = if failure.path.is_empty() {
        "the answer".to_owned()
    } else {
        format!("`{}` in the answer", failure.path)
    };
    let message = match body.is_empty() {
        true => "the server accepted the call but its answer is empty".to_owned(),
        false => format!("the server accepted the call but {place} is not as documented: {}", failure.reason),
    };
    Error::new(ErrorKind::Decode, message)
        .with_operation(operation)
        .with_attempts(meta.attempts, meta.credits)
        .with_idempotency_key(meta.idempotency_key)
        .with_answer(meta.status, meta.headers, body)
}

/// The untouched answer of a raw call.
pub(crate) fn untouched(answer: Answer) -> Response<Bytes> {
    let Answer { body, meta } = answer;
    let document: Arc<Document> =
        Document::new(body.clone(), crate::document::Layout { list: None, normalise: None });
    Response { value: body, meta, document }
}
