//! Options as JSON: the form in which bindings hand them over.
//!
//! Names, types, units and unknown options are judged here, once, so that a wrong option is the same error in every
//! language. The meaning of each option stands at [`Builder`], [`CallOptions`] and [`PageOptions`].

mod admission;
mod saving;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::call::CallBudget;
use crate::client::Client;
use crate::config::Builder;
use crate::document::reason_without_content;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Service;
use crate::options::{CallOptions, PageOptions};
use crate::quota::{Limit, LimitGroup, Limits, Tier};
use crate::secret::KeyHeader;

/// The unit in which a language writes times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// Python.
    Seconds,
    /// Node.
    Milliseconds,
}

impl TimeUnit {
    fn duration(self, kind: ErrorKind, field: &str, number: f64) -> Result<Duration> {
        let (seconds, name) = match self {
            Self::Seconds => (number, "seconds"),
            Self::Milliseconds => (number / 1_000.0, "milliseconds"),
        };
        Duration::try_from_secs_f64(seconds)
            .map_err(|_| Error::field(kind, field, format!("expected a number of {name}, zero or more")))
    }
}

/// Options of a client.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct ClientFields {
    api_key: Option<String>,
    base_url: Option<String>,
    limits: Option<Value>,
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
    extra_headers: Option<BTreeMap<String, String>>,
    host_language: Option<String>,
    environment: Option<String>,
    auth: Option<String>,
    fail_on_fallback: Option<bool>,
    store: Option<Value>,
    budget: Option<Value>,
    balance: Option<u64>,
    floor: Option<u64>,
    coalesce: Option<Value>,
    cache: Option<Value>,
    share_reads: Option<bool>,
}

/// Puts the options of a client into its builder.
///
/// # Errors
///
/// Kind `config`, naming the option and the rule.
pub fn client<C: From<Client>>(mut builder: Builder<C>, json: &str, unit: TimeUnit) -> Result<Builder<C>> {
    let fields: ClientFields = read(ErrorKind::Config, json)?;
    let time = |field: &str, number: f64| unit.duration(ErrorKind::Config, field, number);
    macro_rules! set {
        ($($option:ident),* $(,)?) => {
            $(if let Some(value) = fields.$option { builder = builder.$option(value); })*
        };
        (times $($option:ident = $name:literal),* $(,)?) => {
            $(if let Some(number) = fields.$option { builder = builder.$option(time($name, number)?); })*
        };
    }
    set! { balance, floor, share_reads, api_key, base_url, max_retries, check_key, proxy, ca_bundle, client_cert, user_agent }
    set! { http2, host_language }
    set! {
        times timeout = "timeout", max_wait = "maxWait", connect_timeout = "connectTimeout", retry_delay = "retryDelay"
    }
    if builder.service() == Service::Kakiyo
        && let Some((name, _)) = [
            ("environment", fields.environment.is_some()),
            ("auth", fields.auth.is_some()),
            ("failOnFallback", fields.fail_on_fallback.is_some()),
        ]
        .into_iter()
        .find(|(_, given)| *given)
    {
        return Err(Error::config(name, "this is an option of Kaiko; Kakiyo has nothing to choose here"));
    }
    if let Some(environment) = fields.environment {
        builder = builder.named_environment(environment);
    }
    if let Some(auth) = fields.auth {
        builder = builder.sent_as(match auth.as_str() {
            "api_key" => KeyHeader::Plain,
            "bearer" => KeyHeader::Bearer,
            _ => return Err(Error::config("auth", "expected api_key or bearer")),
        });
    }
    if let Some(fail) = fields.fail_on_fallback {
        builder = builder.failing_on_fallback(fail);
    }
    if let Some(written) = &fields.coalesce
        && let Some(coalesce) = saving::coalesce(written, unit)?
    {
        builder = builder.coalesce(coalesce);
    }
    if let Some(written) = &fields.cache
        && let Some(ttl) = saving::cache(written, unit)?
    {
        builder = builder.cache(ttl);
    }
    if let Some(written) = fields.limits {
        builder = builder.limits(limits(&written, unit)?);
    }
    if let Some(written) = fields.store {
        builder = builder.store(admission::store(&written, unit)?);
    }
    for budget in fields.budget.iter().flat_map(admission::items) {
        builder = builder.budget(admission::budget(budget, fields.budget.as_ref())?);
    }
    for (name, value) in fields.extra_headers.unwrap_or_default() {
        builder = builder.extra_header(name, value);
    }
    Ok(builder)
}

/// Options of a call; what else is there belongs to a walk, or is unknown.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CallFields {
    timeout: Option<f64>,
    max_wait: Option<f64>,
    max_retries: Option<u32>,
    idempotency_key: Option<String>,
    fail_on_fallback: Option<bool>,
    extra_headers: Option<BTreeMap<String, String>>,
    extra_query: Option<Map<String, Value>>,
    priority: Option<String>,
    budget: Option<u64>,
    tag: Option<String>,
    job: Option<String>,
    #[serde(flatten)]
    other: BTreeMap<String, Value>,
}

/// Options of a walk over pages.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct PageFields {
    max_items: Option<u64>,
    page_size: Option<u32>,
    offset: Option<u64>,
}

/// Reads the options of a call; empty text means none.
///
/// # Errors
///
/// Kind `invalid_request`, naming the option and the rule.
pub fn call(json: &str, unit: TimeUnit) -> Result<CallOptions> {
    let (options, other) = call_fields(json, unit)?;
    match other.keys().next() {
        None => Ok(options),
        Some(name) => Err(Error::invalid(name, "there is no such option")),
    }
}

/// Reads the options of a walk over pages and of its calls; empty text means none.
///
/// # Errors
///
/// Kind `invalid_request`, naming the option and the rule.
pub fn paged(json: &str, unit: TimeUnit) -> Result<(CallOptions, PageOptions)> {
    let (options, other) = call_fields(json, unit)?;
    if let Some(name) = other.keys().find(|name| !["maxItems", "pageSize", "offset"].contains(&name.as_str()))
    {
        return Err(Error::invalid(name, "there is no such option"));
    }
    let fields: PageFields =
        from_value(ErrorKind::InvalidRequest, Value::Object(other.into_iter().collect()))?;
    let PageFields { max_items, page_size, offset } = fields;
    Ok((options, PageOptions { max_items, page_size, offset }))
}

fn call_fields(json: &str, unit: TimeUnit) -> Result<(CallOptions, BTreeMap<String, Value>)> {
    if json.is_empty() {
        return Ok((CallOptions::new(), BTreeMap::new()));
    }
    let fields: CallFields = read(ErrorKind::InvalidRequest, json)?;
    let time = |field: &str, number: Option<f64>| {
        number.map(|number| unit.duration(ErrorKind::InvalidRequest, field, number)).transpose()
    };
    let mut options = CallOptions::new();
    options.timeout = time("timeout", fields.timeout)?;
    options.max_wait = time("maxWait", fields.max_wait)?;
    options.max_retries = fields.max_retries;
    options.idempotency_key = fields.idempotency_key;
    options.fail_on_fallback = fields.fail_on_fallback;
    options.extra_headers = fields.extra_headers.unwrap_or_default().into_iter().collect();
    options.priority = fields.priority.as_deref().map(admission::priority).transpose()?;
    options.budget = fields.budget.map(CallBudget::new);
    options.tag = fields.tag.map(Into::into);
    options.job = fields.job.map(Into::into);
    options.extra_query = query_pairs("extraQuery", fields.extra_query.unwrap_or_default())?;
    Ok((options, fields.other))
}

/// The pairs of a query from an object: text, numbers, truths, or lists of them; null means left out.
///
/// # Errors
///
/// Kind `invalid_request`, naming the member.
pub fn query_pairs(field: &str, query: Map<String, Value>) -> Result<Vec<(String, String)>> {
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
                    let rule = "expected text, a number, true or false, or a list of them";
                    return Err(Error::invalid(format!("{field}.{name}"), rule));
                }
            };
            pairs.push((name.clone(), text));
        }
    }
    Ok(pairs)
}

/// A preset with its window.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PresetFields {
    preset: String,
    window: Option<f64>,
    rule: Option<String>,
}

/// One limit of a custom set.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LimitFields {
    group: String,
    limit: u32,
    window: Option<f64>,
    max_in_flight: Option<f64>,
    max_concurrent: Option<u32>,
    rule: Option<String>,
}

/// Limits: the name of a preset, a preset with its window, or a list of limits.
fn limits(written: &Value, unit: TimeUnit) -> Result<Limits> {
    let time = |field: &str, number: f64| unit.duration(ErrorKind::Config, field, number);
    match written {
        Value::String(name) => preset(name),
        Value::Object(_) => {
            let fields: PresetFields = inside("limits", from_value(ErrorKind::Config, written.clone()))?;
            let limits = preset(&fields.preset)?;
            let limits = match fields.window {
                Some(window) => limits.with_window(time("limits.window", window)?),
                None => limits,
            };
            Ok(match fields.rule {
                Some(rule) => limits.with_pace(admission::rule("limits.rule", &rule)?),
                None => limits,
            })
        }
        Value::Array(written) => {
            let mut limits = Vec::new();
            for (position, written) in written.iter().enumerate() {
                let place = format!("limits[{position}]");
                let fields: LimitFields = inside(&place, from_value(ErrorKind::Config, written.clone()))?;
                let mut limit = Limit::new(group(&place, &fields.group)?, fields.limit);
                if let Some(window) = fields.window {
                    limit = limit.window(time(&format!("{place}.window"), window)?);
                }
                if let Some(longest) = fields.max_in_flight {
                    limit = limit.max_in_flight(time(&format!("{place}.maxInFlight"), longest)?);
                }
                if let Some(calls) = fields.max_concurrent {
                    limit = limit.max_concurrent(calls);
                }
                if let Some(rule) = fields.rule {
                    limit = limit.pace(admission::rule(&format!("{place}.rule"), &rule)?);
                }
                limits.push(limit);
            }
            Ok(Limits::custom(limits))
        }
        _ => Err(Error::config(
            "limits",
            "expected the name of a preset, a preset with its window, or a list of limits",
        )),
    }
}

fn preset(name: &str) -> Result<Limits> {
    match name {
        "auto" => Ok(Limits::auto()),
        "published" => Ok(Limits::published()),
        "tiered" => Ok(Limits::tiered()),
        "unlimited" => Ok(Limits::unlimited()),
        _ => Err(Error::config("limits", "expected auto, published, tiered or unlimited")),
    }
}

fn group(place: &str, text: &str) -> Result<LimitGroup> {
    Ok(match text.split_once(':') {
        None if text == "team" => LimitGroup::Team,
        None if text == "each_operation" => LimitGroup::EachOperation,
        Some(("operation", name)) => LimitGroup::Operation(name.to_owned().into()),
        Some(("shared", name)) => LimitGroup::Shared(name.to_owned().into()),
        Some(("tier", "high")) => LimitGroup::Tier(Tier::High),
        Some(("tier", "medium")) => LimitGroup::Tier(Tier::Medium),
        Some(("tier", "low")) => LimitGroup::Tier(Tier::Low),
        _ => {
            let rule = "expected team, each_operation, operation:NAME, tier:high, tier:medium, tier:low or shared:NAME";
            return Err(Error::config(format!("{place}.group"), rule));
        }
    })
}

pub(crate) fn read<T: DeserializeOwned>(kind: ErrorKind, json: &str) -> Result<T> {
    if !json.trim_start().starts_with('{') {
        return Err(Error::field(kind, "options", "expected an object"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| wrong(kind, &error))
}

fn from_value<T: DeserializeOwned>(kind: ErrorKind, value: Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| wrong(kind, &error))
}

fn wrong(kind: ErrorKind, error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let path = error.path().to_string();
    let rule = reason_without_content(error.inner());
    match rule.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
        Some((name, _)) => Error::field(kind, name, "there is no such option"),
        None if path == "." => Error::field(kind, "options", rule),
        None => Error::field(kind, path, rule),
    }
}

/// Puts the place before the field of an error that came from inside it.
fn inside<T>(place: &str, result: Result<T>) -> Result<T> {
    result.map_err(|error| {
        let (field, rule) = match error.details().first() {
            Some(issue) if issue.field != "options" => {
                (format!("{place}.{}", issue.field), issue.message.clone())
            }
            Some(issue) => (place.to_owned(), issue.message.clone()),
            None => (place.to_owned(), error.message().to_owned()),
        };
        Error::field(error.kind(), field, rule)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: &str) -> (String, String) {
        let error = client(crate::Kakiyo::builder(), json, TimeUnit::Seconds).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        (error.details()[0].field.clone(), error.details()[0].message.clone())
    }

    #[test]
    fn wrong_client_options_are_named() {
        for (json, field) in [
            (r#"{"timeout": "5"}"#, "timeout"),
            (r#"{"timeout": -1}"#, "timeout"),
            (r#"{"apiKey": 7}"#, "apiKey"),
            (r#"{"nonsense": 7}"#, "nonsense"),
            (r#"{"limits": 7}"#, "limits"),
            (r#"{"limits": "fast"}"#, "limits"),
            (r#"{"limits": {"preset": "auto", "window": -1}}"#, "limits.window"),
            (r#"{"limits": {"preset": "auto", "size": 1}}"#, "limits.size"),
            (r#"{"limits": [{"group": "team", "limit": "x"}]}"#, "limits[0].limit"),
            (r#"{"limits": [{"group": "nobody", "limit": 1}]}"#, "limits[0].group"),
            ("[]", "options"),
        ] {
            assert_eq!(refused(json).0, field, "{json}");
        }
    }

    #[test]
    fn a_wrong_value_is_never_quoted() {
        let (_, rule) = refused(r#"{"http2": "a secret text"}"#);
        assert_eq!(rule, "expected true or false");
    }

    #[test]
    fn call_options_are_read_in_the_unit_of_the_language() {
        let options = call(
            r#"{"timeout": 1.5, "maxWait": null, "extraQuery": {"a": [1, true, "x"]}}"#,
            TimeUnit::Seconds,
        )
        .unwrap();
        assert_eq!(options.timeout, Some(Duration::from_millis(1_500)));
        assert_eq!(options.extra_query.len(), 3);
        let options = call(r#"{"timeout": 1500}"#, TimeUnit::Milliseconds).unwrap();
        assert_eq!(options.timeout, Some(Duration::from_millis(1_500)));
        assert!(call("", TimeUnit::Seconds).unwrap().timeout.is_none());
    }

    #[test]
    fn page_options_belong_to_walks_only() {
        let (_, paging) =
            paged(r#"{"maxItems": 5, "pageSize": 2, "timeout": 1}"#, TimeUnit::Seconds).unwrap();
        assert_eq!((paging.max_items, paging.page_size), (Some(5), Some(2)));
        assert_eq!(call(r#"{"maxItems": 5}"#, TimeUnit::Seconds).unwrap_err().details()[0].field, "maxItems");
        assert_eq!(
            paged(r#"{"maxItems": -5}"#, TimeUnit::Seconds).unwrap_err().details()[0].field,
            "maxItems"
        );
        assert_eq!(paged(r#"{"sorted": 1}"#, TimeUnit::Seconds).unwrap_err().details()[0].field, "sorted");
    }
}
