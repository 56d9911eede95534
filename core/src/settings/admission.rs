//! Options about stores, budgets, priorities and rules as JSON.

use serde::Deserialize;
use serde_json::Value;

use super::{TimeUnit, from_value, inside};
use crate::credits::{Budget, Per};
use crate::error::{Error, ErrorKind, Result};
use crate::quota::{Class, Pace, StoreChoice};
use crate::secret::Secret;

/// A store with its settings.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoreFields {
    url: Option<Secret>,
    timeout: Option<f64>,
    fail_open: Option<bool>,
    folder: Option<std::path::PathBuf>,
}

/// A store: its name, the address of a server, or an object with `url`, `timeout` and `failOpen`, or with `folder`.
pub(super) fn store(written: &Value, unit: TimeUnit) -> Result<StoreChoice> {
    if let Value::String(text) = written {
        return text.parse().map_err(|rule: &str| Error::config("store", rule));
    }
    let fields: StoreFields = inside("store", from_value(ErrorKind::Config, written.clone()))?;
    match (fields.url, fields.folder) {
        (Some(url), None) => Ok(StoreChoice::Redis {
            url,
            timeout: match fields.timeout {
                Some(timeout) => unit.duration(ErrorKind::Config, "store.timeout", timeout)?,
                None => crate::quota::STORE_TIMEOUT,
            },
            fail_open: fields.fail_open.unwrap_or(false),
        }),
        (None, Some(folder)) if fields.timeout.is_none() && fields.fail_open.is_none() => {
            Ok(StoreChoice::Host { folder: Some(folder) })
        }
        (None, Some(_)) => {
            Err(Error::config("store", "timeout and failOpen belong to a server, not to a folder"))
        }
        _ => Err(Error::config("store", "expected url or folder, one of both")),
    }
}

/// A budget with its period and label.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BudgetFields {
    cap: u64,
    per: Option<String>,
    tag: Option<String>,
    job: Option<String>,
}

/// One budget or a list of them.
pub(super) fn items(written: &Value) -> &[Value] {
    match written {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

/// A budget: a number for the client's life, or an object with `cap`, `per` and `tag` or `job`.
pub(super) fn budget(written: &Value, all: Option<&Value>) -> Result<Budget> {
    let place = match all {
        Some(Value::Array(items)) => {
            let position = items.iter().position(|item| std::ptr::eq(item, written)).unwrap_or(0);
            format!("budget[{position}]")
        }
        _ => "budget".to_owned(),
    };
    if let Some(cap) = written.as_u64() {
        return Ok(Budget::new(cap));
    }
    if !written.is_object() {
        return Err(Error::config(
            place,
            "expected a whole number of credits, zero or more, or an object with cap",
        ));
    }
    let fields: BudgetFields = inside(&place, from_value(ErrorKind::Config, written.clone()))?;
    let mut budget = Budget::new(fields.cap);
    if let Some(per) = fields.per {
        let per: Per = per.parse().map_err(|invalid: crate::credits::InvalidBudget| {
            Error::config(format!("{place}.per"), invalid.message)
        })?;
        budget = budget.per(per);
    }
    match (fields.tag, fields.job) {
        (Some(_), Some(_)) => Err(Error::config(place, "a budget counts a tag or a job, not both")),
        (Some(tag), None) => Ok(budget.tag(tag)),
        (None, Some(job)) => Ok(budget.job(job)),
        (None, None) => Ok(budget),
    }
}

pub(super) fn priority(text: &str) -> Result<Class> {
    match text {
        "interactive" => Ok(Class::Interactive),
        "bulk" => Ok(Class::Bulk),
        _ => Err(Error::invalid("priority", "expected interactive or bulk")),
    }
}

pub(super) fn rule(field: &str, text: &str) -> Result<Pace> {
    match text {
        "window" => Ok(Pace::Free),
        "paced" => Ok(Pace::Paced),
        "serial" => Ok(Pace::Serial),
        _ => Err(Error::config(field, "expected window, paced or serial")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{TimeUnit, call, client};

    fn refused(json: &str) -> (String, String) {
        let error = client(crate::Kakiyo::builder().api_key("x".repeat(40)), json, TimeUnit::Seconds)
            .and_then(|builder| builder.base_url("http://127.0.0.1:9/v1").build())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{json}");
        (error.details()[0].field.clone(), error.details()[0].message.clone())
    }

    #[test]
    fn wrong_options_are_named() {
        for (json, field) in [
            (r#"{"store": "memory"}"#, "store"),
            (r#"{"store": 7}"#, "store"),
            (r#"{"store": {"url": "http://x"}}"#, "store"),
            (r#"{"store": {"url": "redis://"}}"#, "store"),
            (r#"{"store": {"url": "redis://x", "timeout": 0}}"#, "store"),
            (r#"{"store": {"url": "redis://x", "folder": "/tmp"}}"#, "store"),
            (r#"{"store": {"folder": "/tmp", "failOpen": true}}"#, "store"),
            (r#"{"budget": -1}"#, "budget"),
            (r#"{"budget": 1.5}"#, "budget"),
            (r#"{"budget": "many"}"#, "budget"),
            (r#"{"budget": {"per": "day"}}"#, "budget"),
            (r#"{"budget": {"cap": 1, "per": "year"}}"#, "budget.per"),
            (r#"{"budget": [5, {"cap": 1, "size": 2}]}"#, "budget[1].size"),
            (r#"{"budget": {"cap": 1, "tag": ""}}"#, "budget.tag"),
            (r#"{"budget": {"cap": 1, "tag": "a\nb"}}"#, "budget.tag"),
            (r#"{"budget": {"cap": 1, "tag": "a", "job": "b"}}"#, "budget"),
            (r#"{"budget": 99999999999999999999}"#, "budget"),
            (r#"{"floor": 5}"#, "floor"),
            (r#"{"balance": -5}"#, "balance"),
            (r#"{"limits": {"preset": "auto", "rule": "slow"}}"#, "limits.rule"),
            (r#"{"limits": [{"group": "team", "limit": 0}]}"#, "limits[0].limit"),
            (r#"{"limits": [{"group": "team", "limit": 5, "window": 0}]}"#, "limits[0].window"),
            (r#"{"limits": {"preset": "auto", "window": 0}}"#, "window"),
        ] {
            assert_eq!(refused(json).0, field, "{json}");
        }
    }

    #[test]
    fn a_wrong_address_is_never_quoted() {
        let (_, rule) = refused(r#"{"store": {"url": "redis://:a-secret@"}}"#);
        assert!(!rule.contains("a-secret"), "{rule}");
    }

    #[test]
    fn call_options_are_read() {
        let options =
            call(r#"{"priority": "bulk", "budget": 3, "tag": "spring", "job": "7"}"#, TimeUnit::Seconds)
                .unwrap();
        assert_eq!(options.priority, Some(Class::Bulk));
        assert_eq!((options.tag.as_deref(), options.job.as_deref()), (Some("spring"), Some("7")));
        assert!(options.budget.is_some());
        assert_eq!(
            call(r#"{"priority": "high"}"#, TimeUnit::Seconds).unwrap_err().details()[0].field,
            "priority"
        );
    }
}
