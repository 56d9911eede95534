//! An embedded stand-in for the Kakiyo service: the same routes, checks, limits, credits, imports and errors, on
//! the loopback interface, with nothing to install.
//!
//! It is written from the published facts alone and shares no code with the client, so that it can judge it: what
//! reached it and what it counted can be asked. Tests steer it in Rust through [`Sandbox`] and in any language
//! through the JSON routes under `/_sandbox`, which the README of this crate describes.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = kakiyo_sandbox::Sandbox::start_blocking()?;
//! assert!(sandbox.base_url().ends_with("/v1"));
//! assert_eq!(sandbox.api_key().len(), 40);
//! assert_eq!(sandbox.calls(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! A request goes: connection (`server`) → exchange → script or faults → admission → operation (`kakiyo/`) →
//! answer (`wire`).

mod admission;
mod answer;
mod arrival;
mod block_list;
mod builder;
mod call;
mod clock;
mod control;
mod counters;
mod enrichment;
mod exchange;
mod faults;
mod flight;
mod identifiers;
mod import;
mod kakiyo;
mod limits;
mod log;
mod model;
mod operation;
mod profile;
mod profile_url;
mod records;
mod sandbox;
mod script;
mod server;
mod settings;
mod state;
mod team_state;
mod validation;
mod wire;
mod world;

pub use builder::Builder;
pub use counters::{Counters, OperationCounters};
pub use faults::{Fault, FaultRule, When};
pub use log::{Ending, RecordedRequest};
pub use profile::Profile;
pub use sandbox::{ControlError, Sandbox, TeamKey};
pub use script::{HeaderValues, Reset, ScriptedAnswer};
pub use settings::{PlanLimits, SearchForm, Settings};
pub use team_state::{AgentState, RecordCounts, ScriptState, TeamState};
