//! The comparisons that run in Python and Node: scripts that take turns themselves and print their pairs.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::PAIRS;
use super::report::{Comparison, Direction, Floor};
use super::server::Server;
use crate::{native, process, setup};

/// What a script prints: one line of JSON for each comparison.
#[derive(Deserialize)]
struct Measured {
    name: String,
    against: String,
    floor: Option<f64>,
    pairs: Vec<(f64, f64)>,
}

pub(super) fn python(server: &Server) -> Result<Vec<Comparison>> {
    let root = crate::root();
    let built = root.join("target/release");

    // Optimised copies of the packages, apart from those that the tests use.
    let python = root.join("target/bench/python");
    copy_folder(&root.join("bindings-python/python/kakiyo"), &python.join("kakiyo"))?;
    native::place(&built, "kakiyo_python", &python.join("kakiyo/_native.abi3.so"))?;
    setup::python_tools("target/bench/venv", "bindings-python/requirements-bench.txt")?;
    run(
        server,
        process::command(root.join("target/bench/venv/bin/python"))
            .env("PYTHONPATH", &python)
            .arg("bindings-python/bench/calls.py"),
    )
}

pub(super) fn node(server: &Server) -> Result<Vec<Comparison>> {
    let root = crate::root();
    let built = root.join("target/release");
    setup::run()?;
    native::build()?;
    let node = root.join("target/bench/node");
    copy_folder(&root.join("bindings-node/dist"), &node.join("dist"))?;
    fs::copy(root.join("bindings-node/package.json"), node.join("package.json"))?;
    native::place(&built, "kakiyo_node", &node.join(native::node_file()?))?;
    run(
        server,
        process::command("node").env("KAKIYO_BENCH_PACKAGE", &node).arg("bindings-node/bench/calls.mjs"),
    )
}

fn run(server: &Server, command: &mut Command) -> Result<Vec<Comparison>> {
    let printed = process::output(
        command
            .env("KAKIYO_BENCH_URL", &server.address.base_url)
            .env("KAKIYO_BENCH_KEY", &server.address.api_key)
            .env("KAKIYO_BENCH_PAIRS", PAIRS.to_string()),
    )?;
    printed
        .lines()
        .map(|line| {
            let measured: Measured =
                serde_json::from_str(line).with_context(|| format!("a script printed: {line}"))?;
            Ok(Comparison {
                name: measured.name,
                against: measured.against,
                unit: "calls/s".to_owned(),
                pairs: measured.pairs,
                floor: Floor { limit: measured.floor, direction: Direction::AtLeast },
            })
        })
        .collect()
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
