//! `cargo xtask bench`: against the ordinary clients, side by side in one run, into `BENCHMARKS.md`.
//!
//! Both sides of a comparison take turns, pair by pair, against one server process; what counts is the median of the
//! pairs' ratios with its spread. Speed is measured here and nowhere else: no test asserts it.

mod calls;
mod page;
mod report;
mod scripts;
mod server;

use anyhow::{Result, bail};

pub(crate) use report::Comparison;

use crate::process;

/// Pairs of one comparison, after one pair to warm up.
pub(crate) const PAIRS: usize = 21;

/// Builds everything optimised and measures in an optimised program.
pub(crate) fn run() -> Result<()> {
    process::run("cargo", &["build", "--workspace", "--release", "--quiet"])?;
    process::run("cargo", &["run", "--release", "--quiet", "--bin", "xtask", "--", "measure"])
}

/// What the optimised program does.
pub(crate) fn measure() -> Result<()> {
    if cfg!(debug_assertions) {
        bail!("measured only in an optimised build: use `cargo xtask bench`");
    }
    let server = server::Server::start()?;
    let mut comparisons = calls::compare(&server)?;
    comparisons.push(page::compare()?);
    comparisons.extend(scripts::compare(&server)?);
    report::write(&comparisons)
}
