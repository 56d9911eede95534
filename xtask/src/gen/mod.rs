//! `cargo xtask gen`: the operation table to `operations.json` and to the façades of all languages.
//!
//! `gen` writes, `gen --check` compares and fails when a file is stale. Each language renders its own files; here they are
//! formatted by the language's own formatter, written or compared.

mod format;
mod python;
mod reference;
mod typescript;
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::table::{self, Table};

/// One generated file.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// Path below the project's root.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) formatter: Formatter,
}

/// Which formatter a file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Formatter {
    /// Already in its final form.
    None,
    /// rustfmt.
    Rust,
    /// ruff format.
    Python,
    /// prettier.
    TypeScript,
}

pub(crate) fn run(check: bool) -> Result<()> {
    let table = table::read()?;
    let mut files = vec![operations_json(&table)?];
    files.extend(python::render(&table)?);
    files.extend(typescript::render(&table)?);
    settle(files, check)?;
    // Last: it needs the cases of every operation, and the façades do not.
    settle(reference::render(&table)?, check)
}

/// Writes the files, or compares them.
fn settle(mut files: Vec<Rendered>, check: bool) -> Result<()> {
    let mut paths = BTreeSet::new();
    if let Some(file) = files.iter().find(|file| !paths.insert(&file.path)) {
        bail!("two generated files are called {}", file.path.display());
    }
    format::all(&mut files)?;

    let root = crate::root();
    let mut stale = Vec::new();
    for file in &files {
        let path = root.join(&file.path);
        if fs::read_to_string(&path).is_ok_and(|text| text == file.text) {
            continue;
        }
        stale.push(file.path.display().to_string());
        if !check {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, &file.text).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    match (check, stale.as_slice()) {
        (_, []) => println!("gen: {} files are up to date", files.len()),
        (false, stale) => println!("gen: wrote {}", stale.join(", ")),
        (true, stale) => bail!("stale, run `cargo xtask gen`: {}", stale.join(", ")),
    }
    Ok(())
}

fn operations_json(table: &Table) -> Result<Rendered> {
    let mut text = serde_json::to_string_pretty(table)?;
    text.push('\n');
    Ok(Rendered { path: "core/operations.json".into(), text, formatter: Formatter::None })
}
