//! What Kaiko answers and takes: models, words, ids.
//!
//! The service mixes snake case and camel case and documents several forms of one thing. The models here have one form of
//! each; [`form`] brings every answer to it, name by name.

mod analysis;
mod beliefs;
mod chat;
mod context;
mod conversation;
mod emotion;
mod form;
mod growth;
mod messages;
mod patterns;
mod trajectory;
mod usage;

pub use analysis::*;
pub use beliefs::*;
pub use chat::*;
pub use context::*;
pub use conversation::*;
pub use emotion::*;
pub use growth::*;
pub use messages::*;
pub use patterns::*;
pub use trajectory::*;
pub use usage::*;
