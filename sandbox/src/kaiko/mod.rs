//! The operations of the Kaiko service, version 2, and everything that only this service has.
//!
//! A request goes: `service` (key, limits, size, idempotency) → handler (`emotions`, `chat`) → scores and blocks
//! (`lexicon`, `scores`, `levels`, `trajectory`, `growth`, `mode`, `beliefs`, `hostility`). Log, faults, scripts,
//! counters and limiter are those of every world. What the two profiles disagree on is asked of `settings`.

mod account;
mod admission;
mod beliefs;
mod chat;
mod emotions;
mod failure;
mod growth;
mod hostility;
mod idempotency;
mod levels;
mod lexicon;
mod mode;
mod request;
mod scores;
mod service;
mod settings;
mod state;
mod stream;
mod tokens;
mod trajectory;

pub(crate) use account::Account;
pub(crate) use admission::{BUCKET, PREFIXES, bucket, place_of, price};
pub(crate) use service::serve;
pub use settings::{KaikoPoint, KaikoProfile, KaikoSettings, KeyStatus};
pub use state::KaikoState;

use crate::operation::Operation;

/// All operations, as the sum of the lists of the resources.
pub(crate) static OPERATIONS: &[&[Operation]] = &[emotions::OPERATIONS, chat::OPERATIONS];
