//! The store of several hosts: a Redis or Valkey server, one script for each step, on the server's own time.
//!
//! The scripts (`lua`) make the same decision as `state` and `credits` in Rust, over the same numbers; a test compares the
//! two on random histories. What is said to users is worded in Rust, from how things stood before.
//! `question` is what scripts are asked, `answer` what is made of their answers, `connection` tries until there is one.

mod answer;
mod connection;
mod fault;
mod keys;
mod question;
mod script;
#[cfg(test)]
mod tests;
mod view;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use redis::Script;
use serde_json::{Value, json};
use tokio::time::Instant;

use self::connection::{Link, Live};
use self::keys::Keys;
use self::question::{Admit, Common, End, Known, learned_from};
use self::script::{Reply, SCRIPTS, Scripts, micros, millis};
use super::{Change, ChangeError, Step, Store, StoreError, View};
use crate::credits::{AccountKey, Ledger, Reservation, Today};
use crate::quota::call::Tier;
use crate::quota::ending::{Ending, How};
use crate::quota::learned::{Learned, Passed};
use crate::quota::notice::Notice;
use crate::quota::presets::Ask;
use crate::quota::registry::TeamId;
use crate::quota::rule::{MAX_IN_FLIGHT, hold};
use crate::quota::state::Grant;
use crate::response::Credits;
use crate::secret::Secret;

/// A question is asked anew when what it was made from has changed meanwhile; more often than this is no accident.
const QUESTIONS: u32 = 16;
const DAY: i64 = 24 * 3600;
/// Settling is tried again this often when the server is there but takes no writes.
const SETTLE_EVERY: Duration = Duration::from_secs(1);
/// A question without an answer is withdrawn as long as it may still be on its way.
const WITHDRAW: Duration = Duration::from_secs(20);

/// The record of one team on a server.
pub(super) struct RedisStore {
    link: Link,
    keys: Keys,
    timeout: Duration,
    fail_open: bool,
    heard: Mutex<Heard>,
    /// The longest time that calls from before may matter, in microseconds.
    quarantine: AtomicU64,
    /// Whether users know that calls go out unlimited, or that the server may forget.
    told_open: AtomicBool,
    told_forgetful: AtomicBool,
    scripts: &'static Scripts,
    #[cfg(test)]
    clock: Option<Arc<AtomicU64>>,
}

/// What the store said last.
#[derive(Debug, Default)]
struct Heard {
    epoch: Option<String>,
    seq: Option<u64>,
    learned: Learned,
    /// Days since 1970, by the store's clock.
    day: Option<i64>,
}

impl RedisStore {
    pub(super) fn new(
        url: &Secret,
        timeout: Duration,
        fail_open: bool,
        team: TeamId,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            link: Link::new(url)?,
            keys: Keys::new(team),
            timeout,
            fail_open,
            heard: Mutex::default(),
            quarantine: AtomicU64::new(micros(hold(MAX_IN_FLIGHT).saturating_add(MAX_IN_FLIGHT))),
            told_open: AtomicBool::new(false),
            told_forgetful: AtomicBool::new(false),
            scripts: &SCRIPTS,
            #[cfg(test)]
            clock: None,
        })
    }

    fn common(&self) -> Common {
        Common { quarantine: self.quarantine.load(Ordering::Relaxed), groups: 0, clock: self.test_clock() }
    }

    #[cfg(test)]
    fn test_clock(&self) -> Option<u64> {
        self.clock.as_ref().map(|clock| clock.load(Ordering::Relaxed))
    }

    #[cfg(not(test))]
    fn test_clock(&self) -> Option<u64> {
        None
    }

    fn heard<R>(&self, look: impl FnOnce(&mut Heard) -> R) -> R {
        look(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks a script until it answers, and takes note of what every answer tells.
    async fn ask(
        &self,
        deadline: Instant,
        script: &'static Script,
        keys: Vec<String>,
        question: impl Fn(&Live) -> Value + Send,
    ) -> Result<Reply, StoreError> {
        let step = |live: Live| {
            let mut invocation = script.prepare_invoke();
            invocation.key(&keys).arg(question(&live).to_string());
            let asked: BoxFuture<'static, _> = Box::pin(async move {
                let mut connection = live.connection;
                invocation.invoke_async::<HashMap<String, String>>(&mut connection).await
            });
            asked
        };
        let reply = Reply::from(self.link.run(deadline, &keys, step).await?);
        self.heard(|heard| {
            let epoch = reply.text("epoch").filter(|epoch| !epoch.is_empty());
            let seq = reply.number("seq");
            if heard.epoch.as_deref() == epoch {
                heard.seq = heard.seq.max(seq);
            } else if epoch.is_some() {
                (heard.epoch, heard.seq) = (epoch.map(str::to_owned), seq);
            }
            heard.learned = learned_from(reply.text("learned").unwrap_or_default());
            heard.day = i64::try_from(reply.time("now").as_secs()).ok().map(|seconds| seconds / DAY);
        });
        Ok(reply)
    }

    fn known(&self, live: &Live, candidate: u64) -> Known {
        self.heard(|heard| Known {
            epoch: heard.epoch.clone(),
            candidate: format!("{candidate:x}"),
            seq: heard.seq,
            // A server's start means nothing on the clock of a test.
            server: live.server.clone().filter(|_| self.test_clock().is_none()),
            uptime: live.uptime().map(micros).filter(|_| self.test_clock().is_none()),
        })
    }

    /// The day by the store's clock, as far as it is known.
    fn today(&self) -> (Today, i64) {
        let ours = || {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)) / DAY
        };
        let day = self.heard(|heard| heard.day).unwrap_or_else(ours);
        (Today::from_unix(day.saturating_mul(DAY)), day)
    }

    async fn ask_admission(&self, ask: &Ask, ahead: u32, id: u64) -> Result<Step, StoreError> {
        let deadline = Instant::now() + self.timeout;
        let rules: Vec<_> = ask.rules(&self.heard(|heard| heard.learned)).collect();
        let window = rules.iter().map(|rule| rule.window).max().unwrap_or(ask.window());
        let flight = rules.iter().map(|rule| rule.max_in_flight).max().unwrap_or(MAX_IN_FLIGHT);
        let quarantine = micros(hold(window).saturating_add(flight));
        self.quarantine.store(quarantine, Ordering::Relaxed);
        let candidate = fastrand::u64(..);
        for _ in 0..QUESTIONS {
            let (today, learned) = (self.today(), self.heard(|heard| heard.learned));
            let accounts = ask.money.as_ref().map(|claim| Ledger::keys(claim, today.0)).unwrap_or_default();
            let keys = self.keys.call(id, &ask.call, &accounts);
            let question = |live: &Live| {
                self.warn_forgetful(ask, live);
                let common = Common { quarantine, ..self.common() };
                json!(Admit::new(common, self.known(live, candidate), ask, id, &learned, today, ahead))
            };
            let reply = self.ask(deadline, &self.scripts.admit, keys, question).await?;
            if let Some(story) = reply.text("story") {
                ask.tell(&answer::story(story, self.link.place(), &reply));
            }
            if reply.kind() != "again" {
                return answer::step(&reply, ask, id, today.0, &learned, self.link.place());
            }
        }
        Err(StoreError::unreachable(
            "the record of the team changes faster than it can be asked; nothing was sent",
        ))
    }

    /// Once a process: records can vanish without a word.
    fn warn_forgetful(&self, ask: &Ask, live: &Live) {
        if let Some(policy) = &live.forgetful
            && !self.told_forgetful.swap(true, Ordering::Relaxed)
        {
            let place = self.link.place();
            ask.tell(&Notice::Store {
                message: format!(
                    "{place} forgets keys when its memory is full (maxmemory-policy {policy}), and with them what was \
                     sent and spent: set maxmemory-policy to noeviction"
                ),
            });
        }
    }

    /// Nobody knows whether the slot was taken: it is given back, or what is still under way may not take it.
    fn give_up(self: &Arc<Self>, ask: &Arc<Ask>, id: u64) {
        let (store, ask) = (Arc::clone(self), Arc::clone(ask));
        let today = self.today().0;
        let reservation = ask.money.as_ref().map(|claim| Reservation::booked(claim, today, None, 0));
        let grant = Grant { at: Duration::ZERO, left: None, probe: None, id, reservation };
        tokio::spawn(async move {
            let ending = Ending {
                how: How::Released,
                ended_ago: Duration::ZERO,
                took: Duration::ZERO,
                charge: Credits::NONE,
                out_of_credits: false,
            };
            let _ = store.book_end(&ask, &grant, ending, WITHDRAW).await;
        });
    }

    /// While the server is away calls go out unlimited, where the user wants that and no cap forbids it.
    fn open(&self, ask: &Ask, error: StoreError) -> Result<Step, StoreError> {
        let today = self.today().0;
        let guarded = |claim| !Ledger::caps(claim, today).is_empty();
        let guarded = ask.money.as_ref().is_some_and(|claim| claim.floor.is_some() || guarded(claim));
        if !self.fail_open || guarded {
            return Err(error);
        }
        if !self.told_open.swap(true, Ordering::Relaxed) {
            let message = format!(
                "{error}; but fail_open is set: calls without a budget go out unlimited and unrecorded"
            );
            ask.tell(&Notice::Store { message: message.replace("nothing was sent", "nothing is recorded") });
        }
        Ok(Step::Admit(Grant { at: Duration::ZERO, left: None, probe: None, id: 0, reservation: None }))
    }

    async fn book_end(
        &self,
        ask: &Ask,
        grant: &Grant,
        ending: Ending,
        patience: Duration,
    ) -> Result<Vec<Notice>, StoreError> {
        // Never recorded.
        if grant.id == 0 {
            return Ok(Vec::new());
        }
        let started = Instant::now();
        let deadline = started + patience;
        let reservation = grant.reservation.as_ref();
        let accounts = reservation.map(|booked| booked.accounts.as_slice()).unwrap_or_default();
        let passed = || if self.test_clock().is_some() { Duration::ZERO } else { started.elapsed() };
        let ago = || Ending { ended_ago: ending.ended_ago.saturating_add(passed()), ..ending };
        loop {
            let learned = self.heard(|heard| heard.learned);
            let end = |ending: &Ending| {
                End::new(self.common(), ask, (grant.id, grant.probe), reservation, ending, &learned)
            };
            let keys = self.keys.call(grant.id, &ask.call, accounts);
            match self.ask(deadline, &self.scripts.end, keys, |_| json!(end(&ago()))).await {
                Ok(reply) if reply.kind() == "again" => {}
                Ok(reply) => return Ok(answer::notices(&reply, ask, grant, &end(&ago()), &ago(), &learned)),
                Err(error) if error.misconfigured || Instant::now() + SETTLE_EVERY >= deadline => {
                    return Err(error);
                }
                Err(_) => tokio::time::sleep(SETTLE_EVERY).await,
            }
        }
    }

    async fn change(&self, keys: Vec<String>, change: &Value) -> Result<Reply, StoreError> {
        let question = |_: &Live| {
            let mut question = json!(self.common());
            if let (Value::Object(question), Value::Object(change)) = (&mut question, change) {
                question.extend(change.clone());
            }
            question
        };
        self.ask(Instant::now() + self.timeout, &self.scripts.change, keys, question).await
    }

    async fn book_change(&self, change: Change) -> Result<(), ChangeError> {
        let change = match change {
            Change::Resume => json!({"what": "resume"}),
            Change::Declare { balance, option } => {
                let mut change = json!({"what": "declare", "balance": balance});
                if let Some(option) = option {
                    change["option"] = json!(option);
                }
                change
            }
            Change::Reconcile { account, charged } => {
                return self.reconcile(&account, charged).await;
            }
        };
        self.change(self.keys.common(0), &change).await?;
        Ok(())
    }

    async fn reconcile(&self, key: &AccountKey, charged: u64) -> Result<(), ChangeError> {
        for _ in 0..QUESTIONS {
            let mut view = self.look().await?;
            let open = view.in_flight_of(key);
            let before = view.ledger.accounts.get(key).copied().unwrap_or_default();
            if let Err(contradiction) = view.ledger.reconcile(key, open, charged) {
                return Err(ChangeError::Contradiction(contradiction.to_string()));
            }
            let after = view.ledger.accounts.get(key).copied().unwrap_or_default();
            let change = json!({
                "what": "account",
                "before": [before.min, before.max, before.reserved],
                "after": [after.min, after.max, after.reserved],
                "name": key.to_string(),
                "keep": key.keep_for().map_or(0, millis),
            });
            let mut keys = self.keys.common(0);
            keys.push(self.keys.account(&key.to_string()));
            if self.change(keys, &change).await?.kind() == "done" {
                return Ok(());
            }
        }
        let message = "credits are booked faster than they can be reconciled; try again when it is quiet";
        Err(StoreError::unreachable(message).into())
    }
}

impl Store for RedisStore {
    fn admit(self: Arc<Self>, ask: Arc<Ask>, ahead: u32) -> BoxFuture<'static, Result<Step, StoreError>> {
        Box::pin(async move {
            // Scripts get it as text, and zero is a call that nobody recorded.
            let id = fastrand::u64(1..);
            match self.ask_admission(&ask, ahead, id).await {
                Err(error) if !error.misconfigured => {
                    if ahead == 0 {
                        self.give_up(&ask, id);
                    }
                    self.open(&ask, error)
                }
                answered => {
                    self.told_open.store(false, Ordering::Relaxed);
                    answered
                }
            }
        })
    }

    fn end(
        self: Arc<Self>,
        ask: Arc<Ask>,
        grant: Grant,
        ending: Ending,
    ) -> BoxFuture<'static, Result<Vec<Notice>, StoreError>> {
        Box::pin(async move {
            // Then the lease has ended by itself.
            let patience = ask.lease.min(Duration::from_hours(24));
            self.book_end(&ask, &grant, ending, patience).await
        })
    }

    fn pass(self: Arc<Self>, tier: Tier, passed: Passed) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(async move {
            let change = json!({"what": "pass", "tier": tier.index() + 1, "passed": passed as u8});
            RedisStore::change(&self, self.keys.common(0), &change).await.map(drop)
        })
    }

    fn change(self: Arc<Self>, change: Change) -> BoxFuture<'static, Result<(), ChangeError>> {
        Box::pin(async move { self.book_change(change).await })
    }

    fn view(self: Arc<Self>) -> BoxFuture<'static, Result<View, StoreError>> {
        Box::pin(async move { self.look().await })
    }

    fn learned(&self) -> Learned {
        self.heard(|heard| heard.learned)
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedisStore").field("link", &self.link).finish_non_exhaustive()
    }
}
