//! An embedded stand-in for the services Kakiyo and Kaiko: the same routes, checks, limits, credits, imports and
//! errors, on the loopback interface, with nothing to install.
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
//! // Kaiko is at the same port, with keys of its own.
//! assert!(sandbox.kaiko_api_key().starts_with("kaiko_live_"));
//! assert_eq!(sandbox.kaiko_base_url(), sandbox.origin());
//! # Ok(())
//! # }
//! ```
//!
//! A request goes: connection (`server`) → exchange → script or faults → admission → operation (`kakiyo/`) →
//! answer (`wire`). From admission to the operation, Kaiko has its own way (`kaiko/service`).

mod admission;
mod agent;
mod answer;
mod arrival;
mod block_list;
mod builder;
mod call;
mod clock;
mod control;
mod counters;
mod enrichment;
mod events;
mod exchange;
mod fault_header;
mod faults;
mod flight;
mod foreign;
mod forms;
mod identifiers;
mod import;
mod kaiko;
mod kakiyo;
mod limits;
mod log;
mod model;
mod operation;
mod profile;
mod profile_url;
mod purse;
mod records;
mod sales_navigator;
mod sandbox;
mod script;
mod server;
mod settings;
mod snapshot;
mod state;
mod team_state;
mod validation;
mod webhook;
mod wire;
mod workspace;
mod world;

pub use builder::Builder;
pub use counters::{Counters, ForeignCounters, OperationCounters};
pub use events::EventNames;
pub use faults::{Fault, FaultRule, When};
pub use foreign::ForeignTraffic;
pub use forms::{CampaignPaging, Forms, WaitSign};
pub use kaiko::{KaikoPoint, KaikoProfile, KaikoSettings, KaikoState, KeyStatus};
#[doc(hidden)]
pub use limits::LimitMeter;
pub use limits::LimitModel;
pub use log::{Ending, RecordedRequest};
pub use profile::Profile;
pub use purse::TopUp;
pub use sandbox::{ControlError, Sandbox, TeamKey};
pub use script::{HeaderValues, Reset, ScriptedAnswer};
pub use settings::{AgentStates, PlanLimits, RateForm, SearchForm, Settings, SignIn};
pub use team_state::{AgentState, RecordCounts, ScriptState, TeamState};
