//! `cargo xtask canary`: looks at the real service, with the keys of the environment, which side of a contradiction is true.
//!
//! It reads only, unless `--write` allows three calls that put a made-up profile on the Do Not Contact list and take it off
//! again; it makes at most ten calls, and shows forms instead of contents. The report can be pasted into an issue as it is.

mod probes;
mod recording;
mod report;
#[cfg(test)]
mod tests;

use anyhow::{Context, Result, ensure};
use kakiyo::{CallOptions, Client, Service, registry};

use self::probes::{Finding, Probe};
use self::recording::Recording;

/// More calls than this are never made, whatever is asked for.
const MOST_CALLS: u32 = 10;

#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Options {
    /// Ask Kaiko instead (`KAIKO_API_KEY`): one analysis of a made-up sentence.
    #[arg(long)]
    kaiko: bool,
    /// Allow the calls that add a made-up profile to the Do Not Contact list and remove it.
    #[arg(long)]
    write: bool,
    /// Calls at most; each costs a credit.
    #[arg(long, default_value_t = MOST_CALLS, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_CALLS)))]
    calls: u32,
}

pub(crate) fn run(options: Options) -> Result<()> {
    let service = if options.kaiko { Service::Kaiko } else { Service::Kakiyo };
    let client = registry::builder(service)
        .max_retries(0)
        .build()
        .map_err(|error| anyhow::anyhow!("{error}"))
        .context("the canary needs a key in the environment")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sung = runtime.block_on(sing(&client, service, options.write, options.calls))?;
    println!("{}", report::markdown(service, &sung));
    Ok(())
}

/// What was found, and what was seen.
#[derive(Debug, Default)]
pub(crate) struct Sung {
    pub(crate) calls: u32,
    pub(crate) credits_at_most: u32,
    pub(crate) findings: Vec<Finding>,
    pub(crate) recordings: Vec<Recording>,
    /// Probes that did not come to their turn, and why.
    pub(crate) left_out: Vec<(&'static str, String)>,
}

/// Makes the calls, each at most once, in the order of what tells most.
pub(crate) async fn sing(client: &Client, service: Service, write: bool, calls: u32) -> Result<Sung> {
    let mut sung = Sung::default();
    let mut known = probes::Known::default();
    for probe in probes::of(service).iter().filter(|probe| write || !probe.writes) {
        if sung.calls >= calls {
            sung.left_out.push((probe.name, "no calls left".to_owned()));
            continue;
        }
        match (probe.request)(&known) {
            None => sung.left_out.push((probe.name, "there is no record to ask for".to_owned())),
            Some(request) => {
                let recording = call(client, probe, &request, &mut sung).await?;
                let findings = (probe.judge)(&recording, &mut known);
                sung.findings.extend(findings);
                let stop = matches!(recording.status, 401 | 402);
                sung.recordings.push(recording);
                ensure!(
                    !stop,
                    "stopped: the service answered {}",
                    sung.recordings.last().map_or(0, |last| last.status)
                );
            }
        }
    }
    Ok(sung)
}

async fn call(
    client: &Client,
    probe: &Probe,
    request: &probes::Request,
    sung: &mut Sung,
) -> Result<Recording> {
    let query: Vec<(&str, &str)> =
        request.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer =
        client.raw(request.method, &request.path, &query, request.body.as_ref(), &CallOptions::new()).await;
    sung.calls += 1;
    let (status, headers, body) = match &answer {
        Ok(response) => {
            sung.credits_at_most += response.meta().credits.max;
            (response.meta().status, response.meta().headers.clone(), response.to_vec())
        }
        Err(error) => {
            sung.credits_at_most += error.credits().max;
            let Some(status) = error.status() else { anyhow::bail!("{}: {error}", probe.name) };
            let body = error.body().map(|body| body.to_vec()).unwrap_or_default();
            (status, error.headers().cloned().unwrap_or_default(), body)
        }
    };
    Ok(Recording::of(probe.name, request.method, probe.route, status, &headers, &body))
}
