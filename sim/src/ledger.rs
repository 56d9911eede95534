//! What became of each call, and how it is written down: one JSON object in a line, times in microseconds from the
//! start of the run.
//!
//! A ledger begins with its header, `{"ledger":"window/heavy/bursts","seed":7,"cap":null,"limits":[{"group":"a",
//! "calls":60,"window_us":60000000}]}`; a line for each call follows, in the order of sending. `count` is null when the
//! call never reached the server, `answer` when no answer came back. Ledgers may stand one behind the other in a file.

use std::time::Duration;

use serde::Serialize;

/// A promise that the checker is to test: at most so many calls of a group counted in every window.
#[derive(Clone, Debug)]
pub struct Promise {
    pub group: &'static str,
    pub calls: u32,
    pub window: Duration,
}

/// One call that was sent.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub groups: [&'static str; 2],
    pub send: Duration,
    /// When it reaches the server, if it does.
    pub count: Option<Duration>,
    pub answer: Option<Duration>,
    pub rejected: bool,
    pub price: u32,
}

#[derive(Serialize)]
struct Header<'a> {
    ledger: &'a str,
    seed: u64,
    cap: Option<u64>,
    limits: Vec<PromiseLine<'a>>,
}

#[derive(Serialize)]
struct PromiseLine<'a> {
    group: &'a str,
    calls: u32,
    window_us: u64,
}

#[derive(Serialize)]
struct CallLine<'a> {
    groups: &'a [&'static str],
    send: u64,
    count: Option<u64>,
    answer: Option<u64>,
    rejected: bool,
    price: u32,
}

/// Writes a ledger down.
///
/// # Errors
///
/// Only when a line cannot be serialised, which would be a bug.
pub fn export(
    name: &str,
    seed: u64,
    cap: Option<u64>,
    promises: &[Promise],
    calls: &[Call],
) -> anyhow::Result<Vec<u8>> {
    let limits = promises.iter().map(|promise| PromiseLine {
        group: promise.group,
        calls: promise.calls,
        window_us: micros(promise.window),
    });
    let mut text = Vec::with_capacity(calls.len() * 110 + 200);
    serde_json::to_writer(&mut text, &Header { ledger: name, seed, cap, limits: limits.collect() })?;
    text.push(b'\n');
    for call in calls {
        let line = CallLine {
            groups: &call.groups,
            send: micros(call.send),
            count: call.count.map(micros),
            answer: call.answer.map(micros),
            rejected: call.rejected,
            price: call.price,
        };
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
    }
    Ok(text)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
