//! The operations that the sandbox answers, and how a request is matched to one.
//!
//! Each resource file declares its operations as data (id, method, path, limit group, handler); the table here is
//! the sum of those lists. A literal path segment beats a parameter, so `/prospects/search` is never an id.

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::answer::Verdict;
use crate::call::Call;
use crate::kaiko;
use crate::kakiyo;

/// The path under which Kakiyo lives.
pub(crate) const BASE_PATH: &str = "/v1";

/// One of the two services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Service {
    #[default]
    Kakiyo,
    Kaiko,
}

impl Service {
    /// The service that answers a path. Everything outside of Kaiko's second version is Kakiyo's.
    pub(crate) fn of_path(path: &str) -> Self {
        match path.strip_prefix(Self::Kaiko.base_path()) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => Self::Kaiko,
            _ => Self::Kakiyo,
        }
    }

    fn base_path(self) -> &'static str {
        match self {
            Self::Kakiyo => BASE_PATH,
            Self::Kaiko => "/v2",
        }
    }

    fn operations(self) -> impl Iterator<Item = &'static Operation> {
        let lists = match self {
            Self::Kakiyo => kakiyo::OPERATIONS,
            Self::Kaiko => kaiko::OPERATIONS,
        };
        lists.iter().copied().flatten()
    }
}

/// Which tier of the tiered limits a call belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    High,
    Medium,
    Low,
}

/// How a call is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// By operation in one profile, by tier in the other.
    Tier(Tier),
    /// Do Not Contact has its own shared buckets in both profiles; the text names one of them.
    DoNotContact(&'static str),
    /// Kaiko has one bucket per key.
    KaikoKey,
}

pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) group: Group,
    pub(crate) handler: fn(&mut Call<'_>) -> Verdict,
}

impl Operation {
    /// Some pages know one code for every refusal of a key.
    pub(crate) fn key_code(&self) -> Option<&'static str> {
        match self.id {
            "prospects.import_sales_navigator" => Some("invalid_api_key"),
            id if self.is_do_not_contact() || id.starts_with("models.") => Some("unauthorized"),
            _ => None,
        }
    }

    /// What a wrong body or parameter is called.
    pub(crate) fn validation_code(&self) -> &'static str {
        let own = self.is_do_not_contact() || self.id == "prospects.delete_many";
        if own { "invalid_request" } else { "validation_error" }
    }

    /// The Do Not Contact routes name some failures differently from the rest.
    pub(crate) fn is_do_not_contact(&self) -> bool {
        matches!(self.group, Group::DoNotContact(_))
    }
}

/// All operations.
pub(crate) fn all() -> impl Iterator<Item = &'static Operation> {
    Service::Kakiyo.operations().chain(Service::Kaiko.operations())
}

/// An operation with the values of its path parameters, decoded.
pub(crate) struct Route {
    pub(crate) operation: &'static Operation,
    pub(crate) parameters: Vec<(&'static str, String)>,
}

/// Finds the operation for a method and an escaped path.
pub(crate) fn route(method: &str, path: &str) -> Option<Route> {
    let service = Service::of_path(path);
    let rest = path.strip_prefix(service.base_path())?.strip_prefix('/')?;
    let segments: Vec<&str> = rest.split('/').collect();
    service
        .operations()
        .filter(|operation| operation.method == method)
        .filter_map(|operation| Some(Route { operation, parameters: matched(operation.path, &segments)? }))
        .min_by_key(|route| route.parameters.len())
}

fn matched(pattern: &'static str, segments: &[&str]) -> Option<Vec<(&'static str, String)>> {
    let pattern: Vec<&'static str> = pattern.trim_start_matches('/').split('/').collect();
    if pattern.len() != segments.len() {
        return None;
    }
    let mut parameters = Vec::new();
    for (expected, found) in pattern.into_iter().zip(segments) {
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(_) if found.is_empty() => return None,
            Some(name) => parameters.push((name, percent_decode_str(found).decode_utf8_lossy().into_owned())),
            None if expected == *found => {}
            None => return None,
        }
    }
    Some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(method: &str, path: &str) -> Option<&'static str> {
        route(method, path).map(|route| route.operation.id)
    }

    #[test]
    fn literal_segments_beat_parameters_and_values_are_decoded() {
        assert_eq!(id("GET", "/v1/prospects/search"), Some("prospects.search"));
        assert_eq!(id("GET", "/v1/prospects/imports/a"), Some("prospects.import_status"));
        let route = route("GET", "/v1/campaigns/a%2Fb%25/stats").unwrap();
        assert_eq!(route.parameters, [("id", "a/b%".to_owned())]);
    }

    #[test]
    fn each_service_has_its_own_paths() {
        assert_eq!(id("POST", "/v2/emotions/batch-analysis"), Some("emotions.analyze_batch"));
        assert_eq!(id("POST", "/v2/emotions/a%2Fb/analysis"), Some("emotions.analyze_in_context"));
        // A context may have the name of a route.
        assert_eq!(id("GET", "/v2/emotions/analysis"), Some("emotions.state"));
        assert_eq!(id("POST", "/v1/emotions/analysis"), None);
        assert_eq!(id("GET", "/v2/verify"), None);
        assert_eq!(Service::of_path("/v2x/emotions"), Service::Kakiyo);
    }

    #[test]
    fn anything_else_has_no_route() {
        for (method, path) in [
            ("GET", "/verify"),
            ("POST", "/v1/verify"),
            ("GET", "/v1/verify/"),
            ("GET", "/v1/campaigns//stats"),
            ("GET", "/v1x/verify"),
        ] {
            assert_eq!(id(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn ids_and_places_are_unique() {
        let mut ids: Vec<&str> = all().map(|operation| operation.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
