//! The connection to the server: made with the first step, shared by all steps of this process, made anew when it breaks.
//!
//! A step is tried until it has an answer or the time is over. What goes wrong is told without the address's password.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, RedisResult};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::fault::{Fault, fault};
use super::keys::kind_of;
use crate::quota::store::StoreError;
use crate::secret::Secret;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

pub(super) struct Link {
    client: Client,
    place: String,
    live: Mutex<Option<Live>>,
    made: AtomicU64,
}

/// A connection, and what the server said of itself when it was made.
#[derive(Clone)]
pub(super) struct Live {
    pub(super) connection: MultiplexedConnection,
    /// The name of the server's life: another one after each start.
    pub(super) server: Option<String>,
    uptime: Option<Duration>,
    since: Instant,
    /// By which policy the server may forget records when its memory is full.
    pub(super) forgetful: Option<String>,
    /// Connections made before this one.
    number: u64,
}

impl Live {
    /// How long the server has been running.
    pub(super) fn uptime(&self) -> Option<Duration> {
        self.uptime.map(|uptime| uptime.saturating_add(self.since.elapsed()))
    }
}

impl Link {
    pub(super) fn new(url: &Secret) -> Result<Self, StoreError> {
        let client = Client::open(url.expose()).map_err(|_| {
            // Of the address itself nothing is repeated: it may hold a password.
            StoreError::misconfigured(
                "the address of the Redis server is wrong: expected redis://user:password@host:port/database, where all \
                 but the host may be left out; rediss:// is for TLS",
            )
        })?;
        let info = client.get_connection_info();
        let address = info.addr();
        if let ConnectionAddr::TcpTls { .. } = address
            && rustls::crypto::CryptoProvider::get_default().is_none()
        {
            // The crate takes no configuration of ours, and would not know which provider to choose.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let db = match info.redis_settings().db() {
            0 => String::new(),
            number => format!(", database {number}"),
        };
        let place = format!("Redis at {address}{db}");
        Ok(Self { client, place, live: Mutex::default(), made: AtomicU64::new(0) })
    }

    /// Where it is, without user and password.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Runs a step until it is answered, at the longest until `deadline`. The step has to be one that may be repeated.
    pub(super) async fn run<T>(
        &self,
        deadline: Instant,
        keys: &[String],
        mut step: impl FnMut(Live) -> BoxFuture<'static, RedisResult<T>>,
    ) -> Result<T, StoreError> {
        let started = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let mut used = None;
            let attempt = async {
                let live = self.live().await?;
                used = Some(live.number);
                step(live).await
            };
            let fault = match timeout_at(deadline, attempt).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => fault(&error),
                Err(_) => Fault::Again("it does not answer".to_owned()),
            };
            match fault {
                Fault::Again(what) => {
                    self.forget(used);
                    if Instant::now() + pause >= deadline {
                        return Err(self.unreachable(&what, started.elapsed()));
                    }
                }
                Fault::Now(what) => return Err(self.unreachable(&what, started.elapsed())),
                Fault::Foreign => return Err(self.foreign(keys).await),
                Fault::Options(what) => return Err(self.wrong(&what)),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// The next step makes a new connection. Steps of others on this one go on.
    fn forget(&self, used: Option<u64>) {
        if let Ok(mut live) = self.live.try_lock()
            && live.as_ref().map(|live| live.number) == used
        {
            *live = None;
        }
    }

    /// Names the first key with data that this library did not write.
    async fn foreign(&self, keys: &[String]) -> StoreError {
        for key in keys {
            let Ok(Live { mut connection, .. }) = self.live().await else { break };
            let asked = redis::cmd("TYPE").arg(key).query_async::<String>(&mut connection).await;
            if let Ok(kind) = asked
                && kind != "none"
                && kind != kind_of(key)
            {
                return self.wrong(&format!(
                    "the key {key} holds a {kind} of somebody else; use another database, or delete the key"
                ));
            }
        }
        self.wrong(
            "a key that begins with kakiyo: holds what this library did not write; use another database",
        )
    }

    fn wrong(&self, what: &str) -> StoreError {
        StoreError::misconfigured(format!("{}: {what}; nothing was sent", self.place))
    }

    async fn live(&self) -> RedisResult<Live> {
        let mut live = self.live.lock().await;
        if let Some(live) = &*live {
            return Ok(live.clone());
        }
        // Time-outs are kept by `run`.
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let mut connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        let said = match redis::cmd("INFO").query_async::<String>(&mut connection).await {
            Ok(said) => Info::of(&said),
            // Not every hosted server lets everybody ask.
            Err(error) if matches!(error.code(), Some("NOPERM" | "ERR")) => Info::default(),
            Err(error) => return Err(error),
        };
        let made = Live {
            connection,
            server: said.field("run_id"),
            uptime: said
                .field("uptime_in_seconds")
                .and_then(|seconds| seconds.parse().ok())
                .map(Duration::from_secs),
            since: Instant::now(),
            forgetful: said.forgetful(),
            number: self.made.fetch_add(1, Ordering::Relaxed),
        };
        *live = Some(made.clone());
        Ok(made)
    }

    fn unreachable(&self, what: &str, after: Duration) -> StoreError {
        StoreError::unreachable(format!(
            "{} cannot be asked: {what}; tried for {:.1} s; nothing was sent, because without it calls and credits of \
             others are not known",
            self.place,
            after.as_secs_f64()
        ))
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Link").field("place", &self.place).finish_non_exhaustive()
    }
}

/// What the server says of itself.
#[derive(Default)]
struct Info(HashMap<String, String>);

impl Info {
    fn of(text: &str) -> Self {
        let fields = text.lines().filter_map(|line| line.trim().split_once(':'));
        Self(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn field(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.is_empty()).cloned()
    }

    fn forgetful(&self) -> Option<String> {
        let limited = self.field("maxmemory").is_some_and(|bytes| bytes != "0");
        self.field("maxmemory_policy").filter(|policy| limited && policy != "noeviction")
    }
}
