//! Kakiyo: what the service is, and one file per resource with its arguments, operations and typed methods.
//!
//! Models and ids lie in `types`; they know nothing of operations.

mod agent_settings;
mod agents;
mod analytics;
mod campaigns;
mod client;
mod dnc;
mod errors;
mod models;
mod products;
mod prompts;
mod prospects;
mod types;
mod verify;
mod webhooks;
mod working_hours;
mod workspaces;

use std::time::Duration;

pub use agent_settings::*;
pub use agents::*;
pub use analytics::*;
pub use campaigns::*;
pub use client::Kakiyo;
pub use dnc::*;
pub use models::*;
pub use products::*;
pub use prompts::*;
pub use prospects::*;
pub use types::*;
pub use verify::*;
pub use webhooks::*;
pub use working_hours::*;
pub use workspaces::*;

use crate::config::ServiceProfile;
use crate::operation::{RetryClass, Service};
use crate::quota::ServiceLimits;
use crate::registry::Entry;
use crate::secret::KeyHeader;
use crate::transport::error_body::Refusals;

const SERVICE: Service = Service::Kakiyo;

/// Operations of all resources.
pub(crate) const OPERATIONS: &[&[Entry]] = &[
    verify::OPERATIONS,
    agents::OPERATIONS,
    analytics::OPERATIONS,
    campaigns::OPERATIONS,
    dnc::OPERATIONS,
    models::OPERATIONS,
    products::OPERATIONS,
    prompts::OPERATIONS,
    prospects::OPERATIONS,
    webhooks::OPERATIONS,
    workspaces::OPERATIONS,
];

/// The limits as the service publishes them: its key guide, its reference of July 2026, and its DNC pages.
const LIMITS: ServiceLimits = ServiceLimits {
    per_operation: 60,
    tiers: [60, 30, 15],
    shared: &[("dnc.read", 60), ("dnc.write", 30), ("dnc.batch", 10)],
    window: Duration::from_secs(60),
    max_in_flight: Duration::from_secs(60),
    whole: None,
};

pub(crate) static PROFILE: ServiceProfile = ServiceProfile {
    service: SERVICE,
    default_base_url: "https://api.kakiyo.com/v1",
    key_variable: "KAKIYO_API_KEY",
    base_url_variable: "KAKIYO_BASE_URL",
    abandoned_hosts: &[],
    version_in_paths: "",
    quota: &LIMITS,
    unknown_post: RetryClass::UnsafeWrite,
    critical: &["agents.pause", "campaigns.pause", "prospects.pause", "dnc.add", "dnc.add_batch"],
    cheaper: &[
        ("prospects.add", "prospects.add_batch takes up to 100 people for the price of one call"),
        ("dnc.add", "dnc.add_batch takes up to 100 profiles for the price of one call"),
    ],
    never_retried: &["sales_navigator_team_limit"],
    kind_of_code: errors::kind_of_code,
    refusals: Refusals {
        out_of_credits: "every agent of the team is paused; top up, then resume the agents",
        rate_limited: "somebody else may use this team's quota",
        forbidden: None,
    },
    key_header: KeyHeader::Bearer,
    environments: &[("production", "https://api.kakiyo.com/v1")],
    key_warning: |_, _| None,
};
