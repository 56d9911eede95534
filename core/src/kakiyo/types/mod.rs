//! Models, ids and words of Kakiyo. They say what an answer holds, and nothing of how it is asked for.

mod agents;
mod campaigns;
mod confirmation;
mod dnc;
mod ids;
mod imports;
mod models;
mod products;
mod prompts;
mod prospects;
mod search;
mod status;
mod verify;

pub use agents::{AgentCreated, NewAgent};
pub use campaigns::{
    Campaign, CampaignChanged, CampaignCreated, CampaignDeleted, CampaignDeletion, CampaignReport,
    CampaignStats, CampaignStatus, DeletedItems,
};
pub use confirmation::Confirmation;
pub use dnc::{DncAdded, DncBatchReport, DncCheck, DncEntry, DncOutcome, DncOutcomeStatus, DncRemoved};
pub use ids::{
    AgentId, CampaignId, ChatId, DncEntryId, ListId, ModelId, ProductId, PromptId, ProspectId, TeamId,
};
pub use imports::{ImportAccepted, ImportRow, ImportStatus};
pub use models::{AiModel, AiModelPricing, AiModelStatus};
pub use products::{Product, ProductCreated};
pub use prompts::{FollowUp, Prompt, PromptChanged, PromptCreated, PromptDetails, PromptType};
pub use prospects::{
    ChatMessage, CustomDataSaved, MessageRole, Prospect, ProspectDetails, ProspectPerson, ProspectProfile,
    Qualification,
};
pub use search::{HitCampaign, HitLocation, HitStats, ProspectHit, SearchQualification};
pub use status::ConversationStatus;
pub use verify::Verified;
