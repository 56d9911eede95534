//! `cargo xtask setup`: what the tests need beside Rust: Python tools in `.venv`, Node tools in `bindings-node`.
//!
//! Each is installed from its pinned list, and again only when that list has changed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process;

pub(crate) fn run() -> Result<()> {
    python_tools(".venv", "bindings-python/requirements-dev.txt")?;
    node_tools()
}

/// A virtual environment with the tools of a pinned list.
pub(crate) fn python_tools(environment: &str, list: &str) -> Result<()> {
    let root = crate::root();
    let folder = root.join(environment);
    let wanted = fs::read_to_string(root.join(list)).with_context(|| format!("cannot read {list}"))?;
    once(&folder.join(".installed"), &wanted, || {
        let path = folder.display().to_string();
        process::run("python3", &["-m", "venv", "--clear", &path])?;
        let python = folder.join("bin/python");
        process::run_command(
            process::command(python)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
                .arg(root.join(list)),
        )
    })
}

fn node_tools() -> Result<()> {
    let folder = crate::root().join("bindings-node");
    let wanted =
        fs::read_to_string(folder.join("package-lock.json")).context("cannot read package-lock.json")?;
    once(&folder.join("node_modules/.installed"), &wanted, || {
        process::run_command(process::command("npm").current_dir(&folder).args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]))
    })
}

/// Installs unless the mark says that exactly this was installed.
fn once(mark: &Path, wanted: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    if fs::read_to_string(mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    install()?;
    fs::write(mark, wanted).with_context(|| format!("cannot write {}", mark.display()))
}
