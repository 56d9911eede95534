//! Taking and loading snapshots. Without `team` these two mean the whole sandbox.

use serde_json::{Value, json};

use super::{Order, Outcome, place, wrong};
use crate::snapshot::{self, Snapshot};

pub(super) fn take(order: &mut Order<'_>) -> Outcome {
    let team = order.team()?;
    let mut state = order.shared.state();
    let place = team.map(|team| place(&state, Some(&team))).transpose()?;
    snapshot::take(&mut state, &order.shared.clock, place).map_err(wrong)
}

pub(super) fn load(order: &mut Order<'_>) -> Outcome {
    let team = order.team()?;
    let picture = order.take::<Value>("snapshot")?.ok_or_else(|| wrong("snapshot: is required"))?;
    order.nothing_left()?;
    // Reading can take a while and needs no lock.
    let snapshot = Snapshot::read(picture).map_err(wrong)?;
    let mut state = order.shared.state();
    let clock = &order.shared.clock;
    let loaded = match team {
        Some(team) => {
            let place = place(&state, Some(&team))?;
            snapshot.load_into(&mut state, clock, place).map_err(wrong)?;
            let world = state.world(place).ok_or_else(|| wrong("team: is gone"))?;
            vec![json!({"team": world.team, "apiKey": world.origin.api_key})]
        }
        None => {
            let teams = snapshot.load(&mut state, clock).map_err(wrong)?;
            teams.iter().map(|team| json!({"team": team.team, "apiKey": team.api_key})).collect()
        }
    };
    Ok(json!({"teams": loaded}))
}
