//! What can be set per team: profile, limits, timing, plan, and a switch for each point on which the public texts
//! of the service contradict each other.
//!
//! Settings cross the control routes as JSON with camelCase names and seconds; a patch names only what changes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::events::EventNames;
use crate::foreign::ForeignTraffic;
use crate::forms::Forms;
use crate::limits::LimitModel;
use crate::operation::Service;
use crate::profile::Profile;
use crate::purse::TopUp;

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

/// How the sign-in of an agent ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// The agent runs.
    #[default]
    Succeeds,
    /// A code is asked for, which only the dashboard takes: an alert, and `auth_needed`.
    TwoFactor,
    /// The login is refused: an alert, and `auth_needed`.
    Refused,
}

/// What an agent answers that is paused or resumed in a state in which that changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentStates {
    /// 200, and nothing changes.
    #[default]
    Lenient,
    /// 400 `invalid_status`.
    BadRequest,
    /// 409 `invalid_status`.
    Conflict,
}

/// How shares are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RateForm {
    /// Text with a percent sign in the campaign statistics, a number in the analytics.
    #[default]
    Documented,
    /// Text such as `12.00%` everywhere.
    Text,
    /// A number everywhere.
    Number,
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
    /// Webhooks. No plan is known to limit them.
    pub webhooks: Option<usize>,
    /// Workspaces; 0 is a plan that has none, as all but Agency.
    pub workspaces: Option<usize>,
}

impl PlanLimits {
    /// The 30-day trial.
    pub const PIONEER: Self =
        Self { agents: Some(1), campaigns: Some(3), products: Some(3), webhooks: None, workspaces: Some(0) };
    /// The middle plan.
    pub const HUNTER: Self =
        Self { agents: Some(3), campaigns: Some(12), products: Some(9), webhooks: None, workspaces: Some(0) };
    /// The largest plan with published numbers.
    pub const CONQUEROR: Self =
        Self { agents: Some(5), campaigns: None, products: None, webhooks: None, workspaces: Some(0) };
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
    /// How calls are counted against a limit.
    pub limit_model: LimitModel,
    /// What somebody else calls on the same team.
    pub foreign: ForeignTraffic,
    /// Credits that come by themselves.
    pub top_up: Option<TopUp>,
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
    /// From the setup of an agent to the end of its sign-in, in sandbox time.
    #[serde(with = "seconds")]
    pub agent_setup_delay: Duration,
    /// How that sign-in ends.
    pub sign_in: SignIn,
    /// What a pause or a resume answers that does not fit the state of the agent.
    pub agent_states: AgentStates,
    /// Whether the settings of an agent may have a least above the most; by profile when absent.
    pub min_above_max: Option<bool>,
    /// Whether the switches of an agent that an update does not name are switched off.
    pub replace_agent_settings: bool,
    /// False plays that no proxy is left for a new agent.
    pub proxy_available: bool,
    /// Whether agents that were paused at zero credits run again once there are some.
    pub resume_on_top_up: bool,
    /// How shares are written.
    pub rate_form: RateForm,
    /// Which names of events are known.
    pub event_names: EventNames,
    /// Whether the example of every event has the envelope of the pages; by profile when absent. Otherwise it is
    /// that of its family, as delivered.
    pub page_envelope: Option<bool>,
    /// Whether a test of an unknown event is refused as `invalid_event` and not as `validation_error`; by profile
    /// when absent.
    pub invalid_event: Option<bool>,
    /// Whether receivers of webhooks must have an https address.
    pub webhook_https: bool,
    /// Whether every call about workspaces wants the Agency plan, or only the one that creates them.
    pub agency_for_all: bool,
    /// Whether an agent that is assigned to a second workspace leaves the first, or is refused.
    pub agent_moves: bool,
    /// Whether a client may be removed by the id of the user in place of the e-mail.
    pub remove_by_user_id: bool,
    /// Slugs of people whose profile cannot be read at import.
    pub enrichment_failures: Vec<String>,
    /// From the acceptance of a Sales Navigator run to its end, in sandbox time.
    #[serde(with = "seconds")]
    pub sales_navigator_delay: Duration,
    /// How many people a Sales Navigator search finds; as many as were asked for when absent.
    pub sales_navigator_matches: Option<usize>,
    /// How long the report of a finished import can be asked for; for ever when absent.
    #[serde(with = "optional_seconds")]
    pub import_retention: Option<Duration>,
    /// What a finished import is called.
    pub import_done_status: String,
    /// Whether adding prospects tells the id of the import, as since June 2026.
    pub import_list_ids: bool,
    /// Whether a campaign with an import under way counts as uploading, which round robin refuses.
    pub busy_while_importing: bool,
    /// Whether conversations can be named by their person and people by their conversation.
    pub lenient_ids: bool,
    /// Whether a context text that is too long is cut instead of refused.
    pub cut_custom_data: bool,
    /// The status of the refusal to delete a campaign or a person while they are active.
    pub active_status: u16,
    /// Whether calls cost a credit that were let through and then failed.
    pub charge_failures: bool,
    /// How answers look.
    pub forms: Forms,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: Profile::Seed,
            window: Duration::from_secs(60),
            unlimited: false,
            limits: BTreeMap::new(),
            limit_model: LimitModel::SlidingLog,
            foreign: ForeignTraffic::default(),
            top_up: None,
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
            agent_setup_delay: Duration::from_millis(200),
            sign_in: SignIn::Succeeds,
            agent_states: AgentStates::Lenient,
            min_above_max: None,
            replace_agent_settings: false,
            proxy_available: true,
            resume_on_top_up: false,
            rate_form: RateForm::Documented,
            event_names: EventNames::All,
            page_envelope: None,
            invalid_event: None,
            webhook_https: false,
            agency_for_all: true,
            agent_moves: true,
            remove_by_user_id: false,
            enrichment_failures: Vec::new(),
            sales_navigator_delay: Duration::from_secs(2),
            sales_navigator_matches: None,
            import_retention: None,
            import_done_status: "completed".to_owned(),
            import_list_ids: true,
            busy_while_importing: false,
            lenient_ids: false,
            cut_custom_data: false,
            active_status: 409,
            charge_failures: true,
            forms: Forms::default(),
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

    /// Whether the least of an agent's limits may lie above the most. Which is true is not published.
    pub fn allows_min_above_max(&self) -> bool {
        self.min_above_max.unwrap_or(self.profile == Profile::Tiered)
    }

    /// Whether every example has the envelope of the pages.
    pub fn has_page_envelope(&self) -> bool {
        self.page_envelope.unwrap_or(self.profile == Profile::Tiered)
    }

    /// Whether a test of an unknown event is refused as `invalid_event`.
    pub fn has_invalid_event(&self) -> bool {
        self.invalid_event.unwrap_or(self.profile == Profile::Seed)
    }

    /// These settings with the members of a JSON object in place of their own. `limits`, `forms` and `foreign`
    /// are merged by name; a plan can be given by its name.
    pub(crate) fn patched(&self, patch: &Value) -> Result<Self, String> {
        let mut patch = patch.clone();
        if let Some(plan) = patch["plan"].as_str() {
            patch["plan"] = named_plan(plan)?;
        }
        let changed = patched(self, &patch, &["limits", "forms", "foreign"])?;
        changed.check()?;
        Ok(changed)
    }

    /// Refuses what cannot be answered.
    pub(crate) fn check(&self) -> Result<(), String> {
        if !(400..500).contains(&self.active_status) {
            return Err(format!("activeStatus: {} is not from 400 to 499", self.active_status));
        }
        self.foreign.check(Service::Kakiyo)?;
        self.top_up.map_or(Ok(()), |rule| rule.check())
    }
}

/// A value with the members of a JSON object in place of its own; those named in `merged_members` are merged.
pub(crate) fn patched<T: Serialize + DeserializeOwned>(
    value: &T,
    patch: &Value,
    merged_members: &[&str],
) -> Result<T, String> {
    let Value::Object(patch) = patch else {
        return Err("settings must be an object".to_owned());
    };
    let mut merged = serde_json::to_value(value).map_err(|error| error.to_string())?;
    for (name, value) in patch {
        match value {
            Value::Object(members) if merged_members.contains(&name.as_str()) => {
                for (member, value) in members {
                    merged[name][member] = value.clone();
                }
            }
            _ => merged[name.as_str()] = value.clone(),
        }
    }
    serde_json::from_value(merged).map_err(|error| format!("settings: {error}"))
}

fn named_plan(name: &str) -> Result<Value, String> {
    let limits = match name {
        "pioneer" => PlanLimits::PIONEER,
        "hunter" => PlanLimits::HUNTER,
        "conqueror" => PlanLimits::CONQUEROR,
        "unlimited" | "agency" => PlanLimits::default(),
        _ => return Err(format!("plan: {name} is none of pioneer, hunter, conqueror, agency, unlimited")),
    };
    serde_json::to_value(limits).map_err(|error| error.to_string())
}

/// Durations as seconds with a fraction.
pub(crate) mod seconds {
    use std::time::Duration;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(span.as_secs_f64())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)
    }
}

/// As [`seconds`], or null.
pub(crate) mod optional_seconds {
    use std::time::Duration;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        span: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        span.map(|span| span.as_secs_f64()).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let seconds = Option::<f64>::deserialize(deserializer)?;
        seconds.map(|seconds| Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)).transpose()
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
        for patch in [
            json!({"windows": 1}),
            json!({"window": -1}),
            json!({"plan": "gold"}),
            json!({"activeStatus": 100}),
            json!({"limitModel": "fixed:x"}),
            json!({"limitModel": 5}),
            json!({"foreign": {"calls": {"key": 1}}}),
            json!({"foreign": {"burst": 0}}),
            json!({"topUp": {"credits": 0}}),
            json!({"topUp": {"credits": 1, "every": 0.5}}),
            json!({"topUp": {"credits": 1, "every": 60, "delay": 1}}),
            json!([]),
        ] {
            assert!(Settings::default().patched(&patch).is_err(), "{patch}");
        }
    }
}
