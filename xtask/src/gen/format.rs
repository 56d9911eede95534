//! Formats rendered files with the formatter of their language.
//!
//! The formatters are those that the project's own setup installs; nothing is taken from elsewhere.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::{Formatter, Rendered};

pub(super) fn all(files: &mut [Rendered]) -> Result<()> {
    let root = crate::root();
    for file in files {
        let mut command = match file.formatter {
            Formatter::None => continue,
            Formatter::Rust => {
                let mut command = Command::new("rustfmt");
                command.args(["--edition", "2024", "--config-path"]).arg(root.join("rustfmt.toml"));
                command
            }
            Formatter::Python => {
                let mut command = Command::new(tool(&root.join(".venv/bin/ruff"))?);
                command.arg("format").arg("--config").arg(root.join("bindings-python/pyproject.toml"));
                command.arg("--stdin-filename").arg(&file.path).arg("-");
                command
            }
            Formatter::TypeScript => {
                let mut command = Command::new(tool(&root.join("bindings-node/node_modules/.bin/prettier"))?);
                command.arg("--stdin-filepath").arg(root.join(&file.path));
                command
            }
        };
        file.text =
            piped(&mut command, &file.text).with_context(|| format!("formatting {}", file.path.display()))?;
    }
    Ok(())
}

/// Rust statements, formatted as the body of a function is.
pub(super) fn rust_statements(blocks: &[String]) -> Result<Vec<String>> {
    let functions: String =
        blocks.iter().map(|block| format!("async fn example() {{\n{block}\n}}\n")).collect();
    let mut command = Command::new("rustfmt");
    command.args(["--edition", "2024", "--config-path"]).arg(crate::root().join("rustfmt.toml"));
    let text = piped(&mut command, &functions)?;
    let bodies = text.split("async fn example() {\n").skip(1);
    Ok(bodies
        .map(|body| {
            let body = body.trim_end().trim_end_matches('}').trim_end();
            body.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
        })
        .collect())
}

fn tool(path: &Path) -> Result<PathBuf> {
    ensure!(path.exists(), "{} is missing: run `cargo xtask setup` first", path.display());
    Ok(path.to_owned())
}

fn piped(command: &mut Command, text: &str) -> Result<String> {
    let mut child =
        command.current_dir(crate::root()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().context("no standard input")?;
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().map_err(|_| anyhow::anyhow!("the writer failed"))??;
    ensure!(output.status.success(), "{command:?} failed");
    Ok(String::from_utf8(output.stdout)?)
}
