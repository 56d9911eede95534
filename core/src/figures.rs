//! What a client knows of its quota and its credits, and what users say about the credits.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::call::Request;
use crate::client::Client;
use crate::credits::{AccountKey, CreditsReport};
use crate::error::{Error, Result};
use crate::operation::OperationSpec;
use crate::options::CallOptions;
use crate::quota::{self, Change, Foreseen, GroupSnapshot};
use crate::table::{Table, duration};

/// The quota of the team as far as this client's store has seen it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QuotaReport {
    /// Where the record is kept, without secrets.
    pub store: String,
    /// The groups that limited calls so far.
    pub groups: Vec<QuotaGroup>,
    /// What was learned from the server, in words.
    pub learned: Vec<String>,
}

/// One group of calls that share a limit.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QuotaGroup {
    /// The operation, the shared quota, or `high tier`, `team` and the like.
    pub name: String,
    /// Calls allowed in a window.
    pub limit: u32,
    /// The window.
    #[serde(serialize_with = "seconds")]
    pub window: Duration,
    /// Slots held: calls in flight, and calls answered within the window.
    pub held: u64,
    /// Calls in flight.
    pub in_flight: u64,
    /// How long the server's pause still lasts; zero without one.
    #[serde(serialize_with = "seconds")]
    pub paused_for: Duration,
}

fn seconds<S: Serializer>(time: &Duration, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

impl From<GroupSnapshot> for QuotaGroup {
    fn from(group: GroupSnapshot) -> Self {
        let GroupSnapshot { name, limit, window, held, in_flight, frozen_for } = group;
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let paused_for = frozen_for.unwrap_or_default();
        Self { name, limit, window, held: count(held), in_flight: count(in_flight), paused_for }
    }
}

impl QuotaReport {
    fn table(&self) -> Table {
        let rows = self.groups.iter().map(|group| {
            let pause = if group.paused_for.is_zero() { String::new() } else { duration(group.paused_for) };
            vec![
                group.name.clone(),
                format!("{} of {}", group.held, group.limit),
                duration(group.window),
                group.in_flight.to_string(),
                pause,
            ]
        });
        Table {
            title: format!("quota, kept {}", self.store),
            heading: vec!["group", "slots held", "window", "in flight", "paused for"],
            rows: rows.collect(),
            notes: self.learned.clone(),
        }
    }

    /// The same as an HTML fragment, for notebooks.
    pub fn html(&self) -> String {
        self.table().html()
    }
}

impl fmt::Display for QuotaReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table().fmt(f)
    }
}

impl Client {
    /// The quota as it is recorded now. Costs nothing and sends nothing to the service.
    ///
    /// # Errors
    ///
    /// Kind `connection` where the store cannot be asked; the errors of a key provider.
    pub async fn quota(&self) -> Result<QuotaReport> {
        let view = self.team().await?.view().await.map_err(stored)?;
        Ok(QuotaReport {
            store: view.place,
            groups: view.groups.into_iter().map(QuotaGroup::from).collect(),
            learned: view.learned,
        })
    }

    /// The credits as they are recorded now: what was spent, what is reserved, what budgets leave. What others spend is
    /// out of sight. Costs nothing and sends nothing to the service.
    ///
    /// # Errors
    ///
    /// As [`quota`](Self::quota).
    pub async fn credits(&self) -> Result<CreditsReport> {
        let view = self.team().await?.view().await.map_err(stored)?;
        let claim = self.shared().admission().standing_claim();
        let open = view.in_flight_of(&AccountKey::team());
        let saved = self.saved().by_reason().map(|(reason, credits)| (reason.to_owned(), credits)).collect();
        Ok(CreditsReport { saved, ..view.ledger.report(view.now, view.today, &claim, open) })
    }

    /// Declares the balance that the service's own page shows. It counts from now on, and calls that a 402 has stopped
    /// go again.
    ///
    /// # Errors
    ///
    /// As [`quota`](Self::quota).
    pub async fn declare_balance(&self, credits: u64) -> Result<()> {
        counted("credits", credits)?;
        let option = self.shared().admission().balance();
        self.change(Change::Declare { balance: credits, option }).await
    }

    /// Lets calls go again after a 402, at the user's word that there are credits.
    ///
    /// # Errors
    ///
    /// As [`quota`](Self::quota).
    pub async fn resume(&self) -> Result<()> {
        self.change(Change::Resume).await
    }

    /// Says how many credits the team's calls were really charged since the record began, as the service's own page
    /// shows. What was reserved for calls without a known end, such as those of a process that died, is free again.
    ///
    /// `account` is one of the names in the credits report, such as `team/ever`, `team/2026-11-22` or `tag:spring/ever`.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request` when the number contradicts what is known for sure; else as [`quota`](Self::quota).
    pub async fn reconcile(&self, account: &str, charged: u64) -> Result<()> {
        counted("charged", charged)?;
        let account: AccountKey = account.parse().map_err(|_| {
            Error::invalid("account", "expected a name such as team/ever, team/2026-11 or tag:spring/ever")
        })?;
        self.change(Change::Reconcile { account, charged }).await
    }

    /// When calls of an operation could go, with the price of one.
    pub(crate) async fn foresee(
        &self,
        spec: &'static OperationSpec,
        calls: u64,
        options: &CallOptions,
    ) -> Result<(u32, Foreseen)> {
        let request = Request::new(spec, String::new(), String::new(), None);
        let ask = self.shared().ask(&request, options, request.timeout);
        let foreseen = self.team().await?.foresee(ask, calls).await.map_err(stored)?;
        Ok((request.price, foreseen))
    }

    async fn change(&self, change: Change) -> Result<()> {
        self.team().await?.change(change).await.map_err(|error| match error {
            quota::ChangeError::Store(error) => stored(error),
            quota::ChangeError::Contradiction(message) => Error::invalid("charged", message),
        })
    }

    async fn team(&self) -> Result<std::sync::Arc<quota::Team>> {
        let key = self.shared().key().await?;
        Ok(self.shared().team(&key))
    }
}

fn counted(field: &'static str, credits: u64) -> Result<()> {
    crate::credits::check_number(field, credits)
        .map_err(|invalid| Error::invalid(invalid.field, invalid.message))
}

pub(crate) fn stored(error: quota::StoreError) -> Error {
    match error.misconfigured {
        true => Error::config("store", error.message),
        false => Error::new(crate::ErrorKind::Connection, error.message).with_safe_to_retry(true),
    }
}
