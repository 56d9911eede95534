//! Processes of one host, over the store in the state folder.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use kakiyo_sandbox::Sandbox;

use crate::caller::{Caller, Job, Language, Outcome};

const LIMIT: u32 = 60;

/// Sixteen callers in three languages.
const CALLERS: [Language; 16] = {
    use Language::{Node, Python, Rust};
    [Rust, Python, Node, Rust, Python, Node, Rust, Python, Node, Rust, Python, Node, Rust, Python, Node, Rust]
};

pub(crate) fn folder(name: &str) -> Result<PathBuf, String> {
    let folder = std::env::temp_dir().join(format!("kakiyo-processes-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    Ok(folder)
}

fn sandbox(window: f64) -> Result<Sandbox, String> {
    let sandbox =
        Sandbox::builder().window(Duration::from_secs_f64(window)).credits(1_000_000).start_blocking();
    sandbox.map_err(|error| error.to_string())
}

/// Sixteen processes for six windows.
pub(crate) fn saturated() -> Result<(), String> {
    let window = 5.0;
    let (sandbox, folder) = (sandbox(window)?, folder("host")?);
    let job = Job {
        base_url: sandbox.base_url(),
        api_key: sandbox.api_key().to_owned(),
        seconds: 6.0 * window,
        tasks: 4,
        window,
        limit: LIMIT,
        max_in_flight: 60.0,
        timeout: 30.0,
        cap: None,
    };
    let place = folder.display().to_string();
    let environment = [("KAKIYO_STORE", "host"), ("KAKIYO_STATE_DIR", place.as_str())];
    let started = Instant::now();
    let children: Vec<_> =
        CALLERS.iter().map(|language| language.start(&job, &environment)).collect::<Result<_, _>>()?;
    let outcomes: Vec<Outcome> = children.into_iter().map(Caller::finished).collect::<Result<_, _>>()?;
    let (served, rejected) = (sandbox.calls(), sandbox.rejections());
    let allowed = u64::from(LIMIT) * 6;
    println!(
        "host: {} processes served {served} of {allowed} allowed in {:.1?}, rejected {rejected}",
        CALLERS.len(),
        started.elapsed()
    );
    let each: Vec<u64> = outcomes.iter().map(|outcome| outcome.calls).collect();
    println!("host: each process made {each:?} calls");
    no_errors(&outcomes)?;
    check(rejected == 0, "the sandbox rejected calls")?;
    check(served * 100 >= allowed * 95, "less than 95 % of what is allowed was served")?;
    check(each.iter().all(|calls| *calls > 0), "a process was starved")?;
    std::fs::remove_dir_all(folder).map_err(|error| error.to_string())
}

/// Two hundred deaths at random instants.
pub(crate) fn killed() -> Result<(), String> {
    const DEATHS: u32 = 200;
    let window = 2.0;
    let (max_in_flight, timeout) = (0.5, 1.0);
    let (sandbox, folder) = (sandbox(window)?, folder("killed")?);
    let job = Job {
        base_url: sandbox.base_url(),
        api_key: sandbox.api_key().to_owned(),
        seconds: 600.0,
        tasks: 8,
        window,
        limit: LIMIT,
        max_in_flight,
        timeout,
        cap: None,
    };
    let place = folder.display().to_string();
    let environment = [("KAKIYO_STORE", "host"), ("KAKIYO_STATE_DIR", place.as_str())];
    // Python and Node take long to start: most of the deaths are of Rust's callers, some of every language.
    let languages = [
        Language::Rust,
        Language::Rust,
        Language::Rust,
        Language::Rust,
        Language::Rust,
        Language::Python,
        Language::Node,
        Language::Rust,
    ];
    let start = |position: usize| languages[position % languages.len()].start(&job, &environment);
    let mut children: Vec<_> = (0..languages.len()).map(start).collect::<Result<Vec<_>, _>>()?;
    let mut random = fastrand::Rng::with_seed(0x5eed);
    let started = Instant::now();
    for _ in 0..DEATHS {
        std::thread::sleep(Duration::from_millis(20 + random.u64(0..180)));
        let position = random.usize(0..languages.len());
        drop(std::mem::replace(&mut children[position], start(position)?));
    }
    drop(children);
    let (served, rejected, span) = (sandbox.calls(), sandbox.rejections(), started.elapsed());
    println!("killed: {DEATHS} deaths in {span:.1?}, served {served}, rejected {rejected}");
    check(rejected == 0, "the sandbox rejected calls after deaths")?;
    check(served > u64::from(LIMIT), "the survivors did not call")?;
    // Lease and window after the last death every slot is free again.
    std::thread::sleep(Duration::from_secs_f64(timeout + max_in_flight + window + 0.2));
    let quiet = Job { seconds: 0.0, ..job };
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let granted = runtime.block_on(async {
        let client = quiet.client_in(&folder)?;
        let mut granted = 0;
        while granted < LIMIT && client.verify().max_wait(Duration::ZERO).await.is_ok() {
            granted += 1;
        }
        Ok::<_, String>(granted)
    })?;
    println!("killed: {granted} of {LIMIT} slots are free after lease and window");
    check(granted == LIMIT, "slots of dead processes are stuck")?;
    check(sandbox.rejections() == 0, "the sandbox rejected a call on a freed slot")?;
    std::fs::remove_dir_all(folder).map_err(|error| error.to_string())
}

pub(crate) fn no_errors(outcomes: &[Outcome]) -> Result<(), String> {
    let errors: Vec<_> = outcomes.iter().flat_map(|outcome| &outcome.errors).collect();
    check(errors.is_empty(), &format!("calls failed: {errors:?}"))
}

pub(crate) fn check(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}
