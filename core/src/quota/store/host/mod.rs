//! The store of a host: one SQLite file for each team in the user's state folder, shared by all processes of the user.
//!
//! A step (`step`) is one short transaction: the records of a call are loaded into a [`State`](crate::quota::state::State),
//! the very code that decides in a process decides, and what changed is written back. Steps run on a blocking thread, one
//! at a time and in their order; SQLite's lock keeps the steps of different processes apart. Instants are those of the
//! host's clock (`time`), which goes on in sleep. `file` knows the file, `damage` what happens when it is lost.
//!
//! A forked child opens a connection of its own and never touches that of its parent; fork while no call is being
//! admitted, because a lock that SQLite held inside the parent's memory stays held in the child's: its calls then fail
//! after the store's time-out, and nothing is sent.

mod ahead;
mod calls;
mod damage;
mod file;
mod folder;
mod header;
mod money;
mod records;
mod step;
mod time;
mod trouble;
mod view;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{OwnedMutexGuard, oneshot};

use self::file::Book;
use self::time::{HostTime, SystemHostTime};
use self::trouble::Trouble;
use super::choice::STORE_TIMEOUT;
use super::{Change, ChangeError, Step, Store, StoreError, View};
use crate::quota::call::Tier;
use crate::quota::ending::{Ending, How};
use crate::quota::learned::{Learned, Passed};
use crate::quota::notice::Notice;
use crate::quota::presets::Ask;
use crate::quota::registry::TeamId;
use crate::quota::state::Grant;
use crate::response::Credits;

/// The record of one team in a file of this host.
#[derive(Debug)]
pub(super) struct HostStore {
    path: PathBuf,
    time: Arc<dyn HostTime>,
    book: Arc<tokio::sync::Mutex<Option<Book>>>,
    /// As of the last step.
    learned: Mutex<Learned>,
    /// What users have to hear of the file and have not heard yet.
    word: Mutex<Option<String>>,
}

/// Why there is no store.
#[derive(Debug)]
pub(super) struct NotOpened {
    pub(super) error: StoreError,
    /// No record can be kept here: the folder is not writable, the disk is full, or it is not a disk of this machine.
    pub(super) no_place: bool,
}

impl HostStore {
    /// Opens the file of a team, and makes folder and file if need be.
    pub(super) async fn open(folder: Option<&Path>, team: TeamId) -> Result<Arc<Self>, NotOpened> {
        let folder = folder.map(Path::to_owned);
        let opened = tokio::task::spawn_blocking(move || {
            Self::open_in(folder.as_deref(), team, Arc::new(SystemHostTime::new()))
        });
        let stopped = || StoreError::unreachable("the runtime is shutting down; nothing was sent");
        let store = opened.await.unwrap_or_else(|_| Err(NotOpened { error: stopped(), no_place: false }))?;
        tracing::info!(target: "kakiyo::quota", "quota and credits are recorded in {}", store.path.display());
        Ok(store)
    }

    fn open_in(folder: Option<&Path>, team: TeamId, time: Arc<dyn HostTime>) -> Result<Arc<Self>, NotOpened> {
        let no_folder = |trouble: Trouble, folder: &Path| NotOpened {
            no_place: trouble.is_unwritable() || matches!(trouble, Trouble::Told(_)),
            error: misconfigured(trouble.told(folder)),
        };
        let given = folder.unwrap_or(Path::new("the state folder"));
        let folder = folder::choose(folder).map_err(|trouble| no_folder(trouble, given))?;
        folder::prepare(&folder).map_err(|trouble| no_folder(trouble, &folder))?;
        let name: String = team.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = folder.join(format!("{name}.sqlite"));
        let (book, word) = damage::open(&path, time.as_ref()).map_err(|trouble| {
            let no_place = trouble.is_unwritable();
            let error = trouble.told(&path);
            NotOpened { error: if no_place { misconfigured(error) } else { error }, no_place }
        })?;
        Ok(Arc::new(Self {
            path,
            time,
            book: Arc::new(tokio::sync::Mutex::new(Some(book))),
            learned: Mutex::default(),
            word: Mutex::new(word),
        }))
    }

    /// Runs a step on a blocking thread, after those before it.
    ///
    /// `unheard` gets the answer that nobody waits for any more.
    async fn run<R: Send + 'static>(
        self: Arc<Self>,
        step: impl Fn(&mut Book, &dyn HostTime) -> step::Answer<R> + Send + 'static,
        unheard: impl FnOnce(&Self, &mut Option<Book>, R) + Send + 'static,
    ) -> Result<R, StoreError> {
        let late = || {
            StoreError::unreachable(format!(
                "the record of quota and credits in {} did not answer within {} s: nothing was sent",
                self.path.display(),
                STORE_TIMEOUT.as_secs()
            ))
        };
        let turn = tokio::time::timeout(STORE_TIMEOUT, Arc::clone(&self.book).lock_owned());
        let turn = turn.await.map_err(|_| late())?;
        let (answer, outcome) = oneshot::channel();
        let store = Arc::clone(&self);
        tokio::task::spawn_blocking(move || store.work(turn, &step, answer, unheard));
        // The lock of the file has the same time-out, a slow disk the rest.
        match tokio::time::timeout(STORE_TIMEOUT * 2, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(StoreError::unreachable("the runtime is shutting down; nothing was sent")),
            Err(_) => Err(late()),
        }
    }

    fn work<R>(
        &self,
        mut turn: OwnedMutexGuard<Option<Book>>,
        step: &impl Fn(&mut Book, &dyn HostTime) -> step::Answer<R>,
        answer: oneshot::Sender<Result<R, StoreError>>,
        unheard: impl FnOnce(&Self, &mut Option<Book>, R),
    ) {
        let outcome = self.attempt(&mut turn, step).map_err(|trouble| trouble.told(&self.path));
        if let Err(Ok(result)) = answer.send(outcome) {
            unheard(self, &mut turn, result);
        }
        let tidied = turn.as_mut().map_or(Ok(false), |book| step::tidy(book, self.time.as_ref()));
        drop(turn);
        // That waits for the disk, so others go on meanwhile.
        let written = match tidied {
            Ok(true) => file::write_back(&self.path),
            Ok(false) => Ok(()),
            Err(trouble) => Err(trouble),
        };
        if let Err(trouble) = written {
            // The next step meets it again.
            tracing::debug!(target: "kakiyo::quota", "{} was not tidied: {trouble:?}", self.path.display());
        }
    }

    /// Runs a step, on another file where this one is found to be lost.
    fn attempt<R>(
        &self,
        place: &mut Option<Book>,
        step: impl Fn(&mut Book, &dyn HostTime) -> step::Answer<R>,
    ) -> Result<R, Trouble> {
        let time = self.time.as_ref();
        let mut book = match place.take() {
            None => self.heard(damage::open(&self.path, time)?),
            Some(book) => match book.is_current(&self.path) {
                Ok(true) => book,
                // Until another one is open this one knows what was spent.
                Ok(false) => match damage::follow(&self.path, &book, time) {
                    Ok(opened) => self.heard(opened),
                    Err(trouble) => {
                        *place = Some(book);
                        return Err(trouble);
                    }
                },
                Err(error) => {
                    *place = Some(book);
                    return Err(error.into());
                }
            },
        };
        book.last = time.now();
        let mut outcome = step(&mut book, time);
        if let Err(trouble) = &outcome
            && trouble.is_damage()
        {
            let damaged = book.identity();
            // Closed before the file is moved.
            drop(book);
            book = self.heard(damage::replace(&self.path, damaged, time)?);
            outcome = step(&mut book, time);
        }
        *place = Some(book);
        let (result, learned) = outcome?;
        *self.learned.lock().unwrap_or_else(PoisonError::into_inner) = learned;
        Ok(result)
    }

    /// Keeps what users have to hear.
    fn heard(&self, (book, word): (Book, Option<String>)) -> Book {
        if word.is_some() {
            *self.word.lock().unwrap_or_else(PoisonError::into_inner) = word;
        }
        book
    }

    fn tell(&self, ask: &Ask) {
        let word = self.word.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(message) = word {
            ask.tell(&Notice::Store { message });
        }
    }

    async fn asked(self: Arc<Self>, ask: Arc<Ask>, ahead: u32) -> Result<Step, StoreError> {
        let asked = Arc::clone(&ask);
        let given_back = Arc::clone(&ask);
        let step = Arc::clone(&self)
            .run(
                move |book, time| step::admit(book, time, &asked, ahead),
                move |store, book, step| store.give_back(book, &given_back, step),
            )
            .await;
        self.tell(&ask);
        step
    }

    /// Nobody waits for this slot any more.
    fn give_back(&self, place: &mut Option<Book>, ask: &Ask, step: Step) {
        let Step::Admit(grant) = step else { return };
        let ending = Ending {
            how: How::Released,
            ended_ago: Duration::ZERO,
            took: Duration::ZERO,
            charge: Credits::NONE,
            out_of_credits: false,
        };
        let since = self.time.now();
        let ended = self.attempt(place, |book, time| step::end(book, time, ask, &grant, &ending, since));
        if let Err(trouble) = ended {
            tracing::debug!(target: "kakiyo::quota", "a slot was not given back: {trouble:?}");
        }
    }

    /// Tells the end of a call until it is written or its lease is over.
    async fn ended(
        self: Arc<Self>,
        ask: Arc<Ask>,
        grant: Grant,
        ending: Ending,
    ) -> Result<Vec<Notice>, StoreError> {
        const SHORTEST: Duration = Duration::from_millis(100);
        const LONGEST: Duration = Duration::from_secs(10);
        let since = self.time.now();
        let mut pause = SHORTEST;
        loop {
            let (told, grant) = (Arc::clone(&ask), grant.clone());
            let step = move |book: &mut Book, time: &dyn HostTime| {
                step::end(book, time, &told, &grant, &ending, since)
            };
            let outcome = Arc::clone(&self).run(step, |_, _, _| {}).await;
            self.tell(&ask);
            let over = self.time.now().saturating_sub(since) >= ask.lease;
            match outcome {
                Err(error) if !error.misconfigured && !over => {
                    tracing::debug!(target: "kakiyo::quota", "a call is not settled yet: {error}");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST);
                }
                outcome => return outcome,
            }
        }
    }
}

impl Store for HostStore {
    fn admit(self: Arc<Self>, ask: Arc<Ask>, ahead: u32) -> BoxFuture<'static, Result<Step, StoreError>> {
        Box::pin(self.asked(ask, ahead))
    }

    fn end(
        self: Arc<Self>,
        ask: Arc<Ask>,
        grant: Grant,
        ending: Ending,
    ) -> BoxFuture<'static, Result<Vec<Notice>, StoreError>> {
        Box::pin(self.ended(ask, grant, ending))
    }

    fn pass(self: Arc<Self>, tier: Tier, passed: Passed) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(self.run(move |book, time| step::pass(book, time, tier, passed), |_, _, ()| {}))
    }

    fn change(self: Arc<Self>, change: Change) -> BoxFuture<'static, Result<(), ChangeError>> {
        Box::pin(
            async move { self.run(move |book, time| step::change(book, time, &change), |_, _, _| {}).await? },
        )
    }

    fn view(self: Arc<Self>) -> BoxFuture<'static, Result<View, StoreError>> {
        let path = self.path.clone();
        Box::pin(self.run(move |book, time| view::view(book, time, &path), |_, _, _| {}))
    }

    fn learned(&self) -> Learned {
        *self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn misconfigured(error: StoreError) -> StoreError {
    StoreError { misconfigured: true, ..error }
}
