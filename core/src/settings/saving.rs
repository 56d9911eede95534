//! The options that spare calls: `coalesce` and `cache`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{TimeUnit, from_value, inside};
use crate::error::{Error, ErrorKind, Result};
use crate::saving::Coalesce;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CoalesceFields {
    linger: Option<f64>,
    size: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CacheFields {
    ttl: f64,
}

/// `true`, `false`, or an object with `linger` and `size`.
pub(super) fn coalesce(written: &Value, unit: TimeUnit) -> Result<Option<Coalesce>> {
    match written {
        Value::Bool(false) => Ok(None),
        Value::Bool(true) => Ok(Some(Coalesce::new())),
        Value::Object(_) => {
            let fields: CoalesceFields = inside("coalesce", from_value(ErrorKind::Config, written.clone()))?;
            let mut coalesce = Coalesce::new();
            if let Some(linger) = fields.linger {
                coalesce = coalesce.linger(unit.duration(ErrorKind::Config, "coalesce.linger", linger)?);
            }
            if let Some(size) = fields.size {
                coalesce = coalesce.size(size);
            }
            Ok(Some(coalesce))
        }
        _ => Err(Error::config("coalesce", "expected true, false, or an object with linger and size")),
    }
}

/// How long answers are kept, as a number or as `ttl` of an object; `false` keeps none.
pub(super) fn cache(written: &Value, unit: TimeUnit) -> Result<Option<Duration>> {
    let ttl = match written {
        Value::Bool(false) => return Ok(None),
        Value::Number(ttl) => ttl.as_f64().unwrap_or(f64::NAN),
        Value::Object(_) => {
            let fields: CacheFields = inside("cache", from_value(ErrorKind::Config, written.clone()))?;
            fields.ttl
        }
        _ => return Err(Error::config("cache", "expected how long answers are kept: a number, or {ttl}")),
    };
    unit.duration(ErrorKind::Config, "cache", ttl).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::client;

    fn refused<C: From<crate::Client>>(
        builder: crate::Builder<C>,
        json: &str,
    ) -> (ErrorKind, String, String) {
        let built = client(builder.api_key("k".repeat(40)), json, TimeUnit::Milliseconds)
            .and_then(|builder| builder.base_url("http://127.0.0.1:9").build());
        let Err(error) = built else { panic!("{json} was taken") };
        let issue = &error.details()[0];
        (error.kind(), issue.field.clone(), issue.message.clone())
    }

    #[test]
    fn every_form_is_read_in_the_unit_of_the_language() {
        let unit = TimeUnit::Milliseconds;
        let read = |json: &str| coalesce(&serde_json::from_str(json).unwrap(), unit).unwrap();
        assert_eq!(read("true"), Some(Coalesce::new().linger(Duration::from_millis(50)).size(100)));
        assert_eq!(read("false"), None);
        assert_eq!(
            read(r#"{"linger": 5, "size": 7}"#),
            Some(Coalesce::new().linger(Duration::from_millis(5)).size(7))
        );
        let read = |json: &str, unit| cache(&serde_json::from_str(json).unwrap(), unit).unwrap();
        assert_eq!(read("1500", unit), Some(Duration::from_millis(1_500)));
        assert_eq!(read(r#"{"ttl": 1.5}"#, TimeUnit::Seconds), Some(Duration::from_millis(1_500)));
        assert_eq!(read("false", unit), None);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (json, field) in [
            (r#"{"coalesce": "yes"}"#, "coalesce"),
            (r#"{"coalesce": 50}"#, "coalesce"),
            (r#"{"coalesce": {"size": 0}}"#, "coalesce.size"),
            (r#"{"coalesce": {"size": 101}}"#, "coalesce.size"),
            (r#"{"coalesce": {"size": -1}}"#, "coalesce.size"),
            (r#"{"coalesce": {"linger": -1}}"#, "coalesce.linger"),
            (r#"{"coalesce": {"linger": 60001}}"#, "coalesce.linger"),
            (r#"{"coalesce": {"linger": 1e300}}"#, "coalesce.linger"),
            (r#"{"coalesce": {"lingers": 1}}"#, "coalesce.lingers"),
            (r#"{"cache": true}"#, "cache"),
            (r#"{"cache": 0}"#, "cache"),
            (r#"{"cache": -1}"#, "cache"),
            (r#"{"cache": 604800001}"#, "cache"),
            (r#"{"cache": 1e300}"#, "cache"),
            (r#"{"cache": {}}"#, "cache"),
            (r#"{"cache": {"ttl": "1 h"}}"#, "cache.ttl"),
            (r#"{"shareReads": "yes"}"#, "shareReads"),
        ] {
            let (kind, named, _) = refused(crate::Kakiyo::builder(), json);
            assert_eq!((kind, named.as_str()), (ErrorKind::Config, field), "{json}");
        }
    }

    #[test]
    fn the_other_service_refuses_what_it_has_no_use_for() {
        for (json, field) in [(r#"{"coalesce": true}"#, "coalesce"), (r#"{"cache": 1000}"#, "cache")] {
            let (kind, named, rule) = refused(crate::Kaiko::builder().check_key(false), json);
            assert_eq!((kind, named.as_str()), (ErrorKind::Config, field), "{json}");
            assert!(rule.starts_with("this service has no"), "{rule}");
        }
        let builder = crate::Kaiko::builder().check_key(false).api_key("k".repeat(40));
        let shares = client(builder, r#"{"shareReads": true, "cache": false}"#, TimeUnit::Seconds).unwrap();
        assert!(shares.build().is_ok());
    }
}
