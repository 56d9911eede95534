//! The handle on a running sandbox: starting, asking, steering, stopping.
//!
//! The sandbox runs on a thread of its own with a runtime of its own, so it works the same below any caller, with
//! or without a runtime. The typed calls act on the shared state directly, without HTTP.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::arrival::query_pairs;
use crate::builder::Builder;
use crate::control::{self, BASE_PATH_SLASH, Refused};
use crate::counters::Counters;
use crate::faults::FaultRule;
use crate::kaiko::{KaikoSettings, KaikoState};
use crate::log::RecordedRequest;
use crate::operation;
use crate::script::ScriptedAnswer;
use crate::server;
use crate::settings::Settings;
use crate::state::Shared;
use crate::team_state::TeamState;
use crate::world::World;

/// The credits that a team starts with unless told otherwise.
pub(crate) const DEFAULT_CREDITS: u64 = 10_000;

/// A team and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TeamKey {
    /// The first 20 characters of the key; the whole of it for Kaiko.
    pub team: String,
    /// The key: 40 letters and digits, or one of Kaiko's.
    pub api_key: String,
}

impl TeamKey {
    pub(crate) fn of(world: &World) -> Self {
        Self { team: world.team.clone(), api_key: world.origin.api_key.clone() }
    }
}

/// A control call that was refused.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ControlError {
    /// 400 for a wrong request, 404 for an unknown route, team or record.
    pub status: u16,
    /// What was wrong.
    pub message: String,
}

impl fmt::Display for ControlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the sandbox refused a control call: {}", self.message)
    }
}

impl std::error::Error for ControlError {}

impl From<Refused> for ControlError {
    fn from(refused: Refused) -> Self {
        let message = refused.body["message"].as_str().unwrap_or_default().to_owned();
        Self { status: refused.status, message }
    }
}

/// A running sandbox. It stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    shared: Arc<Shared>,
    address: SocketAddr,
    first: TeamKey,
    first_kaiko: TeamKey,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox with one team and default settings on a free port.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Starts one without a runtime around.
    pub fn start_blocking() -> io::Result<Self> {
        Self::builder().start_blocking()
    }

    /// Chooses port, settings, credits and clock before the start.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Binds the socket and starts the thread. Nothing here waits, so it may be called from within a runtime.
    pub(crate) fn launch(
        shared: Shared,
        first: TeamKey,
        first_kaiko: TeamKey,
        port: u16,
    ) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let registered = {
            let _context = runtime.enter();
            TcpListener::from_std(listener)
        };
        let listener = match registered {
            Ok(listener) => listener,
            Err(error) => {
                // Dropping a runtime inside of another one is not allowed.
                runtime.shutdown_background();
                return Err(error);
            }
        };
        let shared = Arc::new(shared);
        let served = Arc::clone(&shared);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("kakiyo-sandbox".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = server::serve(listener, served) => {}
                    // A dropped handle stops it as well.
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { shared, address, first, first_kaiko, stop: Some(stop), thread: Some(thread) })
    }

    /// The address to give to a client: `http://127.0.0.1:PORT/v1`.
    pub fn base_url(&self) -> String {
        self.origin() + operation::BASE_PATH
    }

    /// `http://127.0.0.1:PORT`; the control routes are at `/_sandbox` below it.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address to give to a client of Kaiko: `http://127.0.0.1:PORT`. The version is part of its paths.
    pub fn kaiko_base_url(&self) -> String {
        self.origin()
    }

    /// The first Kaiko key, which is also the name of its world in the control routes.
    pub fn kaiko_api_key(&self) -> &str {
        &self.first_kaiko.api_key
    }

    /// The state of a Kaiko key.
    pub fn kaiko_state(&self, api_key: &str) -> Result<KaikoState, ControlError> {
        let mut state = self.shared.state();
        let world = state.kaiko_place(api_key).and_then(|place| state.world(place));
        Ok(KaikoState::of(world.ok_or_else(|| unknown(api_key))?, &self.shared.clock))
    }

    /// Adds a Kaiko key with settings of its own.
    pub fn add_kaiko_key(&self, settings: KaikoSettings) -> Result<TeamKey, ControlError> {
        let mut state = self.shared.state();
        let place = state
            .add_kaiko_key(None, settings, DEFAULT_CREDITS)
            .map_err(|message| ControlError { status: 400, message })?;
        self.begun(state.world(place))
    }

    /// A world that was just added, from now on.
    fn begun(&self, world: Option<&mut World>) -> Result<TeamKey, ControlError> {
        let world = world.ok_or_else(|| unknown("just added"))?;
        world.settle(self.shared.clock.now());
        Ok(TeamKey::of(world))
    }

    /// Replaces the settings of a Kaiko key.
    pub fn set_kaiko_settings(&self, api_key: &str, settings: KaikoSettings) -> Result<(), ControlError> {
        let mut state = self.shared.state();
        let world = state.kaiko_place(api_key).and_then(|place| state.world(place));
        let world = world.ok_or_else(|| unknown(api_key))?;
        settings.check().map_err(|message| ControlError { status: 400, message })?;
        let now = self.shared.clock.now();
        world.settle(now);
        world.kaiko.settings = settings;
        world.settle(now);
        Ok(())
    }

    /// The key of the first team.
    pub fn api_key(&self) -> &str {
        &self.first.api_key
    }

    /// The id of the first team.
    pub fn team(&self) -> &str {
        &self.first.team
    }

    /// Calls of the first team that were let through and processed.
    pub fn calls(&self) -> u64 {
        self.counters().calls
    }

    /// Calls of the first team that were refused with 429.
    pub fn rejections(&self) -> u64 {
        self.counters().rejections
    }

    /// Credits that the first team was charged.
    pub fn spent(&self) -> u64 {
        self.counters().spent
    }

    /// Everything that was counted for the first team.
    pub fn counters(&self) -> Counters {
        let mut state = self.shared.state();
        let world = state.world(0).map(|world| {
            world.settle(self.shared.clock.now());
            world.counters.clone()
        });
        world.unwrap_or_default()
    }

    /// The state of a team.
    pub fn state(&self, team: &str) -> Result<TeamState, ControlError> {
        let mut state = self.shared.state();
        let world = state.place(team).and_then(|place| state.world(place));
        let world = world.ok_or_else(|| unknown(team))?;
        Ok(TeamState::of(world, &self.shared.clock))
    }

    /// The last 10,000 requests of a team, oldest first.
    pub fn requests(&self, team: &str) -> Result<Vec<RecordedRequest>, ControlError> {
        let mut state = self.shared.state();
        let world = state.place(team).and_then(|place| state.world(place));
        Ok(world.ok_or_else(|| unknown(team))?.log.entries().cloned().collect())
    }

    /// Adds a team with settings and credits of its own.
    pub fn add_team(&self, settings: Settings, credits: u64) -> Result<TeamKey, ControlError> {
        let mut state = self.shared.state();
        let place = state
            .add_team(None, settings, credits)
            .map_err(|message| ControlError { status: 400, message })?;
        self.begun(state.world(place))
    }

    /// Replaces the settings of a team.
    pub fn set_settings(&self, team: &str, settings: &Settings) -> Result<(), ControlError> {
        let mut body = serde_json::to_value(settings)
            .map_err(|error| ControlError { status: 400, message: error.to_string() })?;
        body["team"] = json!(team);
        self.control("POST", "/_sandbox/settings", body).map(drop)
    }

    /// Sets the credits of a team.
    pub fn set_credits(&self, team: &str, credits: u64) -> Result<(), ControlError> {
        self.control("POST", "/_sandbox/credits", json!({"team": team, "set": credits})).map(drop)
    }

    /// Lets somebody else call an operation, or draw on a bucket, so many times at this moment.
    pub fn foreign_calls(&self, team: &str, operation: &str, calls: u32) -> Result<(), ControlError> {
        let body = json!({"team": team, "operation": operation, "calls": calls});
        self.control("POST", "/_sandbox/foreign", body).map(drop)
    }

    /// Appends answers to the script of a team. With `strict` requests beyond the script are refused with 599.
    pub fn script(&self, team: &str, answers: &[ScriptedAnswer], strict: bool) -> Result<(), ControlError> {
        let body = json!({"team": team, "answers": answers, "strict": strict});
        self.control("POST", "/_sandbox/script", body).map(drop)
    }

    /// Adds a fault rule to a team and gives its number.
    pub fn fault(&self, team: &str, rule: &FaultRule) -> Result<u64, ControlError> {
        let mut body = serde_json::to_value(rule)
            .map_err(|error| ControlError { status: 400, message: error.to_string() })?;
        body["team"] = json!(team);
        let added = self.control("POST", "/_sandbox/faults", body)?;
        Ok(added["id"].as_u64().unwrap_or_default())
    }

    /// Takes all fault rules of a team away.
    pub fn clear_faults(&self, team: &str) -> Result<(), ControlError> {
        self.control("DELETE", &format!("/_sandbox/faults?team={team}"), Value::Null).map(drop)
    }

    /// Moves sandbox time forward.
    pub fn advance(&self, span: Duration) {
        self.shared.clock.advance(span);
    }

    /// Returns every team to its beginning: no records, counters, faults or script, first settings and credits.
    pub fn reset(&self) {
        let now = self.shared.clock.now();
        self.shared.state().worlds().iter_mut().for_each(|world| world.begin_again(now));
    }

    /// Takes a picture of all teams, which [`Self::load`] brings back here or in another sandbox.
    pub fn snapshot(&self) -> Result<Value, ControlError> {
        self.control("GET", "/_sandbox/snapshot", Value::Null)
    }

    /// Takes a picture of one team.
    pub fn snapshot_of(&self, team: &str) -> Result<Value, ControlError> {
        self.control("GET", &format!("/_sandbox/snapshot?team={team}"), Value::Null)
    }

    /// Brings a picture back, clock and all: its teams take the places of those that are here, in order, and these
    /// keep their keys; further ones get new keys, and whoever is not in the picture is reset. Gives the teams.
    pub fn load(&self, snapshot: Value) -> Result<Vec<TeamKey>, ControlError> {
        let loaded = self.control("POST", "/_sandbox/load", json!({"snapshot": snapshot}))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let teams = loaded["teams"].as_array().into_iter().flatten();
        Ok(teams.map(|team| TeamKey { team: text(&team["team"]), api_key: text(&team["apiKey"]) }).collect())
    }

    /// Brings a picture of one team back as this team. The clock goes forward to it if need be, never back.
    pub fn load_into(&self, team: &str, snapshot: Value) -> Result<(), ControlError> {
        self.control("POST", "/_sandbox/load", json!({"team": team, "snapshot": snapshot})).map(drop)
    }

    /// Carries out a control request without HTTP. `path` is the path of the route with its query, such as
    /// `/_sandbox/requests?limit=1`; without a body `json` is null.
    pub fn control(&self, method: &str, path: &str, json: Value) -> Result<Value, ControlError> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let full = if path.starts_with('/') { path.to_owned() } else { format!("{BASE_PATH_SLASH}{path}") };
        Ok(control::run(&self.shared, method, &full, &query_pairs(query), json)?)
    }

    /// Stops the sandbox and closes its connections. Dropping it does the same.
    pub fn stop(mut self) {
        self.shut_down();
    }

    fn shut_down(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It has stopped already when nobody listens.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported where it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shut_down();
    }
}

fn unknown(team: &str) -> ControlError {
    ControlError { status: 404, message: format!("There is no team {team}") }
}
