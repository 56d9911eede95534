//! Lots: rows that wait for each other, and their callers.
//!
//! A lot is a future that its callers drive together. It waits until it is sealed (full, late, or the client closes) and
//! sends its rows then. A row that leaves before that was never sent.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared, join_all};
use serde_json::Value;
use tokio::sync::{Notify, oneshot};

use super::fingerprint::Fingerprint;
use super::options::Coalesce;
use crate::call::{Answer, Request};
use crate::cancel::CancelToken;
use crate::error::{Error, ErrorKind, Result};

type Travelling = Shared<BoxFuture<'static, ()>>;

/// The lots of a client.
#[derive(Debug, Default)]
pub(super) struct Lots {
    kept: Arc<Mutex<Kept>>,
    closed: AtomicBool,
}

#[derive(Default)]
struct Kept {
    next: u64,
    /// Those that still take rows.
    open: HashMap<Fingerprint, u64>,
    /// Those that are not at their end.
    lots: HashMap<u64, (Arc<Lot>, WeakShared<BoxFuture<'static, ()>>)>,
}

/// Rows that are sent together.
struct Lot {
    rows: Mutex<Vec<Arc<Row>>>,
    sealed: Notify,
    /// Callers who wait.
    callers: AtomicUsize,
    /// Ends the call.
    token: Arc<CancelToken>,
}

/// What a caller hands over: the call that the row would be by itself, and the row.
#[derive(Debug)]
pub(super) struct Cargo {
    pub(super) request: Request,
    pub(super) row: Value,
}

/// One row of a lot.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) cargo: Cargo,
    stage: Mutex<Stage>,
    outcome: Mutex<Option<oneshot::Sender<Result<Answer>>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing of it was sent, or what was sent was refused as a whole.
    Waiting,
    UnderWay,
    Left,
}

/// One caller's place in a lot.
pub(super) struct Place {
    lot: Arc<Lot>,
    row: Arc<Row>,
    travelling: Travelling,
    outcome: oneshot::Receiver<Result<Answer>>,
    left: bool,
}

/// What leaving meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Departure {
    /// The row is taken out: it is not sent.
    TakenOut,
    /// The row is under way with those of others.
    LeftBehind,
    /// The row was under way and no caller is left: the call is cancelled.
    Last,
}

impl Lots {
    /// Whether rows go out at once.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// A place in the open lot of this key, or in a new one that `start` says how to send.
    pub(super) fn join<S, F>(
        &self,
        key: Fingerprint,
        coalesce: Coalesce,
        cargo: Cargo,
        start: impl FnOnce(Arc<CancelToken>) -> S,
    ) -> Place
    where
        S: FnOnce(Vec<Arc<Row>>) -> F + Send + 'static,
        F: Future<Output = ()> + Send,
    {
        let (sender, receiver) = oneshot::channel();
        let row =
            Arc::new(Row { cargo, stage: Mutex::new(Stage::Waiting), outcome: Mutex::new(Some(sender)) });
        let mut kept = locked(&self.kept);
        let known = kept.open.get(&key).and_then(|number| {
            let (lot, travelling) = kept.lots.get(number)?;
            Some((Arc::clone(lot), travelling.upgrade()?))
        });
        let (lot, travelling) = known.unwrap_or_else(|| {
            let token = Arc::new(CancelToken::new());
            let send = start(Arc::clone(&token));
            kept.begin(&self.kept, key, coalesce, token, send)
        });
        lot.callers.fetch_add(1, Ordering::SeqCst);
        let mut rows = locked(&lot.rows);
        rows.push(Arc::clone(&row));
        if rows.len() >= coalesce.size as usize {
            kept.open.remove(&key);
            lot.sealed.notify_one();
        }
        drop(rows);
        Place { lot, row, travelling, outcome: receiver, left: false }
    }

    /// Whether rows are gathered or on their way.
    pub(super) fn any(&self) -> bool {
        !locked(&self.kept).lots.is_empty()
    }

    /// Sends what lingers, and waits until all lots are at their end.
    pub(super) async fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        let travelling: Vec<Travelling> = {
            let mut kept = locked(&self.kept);
            kept.open.clear();
            let upgraded = kept.lots.values().filter_map(|(lot, travelling)| {
                lot.sealed.notify_one();
                travelling.upgrade()
            });
            upgraded.collect()
        };
        join_all(travelling).await;
    }
}

impl Kept {
    /// A new lot, open for rows.
    fn begin<S, F>(
        &mut self,
        whole: &Arc<Mutex<Self>>,
        key: Fingerprint,
        coalesce: Coalesce,
        token: Arc<CancelToken>,
        send: S,
    ) -> (Arc<Lot>, Travelling)
    where
        S: FnOnce(Vec<Arc<Row>>) -> F + Send + 'static,
        F: Future<Output = ()> + Send,
    {
        let number = self.next;
        self.next += 1;
        let lot = Arc::new(Lot {
            rows: Mutex::new(Vec::new()),
            sealed: Notify::new(),
            callers: AtomicUsize::new(0),
            token,
        });
        let end = End { kept: Arc::clone(whole), number, key };
        let own = Arc::clone(&lot);
        let travelling = async move {
            let end = end;
            tokio::select! {
                () = own.sealed.notified() => {}
                () = tokio::time::sleep(coalesce.linger) => {}
            }
            end.seal();
            let rows = std::mem::take(&mut *locked(&own.rows));
            send(rows).await;
        };
        let travelling = travelling.boxed().shared();
        if let Some(weak) = travelling.downgrade() {
            self.open.insert(key, number);
            self.lots.insert(number, (Arc::clone(&lot), weak));
        }
        (lot, travelling)
    }

    fn seal(&mut self, key: Fingerprint, number: u64) {
        if self.open.get(&key) == Some(&number) {
            self.open.remove(&key);
        }
    }
}

impl Row {
    /// Takes the row along; not when its caller has left.
    pub(super) fn board(&self) -> bool {
        let mut stage = locked(&self.stage);
        let waits = *stage == Stage::Waiting
            && locked(&self.outcome).as_ref().is_some_and(|outcome| !outcome.is_closed());
        if waits {
            *stage = Stage::UnderWay;
        }
        waits
    }

    /// What it was sent in was refused as a whole: it waits again.
    pub(super) fn return_to_wait(&self) {
        *locked(&self.stage) = Stage::Waiting;
    }

    /// Tells the caller. Gives the outcome back when nobody listens any more.
    pub(super) fn tell(&self, outcome: Result<Answer>) -> Option<Result<Answer>> {
        match locked(&self.outcome).take() {
            Some(sender) => sender.send(outcome).err(),
            None => Some(outcome),
        }
    }
}

impl Place {
    /// What became of the row.
    pub(super) async fn outcome(&mut self) -> Result<Answer> {
        tokio::select! {
            biased;
            outcome = &mut self.outcome => return outcome.unwrap_or_else(|_| Err(untold())),
            () = self.travelling.clone() => {}
        }
        self.told().unwrap_or_else(|| Err(untold()))
    }

    /// What became of the row, where that is known already.
    pub(super) fn told(&mut self) -> Option<Result<Answer>> {
        self.outcome.try_recv().ok()
    }

    /// Leaves before the outcome is there.
    pub(super) fn leave(&mut self) -> Departure {
        self.left = true;
        let last = self.lot.callers.fetch_sub(1, Ordering::SeqCst) == 1;
        let mut stage = locked(&self.row.stage);
        if *stage == Stage::Waiting {
            *stage = Stage::Left;
            drop(stage);
            locked(&self.lot.rows).retain(|row| !Arc::ptr_eq(row, &self.row));
            return Departure::TakenOut;
        }
        drop(stage);
        if last {
            self.lot.token.cancel();
            return Departure::Last;
        }
        Departure::LeftBehind
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.left {
            self.leave();
        }
    }
}

/// Takes the lot off the list when it is at its end, or when nobody waits for it any more.
struct End {
    kept: Arc<Mutex<Kept>>,
    number: u64,
    key: Fingerprint,
}

impl End {
    fn seal(&self) {
        locked(&self.kept).seal(self.key, self.number);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut kept = locked(&self.kept);
        kept.seal(self.key, self.number);
        let gone = kept.lots.remove(&self.number);
        drop(kept);
        drop(gone);
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("lots", &self.lots.len()).finish_non_exhaustive()
    }
}

/// A lot tells all its rows before it ends.
fn untold() -> Error {
    Error::new(ErrorKind::Internal, "the batch of this row ended without an outcome")
}

/// Nothing that could panic runs under the lock.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
