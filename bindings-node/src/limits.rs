//! The option `limits`: the name of a preset, a preset with its window, or a list of limits.

use std::time::Duration;

use kakiyo::quota::Tier;
use kakiyo::{ErrorKind, Limit, LimitGroup, Limits};
use serde::Deserialize;
use serde_json::Value;

use crate::options;
use crate::outcome::Outcome;

/// Any JSON: which of the three forms it is decides how it is read.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct LimitOptions(Value);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Preset {
    preset: String,
    window: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Custom {
    group: String,
    limit: u32,
    window: Option<f64>,
    max_in_flight: Option<f64>,
}

impl LimitOptions {
    pub(crate) fn read(self) -> Result<Limits, Outcome> {
        match &self.0 {
            Value::String(name) => preset(name),
            Value::Object(_) => {
                let Preset { preset: name, window } = options::read(ErrorKind::Config, &self.0.to_string())?;
                let limits = preset(&name)?;
                Ok(match window {
                    Some(window) => limits.with_window(duration("limits.window", window)?),
                    None => limits,
                })
            }
            Value::Array(limits) => limits.iter().map(custom).collect::<Result<_, _>>().map(Limits::custom),
            _ => Err(refused("limits", "the name of a preset, `{ preset, window }`, or a list of limits")),
        }
    }
}

fn preset(name: &str) -> Result<Limits, Outcome> {
    match name {
        "auto" => Ok(Limits::auto()),
        "published" => Ok(Limits::published()),
        "tiered" => Ok(Limits::tiered()),
        "unlimited" => Ok(Limits::unlimited()),
        _ => Err(refused("limits", "one of auto, published, tiered, unlimited")),
    }
}

fn custom(limit: &Value) -> Result<Limit, Outcome> {
    let Custom { group, limit, window, max_in_flight } = options::read(ErrorKind::Config, &limit.to_string())?;
    let mut limit = Limit::new(parse_group(&group)?, limit);
    if let Some(window) = window {
        limit = limit.window(duration("limits.window", window)?);
    }
    if let Some(longest) = max_in_flight {
        limit = limit.max_in_flight(duration("limits.maxInFlight", longest)?);
    }
    Ok(limit)
}

fn parse_group(text: &str) -> Result<LimitGroup, Outcome> {
    Ok(match text.split_once(':') {
        None if text == "team" => LimitGroup::Team,
        None if text == "each_operation" => LimitGroup::EachOperation,
        Some(("operation", name)) => LimitGroup::Operation(name.to_owned().into()),
        Some(("shared", name)) => LimitGroup::Shared(name.to_owned().into()),
        Some(("tier", "high")) => LimitGroup::Tier(Tier::High),
        Some(("tier", "medium")) => LimitGroup::Tier(Tier::Medium),
        Some(("tier", "low")) => LimitGroup::Tier(Tier::Low),
        _ => {
            let rule = "team, each_operation, operation:<id>, tier:<high|medium|low> or shared:<name>";
            return Err(refused("limits.group", rule));
        }
    })
}

fn duration(field: &str, milliseconds: f64) -> Result<Duration, Outcome> {
    Duration::try_from_secs_f64(milliseconds / 1e3)
        .map_err(|_| refused(field, "a number of milliseconds, not below zero"))
}

fn refused(field: &str, rule: &str) -> Outcome {
    Outcome::refused(ErrorKind::Config, field, rule)
}
