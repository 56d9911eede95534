//! Waiting for a store that other processes use too.
//!
//! Within this process calls wait in lines, first come first served; only the first of a line asks the store, sleeps as
//! long as the store says, and asks again. Between processes whoever asks first after a slot came free gets it.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OnceCell, oneshot};

use super::call::Class;
use super::ending::{Ending, How};
use super::evidence::Evidence;
use super::lease::{Lease, Settlement};
use super::notice::Notice;
use super::presets::Ask;
use super::queue::LineName;
use super::registry::TeamId;
use super::rule::Why;
use super::state::Grant;
use super::store::{self, Step, Store, StoreChoice, StoreError};
use super::team::{NotAdmitted, Team, WaitRefused};
use super::waiter::{NOTICE_AFTER, NOTICE_EVERY};
use crate::response::Credits;

/// The first of a line asks at least this often: calls of other processes end without a word.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// While another process's call in flight is waited for, the first of a line asks again after a share of the window.
const SHARE: u32 = 400;
const SHORTEST_SLEEP: Duration = Duration::from_millis(2);

/// The way of a team to its store.
pub(super) struct Shared {
    choice: StoreChoice,
    team: TeamId,
    store: OnceCell<Option<Arc<dyn Store>>>,
    lines: Mutex<HashMap<(LineName, Class), Arc<Line>>>,
    evidence: Mutex<Evidence>,
    /// Told when a call of this process ends.
    ended: Notify,
}

#[derive(Debug, Default)]
struct Line {
    turn: tokio::sync::Mutex<Option<Duration>>,
    /// Calls in it, the first included.
    length: AtomicU32,
}

/// A place in a line; dropping it leaves.
struct Place {
    line: Arc<Line>,
    ahead: u32,
}

impl Place {
    fn take(line: Arc<Line>) -> Self {
        let ahead = line.length.fetch_add(1, Ordering::Relaxed);
        Self { line, ahead }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.line.length.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shared {
    pub(super) fn new(choice: StoreChoice, team: TeamId) -> Self {
        Self {
            choice,
            team,
            store: OnceCell::new(),
            lines: Mutex::default(),
            evidence: Mutex::default(),
            ended: Notify::new(),
        }
    }

    /// The store, opened with the first call; none when the record is kept in this process after all.
    pub(super) async fn store(&self) -> Result<Option<Arc<dyn Store>>, StoreError> {
        self.store.get_or_try_init(|| store::open(&self.choice, self.team)).await.cloned()
    }

    /// The store, if it is open.
    pub(super) fn opened(&self) -> Option<&Arc<dyn Store>> {
        self.store.get().and_then(Option::as_ref)
    }

    pub(super) async fn enter(
        &self,
        team: &Arc<Team>,
        store: &Arc<dyn Store>,
        ask: Arc<Ask>,
        max_wait: Option<Duration>,
    ) -> Result<Lease, NotAdmitted> {
        let since = team.clock().now();
        let place = Place::take(self.line(store, &ask));
        // Who comes late and has no time learns it at once, not when its turn comes.
        if let Some(longest) = max_wait
            && place.ahead > 0
        {
            match store.clone().admit(Arc::clone(&ask), place.ahead).await.map_err(NotAdmitted::Store)? {
                Step::Wait { earliest, why, .. } if earliest > longest => {
                    return Err(too_long(&ask, earliest, why));
                }
                Step::Refuse(refusal) => return Err(NotAdmitted::Refused(refusal)),
                Step::Wait { .. } | Step::Admit(_) => {}
            }
        }
        let mut turn = match max_wait {
            None => place.line.turn.lock().await,
            Some(longest) => match tokio::time::timeout(longest, place.line.turn.lock()).await {
                Ok(turn) => turn,
                Err(_) => return Err(too_long(&ask, longest, None)),
            },
        };
        loop {
            let ended = self.ended.notified();
            match admit(store, &ask).await.map_err(NotAdmitted::Store)? {
                Step::Admit(grant) => {
                    let now = team.clock().now();
                    let waited =
                        if place.ahead == 0 { waited(since, now) } else { now.saturating_sub(since) };
                    return Ok(Lease::new(Arc::clone(team), ask, grant, now, waited));
                }
                Step::Refuse(refusal) => return Err(NotAdmitted::Refused(refusal)),
                Step::Wait { earliest, look, why } => {
                    let so_far = team.clock().now().saturating_sub(since);
                    let patience = max_wait.map(|longest| longest.saturating_sub(so_far));
                    if patience.is_some_and(|patience| patience.is_zero() || earliest > patience) {
                        return Err(too_long(&ask, so_far.saturating_add(earliest), Some(why)));
                    }
                    notice(&ask, team.clock().now(), so_far, earliest, why, &mut turn);
                    let sleep = match why {
                        Why::Busy { .. } | Why::Probing { .. } => look.min(ask.window() / SHARE),
                        _ => look,
                    };
                    let sleep = sleep.clamp(SHORTEST_SLEEP, LONGEST_SLEEP);
                    let sleep = patience.map_or(sleep, |patience| sleep.min(patience));
                    let _ = tokio::time::timeout(sleep, ended).await;
                }
            }
        }
    }

    /// Settles a call in the background; whoever waits hears when it is done.
    pub(super) fn end(
        &self,
        team: &Team,
        store: &Arc<dyn Store>,
        ask: &Arc<Ask>,
        grant: &Grant,
        ending: Ending,
    ) -> Settlement {
        let proved = self.evidence.lock().unwrap_or_else(PoisonError::into_inner).heard(
            ask,
            &store.learned(),
            team.clock().now(),
            &ending,
        );
        // Without a runtime nothing can be told to the store: the lease ends by itself.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return Settlement::done() };
        let (done, outcome) = oneshot::channel();
        let (store, ask, grant) = (Arc::clone(store), Arc::clone(ask), grant.clone());
        runtime.spawn(async move {
            match store.clone().end(Arc::clone(&ask), grant, ending).await {
                Ok(notices) => notices.iter().for_each(|notice| ask.tell(notice)),
                Err(error) => {
                    tracing::warn!(target: "kakiyo::quota", "a call could not be settled, its slot is held until its lease ends: {error}");
                }
            }
            if let Some((tier, passed)) = proved
                && let Err(error) = store.pass(tier, passed).await
            {
                tracing::debug!(target: "kakiyo::quota", "what was learned could not be kept: {error}");
            }
            let _ = done.send(());
        });
        self.ended.notify_waiters();
        Settlement::pending(outcome)
    }

    fn line(&self, store: &Arc<dyn Store>, ask: &Ask) -> Arc<Line> {
        let name = (LineName::of(&store.learned(), ask), ask.call.class);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() > 64 {
            lines.retain(|_, line| Arc::strong_count(line) > 1);
        }
        Arc::clone(lines.entry(name).or_default())
    }
}

/// Asks the store. When the caller goes away meanwhile, what was granted is given back.
async fn admit(store: &Arc<dyn Store>, ask: &Arc<Ask>) -> Result<Step, StoreError> {
    let (answer, step) = oneshot::channel();
    let (store, ask) = (Arc::clone(store), Arc::clone(ask));
    tokio::spawn(async move {
        let step = store.clone().admit(Arc::clone(&ask), 0).await;
        if let Err(Ok(Step::Admit(grant))) = answer.send(step) {
            let ending = Ending {
                how: How::Released,
                ended_ago: Duration::ZERO,
                took: Duration::ZERO,
                charge: Credits::NONE,
                out_of_credits: false,
            };
            let _ = store.end(ask, grant, ending).await;
        }
    });
    step.await
        .unwrap_or_else(|_| Err(StoreError::unreachable("the runtime is shutting down; nothing was sent")))
}

/// A question that was answered at once is no waiting.
fn waited(since: Duration, now: Duration) -> Duration {
    let waited = now.saturating_sub(since);
    if waited < Duration::from_millis(2) { Duration::ZERO } else { waited }
}

fn too_long(ask: &Ask, would_wait: Duration, why: impl Into<Option<Why>>) -> NotAdmitted {
    let reason = match why.into() {
        Some(why) => why.text(&ask.call),
        None => "others of this process wait for the same slots".to_owned(),
    };
    NotAdmitted::Wait(WaitRefused { would_wait, reason })
}

/// Says once in a while, for each line, that it waits.
fn notice(
    ask: &Ask,
    now: Duration,
    so_far: Duration,
    earliest: Duration,
    why: Why,
    last: &mut Option<Duration>,
) {
    if so_far < NOTICE_AFTER || last.is_some_and(|last| now < last.saturating_add(NOTICE_EVERY)) {
        return;
    }
    *last = Some(now);
    ask.tell(&Notice::waiting(&ask.call, earliest, why));
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shared").field("choice", &self.choice).finish_non_exhaustive()
    }
}
