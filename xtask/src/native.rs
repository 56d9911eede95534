//! Builds the native parts of the Python and Node packages and puts them where the packages load them from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process;

/// Where the test build of each package's native part goes.
const PYTHON: &str = "bindings-python/python/kakiyo/_native.abi3.so";

/// Debug build of both, together with everything else, so that one set of features serves all.
pub(crate) fn build() -> Result<()> {
    process::run("cargo", &["build", "--workspace", "--quiet"])?;
    let built = crate::root().join("target/debug");
    place(&built, "kakiyo_python", &crate::root().join(PYTHON))?;
    place(&built, "kakiyo_node", &crate::root().join("bindings-node").join(node_file()?))?;
    process::run_command(process::command("npm").args([
        "--prefix",
        "bindings-node",
        "run",
        "--silent",
        "build",
    ]))
}

/// Copies a built library; a new file instead of an overwritten one, because a running process may have the old one open.
pub(crate) fn place(built: &Path, library: &str, target: &Path) -> Result<()> {
    let extension = if cfg!(target_os = "macos") { "dylib" } else { "so" };
    let source: PathBuf = built.join(format!("lib{library}.{extension}"));
    if target.exists() {
        fs::remove_file(target)?;
    }
    fs::copy(&source, target)
        .with_context(|| format!("cannot copy {} to {}", source.display(), target.display()))
        .map(|_| ())
}

/// Name of Node's native file on this platform.
pub(crate) fn node_file() -> Result<&'static str> {
    Ok(match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "kakiyo.linux-x64-gnu.node",
        ("linux", "aarch64") => "kakiyo.linux-arm64-gnu.node",
        ("macos", "aarch64") => "kakiyo.darwin-arm64.node",
        ("macos", "x86_64") => "kakiyo.darwin-x64.node",
        (system, machine) => bail!("the tests do not run on {system} {machine} yet"),
    })
}
