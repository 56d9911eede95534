//! The embedded sandbox: starting, steering and stopping it. It runs on a thread of its own.

use std::sync::{Arc, Mutex, PoisonError};

use kakiyo::ErrorKind;
use kakiyo_sandbox::{ControlError, KaikoSettings, Sandbox as Server, Settings};
use napi_derive::napi;
use serde::Deserialize;
use serde_json::Value;

use crate::failure::{ErrorFields, Failure};
use crate::inbox::{Inbox, Post};
use crate::options;
use crate::outcome::Outcome;
use crate::runtime::settle_blocking;

/// A server that was just started, on its way to JavaScript.
pub(crate) type Started = Sandbox;

/// A running sandbox.
#[napi]
pub struct Sandbox {
    server: Arc<Mutex<Option<Server>>>,
    post: Post,
    /// The address for clients.
    #[napi(readonly)]
    pub base_url: String,
    /// The key of the first team.
    #[napi(readonly)]
    pub api_key: String,
    /// The address for clients of Kaiko.
    #[napi(readonly)]
    pub kaiko_base_url: String,
    /// The first key of Kaiko.
    #[napi(readonly)]
    pub kaiko_api_key: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct SandboxOptions {
    port: u16,
    seed: Option<u64>,
    time_scale: Option<f64>,
    api_key: Option<String>,
    credits: Option<u64>,
    settings: Settings,
    kaiko_api_key: Option<String>,
    kaiko_settings: KaikoSettings,
}

/// Starts a sandbox; it comes through the inbox.
#[napi]
pub fn start_sandbox(inbox: &Inbox, ticket: u32, options: String) {
    let post = inbox.post();
    settle_blocking(inbox.post(), ticket, move || {
        Ok(Outcome { sandbox: Some(start(&options, post)?), ..Outcome::default() })
    });
}

fn start(options: &str, post: Post) -> Result<Sandbox, Failure> {
    let options: SandboxOptions = options::read(ErrorKind::Config, options)?;
    let mut builder = Server::builder()
        .port(options.port)
        .settings(options.settings)
        .kaiko_settings(options.kaiko_settings);
    if let Some(seed) = options.seed {
        builder = builder.seed(seed);
    }
    match options.time_scale {
        Some(0.0) => builder = builder.virtual_clock(),
        Some(scale) => builder = builder.time_scale(scale),
        None => {}
    }
    if let Some(key) = options.api_key {
        builder = builder.api_key(key);
    }
    if let Some(key) = options.kaiko_api_key {
        builder = builder.kaiko_api_key(key);
    }
    if let Some(credits) = options.credits {
        builder = builder.credits(credits);
    }
    let started = builder.start_blocking();
    let server =
        started.map_err(|error| Failure::refused(ErrorKind::Config, "sandbox", error.to_string()))?;
    let (base_url, api_key) = (server.base_url(), server.api_key().to_owned());
    let (kaiko_base_url, kaiko_api_key) = (server.kaiko_base_url(), server.kaiko_api_key().to_owned());
    let server = Arc::new(Mutex::new(Some(server)));
    Ok(Sandbox { server, post, base_url, api_key, kaiko_base_url, kaiko_api_key })
}

#[napi]
impl Sandbox {
    /// Carries out a control request; `body` is JSON.
    #[napi]
    pub fn control(&self, ticket: u32, method: String, path: String, body: String) {
        let server = Arc::clone(&self.server);
        settle_blocking(self.post.clone(), ticket, move || {
            let body: Value = options::read(ErrorKind::InvalidRequest, &body)?;
            let server = server.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(server) = &*server else {
                return Err(Failure::refused(
                    ErrorKind::Config,
                    "sandbox",
                    "it is closed: start another one",
                ));
            };
            let answer = server.control(&method, &path, body).map_err(|error| refused(&error))?;
            Ok(Outcome::value(&answer))
        });
    }

    /// Stops the server and closes its connections.
    #[napi]
    pub fn close(&self, ticket: u32) {
        let server = Arc::clone(&self.server);
        settle_blocking(self.post.clone(), ticket, move || {
            drop(server.lock().unwrap_or_else(PoisonError::into_inner).take());
            Ok(Outcome::value(&()))
        });
    }
}

fn refused(error: &ControlError) -> Failure {
    let kind = if error.status == 404 { ErrorKind::NotFound } else { ErrorKind::InvalidRequest };
    ErrorFields { status: Some(error.status), ..ErrorFields::new(kind, error.to_string()) }.into()
}
