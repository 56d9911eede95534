//! The teams of this process, found by their id: two clients of one team share its quota.
//!
//! A forked child starts with an empty registry of its own, without touching what it inherited.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::clock::TokioClock;
use super::team::Team;

/// The state id of a team: a hash over the service's origin and the team part of the key.
pub type TeamId = [u8; 32];

type Teams = Mutex<HashMap<TeamId, Arc<Team>>>;

/// Generations of nested forks with a registry each, before the oldest cell is used again.
const GENERATIONS: usize = 64;

/// After a fork, a lock in the child may be held for ever by a thread that exists only in the parent. So no process
/// ever touches a cell of another one: each claims the next cell by a single atomic exchange, and only then
/// initialises and locks it. Inherited cells are left as they are, neither locked nor freed. Each child has its own
/// copy of this array, so cells are used up by the depth of forks, not by their number.
static CELLS: [OnceLock<Teams>; GENERATIONS] = [const { OnceLock::new() }; GENERATIONS];

/// The process id that claimed last, in the upper half, and its cell, in the lower.
static CLAIM: AtomicU64 = AtomicU64::new(0);

/// Returns the team with this id, the same one for all callers in this process.
///
/// Cheap enough for every call. Do not keep the result across a fork.
#[must_use]
pub fn team(id: TeamId) -> Arc<Team> {
    let teams = CELLS[cell(&CLAIM, std::process::id())].get_or_init(Teams::default);
    let mut teams = teams.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(teams.entry(id).or_insert_with(|| Team::new(Arc::new(TokioClock::new()))))
}

/// The cell of this process, claimed at the first call.
pub(super) fn cell(claim: &AtomicU64, process: u32) -> usize {
    let mut seen = claim.load(Ordering::Acquire);
    loop {
        let cell = (seen & u64::from(u32::MAX)) as usize;
        if seen >> 32 == u64::from(process) {
            return cell;
        }
        let next = (cell + 1) % GENERATIONS;
        let claimed = (u64::from(process) << 32) | next as u64;
        match claim.compare_exchange(seen, claimed, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => return next,
            Err(other) => seen = other,
        }
    }
}
