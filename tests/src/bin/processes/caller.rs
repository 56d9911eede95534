//! One caller: its job, the caller in Rust, and callers of all languages as processes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kakiyo::{ErrorKind, Kakiyo, Limit, LimitGroup, Limits, StoreChoice};
use serde::{Deserialize, Serialize};

/// What a caller does. Times are in seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Job {
    pub(crate) base_url: String,
    pub(crate) api_key: String,
    pub(crate) seconds: f64,
    pub(crate) tasks: usize,
    pub(crate) window: f64,
    pub(crate) limit: u32,
    pub(crate) max_in_flight: f64,
    pub(crate) timeout: f64,
    /// A cap for all time, for the caller in Rust.
    #[serde(default)]
    pub(crate) cap: Option<u64>,
}

impl Job {
    /// A client that keeps to the job; where its record is stands in the environment.
    fn client(&self) -> Result<Kakiyo, String> {
        self.builder().build().map_err(|error| error.to_string())
    }

    /// A client that keeps to the job, with its record in this folder.
    pub(crate) fn client_in(&self, folder: &Path) -> Result<Kakiyo, String> {
        let store = StoreChoice::Host { folder: Some(folder.to_owned()) };
        self.builder().store(store).build().map_err(|error| error.to_string())
    }

    pub(crate) fn builder(&self) -> kakiyo::Builder {
        let limit = Limit::new(LimitGroup::EachOperation, self.limit)
            .window(Duration::from_secs_f64(self.window))
            .max_in_flight(Duration::from_secs_f64(self.max_in_flight));
        let mut builder = Kakiyo::builder()
            .base_url(&self.base_url)
            .api_key(self.api_key.as_str())
            .limits(Limits::custom(vec![limit]))
            .timeout(Duration::from_secs_f64(self.timeout));
        if let Some(cap) = self.cap {
            builder = builder.budget(kakiyo::Budget::new(cap).per(kakiyo::Per::Ever));
        }
        builder
    }
}

/// What became of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) calls: u64,
    pub(crate) errors: BTreeMap<String, u64>,
}

/// Runs a job in this process and prints its outcome.
pub(crate) fn run(job: &str) -> Result<(), String> {
    let job: Job = serde_json::from_str(job).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let outcome = runtime.block_on(calls(&job))?;
    println!("{}", serde_json::to_string(&outcome).map_err(|error| error.to_string())?);
    Ok(())
}

async fn calls(job: &Job) -> Result<Outcome, String> {
    let client = job.client()?;
    let until = Instant::now() + Duration::from_secs_f64(job.seconds);
    let outcome = Arc::new(Mutex::new(Outcome::default()));
    let tasks = (0..job.tasks).map(|_| {
        let (client, outcome) = (client.clone(), Arc::clone(&outcome));
        async move {
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                let result = client.verify().max_wait(left).await;
                let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
                match result {
                    Ok(_) => outcome.calls += 1,
                    Err(error) if error.kind() == ErrorKind::WaitRefused => return,
                    Err(error) => {
                        *outcome.errors.entry(format!("{}: {error}", error.kind())).or_default() += 1;
                        // The cap is reached, and stays so.
                        if error.kind() == ErrorKind::BudgetRefused {
                            return;
                        }
                    }
                }
            }
        }
    });
    futures::future::join_all(tasks).await;
    let outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(outcome)
}

/// The languages of the callers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Language {
    Rust,
    Python,
    Node,
}

impl Language {
    /// Starts a caller; `environment` says where its record is.
    pub(crate) fn start(self, job: &Job, environment: &[(&str, &str)]) -> Result<Caller, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut command = match self {
            Self::Rust => {
                let mut command = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
                command.arg("call");
                command
            }
            Self::Python => {
                let mut command = Command::new(root.join(".venv/bin/python"));
                command.env("PYTHONPATH", root.join("bindings-python/python"));
                command.arg(root.join("tests/processes/caller.py"));
                command
            }
            Self::Node => {
                let mut command = Command::new("node");
                command.arg(root.join("tests/processes/caller.mjs"));
                command
            }
        };
        let job = serde_json::to_string(job).map_err(|error| error.to_string())?;
        command.arg(job).envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
            .spawn()
            .map(|child| Caller(Some(child)))
            .map_err(|error| format!("a caller in {self:?} cannot be started: {error}"))
    }
}

/// A caller as a process; dropped it dies at once (`kill -9`).
pub(crate) struct Caller(Option<Child>);

impl Caller {
    /// Waits for its end and reads what it printed.
    pub(crate) fn finished(mut self) -> Result<Outcome, String> {
        let child = self.0.take().ok_or("the caller has ended")?;
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("a caller ended with {}: {said}", output.status));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
