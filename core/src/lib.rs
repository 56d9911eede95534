//! Community client for Kakiyo (AI agents for LinkedIn outreach): never throttled, never overspent.
//!
//! Calls are scarce (60 a minute per endpoint) and cost credits; at zero credits every agent is paused. Every call of this
//! crate passes one choke point that waits for its slot, sends once, and books what it cost.
//!
//! ```no_run
//! use futures::TryStreamExt;
//! use kakiyo::{CreateCampaign, CreateProduct, Kakiyo};
//!
//! # async fn run() -> kakiyo::Result<()> {
//! let kakiyo = Kakiyo::from_env()?; // KAKIYO_API_KEY
//! let product = kakiyo.products().create(CreateProduct::new("Audit", "A two-week review of contracts.")).await?;
//! # let (prompt, agent) = ("p", "a");
//! let campaign = kakiyo.campaigns().create(CreateCampaign::new("Spring", &product.id, prompt, agent)).await?;
//! let mut chats = kakiyo.prospects().list(&campaign.id).max_items(500).into_stream();
//! while let Some(chat) = chats.try_next().await? {
//!     println!("{} {:?}", chat.id, chat.status);
//! }
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod admission;
#[cfg(feature = "blocking")]
mod blocking;
mod call;
mod cancel;
mod client;
mod config;
mod credits;
mod declare;
mod deprecation;
mod document;
pub mod enquiry;
mod error;
mod event;
mod explain;
mod figures;
mod kaiko;
mod kakiyo;
pub mod leads;
mod operation;
mod options;
mod paging;
#[doc(hidden)]
pub mod per_process;
pub mod quota;
pub mod registry;
mod response;
mod rules;
mod saving;
mod secret;
pub mod settings;
mod table;
pub mod transport;
mod value;
mod warning;

pub use call::{Call, CallBudget, Request};
pub use cancel::CancelToken;
pub use client::Client;
pub use config::Builder;
pub use credits::{
    Budget, BudgetOn, BudgetReport, CreditRange, CreditsReport, InvalidBudget, OutOfCredits, Per,
};
pub use document::{Describe, Document, Layout, Model, Normalise};
pub use error::{Error, ErrorKind, FieldIssue, Result};
pub use event::{Event, EventHook, EventKind, EventLevel};
pub use explain::{Bounds, ExplainedCall, Explanation};
pub use figures::{QuotaGroup, QuotaReport};
pub use kaiko::*;
pub use kakiyo::*;
pub use operation::{
    FromDocument, Group, Operation, OperationSpec, PagedOperation, Paging, PagingStyle, RetryClass, Row,
    Service, Shape,
};
pub use options::{CallOptions, PageOptions};
pub use paging::{Page, PageWalk, Paginator};
pub use quota::{Class, Limit, LimitGroup, Limits, Pace, StoreChoice};
pub use response::{Credits, Meta, Response};
pub use rules::{Arguments, Check, FieldPath};
pub use saving::{Coalesce, Coalescing, Saved};
pub use secret::{KeyProvider, Secret};
pub use value::{Argument, Timestamp};
pub use warning::{Warning, WarningHook, WarningKind};
