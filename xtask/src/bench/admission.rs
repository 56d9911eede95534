//! What admission costs: one uncontended call with its price, asked for and settled, by the store that keeps the record.
//!
//! No two sides are compared here; the times stand against what is promised for them. For Redis the time is mostly the
//! way there and back, so beside it stands the time of a bare PING over the same kind of connection, and what counts is
//! the number of commands that the server saw for each admission.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use kakiyo::quota::{self, Answer, Budgets, CallGroup, ServiceLimits, StoreChoice, Tier};
use kakiyo::{Credits, Limit, LimitGroup, Limits};

use super::report::Cost;
use crate::process;

const WARM: usize = 200;
const CALLS: usize = 3_000;

/// Times of one way, in order.
struct Times {
    admit: Vec<Duration>,
    settle: Vec<Duration>,
}

pub(super) fn costs() -> Result<Vec<Cost>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let folder = std::env::temp_dir().join(format!("kakiyo-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut costs = Vec::new();
    let mut add = |name: &str, times: Times, promised: &str, met: fn(&Cost) -> bool| {
        let mut cost = Cost {
            name: name.to_owned(),
            admit: quantiles(times.admit),
            settle: quantiles(times.settle),
            promised: promised.to_owned(),
            met: String::new(),
        };
        cost.met = if met(&cost) { "yes" } else { "no" }.to_owned();
        costs.push(cost);
    };
    let times = runtime.block_on(measure(&StoreChoice::Process, 1))?;
    add("process", times, "median < 50 µs", |cost| cost.admit.0 < Duration::from_micros(50));
    let times = runtime.block_on(measure(&StoreChoice::Host { folder: Some(folder.clone()) }, 2))?;
    add("host (SQLite)", times, "p99 < 1 ms", |cost| cost.admit.1 < Duration::from_millis(1));
    std::fs::remove_dir_all(&folder)?;
    if let Some(server) = Server::start()? {
        let ping = server.ping()?;
        let url = format!("redis://127.0.0.1:{}", server.port);
        let store = StoreChoice::Redis {
            url: url.as_str().into(),
            timeout: Duration::from_secs(5),
            fail_open: false,
        };
        let before = server.commands()?;
        let times = runtime.block_on(measure(&store, 3))?;
        let commands = server.commands()? - before;
        let each = commands as f64 / (CALLS + WARM) as f64;
        println!("redis: {commands} commands for {} calls, each admitted and settled", CALLS + WARM);
        let text = format!(
            "one round trip each way: 2 commands a call; {each:.2} seen, PING {:.0} µs",
            ping.as_secs_f64() * 1e6
        );
        add("Redis", times, &text, |_| true);
        if let Some(cost) = costs.last_mut() {
            cost.met = if each < 2.05 { "yes" } else { "no" }.to_owned();
        }
    } else {
        println!("redis: not measured, because redis-server is not on the PATH");
    }
    Ok(costs)
}

async fn measure(store: &StoreChoice, id: u8) -> Result<Times> {
    const SERVICE: ServiceLimits = ServiceLimits {
        per_operation: 60,
        tiers: [60, 30, 15],
        shared: &[],
        window: Duration::from_secs(60),
        max_in_flight: Duration::from_secs(60),
        whole: None,
    };
    let team = quota::team([id; 32], store);
    // A window so short that the record stays as long as that of a busy operation: some sixty calls.
    let limit = Limit::new(LimitGroup::EachOperation, 100_000)
        .window(Duration::from_millis(20))
        .max_in_flight(Duration::from_millis(20));
    let limits = Limits::custom(vec![limit]);
    let budgets = Budgets::new(&[]);
    let call = CallGroup::new("bench.call", Tier::Low);
    let mut times = Times { admit: Vec::new(), settle: Vec::new() };
    for number in 0..CALLS + WARM {
        let started = Instant::now();
        let lease = team.admit_priced(&call, &limits, &SERVICE, None, Credits::exactly(1), &budgets).await?;
        let admitted = started.elapsed();
        let mut lease = lease.context("refused")?;
        lease.mark_sent();
        lease.charge(Credits::exactly(1));
        let started = Instant::now();
        lease.settle_answered(Answer::default()).within(Duration::from_secs(5)).await;
        if number >= WARM {
            times.admit.push(admitted);
            times.settle.push(started.elapsed());
        }
    }
    Ok(times)
}

/// Median and 99th percentile.
fn quantiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    (at(50), at(99))
}

/// A server of this measurement alone.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start() -> Result<Option<Self>> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut command = process::command("redis-server");
        command.args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        let Ok(child) = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else { return Ok(None) };
        let server = Self { child, port };
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(Instant::now() < until, "redis-server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Some(server))
    }

    fn ping(&self) -> Result<Duration> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut writer = stream;
        let mut times = Vec::new();
        for _ in 0..1_000 {
            let started = Instant::now();
            writer.write_all(b"PING\r\n")?;
            reader.read_line(&mut String::new())?;
            times.push(started.elapsed());
        }
        Ok(quantiles(times).0)
    }

    /// Scripts that clients called so far.
    fn commands(&self) -> Result<u64> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.write_all(b"INFO commandstats\r\nQUIT\r\n")?;
        let mut calls = 0;
        for line in BufReader::new(stream).lines() {
            let line = line?;
            let scripts = ["cmdstat_evalsha:", "cmdstat_eval:", "cmdstat_fcall:"];
            if let Some(rest) = scripts.iter().find_map(|name| line.strip_prefix(name)) {
                let number = rest.strip_prefix("calls=").and_then(|rest| rest.split(',').next());
                calls += number.and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
            }
        }
        Ok(calls)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
