//! Runs other programs from the project's root and says which one failed.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// A program in the project's root, with the switches that all builds share.
pub(crate) fn command(program: impl Into<PathBuf>) -> Command {
    let program = program.into();
    let mut command = Command::new(&program);
    command
        .current_dir(crate::root())
        // Python's extension must not be linked against one interpreter; set everywhere, so that nothing is built twice.
        .env("PYO3_BUILD_EXTENSION_MODULE", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // What a developer has set for real work must not reach a test.
        .env_remove("KAKIYO_API_KEY")
        .env_remove("KAKIYO_BASE_URL")
        .env_remove("KAIKO_API_KEY")
        .env_remove("KAIKO_BASE_URL")
        .env_remove("KAKIYO_STORE")
        .env_remove("KAKIYO_STATE_DIR");
    command
}

pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<()> {
    run_command(command(program).args(arguments))
}

pub(crate) fn run_command(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}");
    let status = command.status().with_context(|| format!("cannot start {shown}"))?;
    ensure!(status.success(), "{shown} ended with {status}");
    Ok(())
}

/// What a program prints on standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let output = command.output().with_context(|| format!("cannot start {shown}"))?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{shown} ended with {}: {text}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// The project's own Python.
pub(crate) fn python() -> PathBuf {
    crate::root().join(".venv/bin/python")
}
