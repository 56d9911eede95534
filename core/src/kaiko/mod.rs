//! Kaiko: what the service is, and one file per resource with its arguments, operations and typed methods.

mod batch;
mod bodies;
mod chat;
mod client;
mod context;
mod emotions;
mod errors;
mod types;

pub use chat::*;
pub use client::Kaiko;
pub use emotions::*;
pub use types::*;

use std::time::Duration;

use crate::config::ServiceProfile;
use crate::operation::{RetryClass, Service};
use crate::quota::{ServiceLimits, Whole};
use crate::registry::Entry;
use crate::secret::KeyHeader;
use crate::transport::error_body::Refusals;

const SERVICE: Service = Service::Kaiko;

/// Operations of all resources.
pub(crate) const OPERATIONS: &[&[Entry]] = &[emotions::OPERATIONS, chat::OPERATIONS];

/// 1,000 requests a minute and 10 at once for each key; the server ends a request after 30 s (its page on rate limits).
/// Older builds allow 60 a minute, so the number that the server names counts where it names one.
const LIMITS: ServiceLimits = ServiceLimits {
    per_operation: 1_000,
    tiers: [1_000, 1_000, 1_000],
    shared: &[],
    window: Duration::from_secs(60),
    max_in_flight: Duration::from_secs(30),
    whole: Some(Whole { calls: 1_000, at_once: 10 }),
};

const PRODUCTION: &str = "https://api.kaikostudios.xyz";
const STAGING: &str = "https://stg.api.kaikostudios.xyz";

pub(crate) static PROFILE: ServiceProfile = ServiceProfile {
    service: SERVICE,
    default_base_url: PRODUCTION,
    abandoned_hosts: &["api.kaiko.ai", "kaiko.ai"],
    version_in_paths: "/v2",
    key_variable: "KAIKO_API_KEY",
    base_url_variable: "KAIKO_BASE_URL",
    quota: &LIMITS,
    unknown_post: RetryClass::KeyedWrite,
    critical: &[],
    cheaper: &[("emotions.analyze", "emotions.analyze_batch takes up to 100 texts")],
    never_retried: &[],
    kind_of_code: errors::kind_of_code,
    refusals: Refusals {
        out_of_credits: "the service takes no more texts until credit is added",
        rate_limited: "somebody else may use this key's quota",
        forbidden: Some(
            "the key or its project may be revoked, expired, paused or unknown: check the API key",
        ),
    },
    key_header: KeyHeader::Plain,
    environments: &[("production", PRODUCTION), ("staging", STAGING)],
    key_warning,
};

/// Keys say which environment they are for, where they have one of the documented prefixes.
fn key_warning(address: &url::Url, key: &str) -> Option<String> {
    let host = |text: &str| url::Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    let is = |text: &str| host(text).as_deref() == address.host_str();
    let (meant, met) = match key {
        key if key.starts_with("kaiko_test_") && is(PRODUCTION) => ("staging", "production"),
        key if key.starts_with("kaiko_live_") && is(STAGING) => ("production", "staging"),
        _ => return None,
    };
    Some(format!("this key is made for {meant}, but the address is {met}: check the environment"))
}
