//! The project's own commands: `cargo xtask setup | gen | drift | test | sim | bench | canary`.
#![expect(clippy::print_stdout, reason = "a command line tool talks to its user")]

mod bench;
mod canary;
mod contract;
mod drift;
mod r#gen;
mod native;
mod process;
mod setup;
mod sim;
mod table;
mod test;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "The project's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs the Python and Node tools that the tests need.
    Setup,
    /// Builds the native parts of the Python and Node packages for use from this clone.
    Native,
    /// Runs all tests of all languages: what the landing check runs.
    Test,
    /// Writes `operations.json` and the façades of all languages from the operation table.
    Gen {
        /// Compare instead, and fail when a file is stale.
        #[arg(long)]
        check: bool,
    },
    /// Compares the operation table with the contract files.
    Drift,
    /// Looks at the real service, with the keys of the environment, which side of a contradiction is true.
    Canary(canary::Options),
    /// Runs the limiter on virtual time against models of servers: `--full`, `--seed N`, `--cell NAME` and more.
    #[command(disable_help_flag = true)]
    Sim {
        /// What the simulation itself is told; `--help` lists it.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Measures against the ordinary clients, into `BENCHMARKS.md`.
    Bench {
        /// Measure only one part, and print it instead.
        only: Option<bench::Part>,
    },
    /// The measuring itself, in an optimised build.
    #[command(hide = true)]
    Measure { only: Option<bench::Part> },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Gen { check } => r#gen::run(check),
        Command::Setup => setup::run(),
        Command::Native => setup::run().and_then(|()| native::build()),
        Command::Test => test::all(),
        Command::Drift => drift::run(),
        Command::Canary(options) => canary::run(options),
        Command::Sim { arguments } => sim::run(&arguments),
        Command::Bench { only } => bench::run(only),
        Command::Measure { only } => bench::measure(only),
    }
}

/// The project's root.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
