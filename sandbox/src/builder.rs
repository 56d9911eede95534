//! What can be chosen before a sandbox starts.

use std::io;
use std::time::Duration;

use crate::clock::Pace;
use crate::foreign::ForeignTraffic;
use crate::kaiko::{KaikoProfile, KaikoSettings};
use crate::limits::LimitModel;
use crate::profile::Profile;
use crate::purse::TopUp;
use crate::sandbox::{DEFAULT_CREDITS, Sandbox, TeamKey};
use crate::settings::Settings;
use crate::state::Shared;

/// Chooses port, clock, seed and the first team of a sandbox.
#[derive(Clone, Debug)]
pub struct Builder {
    port: u16,
    pace: Pace,
    seed: Option<u64>,
    api_key: Option<String>,
    settings: Settings,
    kaiko_api_key: Option<String>,
    kaiko_settings: KaikoSettings,
    credits: u64,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            port: 0,
            pace: Pace::Scaled(1.0),
            seed: None,
            api_key: None,
            settings: Settings::default(),
            kaiko_api_key: None,
            kaiko_settings: KaikoSettings::default(),
            credits: DEFAULT_CREDITS,
        }
    }
}

impl Builder {
    /// Listens on this port of the loopback interface; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Lets sandbox time run this many times as fast as real time.
    pub fn time_scale(mut self, scale: f64) -> Self {
        self.pace = Pace::Scaled(scale);
        self
    }

    /// Lets sandbox time stand still except for [`Sandbox::advance`].
    pub fn virtual_clock(mut self) -> Self {
        self.pace = Pace::Virtual;
        self
    }

    /// Makes keys and ids the same in every run. Without a seed keys are random and ids repeat.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Gives the first team this key: 40 letters and digits, of which the first 20 name the team.
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.api_key = Some(api_key.into());
        self
    }

    /// Replaces all settings of the first team.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Chooses the rule set of the first team.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.settings.profile = profile;
        self
    }

    /// Sets the length of the rate-limit window, in sandbox time.
    pub fn window(mut self, window: Duration) -> Self {
        self.settings.window = window;
        self
    }

    /// Sets the limit of a bucket or of an operation; `None` lifts it.
    pub fn limit(mut self, bucket: impl Into<String>, limit: Option<u32>) -> Self {
        self.settings.limits.insert(bucket.into(), limit);
        self
    }

    /// Chooses how the calls of the first team are counted.
    pub fn limit_model(mut self, model: LimitModel) -> Self {
        self.settings.limit_model = model;
        self
    }

    /// Sends `X-RateLimit-*` on the answers to the first team.
    pub fn rate_limit_headers(mut self) -> Self {
        self.settings.rate_limit_headers = true;
        self
    }

    /// Lets somebody else call as well, on the limits and credits of the first team.
    pub fn foreign(mut self, traffic: ForeignTraffic) -> Self {
        self.settings.foreign = traffic;
        self
    }

    /// Tops the credits of the first team up by a rule.
    pub fn top_up(mut self, rule: TopUp) -> Self {
        self.settings.top_up = Some(rule);
        self
    }

    /// Switches all rate limits off.
    pub fn unlimited(mut self) -> Self {
        self.settings.unlimited = true;
        self
    }

    /// Sets how long an import takes, in sandbox time.
    pub fn import_delay(mut self, delay: Duration) -> Self {
        self.settings.import_delay = delay;
        self
    }

    /// Gives the first Kaiko key this value, which begins with `kaiko_live_`, `kaiko_test_` or `sk_`.
    pub fn kaiko_api_key(mut self, api_key: impl Into<String>) -> Self {
        self.kaiko_api_key = Some(api_key.into());
        self
    }

    /// Replaces all settings of the first Kaiko key.
    pub fn kaiko_settings(mut self, settings: KaikoSettings) -> Self {
        self.kaiko_settings = settings;
        self
    }

    /// Chooses the picture of the Kaiko service that the first key lives under.
    pub fn kaiko_profile(mut self, profile: KaikoProfile) -> Self {
        self.kaiko_settings.profile = profile;
        self
    }

    /// Chooses how the calls with the first Kaiko key are counted.
    pub fn kaiko_limit_model(mut self, model: LimitModel) -> Self {
        self.kaiko_settings.limit_model = model;
        self
    }

    /// Sets the length of the rate-limit window of the first Kaiko key, in sandbox time.
    pub fn kaiko_window(mut self, window: Duration) -> Self {
        self.kaiko_settings.window = window;
        self
    }

    /// Sets the credits that the first team starts with.
    pub fn credits(mut self, credits: u64) -> Self {
        self.credits = credits;
        self
    }

    /// Starts the sandbox. Fails when the port is taken or the key, a setting or the time scale is impossible.
    pub async fn start(self) -> io::Result<Sandbox> {
        self.start_blocking()
    }

    /// Starts the sandbox without a runtime around.
    pub fn start_blocking(self) -> io::Result<Sandbox> {
        let invalid = |message: String| io::Error::new(io::ErrorKind::InvalidInput, message);
        if let Pace::Scaled(scale) = self.pace
            && !(1e-3..=1e7).contains(&scale)
        {
            return Err(invalid(format!("time scale: {scale} is not a speed")));
        }
        let shared = Shared::new(self.pace, self.seed);
        let mut state = shared.state();
        let place = state.add_team(self.api_key, self.settings, self.credits).map_err(invalid)?;
        let first = state.world(place).map(|world| TeamKey::of(world));
        let place =
            state.add_kaiko_key(self.kaiko_api_key, self.kaiko_settings, DEFAULT_CREDITS).map_err(invalid)?;
        let first_kaiko = state.world(place).map(|world| TeamKey::of(world));
        state.worlds().iter_mut().for_each(|world| world.settle(shared.clock.now()));
        drop(state);
        let both = first.zip(first_kaiko);
        let (first, first_kaiko) = both.ok_or_else(|| invalid("no team".to_owned()))?;
        Sandbox::launch(shared, first, first_kaiko, self.port)
    }
}
