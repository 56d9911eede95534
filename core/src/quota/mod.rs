//! The quota limiter: an acknowledged window per group, shared by all clients of one team in this process.
//!
//! A call asks [`Team::admit`] and gets a [`Lease`]; a slot is taken before the first byte is sent and comes free one
//! window plus a margin after the *answer* arrived, so that the server counts at most N calls in any window.
//! `state` decides (pure, over a `now`), `queue` keeps the order, `team` and `waiter` do the waiting.
//! This module names no resource of any service: the caller brings the numbers ([`ServiceLimits`]) and the groups
//! ([`CallGroup`]). Money, stores and pacing are other subjects.

mod call;
mod clock;
mod ending;
mod evidence;
mod forecast;
mod foresee;
mod group;
mod learned;
mod lease;
mod limits;
mod notice;
mod presets;
mod priced;
mod queue;
mod registry;
mod restraint;
mod rule;
mod shared;
mod slots;
mod snapshot;
mod state;
mod store;
mod team;
mod waiter;

#[cfg(test)]
mod tests;

pub use call::{CallGroup, Class, Tier};
pub use clock::{Clock, TokioClock};
pub(crate) use foresee::Foreseen;
pub use lease::{Answer, Lease, Settlement};
pub use limits::{InvalidLimits, Limit, LimitGroup, Limits};
pub(crate) use notice::Notice;
pub(crate) use presets::{Ask, Ears};
pub use presets::{ServiceLimits, Whole};
#[doc(hidden)]
pub use priced::Budgets;
pub use registry::{TeamId, team};
pub use rule::Pace;
pub use snapshot::GroupSnapshot;
pub(crate) use store::STORE_TIMEOUT;
pub(crate) use store::{Change, ChangeError};
pub use store::{StoreChoice, StoreError};
pub(crate) use team::NotAdmitted;
pub use team::{Team, WaitRefused};
