//! Stores that keep the record of a team for several processes: one atomic step for each question.
//!
//! A store answers in durations from its own now: only the rate of clocks matters, never their offset. What is kept
//! holds no key: a team is named by its state id.

mod choice;
#[cfg(unix)]
mod host;
mod redis;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use super::call::Tier;
use super::ending::Ending;
use super::learned::{Learned, Passed};
use super::notice::Notice;
use super::presets::Ask;
use super::rule::Why;
use super::snapshot::GroupSnapshot;
use super::state::Grant;
use crate::credits::{AccountKey, Ledger, Refusal, Today};

pub use choice::StoreChoice;
pub(crate) use choice::{STORE_TIMEOUT, open};

/// The record of one team, shared with other processes.
pub(super) trait Store: fmt::Debug + Send + Sync {
    /// Asks for a slot in every group of the call and for the reservation of its price, all or nothing.
    ///
    /// With `ahead` above zero so many calls of the same line go first: nothing is granted, the answer is when this one
    /// could go.
    fn admit(self: Arc<Self>, ask: Arc<Ask>, ahead: u32) -> BoxFuture<'static, Result<Step, StoreError>>;

    /// Books the end of a call. Repeating it changes nothing. Tries until the lease would have ended by itself.
    fn end(
        self: Arc<Self>,
        ask: Arc<Ask>,
        grant: Grant,
        ending: Ending,
    ) -> BoxFuture<'static, Result<Vec<Notice>, StoreError>>;

    /// Notes what the calls of this process proved.
    fn pass(self: Arc<Self>, tier: Tier, passed: Passed) -> BoxFuture<'static, Result<(), StoreError>>;

    /// Changes the money by the user's word.
    fn change(self: Arc<Self>, change: Change) -> BoxFuture<'static, Result<(), ChangeError>>;

    /// What the store holds now.
    fn view(self: Arc<Self>) -> BoxFuture<'static, Result<View, StoreError>>;

    /// What was learned of the team, as of the last answer of the store.
    fn learned(&self) -> Learned;
}

/// The answer to a question for admission; durations count from now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Admit(Grant),
    Refuse(Refusal),
    Wait { earliest: Duration, look: Duration, why: Why },
}

/// What users change by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Calls may go again after a 402.
    Resume,
    /// The balance is this, as the service's own page shows it. The client's own option is older.
    Declare { balance: u64, option: Option<u64> },
    /// Of the credits that calls without a known end hold in this account, so many were charged.
    Reconcile { account: AccountKey, charged: u64 },
}

/// What a store holds, for users to look at.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    pub(crate) groups: Vec<GroupSnapshot>,
    /// Every account, and the purse.
    pub(crate) ledger: Ledger,
    /// Of what the accounts have reserved, what calls in flight hold; the rest is held by calls without a known end.
    pub(crate) in_flight: Vec<(AccountKey, u64)>,
    /// The store's now and day, as the ledger counts them.
    pub(crate) now: Duration,
    pub(crate) today: Today,
    /// Where it is kept, in words: `in this process`, `in <file>`, `at <address>`.
    pub(crate) place: String,
    /// What was learned, in words.
    pub(crate) learned: Vec<String>,
}

impl View {
    /// What calls in flight hold of the reservations of an account.
    pub(crate) fn in_flight_of(&self, account: &AccountKey) -> u64 {
        self.in_flight.iter().find(|(known, _)| known == account).map_or(0, |(_, credits)| *credits)
    }
}

/// Why the user's word about credits was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChangeError {
    Store(StoreError),
    /// The number contradicts what is known.
    Contradiction(String),
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A store that could not be asked. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// What is wrong and what to do, in one line without secrets.
    pub message: String,
    /// Whether the options are wrong, so that trying again is of no use.
    pub misconfigured: bool,
}

impl StoreError {
    pub(super) fn unreachable(message: impl Into<String>) -> Self {
        Self { message: message.into(), misconfigured: false }
    }

    pub(super) fn misconfigured(message: impl Into<String>) -> Self {
        Self { message: message.into(), misconfigured: true }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}
