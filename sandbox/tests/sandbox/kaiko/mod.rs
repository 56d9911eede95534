//! The Kaiko service from outside, in both of its profiles.

mod admission;
mod chat;
mod contexts;
mod emotions;
mod errors;
mod idempotency;
mod steering;

use kakiyo_sandbox::{KaikoSettings, Sandbox};
use serde_json::{Value, json};

use crate::client::{Connection, Reply};

pub(super) const ANALYSIS: &str = "/v2/emotions/analysis";
pub(super) const BATCH: &str = "/v2/emotions/batch-analysis";
pub(super) const CHAT: &str = "/v2/chat/completions";

/// Calls with one key, each on a connection of its own.
pub(super) struct Client<'a> {
    sandbox: &'a Sandbox,
    key: String,
}

impl<'a> Client<'a> {
    pub(super) fn new(sandbox: &'a Sandbox) -> Self {
        Self { sandbox, key: sandbox.kaiko_api_key().to_owned() }
    }

    pub(super) fn get(&self, path: &str) -> Reply {
        self.begin("GET", path, &[], b"").reply().unwrap()
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Reply {
        self.with_headers(path, &[], body)
    }

    pub(super) fn with_headers(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        self.begin("POST", path, headers, body.to_string().as_bytes()).reply().unwrap()
    }

    /// Sends a request and leaves the connection open.
    pub(super) fn begin(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Connection {
        let mut connection = Connection::open(self.sandbox);
        let mut all = vec![("x-api-key", self.key.as_str())];
        if method == "POST" {
            all.push(("Content-Type", "application/json"));
        }
        all.extend(headers);
        connection.request(method, path, &all, body);
        connection
    }

    /// Analyses one text.
    pub(super) fn analyze(&self, text: &str) -> Reply {
        self.post(ANALYSIS, &said(&[json!({"role": "user", "content": {"text": text}})]))
    }

    /// Says something in a context.
    pub(super) fn say(&self, context: &str, text: &str) -> Reply {
        let body = said(&[json!({"role": "user", "content": {"text": text}})]);
        self.post(&format!("/v2/emotions/{context}/analysis"), &body)
    }

    /// Changes settings of the key.
    pub(super) fn set(&self, mut settings: Value) {
        settings["team"] = json!(self.key);
        self.sandbox.control("POST", "/_sandbox/settings", settings).unwrap();
    }
}

pub(super) fn said(messages: &[Value]) -> Value {
    json!({"model": "emotion-v2", "messages": messages})
}

/// A sandbox whose time stands still, with the settings of its Kaiko key.
pub(super) fn sandbox(settings: KaikoSettings) -> Sandbox {
    Sandbox::builder().virtual_clock().kaiko_settings(settings).start_blocking().unwrap()
}

pub(super) fn contract() -> Sandbox {
    sandbox(KaikoSettings::default())
}

pub(super) fn observed() -> Sandbox {
    sandbox(KaikoSettings { profile: kakiyo_sandbox::KaikoProfile::Observed, ..KaikoSettings::default() })
}

/// Status, code and parameter of the documented envelope.
pub(super) fn envelope(reply: &Reply) -> (u16, String, Option<String>) {
    let error = reply.json()["error"].clone();
    assert_eq!(error["request_id"].as_str(), reply.header("x-request-id"), "{error}");
    assert!(error["type"].is_string() && error["message"].is_string(), "{error}");
    let text = |name: &str| error[name].as_str().map(str::to_owned);
    (reply.status, text("code").unwrap_or_default(), text("param"))
}
