//! Reads under way that several callers wait for.
//!
//! A flight is driven by whoever waits for it. It ends when nobody does any more: then its request is dropped, as that of
//! a single caller would be.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};

use super::fingerprint::Fingerprint;
use crate::call::Answer;
use crate::cancel::CancelToken;
use crate::error::Result;

/// Which reads are one flight: the same call on the same terms, with no write in between.
pub(super) type Course = (Fingerprint, u64);

type Flying = BoxFuture<'static, Result<Answer>>;

/// The flights under way.
#[derive(Debug, Default)]
pub(super) struct Flights {
    air: Arc<Mutex<HashMap<Course, Flight>>>,
    numbers: AtomicU64,
}

struct Flight {
    number: u64,
    flying: WeakShared<Flying>,
    crew: Arc<Crew>,
    /// Callers who wait.
    seats: usize,
}

/// What the callers of a flight share.
#[derive(Debug)]
struct Crew {
    /// Ends the call.
    token: Arc<CancelToken>,
    /// Whether somebody has taken what it cost.
    paid: AtomicBool,
}

/// One caller's place in a flight.
pub(super) struct Seat<'a> {
    flights: &'a Flights,
    course: Course,
    number: u64,
    crew: Arc<Crew>,
    flying: Shared<Flying>,
    left: AtomicBool,
}

impl Flights {
    /// A place in the flight of this course, which `start` begins where there is none.
    pub(super) fn join<F>(&self, course: Course, start: impl FnOnce(Arc<CancelToken>) -> F) -> Seat<'_>
    where
        F: Future<Output = Result<Answer>> + Send + 'static,
    {
        let mut air = locked(&self.air);
        if let Some(flight) = air.get_mut(&course)
            && let Some(flying) = flight.flying.upgrade()
        {
            flight.seats += 1;
            let (number, crew) = (flight.number, Arc::clone(&flight.crew));
            return Seat { flights: self, course, number, crew, flying, left: AtomicBool::new(false) };
        }
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let token = Arc::new(CancelToken::new());
        let call = start(Arc::clone(&token));
        let landing = Landing { air: Arc::clone(&self.air), course, number };
        let flying = async move {
            let landing = landing;
            let outcome = call.await;
            drop(landing);
            outcome
        };
        let flying = flying.boxed().shared();
        let crew = Arc::new(Crew { token, paid: AtomicBool::new(false) });
        if let Some(weak) = flying.downgrade() {
            air.insert(course, Flight { number, flying: weak, crew: Arc::clone(&crew), seats: 1 });
        }
        Seat { flights: self, course, number, crew, flying, left: AtomicBool::new(false) }
    }

    /// One caller less.
    fn vacate(&self, course: Course, number: u64) -> Departure {
        let mut air = locked(&self.air);
        let Entry::Occupied(mut entry) = air.entry(course) else { return Departure::Landed };
        let flight = entry.get_mut();
        if flight.number != number {
            return Departure::Landed;
        }
        flight.seats -= 1;
        if flight.seats > 0 {
            return Departure::OthersStay;
        }
        entry.remove();
        Departure::Last
    }
}

/// Who is left when a caller leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Departure {
    OthersStay,
    Last,
    /// There is nothing to leave any more: the outcome is there.
    Landed,
}

impl Seat<'_> {
    /// The outcome of the flight.
    pub(super) fn flight(&self) -> Shared<Flying> {
        self.flying.clone()
    }

    /// Whether this caller is the one whose meta tells what the call cost: the first one to ask.
    pub(super) fn pays(&self) -> bool {
        !self.crew.paid.swap(true, Ordering::SeqCst)
    }

    /// Leaves before the end; whether others go on waiting. Where nobody does, the call is cancelled, and its outcome is
    /// that of the caller.
    pub(super) fn leave(&self) -> bool {
        self.left.store(true, Ordering::SeqCst);
        let departure = self.flights.vacate(self.course, self.number);
        if departure == Departure::Last {
            self.crew.token.cancel();
        }
        departure == Departure::OthersStay
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        if !self.left.load(Ordering::SeqCst) {
            self.flights.vacate(self.course, self.number);
        }
    }
}

/// Takes the flight off the list when it has landed, or when nobody waits for it any more.
struct Landing {
    air: Arc<Mutex<HashMap<Course, Flight>>>,
    course: Course,
    number: u64,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let mut air = locked(&self.air);
        if air.get(&self.course).is_some_and(|flight| flight.number == self.number) {
            air.remove(&self.course);
        }
    }
}

impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flight").field("seats", &self.seats).finish_non_exhaustive()
    }
}

/// Nothing that could panic runs under the lock.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
