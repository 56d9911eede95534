//! What can be set per team: profile, limits, timing, plan, and a switch for each point on which the public texts
//! of the service contradict each other.
//!
//! Settings cross the control routes as JSON with camelCase names and seconds; a patch names only what changes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::profile::Profile;

/// The shape of a search result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SearchForm {
    /// A flat record per person, as on the documentation page; its `id` is the person.
    #[default]
    Flat,
    /// The record of the published specification; its `id` is the conversation.
    Spec,
}

/// How many records of a kind a plan allows; `None` is unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct PlanLimits {
    /// LinkedIn accounts.
    pub agents: Option<usize>,
    /// Campaigns.
    pub campaigns: Option<usize>,
    /// Products, called offerings in the dashboard.
    pub products: Option<usize>,
}

impl PlanLimits {
    /// The 30-day trial.
    pub const PIONEER: Self = Self { agents: Some(1), campaigns: Some(3), products: Some(3) };
    /// The middle plan.
    pub const HUNTER: Self = Self { agents: Some(3), campaigns: Some(12), products: Some(9) };
    /// The largest plan with published numbers.
    pub const CONQUEROR: Self = Self { agents: Some(5), campaigns: None, products: None };
}

/// Everything that can be set for one team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// Which rule set applies.
    pub profile: Profile,
    /// Length of the rate-limit window, in sandbox time.
    #[serde(with = "seconds")]
    pub window: Duration,
    /// Switches all rate limits off.
    pub unlimited: bool,
    /// Limits that differ from the profile, by bucket (`tier.low`, `dnc.batch`) or by operation
    /// (`products.create`, which then has its own bucket). `None` lifts the limit.
    pub limits: BTreeMap<String, Option<u32>>,
    /// From the acceptance of an import to its end, in sandbox time.
    #[serde(with = "seconds")]
    pub import_delay: Duration,
    /// When set, rows are worked through at this speed after the delay; otherwise they are spread over the delay.
    pub import_rows_per_second: Option<f64>,
    /// Whether calls cost credits; by profile when absent.
    pub metered: Option<bool>,
    /// How many records the plan allows.
    pub plan: PlanLimits,
    /// False plays a lapsed subscription.
    pub subscription_active: bool,
    /// Whether a prospect needs a name; by profile when absent.
    pub name_required: Option<bool>,
    /// Whether the answer to a new prompt carries its id.
    pub prompt_id: bool,
    /// Whether the text of prompts can be read and changed; by profile when absent.
    pub prompt_text: Option<bool>,
    /// The shape of search results.
    pub search_form: SearchForm,
    /// Whether each operation of a tier has a bucket of its own.
    pub tier_per_operation: bool,
    /// Whether answers carry `X-RateLimit-*`, as before April 2026.
    pub rate_limit_headers: bool,
    /// Whether a page size above 100 is cut to 100 instead of refused.
    pub clamp_limits: bool,
    /// Slugs of people whose profile cannot be read at import.
    pub enrichment_failures: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: Profile::Seed,
            window: Duration::from_secs(60),
            unlimited: false,
            limits: BTreeMap::new(),
            import_delay: Duration::from_millis(200),
            import_rows_per_second: None,
            metered: None,
            plan: PlanLimits::default(),
            subscription_active: true,
            name_required: None,
            prompt_id: false,
            prompt_text: None,
            search_form: SearchForm::Flat,
            tier_per_operation: false,
            rate_limit_headers: false,
            clamp_limits: false,
            enrichment_failures: Vec::new(),
        }
    }
}

impl Settings {
    /// Whether calls cost credits.
    pub fn is_metered(&self) -> bool {
        self.metered.unwrap_or(self.profile == Profile::Seed)
    }

    /// Whether a prospect without a name is refused.
    pub fn is_name_required(&self) -> bool {
        self.name_required.unwrap_or(self.profile == Profile::Seed)
    }

    /// Whether the calls for the text of prompts exist. They are younger than the source guides.
    pub fn has_prompt_text(&self) -> bool {
        self.prompt_text.unwrap_or(self.profile == Profile::Tiered)
    }

    /// These settings with the members of a JSON object in place of their own. `limits` is merged by name; a plan
    /// can be given by its name.
    pub(crate) fn patched(&self, patch: &Value) -> Result<Self, String> {
        let Value::Object(patch) = patch else {
            return Err("settings must be an object".to_owned());
        };
        let mut merged = serde_json::to_value(self).map_err(|error| error.to_string())?;
        for (name, value) in patch {
            match (name.as_str(), value) {
                ("limits", Value::Object(limits)) => {
                    for (bucket, limit) in limits {
                        merged["limits"][bucket] = limit.clone();
                    }
                }
                ("plan", Value::String(plan)) => merged["plan"] = named_plan(plan)?,
                _ => merged[name.as_str()] = value.clone(),
            }
        }
        serde_json::from_value(merged).map_err(|error| format!("settings: {error}"))
    }
}

fn named_plan(name: &str) -> Result<Value, String> {
    let limits = match name {
        "pioneer" => PlanLimits::PIONEER,
        "hunter" => PlanLimits::HUNTER,
        "conqueror" => PlanLimits::CONQUEROR,
        "unlimited" => PlanLimits::default(),
        _ => return Err(format!("plan: {name} is none of pioneer, hunter, conqueror, unlimited")),
    };
    serde_json::to_value(limits).map_err(|error| error.to_string())
}

/// Durations as seconds with a fraction.
mod seconds {
    use std::time::Duration;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(span.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_changes_only_what_it_names() {
        let first = json!({"limits": {"tier.low": 3}, "window": 0.5, "metered": false});
        let second = json!({"limits": {"dnc.batch": null}, "metered": null, "plan": "hunter"});
        let settings = Settings::default().patched(&first).unwrap().patched(&second).unwrap();
        assert_eq!(settings.limits.len(), 2);
        assert_eq!(settings.window, Duration::from_millis(500));
        assert!(settings.is_metered());
        assert_eq!(settings.plan.agents, Some(3));
        assert_eq!(settings.import_delay, Duration::from_millis(200));
    }

    #[test]
    fn unknown_names_and_impossible_values_are_refused() {
        for patch in [json!({"windows": 1}), json!({"window": -1}), json!({"plan": "gold"}), json!([])] {
            assert!(Settings::default().patched(&patch).is_err(), "{patch}");
        }
    }
}
