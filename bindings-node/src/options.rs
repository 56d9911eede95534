//! Options as JSON text to what the core takes. Units and types only: what is allowed is the core's business.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kakiyo::{Builder, CallOptions, CancelToken, ErrorKind, PageOptions};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::limits::LimitOptions;
use crate::outcome::Outcome;

/// Reads options; a wrong name or type is an error that names the option.
pub(crate) fn read<T: DeserializeOwned>(kind: ErrorKind, json: &str) -> Result<T, Outcome> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { "options" } else { &path };
        // The value that is quoted may be a key or a password.
        let text = error.inner().to_string();
        let rule = match text.rsplit_once(", expected ") {
            Some((_, expected)) if !text.starts_with("unknown") => format!("expected {expected}"),
            _ => text,
        };
        Outcome::refused(kind, field, rule.split(" at line ").next().unwrap_or_default())
    })
}

fn duration(field: &str, milliseconds: f64) -> Result<Duration, Outcome> {
    Duration::try_from_secs_f64(milliseconds / 1e3)
        .map_err(|_| Outcome::refused(ErrorKind::InvalidRequest, field, "a number of milliseconds, not below zero"))
}

/// Options of a client.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct ClientOptions {
    api_key: Option<String>,
    base_url: Option<String>,
    limits: Option<LimitOptions>,
    timeout: Option<f64>,
    max_wait: Option<f64>,
    max_retries: Option<u32>,
    check_key: Option<bool>,
    proxy: Option<String>,
    ca_bundle: Option<String>,
    client_cert: Option<String>,
    user_agent: Option<String>,
    http2: Option<bool>,
    connect_timeout: Option<f64>,
    retry_delay: Option<f64>,
    extra_headers: BTreeMap<String, String>,
    /// The host language and its version.
    host_language: Option<String>,
}

impl ClientOptions {
    /// Puts all that is set into the builder.
    pub(crate) fn apply(self, mut builder: Builder) -> Result<Builder, Outcome> {
        let config = |field: &str, milliseconds: f64| {
            Duration::try_from_secs_f64(milliseconds / 1e3)
                .map_err(|_| Outcome::refused(ErrorKind::Config, field, "a number of milliseconds, not below zero"))
        };
        macro_rules! set {
            ($($option:ident => $setter:ident),* $(,)?) => {
                $(if let Some(value) = self.$option { builder = builder.$setter(value); })*
            };
        }
        set! {
            api_key => api_key, base_url => base_url, max_retries => max_retries, check_key => check_key,
            proxy => proxy, ca_bundle => ca_bundle, client_cert => client_cert, user_agent => user_agent,
            http2 => http2, host_language => host_language,
        }
        if let Some(limits) = self.limits {
            builder = builder.limits(limits.read()?);
        }
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(config("timeout", timeout)?);
        }
        if let Some(wait) = self.max_wait {
            builder = builder.max_wait(config("maxWait", wait)?);
        }
        if let Some(timeout) = self.connect_timeout {
            builder = builder.connect_timeout(config("connectTimeout", timeout)?);
        }
        if let Some(delay) = self.retry_delay {
            builder = builder.retry_delay(config("retryDelay", delay)?);
        }
        for (name, value) in self.extra_headers {
            builder = builder.extra_header(name, value);
        }
        Ok(builder)
    }
}

/// Options of one call, and of a walk over pages.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct CallFields {
    timeout: Option<f64>,
    max_wait: Option<f64>,
    max_retries: Option<u32>,
    extra_headers: BTreeMap<String, String>,
    extra_query: BTreeMap<String, Value>,
}

/// Reads the options of a call; no text means none.
pub(crate) fn call(json: Option<&str>, token: Option<Arc<CancelToken>>) -> Result<CallOptions, Outcome> {
    let mut options = match json {
        Some(json) => read::<CallFields>(ErrorKind::InvalidRequest, json)?.into_options()?,
        None => CallOptions::new(),
    };
    if let Some(token) = token {
        options = options.cancelled_by(token);
    }
    Ok(options)
}

impl CallFields {
    fn into_options(self) -> Result<CallOptions, Outcome> {
        let mut options = CallOptions::new();
        options.timeout = self.timeout.map(|time| duration("timeout", time)).transpose()?;
        options.max_wait = self.max_wait.map(|time| duration("maxWait", time)).transpose()?;
        options.max_retries = self.max_retries;
        options.extra_headers = self.extra_headers.into_iter().collect();
        options.extra_query = pairs("extraQuery", self.extra_query)?;
        Ok(options)
    }
}

/// Query pairs of an object: texts, numbers and booleans, or lists of them.
pub(crate) fn pairs(field: &str, query: BTreeMap<String, Value>) -> Result<Vec<(String, String)>, Outcome> {
    let mut pairs = Vec::new();
    for (name, value) in query {
        let values = match value {
            Value::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                value @ (Value::Bool(_) | Value::Number(_)) => value.to_string(),
                _ => {
                    let rule = "text, a number, true or false, or a list of them";
                    return Err(Outcome::refused(ErrorKind::InvalidRequest, &format!("{field}.{name}"), rule));
                }
            };
            pairs.push((name.clone(), text));
        }
    }
    Ok(pairs)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct PageFields {
    max_items: Option<u64>,
    page_size: Option<u32>,
    offset: Option<u64>,
}

/// Reads the options of a walk over pages; no text means none.
pub(crate) fn paging(json: Option<&str>) -> Result<PageOptions, Outcome> {
    let mut options = PageOptions::default();
    if let Some(json) = json {
        let fields: PageFields = read(ErrorKind::InvalidRequest, json)?;
        options.max_items = fields.max_items;
        options.page_size = fields.page_size;
        options.offset = fields.offset;
    }
    Ok(options)
}
