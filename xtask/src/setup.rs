//! `cargo xtask setup`: what the tests need beside Rust: Python tools in `.venv`, Node tools in `bindings-node`, and a Redis
//! server to test against.
//!
//! The tools are installed from their pinned lists, and again only when a list has changed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process;

pub(crate) fn run() -> Result<()> {
    python_tools(".venv", "bindings-python/requirements-dev.txt")?;
    node_tools()?;
    redis_server()
}

/// A server to test the Redis store against. Only on Debian as root is it installed; elsewhere its tests are skipped.
fn redis_server() -> Result<()> {
    let answers =
        |program: &str, argument: &str| process::output(process::command(program).arg(argument)).ok();
    if answers("redis-server", "--version").is_some() {
        return Ok(());
    }
    let root = answers("id", "-u").is_some_and(|user| user.trim() == "0");
    if !root || !Path::new("/etc/debian_version").exists() {
        println!("== redis-server is not on the PATH: the tests of the Redis store will be SKIPPED");
        return Ok(());
    }
    let install = || {
        let mut command = process::command("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args([
            "install",
            "--yes",
            "--quiet",
            "redis-server",
        ]);
        process::run_command(&mut command)
    };
    // The list of packages may be missing or old.
    install().or_else(|_| process::run("apt-get", &["update", "--quiet"]).and_then(|()| install()))
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
