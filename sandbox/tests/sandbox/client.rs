//! A small HTTP client that hides nothing: resets, short bodies and connections stay visible.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("not JSON: {error}: {}", String::from_utf8_lossy(&self.body));
        })
    }

    /// The status and the error code.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["error"].as_str().unwrap_or_default().to_owned())
    }

    /// The fields named by the details of a refusal.
    pub(crate) fn fields(&self) -> Vec<String> {
        let details = self.json()["details"].clone();
        let fields = details.as_array().unwrap().iter();
        fields.map(|detail| detail["field"].as_str().unwrap().to_owned()).collect()
    }
}

/// How an exchange failed: what had arrived by then, and whether the connection was reset or ended.
#[derive(Debug, PartialEq)]
pub(crate) struct Broken {
    pub(crate) kind: ErrorKind,
    pub(crate) received: Vec<u8>,
}

/// One kept connection.
pub(crate) struct Connection(TcpStream);

impl Connection {
    pub(crate) fn open(sandbox: &Sandbox) -> Self {
        let stream = TcpStream::connect(sandbox.origin().trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        Self(stream)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    pub(crate) fn request(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: sandbox\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        self.write(&[head.as_bytes(), body].concat());
    }

    pub(crate) fn reply(&mut self) -> Result<Reply, Broken> {
        let mut received = Vec::new();
        loop {
            if let Some(reply) = parsed(&received) {
                return Ok(reply);
            }
            let mut buffer = [0_u8; 65_536];
            match self.0.read(&mut buffer) {
                Ok(0) => return Err(Broken { kind: ErrorKind::UnexpectedEof, received }),
                Ok(count) => received.extend_from_slice(&buffer[..count]),
                Err(error) => return Err(Broken { kind: error.kind(), received }),
            }
        }
    }
}

fn parsed(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut reply = Reply { status, headers, body: Vec::new() };
    if reply.header("transfer-encoding") == Some("chunked") {
        reply.body = unchunked(&bytes[end + 4..])?;
        return Some(reply);
    }
    let length: usize = reply.header("content-length").unwrap_or("0").parse().ok()?;
    reply.body = bytes.get(end + 4..end + 4 + length)?.to_vec();
    Some(reply)
}

/// The body behind the lengths of its pieces; none before the last piece.
fn unchunked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = bytes.windows(2).position(|window| window == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).ok()?, 16).ok()?;
        body.extend_from_slice(bytes.get(line + 2..line + 2 + length)?);
        bytes = bytes.get(line + 4 + length..)?;
        if length == 0 {
            return Some(body);
        }
    }
}

/// Calls with one key, each on a connection of its own.
pub(crate) struct Client<'a> {
    sandbox: &'a Sandbox,
    key: String,
}

impl<'a> Client<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox) -> Self {
        Self::with_key(sandbox, sandbox.api_key())
    }

    pub(crate) fn with_key(sandbox: &'a Sandbox, key: &str) -> Self {
        Self { sandbox, key: key.to_owned() }
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.attempt("GET", path, None).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.attempt("POST", path, Some(body)).unwrap()
    }

    pub(crate) fn attempt(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Reply, Broken> {
        self.begin(method, path, body).reply()
    }

    /// Sends a request and leaves the connection open.
    pub(crate) fn begin(&self, method: &str, path: &str, body: Option<&Value>) -> Connection {
        let mut connection = Connection::open(self.sandbox);
        let authorization = format!("Bearer {}", self.key);
        let mut headers = vec![("Authorization", authorization.as_str())];
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() {
            headers.push(("Content-Type", "application/json"));
        }
        connection.request(method, &format!("/v1{path}"), &headers, body.as_bytes());
        connection
    }

    /// The id of something that was just made.
    pub(crate) fn made(&self, path: &str, body: &Value) -> String {
        let reply = self.post(path, body);
        assert_eq!(reply.status, 201, "{path}: {:?}", String::from_utf8_lossy(&reply.body));
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn product(&self) -> String {
        self.made("/products", &json!({"name": "Audit", "description": "A review of energy contracts."}))
    }

    pub(crate) fn prompt(&self) -> String {
        let body = json!({"name": "Intro", "model": "680321c8001e2f527d82", "type": "Messages"});
        assert_eq!(self.post("/prompts", &body).status, 201);
        // The answer has no id: a client has to find it in the list.
        self.get("/prompts").json().as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn agent(&self) -> String {
        self.attempt("POST", "/agents", None).unwrap().json()["id"].as_str().unwrap().to_owned()
    }

    /// A campaign with everything it needs.
    pub(crate) fn campaign(&self) -> String {
        let (product, prompt, agent) = (self.product(), self.prompt(), self.agent());
        self.made(
            "/campaigns",
            &json!({"name": "Spring", "productId": product, "promptId": prompt, "agentId": agent}),
        )
    }

    /// Adds people by address to a campaign; gives the import id.
    pub(crate) fn add(&self, campaign: &str, urls: &[String]) -> String {
        let rows: Vec<Value> = urls.iter().map(|url| json!({"name": "Jonas Weber", "url": url})).collect();
        let reply = self.post("/prospects/batch", &json!({"campaignId": campaign, "prospects": rows}));
        assert_eq!(reply.status, 201, "{:?}", String::from_utf8_lossy(&reply.body));
        reply.json()["listId"].as_str().unwrap().to_owned()
    }

    pub(crate) fn import(&self, list: &str) -> Value {
        self.get(&format!("/prospects/imports/{list}")).json()
    }
}

/// Waits, without a fixed sleep, until something holds.
pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(5), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A sandbox whose time stands still.
pub(crate) fn still() -> Sandbox {
    Sandbox::builder().virtual_clock().start_blocking().unwrap()
}
