//! The server of all comparisons: the sandbox as a process of its own, without limits.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;

pub(super) struct Server {
    child: Child,
    pub(super) address: Address,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Address {
    pub(super) base_url: String,
    pub(super) api_key: String,
}

impl Server {
    pub(super) fn start() -> Result<Self> {
        let mut child = process::command(crate::root().join("target/release/kakiyo-sandbox"))
            .args(["--unlimited", "--credits", "1000000000", "--json", "--until-stdin-closes"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the sandbox")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        Ok(Self { child, address: serde_json::from_str(&line)? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends by itself when its input closes; this only hurries it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
