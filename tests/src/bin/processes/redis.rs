//! Processes of several hosts, over a Redis server that is disturbed: half of them have another state folder.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kakiyo::{ErrorKind, StoreChoice};
use kakiyo_sandbox::Sandbox;

use crate::caller::{Caller, Job, Language, Outcome};
use crate::host::{check, folder, no_errors};

const LIMIT: u32 = 60;
const WINDOW: f64 = 5.0;

/// A server of this test alone, which keeps what it is told before it answers.
struct Server {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Server {
    fn start(folder: &Path, port: u16) -> Result<Self, String> {
        let port_text = port.to_string();
        let child = Command::new("redis-server")
            .args(["--port", &port_text, "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"])
            .args(["--appendfsync", "always", "--dir"])
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("redis-server cannot be started: {error}"))?;
        let server = Self { child, port, folder: folder.to_owned() };
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            check(Instant::now() < until, "redis-server does not listen")?;
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn signal(&self, signal: &str) -> Result<(), String> {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        check(status.is_ok_and(|status| status.success()), "the server cannot be signalled")
    }

    fn stop(&mut self) -> Result<(), String> {
        self.signal("-TERM")?;
        self.child.wait().map_err(|error| error.to_string())?;
        Ok(())
    }

    fn restart(&mut self) -> Result<(), String> {
        self.stop()?;
        let mut again = Self::start(&self.folder, self.port)?;
        std::mem::swap(&mut self.child, &mut again.child);
        Ok(())
    }

    fn flush_scripts(&self) -> Result<(), String> {
        use std::io::{Read as _, Write as _};
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).map_err(|error| error.to_string())?;
        stream.write_all(b"SCRIPT FLUSH\r\n").map_err(|error| error.to_string())?;
        let mut answer = [0; 3];
        stream.read_exact(&mut answer).map_err(|error| error.to_string())?;
        check(&answer == b"+OK", "the scripts were not flushed")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

/// Eight processes for six windows, while the server is flushed, stands still and is restarted; then a cap; then no
/// server at all.
pub(crate) fn disturbed() -> Result<(), String> {
    if Command::new("redis-server").arg("--version").output().is_err() {
        check(std::env::var_os("CI").is_none(), "redis-server is not installed, and here it has to be")?;
        println!("redis: SKIPPED, because redis-server is not on the PATH");
        return Ok(());
    }
    let place = folder("redis")?;
    let folders = [place.join("one"), place.join("other"), place.join("server")];
    for folder in &folders {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    let mut server = Server::start(&folders[2], free_port()?)?;
    let sandbox = Sandbox::builder()
        .window(Duration::from_secs_f64(WINDOW))
        .credits(1_000_000)
        .start_blocking()
        .map_err(|error| error.to_string())?;
    let job = Job {
        base_url: sandbox.base_url(),
        api_key: sandbox.api_key().to_owned(),
        seconds: 6.0 * WINDOW,
        tasks: 4,
        window: WINDOW,
        limit: LIMIT,
        max_in_flight: 2.0,
        timeout: 5.0,
        cap: None,
    };
    // A server that has just been started may have forgotten calls of before: nothing goes for a window and a flight.
    std::thread::sleep(Duration::from_secs_f64(WINDOW + 2.0 + 1.0));
    let url = server.url();
    let states = folders.each_ref().map(|folder| folder.display().to_string());
    let start = |job: &Job, position: usize| {
        let languages = [Language::Rust, Language::Python, Language::Node, Language::Rust];
        let environment =
            [("KAKIYO_STORE", url.as_str()), ("KAKIYO_STATE_DIR", states[position % 2].as_str())];
        languages[position / 2 % 4].start(job, &environment)
    };

    let children: Vec<_> = (0..8).map(|position| start(&job, position)).collect::<Result<_, _>>()?;
    std::thread::sleep(Duration::from_secs(5));
    server.flush_scripts()?;
    std::thread::sleep(Duration::from_secs(4));
    server.signal("-STOP")?;
    std::thread::sleep(Duration::from_secs(3));
    server.signal("-CONT")?;
    std::thread::sleep(Duration::from_secs(4));
    server.restart()?;
    let outcomes: Vec<Outcome> = children.into_iter().map(Caller::finished).collect::<Result<_, _>>()?;
    let (served, rejected) = (sandbox.calls(), sandbox.rejections());
    let allowed = u64::from(LIMIT) * 6;
    println!(
        "redis: 8 processes served {served} of {allowed}; the server stood still for 3 s and was restarted; rejected {rejected}"
    );
    no_errors(&outcomes)?;
    check(rejected == 0, "the sandbox rejected calls")?;
    // After its restart nothing goes for a window and a flight either, which is 7 s of the 30.
    check(served * 100 >= allowed * 50, "much less than what is allowed was served")?;

    // A cap over all of them: what was spent so far counts, and a hundred more fit.
    let cap = sandbox.spent() + 100;
    let capped = Job { seconds: 4.0 * WINDOW, limit: 1_000, cap: Some(cap), ..job.clone() };
    let environment = [("KAKIYO_STORE", url.as_str())];
    sandbox
        .control("POST", "/_sandbox/settings", serde_json::json!({"unlimited": true}))
        .map_err(|error| format!("{error:?}"))?;
    let children: Vec<_> =
        (0..4).map(|_| Language::Rust.start(&capped, &environment)).collect::<Result<_, _>>()?;
    std::thread::sleep(Duration::from_millis(300));
    server.restart()?;
    let outcomes: Vec<Outcome> = children.into_iter().map(Caller::finished).collect::<Result<_, _>>()?;
    let refused: u64 = outcomes.iter().flat_map(|outcome| &outcome.errors).map(|(_, count)| count).sum();
    println!("redis: cap {cap}, spent {}, {refused} calls refused", sandbox.spent());
    check(sandbox.spent() == cap, "the cap was crossed, or some of it was lost")?;
    for (error, _) in outcomes.iter().flat_map(|outcome| &outcome.errors) {
        check(error.starts_with("budget_refused"), error)?;
    }

    // Without the server nothing goes out.
    server.stop()?;
    let before = sandbox.calls();
    let store =
        StoreChoice::Redis { url: url.as_str().into(), timeout: Duration::from_secs(1), fail_open: false };
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let client = job.builder().store(store).build().map_err(|error| error.to_string())?;
    let error =
        runtime.block_on(async { client.verify().await }).err().ok_or("a call went out without the store")?;
    println!("redis: away: {error}");
    check(error.kind() == ErrorKind::Connection, "another kind of error was expected")?;
    check(sandbox.calls() == before, "a call went out without the store")?;
    std::fs::remove_dir_all(place).map_err(|error| error.to_string())
}
