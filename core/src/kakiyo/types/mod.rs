//! Models, ids and words of Kakiyo. They say what an answer holds, and nothing of how it is asked for.

mod agents;
mod analytics;
mod campaigns;
mod confirmation;
mod deletions;
mod dnc;
mod ids;
mod imports;
mod models;
mod products;
mod prompts;
mod prospects;
mod rate;
mod search;
mod status;
mod verify;
mod webhook_events;
mod webhooks;
mod working_hours;
mod workspaces;

pub use agents::*;
pub use analytics::*;
pub use campaigns::*;
pub use confirmation::*;
pub use deletions::*;
pub use dnc::*;
pub use ids::*;
pub use imports::*;
pub use models::*;
pub use products::*;
pub use prompts::*;
pub use prospects::*;
pub use search::*;
pub use status::*;
pub use verify::*;
pub use webhook_events::*;
pub use webhooks::*;
pub use working_hours::*;
pub use workspaces::*;

pub(in crate::kakiyo) use working_hours::hours_in_one_form;
