//! The ordinary HTTP layer: reqwest, made with the first call, and made again in a forked child.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

use url::Url;

use super::outgoing_body::{OutgoingBody, ReadMark};
use super::{Failure, Incoming, Network, Outgoing, tls};
use crate::config::is_loopback;
use crate::error::{Error, Result};
use crate::per_process::PerProcess;

/// No answer of the services comes near; a larger one is cut off instead of filling the memory.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct HttpClient {
    network: Network,
    speaks_tls: bool,
    reaches_this_machine: bool,
    client: PerProcess<reqwest::Client>,
}

impl HttpClient {
    pub(crate) fn new(network: Network, base_url: &Url) -> Self {
        let (speaks_tls, reaches_this_machine) = (base_url.scheme() == "https", is_loopback(base_url));
        Self { network, speaks_tls, reaches_this_machine, client: PerProcess::new() }
    }

    /// Makes the client where there is none yet, so that bad certificates and proxies are errors of kind `config`.
    pub(crate) fn prepare(&self) -> Result<()> {
        self.client().map(|_| ())
    }

    /// Sends one attempt and reads its whole answer.
    pub(crate) async fn exchange(&self, request: Outgoing) -> Result<Incoming, Failure> {
        let client = self.client().map_err(|error| Failure {
            sent: false,
            timed_out: false,
            status: None,
            message: error.to_string(),
        })?;
        exchange(client, request).await
    }

    fn client(&self) -> Result<&reqwest::Client> {
        self.client.get_or_try_make(|| build(&self.network, self.speaks_tls, self.reaches_this_machine))
    }
}

fn build(network: &Network, speaks_tls: bool, reaches_this_machine: bool) -> Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::config(network, speaks_tls)?)
        .connect_timeout(network.connect_timeout)
        .pool_idle_timeout(Duration::from_secs(60))
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(30))
        // A redirect would carry the key to another place; a second sender would pass by quota and credits.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never());
    if !network.http2 {
        builder = builder.http1_only();
    }
    match &network.proxy {
        Some(proxy) => {
            let proxy = reqwest::Proxy::all(proxy.expose()).map_err(|_| {
                Error::config("proxy", "not an address, such as http://proxy.example.org:3128")
            })?;
            builder = builder.proxy(proxy);
        }
        // A company's proxy cannot reach a sandbox on this machine, whatever the variables say.
        None if reaches_this_machine => builder = builder.no_proxy(),
        None => {}
    }
    builder.build().map_err(|error| {
        Error::config("transport", format!("the HTTP client cannot be set up: {}", chain(&error)))
    })
}

async fn exchange(client: &reqwest::Client, outgoing: Outgoing) -> Result<Incoming, Failure> {
    let Outgoing { method, url, headers, body, timeout } = outgoing;
    let mark = ReadMark::default();
    let has_body = body.is_some();
    let mut request = reqwest::Request::new(method, url);
    *request.headers_mut() = headers;
    if let Some(bytes) = body {
        *request.body_mut() = Some(reqwest::Body::wrap(OutgoingBody::new(bytes, mark.clone())));
    }
    // One timer for the whole exchange; how far it came is noted beside it.
    let mut begun = None;
    let exchanged = tokio::time::timeout(timeout, async {
        let mut response = client.execute(request).await.map_err(|error| Failure {
            sent: !error.is_connect() && (!has_body || mark.is_set()),
            timed_out: error.is_timeout(),
            status: None,
            message: chain(&error),
        })?;
        let status = response.status().as_u16();
        begun = Some(status);
        let body = read(&mut response).await.map_err(|message| Failure {
            sent: true,
            timed_out: false,
            status: Some(status),
            message,
        })?;
        Ok(Incoming { status, headers: std::mem::take(response.headers_mut()), body })
    })
    .await;
    exchanged.unwrap_or_else(|_| {
        let message = match begun {
            Some(_) => format!("the answer began but did not end within {timeout:?}"),
            None => format!("no answer within {timeout:?}"),
        };
        Err(Failure {
            sent: begun.is_some() || !has_body || mark.is_set(),
            timed_out: true,
            status: begun,
            message,
        })
    })
}

async fn read(response: &mut reqwest::Response) -> Result<Bytes, String> {
    let cut = |error: reqwest::Error| format!("the answer broke off: {}", chain(&error));
    let Some(first) = response.chunk().await.map_err(cut)? else { return Ok(Bytes::new()) };
    let Some(second) = response.chunk().await.map_err(cut)? else { return Ok(first) };
    let mut whole = BytesMut::with_capacity(first.len() + 2 * second.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&second);
    while let Some(chunk) = response.chunk().await.map_err(cut)? {
        if whole.len() + chunk.len() > LARGEST_BODY {
            return Err(format!("the answer is larger than {} MiB", LARGEST_BODY / (1024 * 1024)));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

/// The causes of an error in one line, without the address (a query may hold personal data).
fn chain(error: &reqwest::Error) -> String {
    let mut text = match (error.is_timeout(), error.is_connect()) {
        (true, true) => "no connection in time".to_owned(),
        (true, false) => "no answer in time".to_owned(),
        (false, true) => "no connection".to_owned(),
        (false, false) => "the exchange failed".to_owned(),
    };
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
