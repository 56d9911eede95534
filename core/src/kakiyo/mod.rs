//! Kakiyo: what the service is, and one file per resource with its arguments, operations and typed methods.
//!
//! Models and ids lie in `types`; they know nothing of operations.

mod agents;
mod campaigns;
mod dnc;
mod errors;
mod models;
mod products;
mod prompts;
mod prospects;
mod types;
mod verify;

use std::time::Duration;

pub use agents::{Agents, CreateAgent};
pub use campaigns::{
    Campaigns, CreateCampaign, DeleteCampaign, GetCampaignStats, ListCampaigns, PauseCampaign,
    ResumeCampaign, UpdateCampaign,
};
pub use dnc::{AddDnc, AddDncBatch, CheckDnc, Dnc, DncInput, ListDnc, RemoveDnc};
pub use models::{GetModel, ListModels, Models};
pub use products::{CreateProduct, ListProducts, Products};
pub use prompts::{CreatePrompt, FollowUpInput, GetPrompt, ListPrompts, Prompts, UpdatePrompt};
pub use prospects::{
    AddProspectsBatch, GetImportStatus, GetProspect, ListProspects, PauseProspect, ProspectInput, Prospects,
    QualifyProspect, ResumeProspect, SearchProspects, SetCustomData,
};
pub use types::*;
pub use verify::Verify;

use crate::config::ServiceProfile;
use crate::operation::Service;
use crate::quota::ServiceLimits;
use crate::registry::Entry;

/// Operations of all resources.
pub(crate) const OPERATIONS: &[&[Entry]] = &[
    verify::OPERATIONS,
    agents::OPERATIONS,
    campaigns::OPERATIONS,
    dnc::OPERATIONS,
    models::OPERATIONS,
    products::OPERATIONS,
    prompts::OPERATIONS,
    prospects::OPERATIONS,
];

/// The limits as the service publishes them: its key guide, its reference of July 2026, and its DNC pages.
const LIMITS: ServiceLimits = ServiceLimits {
    per_operation: 60,
    tiers: [60, 30, 15],
    shared: &[("dnc.read", 60), ("dnc.write", 30), ("dnc.batch", 10)],
    window: Duration::from_secs(60),
};

pub(crate) const PROFILE: ServiceProfile = ServiceProfile {
    service: Service::Kakiyo,
    default_base_url: "https://api.kakiyo.com/v1",
    key_variable: "KAKIYO_API_KEY",
    base_url_variable: "KAKIYO_BASE_URL",
    quota: &LIMITS,
    never_retried: &["sales_navigator_team_limit"],
    kind_of_code: errors::kind_of_code,
};
