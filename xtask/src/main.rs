//! The project's own commands: `cargo xtask setup | gen | drift | test | bench`.
#![expect(clippy::print_stdout, reason = "a command line tool talks to its user")]

mod r#gen;
mod table;

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
    /// Writes `operations.json` and the façades of all languages from the operation table.
    Gen {
        /// Compare instead, and fail when a file is stale.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Gen { check } => r#gen::run(check),
    }
}

/// The project's root.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
