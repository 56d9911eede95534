//! Models, ids and words of Kakiyo. They say what an answer holds, and nothing of how it is asked for.

mod agents;
mod campaigns;
mod dnc;
mod ids;
mod imports;
mod products;
mod prompts;
mod prospects;
mod search;
mod status;
mod verify;

pub use agents::{AgentCreated, NewAgent};
pub use campaigns::{Campaign, CampaignCreated, CampaignReport, CampaignStats, CampaignStatus};
pub use dnc::{DncBatchReport, DncOutcome, DncOutcomeStatus};
pub use ids::{AgentId, CampaignId, ChatId, ListId, ProductId, PromptId, ProspectId, TeamId};
pub use imports::{ImportAccepted, ImportRow, ImportStatus};
pub use products::ProductCreated;
pub use prompts::{Prompt, PromptCreated, PromptType};
pub use prospects::{Prospect, ProspectProfile, Qualification};
pub use search::{HitCampaign, HitLocation, HitStats, ProspectHit, SearchQualification};
pub use status::ConversationStatus;
pub use verify::Verified;
