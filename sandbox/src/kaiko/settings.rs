//! What can be set per Kaiko key: the profile, a side for each point on which the public texts and the public
//! source excerpts disagree, and the numbers.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::foreign::ForeignTraffic;
use crate::limits::LimitModel;
use crate::operation::Service;
use crate::purse::TopUp;
use crate::settings::{patched, seconds};

/// Which picture of the Kaiko service a key lives under, as a whole or on one point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KaikoProfile {
    /// The documentation.
    #[default]
    Contract,
    /// What the public source excerpts do.
    Observed,
}

/// A point on which the two profiles differ. Each can be set apart from the profile; which is what on either side
/// stands in the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum KaikoPoint {
    /// Which forms of a key are taken.
    Keys,
    /// How a missing or unknown key is refused.
    AuthFailure,
    /// The key of the emotion map without a context.
    StatelessKey,
    /// The key of the emotion map of a state.
    StateKey,
    /// What `text` of an emotion holds.
    Text,
    /// The shapes of error bodies.
    Errors,
    /// Which texts are an external id.
    ExternalId,
    /// A read of a context that does not exist.
    UnknownContext,
    /// An external id that is used again in one context.
    DuplicateId,
    /// The role `system` in a chat.
    SystemRole,
    /// `stream: true`.
    Stream,
    /// The batch route.
    Batch,
    /// The number of requests in a window.
    RateLimit,
    /// The number of requests at once.
    Concurrency,
    /// `Retry-After` on 429.
    RetryAfter,
    /// The header `Idempotency-Key`.
    Idempotency,
    /// The end of contexts.
    Retention,
    /// Credits and 402.
    Credits,
    /// The monthly number of tokens.
    TokenQuota,
    /// A model name that is not known.
    UnknownModel,
    /// Whose history makes the trajectory.
    History,
    /// Whether analyses without a context enter the history.
    StatelessTrace,
    /// Where the context id of an answer stands.
    ContextIdPlace,
    /// Which of several messages count.
    SeveralMessages,
    /// `conversationMode` and the emotions of the assistant in a chat.
    ChatEmotions,
    /// `object` of a message.
    MessageObject,
    /// How the length of a context id is measured.
    ContextIdLength,
    /// What `tools` holds.
    Tools,
    /// The names of token counters.
    Usage,
    /// Members that only the source excerpts know.
    Extras,
}

/// Whether a key may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum KeyStatus {
    /// It works.
    #[default]
    Active,
    /// It was taken back.
    Revoked,
    /// Its date has passed.
    Expired,
    /// It is paused: no writing calls.
    Paused,
    /// Its project is paused: no writing calls.
    ProjectPaused,
}

/// Everything that can be set for one Kaiko key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct KaikoSettings {
    /// Which picture of the service applies.
    pub profile: KaikoProfile,
    /// Points that are set apart from the profile; `None` is by profile.
    pub sides: BTreeMap<KaikoPoint, Option<KaikoProfile>>,
    /// Length of the rate-limit window, in sandbox time.
    #[serde(with = "seconds")]
    pub window: Duration,
    /// Switches the rate limit off.
    pub unlimited: bool,
    /// Limits that differ from the profile: `key` for the bucket of the key, or an operation, which then has a
    /// bucket of its own. `None` lifts the limit.
    pub limits: BTreeMap<String, Option<u32>>,
    /// How calls are counted against a limit.
    pub limit_model: LimitModel,
    /// What somebody else calls with the same key.
    pub foreign: ForeignTraffic,
    /// Credits that come by themselves, where calls cost any.
    pub top_up: Option<TopUp>,
    /// How many requests may run at once, where that is limited.
    pub concurrency: u64,
    /// How many tokens a month holds, where that is limited.
    pub monthly_tokens: u64,
    /// What is answered when they are used up: 429 or 402.
    pub quota_status: u16,
    /// Whether the key may be used.
    pub key: KeyStatus,
    /// How long a context outlives its last analysis, in sandbox time, where contexts end.
    #[serde(with = "seconds")]
    pub retention: Duration,
    /// How long an idempotency key is remembered, in sandbox time.
    #[serde(with = "seconds")]
    pub idempotency_lifetime: Duration,
    /// Answers as if the classifier were down.
    pub fallback: bool,
    /// Whether `conversationMode` is a text instead of an object.
    pub mode_as_text: bool,
    /// Sends the headers of a route that is about to end.
    pub deprecation: bool,
    /// Real time between two events of a stream.
    #[serde(with = "seconds")]
    pub stream_pause: Duration,
}

impl Default for KaikoSettings {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(86_400);
        Self {
            profile: KaikoProfile::Contract,
            sides: BTreeMap::new(),
            window: Duration::from_secs(60),
            unlimited: false,
            limits: BTreeMap::new(),
            limit_model: LimitModel::FirstHit,
            foreign: ForeignTraffic::default(),
            top_up: None,
            concurrency: 10,
            monthly_tokens: 100_000,
            quota_status: 429,
            key: KeyStatus::Active,
            retention: DAY,
            idempotency_lifetime: DAY,
            fallback: false,
            mode_as_text: false,
            deprecation: false,
            stream_pause: Duration::ZERO,
        }
    }
}

impl KaikoSettings {
    /// Whether a point is on the side of the documentation.
    pub fn documented(&self, point: KaikoPoint) -> bool {
        self.sides.get(&point).copied().flatten().unwrap_or(self.profile) == KaikoProfile::Contract
    }

    /// These settings with the members of a JSON object in place of their own; `sides`, `limits` and `foreign`
    /// are merged.
    pub(crate) fn patched(&self, patch: &Value) -> Result<Self, String> {
        let new: Self = patched(self, patch, &["sides", "limits", "foreign"])?;
        new.check()?;
        Ok(new)
    }

    /// Refuses what cannot be answered.
    pub(crate) fn check(&self) -> Result<(), String> {
        if !matches!(self.quota_status, 402 | 429) {
            return Err(format!("settings: quotaStatus: {} is neither 402 nor 429", self.quota_status));
        }
        self.foreign.check(Service::Kaiko)?;
        self.top_up.map_or(Ok(()), |rule| rule.check())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_point_follows_the_profile_unless_it_is_set_apart() {
        let first = json!({"profile": "observed", "sides": {"text": "contract", "batch": "contract"}});
        let settings = KaikoSettings::default().patched(&first).unwrap();
        assert!(settings.documented(KaikoPoint::Text) && !settings.documented(KaikoPoint::Errors));
        let settings = settings.patched(&json!({"sides": {"text": null}})).unwrap();
        assert!(!settings.documented(KaikoPoint::Text) && settings.documented(KaikoPoint::Batch));
    }

    #[test]
    fn what_is_unknown_or_impossible_is_refused() {
        for patch in [
            json!({"sides": {"texts": "contract"}}),
            json!({"profile": "seed"}),
            json!({"quotaStatus": 500}),
            json!({"limitModel": "minute"}),
            json!({"foreign": {"calls": {"verify": 1}}}),
            json!({"topUp": {"credits": 0}}),
            json!({"retention": -1}),
            json!(3),
        ] {
            assert!(KaikoSettings::default().patched(&patch).is_err(), "{patch}");
        }
    }
}
