//! The two readings of the service's public texts, and which limit applies to a call under each.
//!
//! `seed` follows the source guides (metered, 60 a minute per operation), `tiered` the documentation of July 2026
//! (unmetered, 60, 30 and 15 a minute by tier). The Do Not Contact buckets are the same in both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kaiko;
use crate::operation::{Group, Operation, Service, Tier};
use crate::settings::Settings;

/// Which of the two published rule sets a team lives under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Every call costs a credit; 60 calls a minute per team and operation; prospects need a name.
    #[default]
    Seed,
    /// Calls are free; 60, 30 or 15 calls a minute per team and tier; a missing name is filled in.
    Tiered,
}

/// The number of calls a minute of each Do Not Contact bucket.
const DO_NOT_CONTACT: [(&str, u32); 3] = [("dnc.reads", 60), ("dnc.writes", 30), ("dnc.batch", 10)];

const PER_OPERATION: u32 = 60;

const TIERS: [&str; 3] = ["tier.high", "tier.medium", "tier.low"];

/// Whether operations of a service share a bucket of this name, under one profile or the other.
pub(crate) fn is_group(service: Service, name: &str) -> bool {
    match service {
        Service::Kakiyo => TIERS.contains(&name) || DO_NOT_CONTACT.iter().any(|(known, _)| *known == name),
        Service::Kaiko => name == kaiko::BUCKET,
    }
}

/// Where a call is counted. `limit` is `None` where nothing is counted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) limit: Option<u32>,
}

/// The bucket of an operation under the settings of a team.
pub(crate) fn bucket(settings: &Settings, operation: &Operation) -> Bucket {
    let (group, default) = match (operation.group, settings.profile) {
        (Group::DoNotContact(name), _) => {
            let known = DO_NOT_CONTACT.iter().find(|(known, _)| *known == name);
            (name, known.map_or(PER_OPERATION, |&(_, limit)| limit))
        }
        (Group::Tier(_), Profile::Seed) => (operation.id, PER_OPERATION),
        // Kaiko counts by key, in its own way.
        (Group::KaikoKey, _) => (operation.id, PER_OPERATION),
        (Group::Tier(Tier::High), Profile::Tiered) => ("tier.high", 60),
        (Group::Tier(Tier::Medium), Profile::Tiered) => ("tier.medium", 30),
        (Group::Tier(Tier::Low), Profile::Tiered) => ("tier.low", 15),
    };
    let mut bucket = bucket_of(settings.unlimited, &settings.limits, operation.id, (group, default));
    // Whether a tier is one bucket or one per call is not published.
    let tier = matches!(operation.group, Group::Tier(_)) && settings.profile == Profile::Tiered;
    if tier && settings.tier_per_operation && bucket.name == group {
        bucket.name = format!("{group}/{}", operation.id);
    }
    bucket
}

/// The bucket of an operation that by default shares one with its group.
pub(crate) fn bucket_of(
    unlimited: bool,
    limits: &BTreeMap<String, Option<u32>>,
    operation: &str,
    (group, default): (&str, u32),
) -> Bucket {
    if unlimited {
        return Bucket { name: operation.to_owned(), limit: None };
    }
    // A limit that names the operation gives it a bucket of its own, whatever it shared before.
    if let Some(&limit) = limits.get(operation) {
        return Bucket { name: operation.to_owned(), limit };
    }
    let limit = limits.get(group).copied().unwrap_or(Some(default));
    Bucket { name: group.to_owned(), limit }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operation::route;

    fn drawn(settings: serde_json::Value, method: &str, path: &str) -> (String, Option<u32>) {
        let settings = Settings::default().patched(&settings).unwrap();
        let bucket = bucket(&settings, route(method, path).unwrap().operation);
        (bucket.name, bucket.limit)
    }

    #[test]
    fn each_profile_counts_in_its_own_way() {
        let seed = drawn(json!({}), "GET", "/v1/prospects/search");
        assert_eq!(seed, ("prospects.search".to_owned(), Some(60)));
        let tiered = |method, path| drawn(json!({"profile": "tiered"}), method, path);
        assert_eq!(tiered("GET", "/v1/verify"), ("tier.high".to_owned(), Some(60)));
        assert_eq!(tiered("GET", "/v1/campaigns"), ("tier.medium".to_owned(), Some(30)));
        assert_eq!(tiered("GET", "/v1/prospects/search"), ("tier.low".to_owned(), Some(15)));
        assert_eq!(tiered("POST", "/v1/dnc/batch"), ("dnc.batch".to_owned(), Some(10)));
    }

    #[test]
    fn limits_can_be_set_for_a_bucket_or_one_operation_or_lifted() {
        let set =
            json!({"profile": "tiered", "limits": {"tier.low": 3, "products.create": 1, "dnc.batch": null}});
        let drawn = |method, path| drawn(set.clone(), method, path);
        assert_eq!(drawn("POST", "/v1/prompts"), ("tier.low".to_owned(), Some(3)));
        assert_eq!(drawn("POST", "/v1/products"), ("products.create".to_owned(), Some(1)));
        assert_eq!(drawn("POST", "/v1/dnc/batch"), ("dnc.batch".to_owned(), None));
    }

    #[test]
    fn a_tier_can_be_one_bucket_per_operation() {
        let set = json!({"profile": "tiered", "tierPerOperation": true});
        assert_eq!(drawn(set, "POST", "/v1/prompts"), ("tier.low/prompts.create".to_owned(), Some(15)));
    }
}
