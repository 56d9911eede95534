//! Everything behind the lock: the worlds, found by team, and what is shared by all of them.
//!
//! The lock is never held across an await; a request takes it once on arrival, once to be processed and once at
//! its end.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::admission::team_of;
use crate::arrival::Arrival;
use crate::clock::{Clock, Pace};
use crate::identifiers::mix;
use crate::kaiko::{self, KaikoSettings};
use crate::log::RequestLog;
use crate::operation::Service;
use crate::settings::Settings;
use crate::world::{Origin, World};

/// The sandbox without its socket.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    state: Mutex<State>,
}

impl Shared {
    pub(crate) fn new(pace: Pace, seed: Option<u64>) -> Self {
        Self { clock: Clock::new(pace), state: Mutex::new(State::new(seed)) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock was held is a bug of one request; the others go on.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(crate) struct State {
    worlds: Vec<World>,
    by_team: HashMap<String, usize>,
    seed: Option<u64>,
    /// Requests that named no known team.
    pub(crate) strays: RequestLog,
}

impl State {
    fn new(seed: Option<u64>) -> Self {
        Self { worlds: Vec::new(), by_team: HashMap::new(), seed, strays: RequestLog::default() }
    }

    /// Makes a team with its key; the key is made up when none is given. Gives the place of its world.
    pub(crate) fn add_team(
        &mut self,
        api_key: Option<String>,
        settings: Settings,
        credits: u64,
    ) -> Result<usize, String> {
        let number = u16::try_from(self.worlds.len()).map_err(|_| "too many teams".to_owned())?;
        let api_key = api_key.unwrap_or_else(|| self.invented_key(number));
        if api_key.len() != 40 || !api_key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err("apiKey: must be 40 characters out of A-Z, a-z, 0-9".to_owned());
        }
        let seed = self.seed.unwrap_or(0);
        let (service, kaiko) = (Service::Kakiyo, KaikoSettings::default());
        self.add(Origin { api_key, service, settings, kaiko, credits, seed, number })
    }

    /// Makes a Kaiko key, which is a world of its own. Gives the place of that world.
    pub(crate) fn add_kaiko_key(
        &mut self,
        api_key: Option<String>,
        kaiko: KaikoSettings,
        credits: u64,
    ) -> Result<usize, String> {
        let number = u16::try_from(self.worlds.len()).map_err(|_| "too many teams".to_owned())?;
        let api_key = api_key.unwrap_or_else(|| format!("kaiko_live_{}", &self.invented_key(number)[8..]));
        let tail = kaiko::PREFIXES.iter().find_map(|prefix| api_key.strip_prefix(prefix));
        if tail.is_none_or(str::is_empty)
            || api_key.len() > 200
            || !api_key.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err("apiKey: must be visible ASCII behind kaiko_live_, kaiko_test_ or sk_".to_owned());
        }
        let seed = self.seed.unwrap_or(0);
        let (service, settings) = (Service::Kaiko, Settings::default());
        self.add(Origin { api_key, service, settings, kaiko, credits, seed, number })
    }

    fn add(&mut self, origin: Origin) -> Result<usize, String> {
        origin.settings.check()?;
        origin.kaiko.check()?;
        let world = World::new(origin);
        if self.by_team.contains_key(&world.team) {
            return Err(format!("apiKey: the team {} exists already", world.team));
        }
        let place = self.worlds.len();
        self.by_team.insert(world.team.clone(), place);
        self.worlds.push(world);
        Ok(place)
    }

    /// Makes a team of a given name with a new secret; under another name when there is such a team.
    pub(crate) fn add_namesake(
        &mut self,
        team: &str,
        settings: Settings,
        credits: u64,
    ) -> Result<usize, String> {
        let mut random = fastrand::Rng::new();
        let secret: String = (0..20).map(|_| random.alphanumeric()).collect();
        let api_key = self.place(team).is_none().then(|| format!("{team}{secret}"));
        self.add_team(api_key, settings, credits)
    }

    fn invented_key(&self, number: u16) -> String {
        // Keys differ between sandboxes unless a seed asks for the same ones: limiters in one process may be
        // shared by team, and two sandboxes must not look like one team.
        let mut random = match self.seed {
            Some(seed) => fastrand::Rng::with_seed(mix(seed, u64::from(number))),
            None => fastrand::Rng::new(),
        };
        let team: String = (0..20).map(|_| random.digit(16)).collect();
        let secret: String = (0..20).map(|_| random.alphanumeric()).collect();
        team + &secret
    }

    pub(crate) fn place(&self, team: &str) -> Option<usize> {
        self.by_team.get(team).copied()
    }

    /// The place of a Kaiko key.
    pub(crate) fn kaiko_place(&self, key: &str) -> Option<usize> {
        let place = self.place(key)?;
        self.worlds.get(place).filter(|world| world.origin.service == Service::Kaiko).map(|_| place)
    }

    /// The place of the first Kaiko key.
    pub(crate) fn first_kaiko(&self) -> Option<usize> {
        self.worlds.iter().position(|world| world.origin.service == Service::Kaiko)
    }

    /// The place of the world that a request names, whether or not its key is right.
    pub(crate) fn place_of(&self, arrival: &Arrival) -> Option<usize> {
        match Service::of_path(&arrival.path) {
            Service::Kaiko => kaiko::place_of(self, arrival),
            Service::Kakiyo => self.place(team_of(arrival.authorization.as_deref()?)?),
        }
    }

    /// The world at a place that `place` or `add_team` gave. The first team is the default.
    pub(crate) fn world(&mut self, place: usize) -> Option<&mut World> {
        self.worlds.get_mut(place)
    }

    pub(crate) fn worlds(&mut self) -> &mut [World] {
        &mut self.worlds
    }

    /// One world to work in, and the others to ask whether an id is theirs.
    pub(crate) fn split(&mut self, place: usize) -> Option<(&mut World, Others<'_>)> {
        let (before, rest) = self.worlds.split_at_mut_checked(place)?;
        let (world, after) = rest.split_first_mut()?;
        Some((world, Others { before, after }))
    }
}

/// All worlds but one.
#[derive(Clone, Copy)]
pub(crate) struct Others<'a> {
    before: &'a [World],
    after: &'a [World],
}

impl Others<'_> {
    pub(crate) fn own(&self, id: &str) -> bool {
        self.before.iter().chain(self.after).any(|world| world.owns(id))
    }
}
