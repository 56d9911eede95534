//! The teams of this process, found by their id: two clients of one team share its quota.
//!
//! A forked child starts with an empty registry of its own, without touching what it inherited.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::clock::TokioClock;
use super::store::StoreChoice;
use super::team::Team;
use crate::per_process::PerProcess;

/// The state id of a team: a hash over the service's origin and the team part of the key.
pub type TeamId = [u8; 32];

type Teams = HashMap<(TeamId, StoreChoice), Arc<Team>>;

static TEAMS: PerProcess<Mutex<Teams>> = PerProcess::new();

/// Returns the team with this id whose record is kept there, the same one for all callers in this process.
///
/// Cheap enough for every call. Do not keep the result across a fork.
#[must_use]
pub fn team(id: TeamId, store: &StoreChoice) -> Arc<Team> {
    let mut teams = TEAMS.get_or_make(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let kept = || match store {
        StoreChoice::Process => Team::new(Arc::new(TokioClock::new())),
        _ => Team::stored(Arc::new(TokioClock::new()), store.clone(), id),
    };
    Arc::clone(teams.entry((id, store.clone())).or_insert_with(kept))
}
