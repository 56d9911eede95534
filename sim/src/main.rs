//! `cargo xtask sim`: runs the cells, two or more at once, and says which of them did not keep what is promised.
#![expect(clippy::print_stdout, reason = "a command line tool talks to its user")]

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use clap::Parser;
use kakiyo_sim::cell::{Cell, Demand, cells};
use kakiyo_sim::judge::{self, Findings};
use kakiyo_sim::{checker, figures};

/// Runs the real limiter on virtual time against models of servers.
#[derive(Parser)]
struct Arguments {
    /// Ten times as many calls.
    #[arg(long)]
    full: bool,
    /// The seed of the first episode; the others follow it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only the cells whose name begins like this, such as `window/heavy`.
    #[arg(long)]
    cell: Option<String>,
    /// So many episodes of each cell instead of their own number.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    episodes: Option<u64>,
    /// Writes what was measured into the folder `docs` of the working directory.
    #[arg(long, conflicts_with_all = ["cell", "full", "episodes"])]
    write_docs: bool,
    /// Says only what went wrong.
    #[arg(long)]
    quiet: bool,
    /// Writes the ledger of every call to this file.
    #[arg(long)]
    ledger: Option<PathBuf>,
    /// Checks a ledger that was written before, and runs nothing.
    #[arg(long, conflicts_with_all = ["ledger", "cell", "full"])]
    check: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(path) = &arguments.check {
        check(path)?;
        return Ok(ExitCode::SUCCESS);
    }
    let wanted =
        |cell: &Cell| arguments.cell.as_ref().is_none_or(|name| cell.name.starts_with(name.as_str()));
    let cells: Vec<Cell> = cells().into_iter().filter(wanted).collect();
    ensure!(!cells.is_empty(), "no cell is called {:?}", arguments.cell.unwrap_or_default());
    let started = Instant::now();
    let findings = run_all(&arguments, &cells)?;
    let failures: usize = findings.iter().map(|findings| findings.failures.len()).sum();
    let calls: usize = findings.iter().map(|findings| findings.calls).sum();
    println!("{} cells, {calls} calls in {:.0?}", cells.len(), started.elapsed());
    if arguments.write_docs {
        let measured: Vec<(Cell, Findings)> = cells.into_iter().zip(findings).collect();
        figures::write(Path::new("docs"), &measured, arguments.seed)?;
    }
    if failures > 0 {
        println!("{failures} promises were not kept");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn check(path: &PathBuf) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let verdict =
        checker::check(BufReader::new(file)).map_err(|error| anyhow!("{}: {error}", path.display()))?;
    verdict.violations.iter().for_each(|violation| println!("{violation}"));
    println!("{} calls, {} credits", verdict.calls, verdict.spent);
    ensure!(verdict.violations.is_empty(), "{} violations", verdict.violations.len());
    Ok(())
}

/// Runs the cells on all processors and reports each when it is done.
fn run_all(arguments: &Arguments, cells: &[Cell]) -> Result<Vec<Findings>> {
    let ledger =
        arguments.ledger.as_ref().map(File::create).transpose().context("cannot write the ledger")?;
    let ledger = Mutex::new(ledger.map(BufWriter::new));
    let keep = |text: &[u8]| -> Result<()> {
        match &mut *ledger.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(file) => file.write_all(text).context("cannot write the ledger"),
            None => Ok(()),
        }
    };
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Findings)>> {
        let mut done = Vec::new();
        while let Some((number, cell)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            cells.get(number).map(|cell| (number, cell))
        } {
            let episodes = arguments.episodes.unwrap_or(cell.episodes * if arguments.full { 10 } else { 1 });
            let started = Instant::now();
            let findings = judge::run(cell, arguments.seed, episodes, keep)?;
            if !(arguments.quiet && findings.failures.is_empty()) {
                report(cell, &findings, started);
            }
            done.push((number, findings));
        }
        Ok(done)
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let mut all = thread::scope(|scope| -> Result<Vec<(usize, Findings)>> {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for handle in handles {
            all.extend(handle.join().map_err(|_| anyhow!("a worker panicked"))??);
        }
        Ok(all)
    })?;
    if let Some(file) = &mut *ledger.lock().unwrap_or_else(PoisonError::into_inner) {
        file.flush().context("cannot write the ledger")?;
    }
    all.sort_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, findings)| findings).collect())
}

fn report(cell: &Cell, findings: &Findings, started: Instant) {
    let asked = match cell.demand {
        Demand::Shown => "shown",
        _ if findings.failures.is_empty() => "kept",
        _ => "NOT KEPT",
    };
    println!(
        "{:<44} {:>8} calls {:>7} rejected {:>6.2} a minute  {asked:<8} {:.1?}",
        cell.name,
        findings.calls,
        findings.rejected,
        findings.rate,
        started.elapsed()
    );
    for (seed, failure) in findings.failures.iter().take(3) {
        println!("    {failure}\n    cargo xtask sim --cell {} --seed {seed} --episodes 1", cell.name);
    }
}
