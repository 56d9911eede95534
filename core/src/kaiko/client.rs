//! The Kaiko client: the typed doors to its resources.

use bytes::Bytes;

use crate::client::Client;
use crate::config::Builder;
use crate::error::Result;
use crate::kaiko;
use crate::options::CallOptions;
use crate::response::Response;
use crate::secret::{KeyHeader, Secret};

/// The Kaiko client. Cloning is cheap; clones share connections, quota and key.
///
/// Nothing is opened, started or sent before the first call.
#[derive(Debug, Clone)]
pub struct Kaiko {
    client: Client,
}

impl std::ops::Deref for Kaiko {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Kaiko {
    /// A client with this key and the vendor's production address (or `KAIKO_BASE_URL`).
    ///
    /// # Errors
    ///
    /// Kind `config` when the key or the address cannot be right.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self> {
        Self::builder().api_key(api_key).build()
    }

    /// A client with the key from `KAIKO_API_KEY`.
    ///
    /// # Errors
    ///
    /// Kind `config` when the variable is missing or cannot be a key.
    pub fn from_env() -> Result<Self> {
        Self::builder().build()
    }

    /// All options of a client.
    pub fn builder() -> Builder<Self> {
        Builder::new(&kaiko::PROFILE)
    }

    /// A copy with other defaults; connections, quota and key are shared.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request` when an option breaks a rule.
    pub fn with_options(&self, options: CallOptions) -> Result<Self> {
        Ok(Self { client: self.client.with_options(options)? })
    }

    /// Chat with a language model, with emotions in the same answer.
    pub fn chat(&self) -> kaiko::Chat {
        kaiko::Chat::new(self.client.clone())
    }

    /// Emotion analysis of texts.
    pub fn emotions(&self) -> kaiko::Emotions {
        kaiko::Emotions::new(self.client.clone())
    }

    /// Calls a route that the table does not know. It passes the same quota, retries and errors.
    ///
    /// `path` starts with `/` and holds the version, such as `/v2/emotions`; `query` pairs are escaped here. A POST carries an
    /// idempotency key and is tried again like a read.
    ///
    /// # Errors
    ///
    /// As every call; kind `invalid_request` for a method or path that cannot be sent.
    pub async fn raw(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&serde_json::Value>,
        options: &CallOptions,
    ) -> Result<Response<Bytes>> {
        self.client.raw(method, path, query, body, options).await
    }
}

impl Builder<Kaiko> {
    /// One of the vendor's addresses: `production` (unless set) or `staging`, which may be closed.
    pub fn environment(self, name: impl Into<String>) -> Self {
        self.named_environment(name)
    }

    /// Whether an answer without a result of the model is an error; false unless set: then it is a warning, and
    /// `is_fallback` of the answer tells.
    pub fn fail_on_fallback(self, fail: bool) -> Self {
        self.failing_on_fallback(fail)
    }

    /// Sends the key as `Authorization: Bearer` instead of `x-api-key`.
    pub fn bearer(self) -> Self {
        self.sent_as(KeyHeader::Bearer)
    }
}

impl From<Client> for Kaiko {
    fn from(client: Client) -> Self {
        Self { client }
    }
}

impl From<Kaiko> for Client {
    fn from(kaiko: Kaiko) -> Self {
        kaiko.client
    }
}
