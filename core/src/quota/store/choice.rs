//! Which store keeps the record of a team.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

#[cfg(unix)]
use super::host::HostStore;
use super::redis::RedisStore;
use super::{Store, StoreError};
use crate::quota::registry::TeamId;
use crate::secret::Secret;

/// Where quota and credits of a team are recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreChoice {
    /// This host's store; this process's where the service runs on this machine, or no state folder can be written.
    #[default]
    Auto,
    /// In this process only.
    Process,
    /// A file in the state folder, shared by all processes of this user on this host.
    Host {
        /// The folder; unless given, that of the variable `KAKIYO_STATE_DIR`, or the user's state folder. It has to lie on a
        /// disk of this machine.
        folder: Option<PathBuf>,
    },
    /// A Redis or Valkey server, shared by all hosts that use it.
    Redis {
        /// Its address, `redis://` or `rediss://`.
        url: Secret,
        /// How long to wait for the server before a call fails.
        timeout: Duration,
        /// Whether calls go out unlimited while it is away. Calls with a cap never do.
        fail_open: bool,
    },
}

impl StoreChoice {
    /// The choice for a service at this address: a sandbox on this machine is begun anew all the time, and old state would
    /// be in its way.
    pub(crate) fn towards(self, loopback: bool) -> Result<Self, &'static str> {
        match self {
            Self::Auto if loopback => Ok(Self::Process),
            Self::Redis { ref url, timeout, .. } => {
                check_url(url.expose())?;
                if timeout.is_zero() || timeout > Duration::from_secs(300) {
                    return Err("the time-out must be more than zero and at most 300 s");
                }
                Ok(self)
            }
            other => Ok(other),
        }
    }
}

impl FromStr for StoreChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "auto" => Ok(Self::Auto),
            "process" => Ok(Self::Process),
            "host" => Ok(Self::Host { folder: None }),
            url if url.contains("://") => {
                check_url(url)?;
                Ok(Self::Redis { url: Secret::from(url), timeout: STORE_TIMEOUT, fail_open: false })
            }
            _ => Err(WORDS),
        }
    }
}

const WORDS: &str =
    "expected auto, process, host, or the address of a Redis server such as redis://host:6379";

/// How long a server is waited for unless somebody says.
pub(crate) const STORE_TIMEOUT: Duration = Duration::from_secs(5);

fn check_url(url: &str) -> Result<(), &'static str> {
    let url = url::Url::parse(url).map_err(|_| WORDS)?;
    match (url.scheme(), url.host_str()) {
        ("redis" | "rediss" | "valkey" | "valkeys", Some(host)) if !host.is_empty() => Ok(()),
        ("redis" | "rediss" | "valkey" | "valkeys", _) => Err("the address names no host"),
        _ => Err(WORDS),
    }
}

/// Opens the store of a team; none when its record is kept in this process.
///
/// # Errors
///
/// When a store was asked for that cannot be opened. What nobody asked for falls back to the process with a word.
pub(crate) async fn open(choice: &StoreChoice, team: TeamId) -> Result<Option<Arc<dyn Store>>, StoreError> {
    match choice {
        StoreChoice::Process => Ok(None),
        StoreChoice::Auto => host_if_possible(team).await,
        StoreChoice::Host { folder } => host(folder.as_deref(), team).await,
        StoreChoice::Redis { url, timeout, fail_open } => {
            Ok(Some(Arc::new(RedisStore::new(url, *timeout, *fail_open, team)?)))
        }
    }
}

#[cfg(unix)]
async fn host_if_possible(team: TeamId) -> Result<Option<Arc<dyn Store>>, StoreError> {
    match HostStore::open(None, team).await {
        Ok(store) => Ok(Some(store)),
        Err(not) if not.no_place => {
            let reason = not.error;
            tracing::warn!(target: "kakiyo::quota", "quota and credits are recorded in this process only, other processes that use the same key are not seen and budgets end with it: {reason}");
            Ok(None)
        }
        Err(not) => Err(not.error),
    }
}

#[cfg(unix)]
async fn host(folder: Option<&Path>, team: TeamId) -> Result<Option<Arc<dyn Store>>, StoreError> {
    match HostStore::open(folder, team).await {
        Ok(store) => Ok(Some(store)),
        Err(not) => Err(not.error),
    }
}

#[cfg(not(unix))]
async fn host_if_possible(_: TeamId) -> Result<Option<Arc<dyn Store>>, StoreError> {
    tracing::info!(target: "kakiyo::quota", "quota and credits are recorded in this process only: this platform has no store that processes share");
    Ok(None)
}

#[cfg(not(unix))]
async fn host(_: Option<&Path>, _: TeamId) -> Result<Option<Arc<dyn Store>>, StoreError> {
    Err(StoreError::misconfigured("this platform has no store that processes share: use a Redis server"))
}
