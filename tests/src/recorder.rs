//! An HTTP layer that keeps what passes through it: requests and answers to the byte, errors too.
//!
//! It speaks just enough HTTP/1.1 for the sandbox on the loopback interface: one connection a call, bodies of a known length.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue};
use kakiyo::Service;
use kakiyo::transport::{Failure, Incoming, Outgoing, Transport};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::contract::below_base;

/// One exchange as it was.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub method: String,
    /// Below the base address, escaped.
    pub path: String,
    /// Pairs in order, decoded.
    pub query: Vec<(String, String)>,
    /// Null for none.
    pub request: Value,
    pub status: u16,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Null where the body is no JSON.
    pub answer: Value,
}

/// Keeps every exchange of the clients that use it.
#[derive(Debug)]
pub struct Recorder {
    service: Service,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Recorder {
    /// A recorder for clients of this service.
    pub fn of(service: Service) -> Self {
        Self { service, exchanges: Mutex::default() }
    }

    /// Everything that passed since the last time.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.exchanges.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, request: &Outgoing, answer: &Incoming) {
        let json = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap_or_default();
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(Exchange {
            method: request.method.to_string(),
            path: below_base(self.service, request.url.path()).to_owned(),
            query: request.url.query_pairs().into_owned().collect(),
            request: request.body.as_deref().map(json).unwrap_or_default(),
            status: answer.status,
            headers: answer.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            answer: json(&answer.body),
        });
    }
}

impl Transport for Recorder {
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Incoming, Failure>> {
        Box::pin(async move {
            let answer = exchange(&request).await.map_err(|error| Failure {
                sent: true,
                timed_out: false,
                status: None,
                message: error.to_string(),
            })?;
            self.keep(&request, &answer);
            Ok(answer)
        })
    }
}

async fn exchange(request: &Outgoing) -> io::Result<Incoming> {
    let address = format!("127.0.0.1:{}", request.url.port().unwrap_or(80));
    let mut stream = TcpStream::connect(&address).await?;
    let body = request.body.as_deref().unwrap_or_default();
    let query = request.url.query().map_or_else(String::new, |query| format!("?{query}"));
    let mut head = format!(
        "{} {}{query} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
        request.method,
        request.url.path(),
        body.len()
    )
    .into_bytes();
    for (name, value) in &request.headers {
        head.extend_from_slice(format!("{name}: ").as_bytes());
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head).await?;
    stream.write_all(body).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    read(&answer).ok_or_else(|| io::Error::other("the answer is no HTTP"))
}

fn read(answer: &[u8]) -> Option<Incoming> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        headers.append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value.trim()).ok()?);
    }
    Some(Incoming { status, headers, body: Bytes::copy_from_slice(&answer[end + 4..]) })
}
