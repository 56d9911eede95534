//! Pictures of teams as JSON, and bringing them back.
//!
//! A picture holds everything that a world is made of: records, settings, credits, imports under way, windows,
//! counters, faults and script, and the time. It holds no keys and no recorded requests. It is read and checked
//! as a whole before anything is changed, and only by the version that it was made with.
//!
//! A world of Kaiko is named by its whole key, so it has no name in a picture.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::{Clock, Moment};
use crate::operation::Service;
use crate::sandbox::TeamKey;
use crate::state::State;
use crate::world::World;

const FORMAT: &str = "kakiyo-sandbox";

/// To be raised whenever a picture of before can no longer be read.
const VERSION: u64 = 2;

#[derive(Serialize)]
struct Picture<'a> {
    format: &'static str,
    version: u64,
    now: Moment,
    teams: Vec<Portrait<'a>>,
}

#[derive(Serialize)]
struct Portrait<'a> {
    service: Service,
    team: Option<&'a str>,
    world: &'a World,
}

/// A picture that was read and can be brought back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snapshot {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "version")]
    _version: u64,
    now: Moment,
    teams: Vec<Team>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Team {
    service: Service,
    team: Option<String>,
    world: World,
}

/// A picture of one team, or of all.
pub(crate) fn take(state: &mut State, clock: &Clock, place: Option<usize>) -> Result<Value, String> {
    let now = clock.now();
    let worlds = state.worlds().iter_mut().enumerate();
    let chosen = worlds.filter(|(at, _)| place.is_none_or(|place| place == *at));
    let teams = chosen.map(|(_, world)| {
        world.settle(now);
        let world: &World = world;
        let service = world.origin.service;
        let team = (service == Service::Kakiyo).then_some(world.team.as_str());
        Portrait { service, team, world }
    });
    let picture = Picture { format: FORMAT, version: VERSION, now, teams: teams.collect() };
    serde_json::to_value(picture).map_err(|error| error.to_string())
}

impl Snapshot {
    /// Reads a picture and checks all of it.
    pub(crate) fn read(picture: Value) -> Result<Self, String> {
        if picture.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err("snapshot: is not one of this sandbox".to_owned());
        }
        match picture.get("version").and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(version) => {
                let message = format!("snapshot: is of version {version}, and version {VERSION} is needed");
                return Err(message);
            }
            None => return Err("snapshot: has no version".to_owned()),
        }
        let snapshot: Self =
            serde_json::from_value(picture).map_err(|error| format!("snapshot: is damaged: {error}"))?;
        snapshot.check().map_err(|error| format!("snapshot: is damaged: {error}"))?;
        Ok(snapshot)
    }

    fn check(&self) -> Result<(), String> {
        if self.now.unix_millis() < 0 || self.now.iso().is_empty() {
            return Err("now: is no time".to_owned());
        }
        if !(1..=usize::from(u16::MAX)).contains(&self.teams.len()) {
            return Err(format!("teams: has {}", self.teams.len()));
        }
        for Team { service, team, world } in &self.teams {
            let is_team =
                |team: &str| team.len() == 20 && team.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if team.as_deref().is_some_and(is_team) != (*service == Service::Kakiyo) {
                return Err("team: is no team of its service".to_owned());
            }
            world.settings.check()?;
            world.kaiko.settings.check()?;
            world.faults.check()?;
            world.script.check()?;
            if world.imports.all().iter().any(|import| import.processed() > import.rows.len()) {
                return Err("an import has more results than rows".to_owned());
            }
        }
        Ok(())
    }

    /// Brings the only team back at a place. The clock is shared, so it is never turned back.
    pub(crate) fn load_into(self, state: &mut State, clock: &Clock, place: usize) -> Result<(), String> {
        let count = self.teams.len();
        let (Some(Team { service, world: loaded, .. }), 1) = (self.teams.into_iter().next(), count) else {
            return Err(format!("snapshot: holds {count} teams, and one is needed"));
        };
        let world = state.world(place).filter(|world| world.origin.service == service);
        let world = world.ok_or_else(|| "snapshot: is of the other service".to_owned())?;
        if self.now > clock.now() {
            clock.turn_to(self.now);
        }
        world.become_like(loaded);
        Ok(())
    }

    /// Brings all teams back, those of each service in their order. Those that are here keep their keys, further
    /// ones get new keys, and whoever is not in the picture is reset. Gives the teams of the picture.
    pub(crate) fn load(self, state: &mut State, clock: &Clock) -> Result<Vec<TeamKey>, String> {
        let mut free: Vec<(Service, usize)> =
            state.worlds().iter().map(|world| world.origin.service).zip(0..).collect();
        let mut places = Vec::new();
        for Team { service, team, world } in &self.teams {
            places.push(match free.iter().position(|(here, _)| here == service) {
                Some(found) => free.remove(found).1,
                None => add(state, team.as_deref(), world)?,
            });
        }
        clock.turn_to(self.now);
        for world in free.iter().map(|&(_, place)| place) {
            state.world(world).into_iter().for_each(|world| world.begin_again(self.now));
        }
        let mut keys = Vec::new();
        for (place, team) in places.into_iter().zip(self.teams) {
            let Some(world) = state.world(place) else { continue };
            world.become_like(team.world);
            keys.push(TeamKey { team: world.team.clone(), api_key: world.origin.api_key.clone() });
        }
        Ok(keys)
    }
}

/// Makes room for a team that is not here yet.
fn add(state: &mut State, team: Option<&str>, world: &World) -> Result<usize, String> {
    match team {
        Some(team) => state.add_namesake(team, world.settings.clone(), world.credits),
        None => state.add_kaiko_key(None, world.kaiko.settings.clone(), world.credits),
    }
}
