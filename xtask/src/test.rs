//! `cargo xtask test`: everything that the landing check runs, in the order of what fails fastest.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process::{command, output, python, run, run_command};
use crate::{drift, r#gen, native, setup, sim};

type Step = (&'static str, fn() -> Result<()>);

const STEPS: &[Step] = &[
    ("setup", setup::run),
    ("format", format),
    ("generated files", || r#gen::run(true)),
    ("contract", drift::run),
    ("lint", lint),
    ("rust", rust),
    ("sim", || sim::run(&["--quiet".to_owned()])),
    ("native", native::build),
    ("python", python_tests),
    ("node", node_tests),
    ("processes", processes),
    ("fuzz", fuzz),
    ("examples", examples),
    ("readme", readme),
];

pub(crate) fn all() -> Result<()> {
    let started = Instant::now();
    for (name, step) in STEPS {
        println!("\n== {name}");
        let step_started = Instant::now();
        step().with_context(|| format!("step `{name}`"))?;
        println!("== {name} passed in {:.0?}", step_started.elapsed());
    }
    println!("\nall {} steps passed in {:.0?}", STEPS.len(), started.elapsed());
    Ok(())
}

fn format() -> Result<()> {
    run("cargo", &["fmt", "--all", "--check"])?;
    let ruff = crate::root().join(".venv/bin/ruff");
    let folders = ["bindings-python", "examples/python", "tests/conformance", "tests/fuzz"];
    run_command(
        command(&ruff)
            .args(["format", "--check", "--quiet", "--config", "bindings-python/pyproject.toml"])
            .args(folders),
    )?;
    run_command(
        command(&ruff).args(["check", "--quiet", "--config", "bindings-python/pyproject.toml"]).args(folders),
    )?;
    run_command(command("npm").args(["--prefix", "bindings-node", "run", "--silent", "format"]))
}

fn lint() -> Result<()> {
    run("cargo", &["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"])?;
    run_command(command("cargo").env("RUSTDOCFLAGS", "--deny warnings").args([
        "doc",
        "--quiet",
        "--no-deps",
        "--package",
        "kakiyo",
        "--package",
        "kakiyo-sandbox",
    ]))
}

fn rust() -> Result<()> {
    run("cargo", &["test", "--quiet"])
}

fn python_tests() -> Result<()> {
    let folder = crate::root().join("bindings-python");
    run_command(command(python()).current_dir(&folder).args(["-m", "mypy"]))?;
    let pytest = || {
        let mut command = command(python());
        command.current_dir(&folder).env("PYTHONPATH", folder.join("python"));
        command.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider"]);
        command
    };
    run_command(&mut pytest())?;
    run_command(pytest().arg("../tests/conformance/run_python.py"))
}

fn node_tests() -> Result<()> {
    run_command(command("npm").args(["--prefix", "bindings-node", "test", "--silent"]))?;
    run_command(command("npm").args(["--prefix", "bindings-node", "run", "--silent", "check:package"]))?;
    run_command(command("node").args(["--test", "--test-reporter=dot", "tests/conformance/run_node.mjs"]))
}

/// Many processes in three languages on one team, over the stores that processes share.
fn processes() -> Result<()> {
    // All together, as for the bindings: one set of features, nothing is built twice.
    run("cargo", &["build", "--quiet", "--workspace"])?;
    run_command(&mut command(crate::root().join("target/debug/processes")))
}

/// Requests made from the contracts against the sandbox, in all its profiles.
fn fuzz() -> Result<()> {
    run("cargo", &["build", "--quiet", "--package", "kakiyo-sandbox"])?;
    let sandbox = crate::root().join("target/debug/kakiyo-sandbox");
    run_command(command(python()).arg("tests/fuzz/run.py").arg(sandbox))
}

/// The main job in all languages: each must end well, and all must count the same.
fn examples() -> Result<()> {
    let languages = main_jobs();
    let mut first: Option<(&str, Value)> = None;
    for (language, job) in &languages {
        let text = output(&mut job(&["--json"]))?;
        let counts: Value =
            serde_json::from_str(&text).with_context(|| format!("{language} printed: {text}"))?;
        check_sums(&counts).with_context(|| format!("{language}: {counts}"))?;
        match &first {
            None => first = Some((language, counts)),
            Some((other, expected)) => {
                ensure!(counts == *expected, "{language} counted {counts}, {other} counted {expected}");
            }
        }
    }
    bad_files(&languages)?;
    println!(
        "{} languages count the same: {}",
        languages.len(),
        first.map(|(_, counts)| counts).unwrap_or_default()
    );
    Ok(())
}

type Job = fn(&[&str]) -> std::process::Command;

fn main_jobs() -> [(&'static str, Job); 3] {
    [
        ("rust", |arguments| {
            let mut command = command("cargo");
            command.args(["run", "--quiet", "--bin", "import_leads", "--"]).args(arguments);
            command
        }),
        ("python", |arguments| {
            let mut command = command(python());
            command.env("PYTHONPATH", crate::root().join("bindings-python/python"));
            command.arg("examples/python/import_leads.py").args(arguments);
            command
        }),
        ("node", |arguments| {
            let mut command = command("node");
            command.arg("examples/node/import_leads.mjs").args(arguments);
            command
        }),
    ]
}

fn check_sums(counts: &Value) -> Result<()> {
    let count =
        |name: &str| counts.get(name).and_then(Value::as_u64).with_context(|| format!("no count `{name}`"));
    ensure!(
        count("rows")? == count("unique")? + count("duplicates")? + count("invalid")?,
        "rows do not add up"
    );
    ensure!(
        count("unique")? == count("imported")? + count("existing")? + count("dnc")?,
        "people do not add up"
    );
    ensure!(count("rejected_429")? == 0, "the sandbox rejected calls");
    ensure!(count("calls")? > 0 && count("credits")? == count("calls")?, "the sandbox counted no calls");
    Ok(())
}

/// Files that cannot be read: the same message in all languages, and no traceback.
fn bad_files(languages: &[(&'static str, Job)]) -> Result<()> {
    let folder = crate::root().join("target/bad-files");
    std::fs::create_dir_all(&folder)?;
    let utf16: Vec<u8> = "name,url\nÉmile".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files: [(&str, &[u8], &str); 5] = [
        ("empty.csv", b"", "empty"),
        ("no-header.csv", b"Ada Example,https://linkedin.com/in/ada-example\n", "header"),
        (
            "ragged.csv",
            b"name,url\nAda,https://linkedin.com/in/ada\nBob,https://linkedin.com/in/bob,extra\n",
            "line 3",
        ),
        ("utf16-without-bom.csv", &utf16, "text"),
        ("not-text.csv", b"\x00\x01\x02\x03PNG\x00\xff\xfe\x00", "text"),
    ];
    let mut cases: Vec<(String, &str)> =
        vec![(folder.join("missing.csv").display().to_string(), "missing.csv")];
    for (name, content, word) in files {
        let path = folder.join(name);
        std::fs::write(&path, content)?;
        cases.push((path.display().to_string(), word));
    }
    for (path, word) in &cases {
        let mut first: Option<String> = None;
        for (language, job) in languages {
            let output = job(&[path, "--json"]).output()?;
            let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            ensure!(output.status.code() == Some(1), "{language} ended with {} for {path}", output.status);
            ensure!(output.stdout.is_empty(), "{language} printed a result for {path}");
            ensure!(message.contains(word), "{language}: no `{word}` in: {message}");
            ensure!(message.lines().count() == 1, "{language}: not one line: {message}");
            match &first {
                None => first = Some(message),
                Some(expected) => {
                    ensure!(message == *expected, "{language} says: {message}\nnot: {expected}")
                }
            }
        }
    }
    Ok(())
}

/// The examples of the README, as a reader would paste them; and its two commands, by name.
fn readme() -> Result<()> {
    let text = std::fs::read_to_string(crate::root().join("README.md"))?;
    let try_it = text.split_once("## Try it").context("README has no section `Try it`")?.1;
    let commands = fenced(try_it, "sh").into_iter().next().context("`Try it` has no commands")?;
    let expected = "cargo run --quiet --bin import_leads\ncargo xtask test\n";
    ensure!(commands == expected, "`Try it` holds: {commands}");

    let python_examples = fenced(&text, "python");
    let node_examples = fenced(&text, "js");
    ensure!(
        python_examples.len() == 3 && node_examples.len() == 3,
        "README has three examples in each language"
    );
    for code in python_examples {
        let mut python = command(python());
        python.env("PYTHONPATH", crate::root().join("bindings-python/python"));
        ensure!(!output(python.args(["-c", &code]))?.trim().is_empty(), "a Python example printed nothing");
    }
    for code in node_examples {
        let printed = output(command("node").args(["--input-type=module", "--eval", &code]))?;
        ensure!(!printed.trim().is_empty(), "a JavaScript example printed nothing");
    }
    Ok(())
}

/// The fenced blocks of a language.
fn fenced(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let blocks = text.split(&opening).skip(1);
    blocks.filter_map(|rest| rest.split_once("```")).map(|(code, _)| code.to_owned()).collect()
}
