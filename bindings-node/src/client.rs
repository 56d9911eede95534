//! A client: opening it, calls by operation id, raw calls, walks over pages.

use kakiyo::enquiry::{self, Subject};
use kakiyo::{ErrorKind, Service, registry, settings};
use napi_derive::napi;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::cancel::CancelToken;
use crate::events::{self, EventFunction};
use crate::failure::Failure;
use crate::inbox::{Inbox, Post};
use crate::key::{self, KeyFunction};
use crate::options;
use crate::outcome::{self, Outcome};
use crate::pages::Pages;
use crate::runtime::{settle_call, settle_later};

/// A client and the inbox that its outcomes go to.
#[napi]
pub struct Client {
    client: kakiyo::Client,
    post: Post,
}

/// A client, or why there is none.
#[napi(object, object_from_js = false)]
pub struct Opened {
    /// The client.
    #[napi(ts_type = "Client")]
    pub client: Option<Client>,
    /// What went wrong, as JSON.
    pub error: Option<String>,
    /// What a user should know, as JSON, where there is something.
    pub warnings: Option<String>,
}

impl Opened {
    fn from(client: Result<kakiyo::Client, Failure>, post: Post) -> Self {
        match client {
            Ok(client) => {
                let warnings = outcome::warnings(&client);
                Self { client: Some(Client { client, post }), error: None, warnings }
            }
            Err(failure) => Self { client: None, error: Some(failure.0), warnings: None },
        }
    }
}

/// Opens a client; `key` gives the key, `hear` hears events. Nothing starts and nothing is sent before the first call.
#[napi]
pub fn open(
    inbox: &Inbox,
    service: String,
    options: String,
    key: Option<KeyFunction<'_>>,
    hear: Option<EventFunction<'_>>,
) -> napi::Result<Opened> {
    let provider = key.as_ref().map(key::provider).transpose()?;
    let hook = hear.as_ref().map(events::hook).transpose()?;
    let client = Service::named(&service)
        .and_then(|service| settings::client(registry::builder(service), &options, options::UNIT))
        .and_then(|builder| {
            let builder = match provider {
                Some(provider) => builder.api_key_provider(provider),
                None => builder,
            };
            match hook {
                Some(hook) => builder.on_event(hook).build(),
                None => builder.build(),
            }
        });
    Ok(Opened::from(client.map_err(Failure::from), inbox.post()))
}

#[napi]
impl Client {
    /// A copy with other defaults.
    #[napi]
    pub fn with_options(&self, options: String) -> Opened {
        let copy =
            options::call(Some(&options), None).and_then(|options| Ok(self.client.with_options(options)?));
        Opened::from(copy, self.post.clone())
    }

    /// Makes a call; its outcome comes through the inbox.
    #[napi]
    pub fn call(
        &self,
        ticket: u32,
        operation: String,
        arguments: String,
        options: Option<String>,
        token: Option<&CancelToken>,
    ) {
        let (client, token) = (self.client.clone(), token.map(CancelToken::token));
        settle_call(self.client.clone(), self.post.clone(), ticket, async move {
            let options = options::call(options.as_deref(), token)?;
            let answer = registry::find(&operation)?.invoke(client, arguments.as_bytes(), options)?.await?;
            Ok(Outcome::delivered(&answer))
        });
    }

    /// Calls a route that the table does not know; `request` is `{ query, body }` as JSON.
    #[napi]
    pub fn raw(
        &self,
        ticket: u32,
        method: String,
        path: String,
        request: String,
        options: Option<String>,
        token: Option<&CancelToken>,
    ) {
        let (client, token) = (self.client.clone(), token.map(CancelToken::token));
        settle_call(self.client.clone(), self.post.clone(), ticket, async move {
            let options = options::call(options.as_deref(), token)?;
            let RawRequest { query, body } = options::read(ErrorKind::InvalidRequest, &request)?;
            let pairs = settings::query_pairs("query", query)?;
            let query: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let (body, meta) =
                client.raw(&method, &path, &query, body.as_ref(), &options).await?.into_parts();
            Ok(Outcome::raw(body.into(), &meta))
        });
    }

    /// Asks or tells something about quota and credits; the value is the report as JSON, or there is none.
    #[napi]
    pub fn ask(&self, ticket: u32, subject: String, said: String, options: Option<String>) {
        let client = self.client.clone();
        settle_call(self.client.clone(), self.post.clone(), ticket, async move {
            let options = options.unwrap_or_default();
            let subject = Subject::named(&subject)?;
            let report = enquiry::ask(&client, subject, &said, &options, options::UNIT).await?;
            Ok(report.map_or_else(Outcome::default, |report| Outcome::value(&report)))
        });
    }

    /// Sends the adds that linger; they are answered when the outcome comes.
    #[napi]
    pub fn flush(&self, ticket: u32) {
        let client = self.client.clone();
        settle_later(self.post.clone(), ticket, async move {
            client.close().await;
            Ok(Outcome::default())
        });
    }

    /// Prepares a walk over pages; what is wrong with it is the outcome of its first page.
    #[napi]
    pub fn open_pages(&self, operation: String, arguments: String, options: Option<String>) -> Pages {
        Pages::new(self.client.clone(), self.post.clone(), operation, arguments, options)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawRequest {
    query: Map<String, Value>,
    body: Option<Value>,
}
