//! The steps as scripts, and their answers: names and texts in turn.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use redis::Script;

/// Every step, with the shared parts before it.
pub(super) struct Scripts {
    pub(super) admit: Script,
    pub(super) end: Script,
    pub(super) change: Script,
    pub(super) look: Script,
}

pub(super) static SCRIPTS: LazyLock<Scripts> = LazyLock::new(|| Scripts::new(|text| text));

impl Scripts {
    fn new(edit: impl Fn(String) -> String) -> Self {
        let (team, groups, money) =
            (include_str!("lua/team.lua"), include_str!("lua/groups.lua"), include_str!("lua/money.lua"));
        let step = |parts: &[&str]| Script::new(&edit(parts.join("\n")));
        Self {
            admit: step(&[team, groups, money, include_str!("lua/rule.lua"), include_str!("lua/admit.lua")]),
            end: step(&[team, groups, money, include_str!("lua/end.lua")]),
            change: step(&[team, money, include_str!("lua/change.lua")]),
            look: step(&[team, include_str!("lua/look.lua")]),
        }
    }

    /// Scripts with a fault, for the test of the test.
    #[cfg(test)]
    pub(super) fn faulty(right: &str, wrong: &str) -> &'static Self {
        let found = std::cell::Cell::new(false);
        let faulty = Self::new(|text| {
            found.set(found.get() || text.contains(right));
            text.replace(right, wrong)
        });
        assert!(found.get(), "no script holds {right}");
        Box::leak(Box::new(faulty))
    }
}

/// What a script answered, or a hash of the store.
#[derive(Debug, Default)]
pub(super) struct Reply(HashMap<String, String>);

impl From<HashMap<String, String>> for Reply {
    fn from(fields: HashMap<String, String>) -> Self {
        Self(fields)
    }
}

impl Reply {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn kind(&self) -> &str {
        self.text("kind").unwrap_or_default()
    }

    /// A number; none when it is missing or not one.
    pub(super) fn number<N: FromStr>(&self, name: &str) -> Option<N> {
        self.text(name)?.parse().ok()
    }

    /// A time; zero when it is missing.
    pub(super) fn time(&self, name: &str) -> Duration {
        Duration::from_micros(self.number(name).unwrap_or_default())
    }

    pub(super) fn lines(&self, name: &str) -> impl Iterator<Item = &str> {
        self.text(name).unwrap_or_default().lines().filter(|line| !line.is_empty())
    }
}

/// Whole microseconds, rounded up: nothing comes free too early. Scripts count exactly up to 2^53.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(1_000)).unwrap_or(LONGEST).min(LONGEST)
}

/// Decades.
const LONGEST: u64 = 1 << 50;

/// Whole milliseconds, rounded up.
pub(super) fn millis(time: Duration) -> u64 {
    micros(time).div_ceil(1_000)
}
