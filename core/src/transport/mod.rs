//! The way to the socket: one attempt out, one answer or failure back.
//!
//! Knows HTTP, TLS, proxies and time-outs, and what may be tried again; knows neither quota nor credits nor any
//! operation of a service. Only `call` sends through it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, Method};
use url::Url;

use crate::error::{Error, Result};
use crate::secret::Secret;

pub(crate) mod error_body;
pub(crate) mod hints;
mod http_client;
mod outgoing_body;
pub(crate) mod retry;
mod tls;

pub(crate) use http_client::HttpClient;

/// One attempt, ready to be sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Outgoing {
    /// HTTP method.
    pub method: Method,
    /// Full address, query included.
    pub url: Url,
    /// All headers; the key's header is marked sensitive.
    pub headers: HeaderMap,
    /// The body, when there is one.
    pub body: Option<Bytes>,
    /// Time for the whole exchange.
    pub timeout: Duration,
}

/// A complete answer.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// Why there is no complete answer.
#[derive(Debug)]
pub struct Failure {
    /// Whether bytes of the request may have left this process.
    pub sent: bool,
    /// Whether it was the time-out.
    pub timed_out: bool,
    /// The status, where the answer began but did not end.
    pub status: Option<u16>,
    /// What happened, without secrets.
    pub message: String,
}

/// The HTTP layer. Replace it to send requests in another way; everything above stays as it is.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends one attempt. Dropping the future must end the request.
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Incoming, Failure>>;
}

/// The HTTP layer in use.
#[derive(Debug)]
pub(crate) enum Sender {
    /// The ordinary one. It stands beside the trait because its futures need no box here.
    Http(HttpClient),
    /// One that the user brought.
    Custom(std::sync::Arc<dyn Transport>),
}

impl Sender {
    /// Makes what is made once, so that bad certificates and proxies are errors of kind `config`.
    pub(crate) fn prepare(&self) -> Result<()> {
        match self {
            Self::Http(client) => client.prepare(),
            Self::Custom(_) => Ok(()),
        }
    }

    pub(crate) async fn send(&self, request: Outgoing) -> Result<Incoming, Failure> {
        match self {
            Self::Http(client) => client.exchange(request).await,
            Self::Custom(transport) => transport.send(request).await,
        }
    }
}

/// How to reach the network.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) connect_timeout: Duration,
    /// It may hold a password.
    pub(crate) proxy: Option<Secret>,
    pub(crate) ca_bundle: Option<PathBuf>,
    pub(crate) client_cert: Option<PathBuf>,
    pub(crate) user_agent: Option<String>,
    pub(crate) host_language: String,
    pub(crate) http2: bool,
    pub(crate) retry_delay: Duration,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            proxy: None,
            ca_bundle: None,
            client_cert: None,
            user_agent: None,
            host_language: "rust".to_owned(),
            http2: true,
            retry_delay: Duration::from_secs(1),
        }
    }
}

impl Network {
    pub(crate) fn validate(&self) -> Result<()> {
        if self.connect_timeout.is_zero() {
            return Err(Error::config("connectTimeout", "more than zero"));
        }
        if let Some(proxy) = &self.proxy
            && reqwest::Proxy::all(proxy.expose()).is_err()
        {
            return Err(Error::config("proxy", "not an address, such as http://proxy.example.org:3128"));
        }
        if http::HeaderValue::try_from(self.user_agent_text()).is_err() {
            return Err(Error::config("userAgent", "it must not hold control characters"));
        }
        Ok(())
    }

    pub(crate) fn user_agent_text(&self) -> String {
        let own = format!("kakiyo/{} ({})", env!("CARGO_PKG_VERSION"), self.host_language);
        match &self.user_agent {
            Some(text) => format!("{own} {text}"),
            None => own,
        }
    }
}
