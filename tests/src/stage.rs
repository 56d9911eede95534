//! Where cases are played: one sandbox, a fresh team and client for each case.

use std::time::Duration;

use kakiyo::settings::{self, TimeUnit};
use kakiyo::{Client, Limits, Service, registry};
use kakiyo_sandbox::{
    HeaderValues, KaikoSettings, RecordedRequest, Reset, Sandbox, ScriptedAnswer, Settings, TeamKey,
};
use serde_json::json;
use tokio::net::TcpSocket;

use crate::case::{self, Case, Preset};
use crate::contract::below_base;

/// The first back-off of the clients, so that retries take no time worth counting.
const RETRY_DELAY: Duration = Duration::from_millis(5);

/// One sandbox for all cases.
#[derive(Debug)]
pub struct Stage {
    sandbox: Sandbox,
    /// Bound, but nobody listens: connections are refused as long as it lives.
    closed: TcpSocket,
}

impl Stage {
    /// Starts the sandbox.
    pub async fn new() -> Result<Self, String> {
        let sandbox = Sandbox::start().await.map_err(|error| error.to_string())?;
        let closed = TcpSocket::new_v4().map_err(|error| error.to_string())?;
        closed.bind(([127, 0, 0, 1], 0).into()).map_err(|error| error.to_string())?;
        Ok(Self { sandbox, closed })
    }

    /// A fresh team that answers with the script of this case and refuses every further request.
    pub fn team(&self, case: &Case) -> Result<TeamKey, String> {
        let team = match case.service() {
            Service::Kakiyo => self.sandbox.add_team(Settings::default(), 1_000),
            Service::Kaiko => self.sandbox.add_kaiko_key(KaikoSettings::default()),
        };
        let team = team.map_err(|error| error.to_string())?;
        let answers: Vec<_> = case.exchanges.iter().map(|exchange| scripted(&exchange.answer)).collect();
        self.sandbox.script(&team.team, &answers, true).map_err(|error| error.to_string())?;
        Ok(team)
    }

    /// The client that the case asks for.
    pub fn client(&self, case: &Case, team: &TeamKey) -> Result<Client, kakiyo::Error> {
        let options = &case.client;
        let service = case.service();
        let whole = self.sandbox.base_url();
        let (sandbox, version) = match service {
            Service::Kakiyo => (whole.as_str(), "/v1"),
            // The version stands in the paths of its operations.
            Service::Kaiko => (whole.trim_end_matches("/v1"), ""),
        };
        let base_url = match &options.base_url {
            Some(url) => Some(url.replace("{sandbox}", sandbox)),
            None if options.closed_port => {
                let port = self.closed.local_addr().map_or(1, |address| address.port());
                Some(format!("http://127.0.0.1:{port}{version}"))
            }
            None if options.environment.is_some() => None,
            None => Some(sandbox.to_owned()),
        };
        let limits = match options.limits.unwrap_or(Preset::Unlimited) {
            Preset::Auto => Limits::auto(),
            Preset::Published => Limits::published(),
            Preset::Tiered => Limits::tiered(),
            Preset::Unlimited => Limits::unlimited(),
        };
        // As a binding hands them over: these options are of Kaiko alone.
        let given = json!({
            "environment": options.environment,
            "auth": options.auth.map(case::Auth::as_str),
            "failOnFallback": options.fail_on_fallback,
        });
        let builder = registry::builder(service);
        let builder = settings::client(builder, &given.to_string(), TimeUnit::Seconds)?;
        let mut builder = builder.limits(limits).retry_delay(RETRY_DELAY);
        if let Some(base_url) = base_url {
            builder = builder.base_url(base_url);
        }
        match &options.api_key {
            None => builder = builder.api_key(team.api_key.as_str()),
            Some(Some(key)) => builder = builder.api_key(key.as_str()),
            // Nothing set: then the environment counts, which holds no key in tests.
            Some(None) => {}
        }
        if let Some(check) = options.check_key {
            builder = builder.check_key(check);
        }
        if let Some(timeout) = options.timeout {
            builder = builder.timeout(Duration::from_secs_f64(timeout));
        }
        if let Some(wait) = options.max_wait {
            builder = builder.max_wait(Duration::from_secs_f64(wait));
        }
        if let Some(retries) = options.max_retries {
            builder = builder.max_retries(retries);
        }
        builder.build()
    }

    /// What the team has sent so far, below the base address.
    pub fn requests(&self, case: &Case, team: &TeamKey) -> Result<Vec<RecordedRequest>, String> {
        let mut requests = self.sandbox.requests(&team.team).map_err(|error| error.to_string())?;
        for request in &mut requests {
            request.path = below_base(case.service(), &request.path).to_owned();
        }
        Ok(requests)
    }
}

fn scripted(answer: &case::Answer) -> ScriptedAnswer {
    ScriptedAnswer {
        status: answer.status,
        headers: answer
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValues::One(value.clone())))
            .collect(),
        body: answer.body.clone(),
        body_text: answer.body_text.clone(),
        delay_ms: u64::try_from(Duration::from_secs_f64(answer.delay).as_millis()).unwrap_or(u64::MAX),
        reset: answer.reset.map(|reset| match reset {
            case::Reset::Before => Reset::Before,
            case::Reset::After => Reset::After,
        }),
        cut_at: answer.cut_at,
        hang: answer.hang,
        times: answer.times,
        ..ScriptedAnswer::default()
    }
}
