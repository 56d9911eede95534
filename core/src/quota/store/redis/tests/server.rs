//! A server of the test's own: on a free port of this machine, with a folder of its own, stopped when it goes.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

pub(super) struct Server {
    child: Option<Child>,
    folder: PathBuf,
    port: u16,
    options: Vec<&'static str>,
}

/// Whether there is a `redis-server` to test with. Says so loudly when there is none, and fails where that may not be.
pub(super) fn available() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let found = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
        let found = found.is_ok_and(|status| status.success());
        if !found {
            assert!(
                std::env::var("CI").is_err(),
                "redis-server is not installed, and CI must not skip its tests"
            );
            // Past the test harness, which keeps what passing tests print.
            let words = "SKIPPED: redis-server is not on the PATH, so the Redis store is NOT TESTED\n";
            let _ = std::io::stderr().write_all(words.as_bytes());
        }
        found
    })
}

/// The server that somebody lends to the tests; they take nothing of it but keys of their own.
pub(super) fn lent() -> Option<String> {
    std::env::var("KAKIYO_TEST_REDIS").ok()
}

impl Server {
    /// Nothing is kept over a restart.
    pub(super) fn start() -> Self {
        Self::with(&["--appendonly", "no"])
    }

    pub(super) fn with(options: &[&'static str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("kakiyo-redis-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut server = Self { child: None, folder, port, options: options.to_vec() };
        server.run();
        server
    }

    /// Starts it again after [`kill`](Self::kill), with what it has kept.
    pub(super) fn run(&mut self) {
        let child = Command::new("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"])
            .arg(&self.folder)
            .args(&self.options)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let address = format!("127.0.0.1:{}", self.port).parse().unwrap();
        for _ in 0..200 {
            if std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("redis-server does not listen on {address}");
    }

    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(super) async fn connection(&self) -> redis::aio::MultiplexedConnection {
        redis::Client::open(self.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
