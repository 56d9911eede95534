//! `cargo xtask bench`: against the ordinary clients, side by side in one run, into `BENCHMARKS.md`.
//!
//! Both sides of a comparison take turns, pair by pair, against one server process; what counts is the median of the
//! pairs' ratios with its spread. Speed is measured here and nowhere else: no test asserts it.

mod admission;
mod calls;
mod page;
mod report;
mod scripts;
mod server;

use anyhow::{Result, bail};

use crate::process;

/// Pairs of one comparison, after one pair to warm up.
const PAIRS: usize = 21;

/// A part of the comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Typed calls against reqwest.
    Rust,
    /// Decoding a page.
    Page,
    /// Python against httpx, requests and aiohttp.
    Python,
    /// Node against fetch and undici.
    Node,
    /// What admission costs, by store.
    Admission,
}

/// Builds everything optimised and measures in an optimised program.
pub(crate) fn run(only: Option<Part>) -> Result<()> {
    process::run("cargo", &["build", "--workspace", "--release", "--quiet"])?;
    let mut measure = process::command(crate::root().join("target/release/xtask"));
    measure.arg("measure");
    if let Some(part) = only {
        measure.arg(format!("{part:?}").to_lowercase());
    }
    process::run_command(&mut measure)
}

/// What the optimised program does.
pub(crate) fn measure(only: Option<Part>) -> Result<()> {
    if cfg!(debug_assertions) {
        bail!("measured only in an optimised build: use `cargo xtask bench`");
    }
    let wanted = |part: Part| only.is_none_or(|only| only == part);
    let server = server::Server::start()?;
    let mut comparisons = Vec::new();
    if wanted(Part::Rust) {
        comparisons.extend(calls::compare(&server)?);
    }
    if wanted(Part::Page) {
        comparisons.push(page::compare()?);
    }
    if wanted(Part::Python) {
        comparisons.extend(scripts::python(&server)?);
    }
    if wanted(Part::Node) {
        comparisons.extend(scripts::node(&server)?);
    }
    if !comparisons.is_empty() {
        report::print(&comparisons)?;
    }
    if wanted(Part::Admission) {
        let costs = admission::costs()?;
        report::write_costs(&costs)?;
    }
    match only {
        None => report::write(&comparisons),
        Some(_) => Ok(()),
    }
}
