//! `cargo xtask sim`: the simulation is a program of its own, because it has to be optimised.

use anyhow::Result;

use crate::process;

/// Builds the simulation and runs it with these arguments.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let build = ["run", "--release", "--quiet", "--package", "kakiyo-sim", "--"];
    process::run_command(process::command("cargo").args(build).args(arguments))
}
