//! One request on its way: counted while it lasts, recorded, and known to be abandoned when it is dropped before
//! it was finished.

use std::sync::Arc;

use serde_json::Value;

use crate::arrival::{Arrival, without_passwords};
use crate::faults::Effects;
use crate::log::{Ending, RecordedRequest, RequestLog};
use crate::script::ScriptedAnswer;
use crate::server::Connection;
use crate::state::Shared;
use crate::world::World;

/// What a request meets after it was recorded.
pub(crate) enum Opening {
    /// The next answer of the team's script.
    Scripted(ScriptedAnswer),
    /// The world, under the effects of the team's faults.
    World(Effects),
}

#[derive(Debug)]
pub(crate) struct Flight {
    shared: Arc<Shared>,
    /// The place of the team's world; none for requests that name no known team.
    place: Option<usize>,
    sequence: Option<u64>,
    /// How many requests of the team were under way when it came, with itself.
    rank: u64,
    finished: bool,
}

impl Flight {
    pub(crate) fn begin(shared: &Arc<Shared>, connection: &Connection, arrival: &Arrival) -> Self {
        let mut state = shared.state();
        let place = state.place_of(arrival);
        let mut rank = 0;
        if let Some((place, world)) = place.and_then(|place| Some((place, state.world(place)?))) {
            world.counters.flight_began();
            rank = world.counters.in_flight;
            if connection.is_first_of(place) {
                world.counters.connections += 1;
            }
        }
        drop(state);
        Self { shared: Arc::clone(shared), place, sequence: None, rank, finished: false }
    }

    /// Records the request and decides between script and world.
    pub(crate) fn open(&mut self, arrival: &Arrival, body: Value, operation: Option<&str>) -> Opening {
        let time = self.shared.clock.now().iso();
        let entry = RecordedRequest {
            sequence: 0,
            time,
            connection: arrival.connection,
            method: arrival.method.clone(),
            path: arrival.path.clone(),
            query: arrival.query.clone(),
            headers: arrival.headers.clone(),
            body,
            operation: operation.map(str::to_owned),
            status: None,
            counted: false,
            ending: Ending::Open,
        };
        let shown = |entry: RecordedRequest| RecordedRequest { body: without_passwords(entry.body), ..entry };
        let mut state = self.shared.state();
        let Some(world) = self.place.and_then(|place| state.world(place)) else {
            self.sequence = Some(state.strays.add(shown(entry)));
            return Opening::World(Effects::default());
        };
        // A script is laid out by a test that wants to compare what was sent, so nothing is hidden from it.
        let scripted = world.script.next();
        self.sequence = Some(world.log.add(if scripted.is_some() { entry } else { shown(entry) }));
        if let Some(answer) = scripted {
            world.counters.scripted += 1;
            return Opening::Scripted(answer);
        }
        Opening::World(operation.map(|operation| world.faults.strike(operation)).unwrap_or_default())
    }

    pub(crate) fn rank(&self) -> u64 {
        self.rank
    }

    /// Its place in the log.
    pub(crate) fn sequence(&self) -> Option<u64> {
        self.sequence
    }

    /// Notes that the call was let through, in a world that is at hand.
    pub(crate) fn counted_in(&self, world: &mut World) {
        if let Some(entry) = self.sequence.and_then(|sequence| world.log.entry(sequence)) {
            entry.counted = true;
        }
    }

    /// Notes that the call was let through.
    pub(crate) fn counted(&self) {
        self.note(|entry| entry.counted = true);
    }

    /// Ends the flight: with a status, or with a reset.
    pub(crate) fn finish(&mut self, status: Option<u16>) {
        self.end(if status.is_some() { Ending::Answered } else { Ending::Reset }, status);
    }

    fn end(&mut self, ending: Ending, status: Option<u16>) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        self.note(|entry| {
            entry.status = status;
            entry.ending = ending;
        });
        let mut state = self.shared.state();
        if let Some(world) = self.place.and_then(|place| state.world(place)) {
            world.counters.flight_ended();
            world.kaiko.replies.landed(self.sequence);
            world.counters.aborted += u64::from(ending == Ending::Aborted);
        }
    }

    fn note(&self, change: impl FnOnce(&mut RecordedRequest)) {
        let mut state = self.shared.state();
        let log: &mut RequestLog = match self.place {
            Some(place) => match state.world(place) {
                Some(world) => &mut world.log,
                None => return,
            },
            None => &mut state.strays,
        };
        if let Some(entry) = self.sequence.and_then(|sequence| log.entry(sequence)) {
            change(entry);
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.end(Ending::Aborted, None);
    }
}
