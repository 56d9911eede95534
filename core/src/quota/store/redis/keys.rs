//! The names under which a record is kept. All of a team hash to one slot of a cluster, and none holds a key of the API.

use crate::credits::AccountKey;
use crate::quota::call::CallGroup;
use crate::quota::registry::TeamId;

#[derive(Clone, Debug)]
pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    pub(super) fn new(team: TeamId) -> Self {
        let hex: String = team.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { prefix: format!("kakiyo:{{{hex}}}:") }
    }

    fn of(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The keys that every step declares, in the order in which scripts count them.
    pub(super) fn common(&self, lease: u64) -> Vec<String> {
        let named = ["team", "open", "groups", "accounts"].map(|name| self.of(name));
        named.into_iter().chain([self.lease(&lease.to_string())]).collect()
    }

    /// The names of all accounts.
    pub(super) fn accounts(&self) -> String {
        self.of("accounts")
    }

    pub(super) fn lease(&self, id: &str) -> String {
        self.of(&format!("lease:{id}"))
    }

    pub(super) fn slots(&self, record: &str) -> String {
        self.of(&format!("slots:{record}"))
    }

    pub(super) fn memo(&self, record: &str) -> String {
        self.of(&format!("memo:{record}"))
    }

    pub(super) fn account(&self, account: &str) -> String {
        self.of(&format!("account:{account}"))
    }

    /// The keys of a call, with those of its accounts.
    pub(super) fn call(&self, lease: u64, call: &CallGroup, accounts: &[AccountKey]) -> Vec<String> {
        let records = call.scopes().map(|scope| call.record(scope));
        let mut keys = self.common(lease);
        keys.extend(records.iter().map(|record| self.slots(record)));
        keys.extend(records.iter().map(|record| self.memo(record)));
        keys.extend(accounts.iter().map(|account| self.account(&account.to_string())));
        keys
    }
}

/// The type that a key of this name has.
pub(super) fn kind_of(key: &str) -> &'static str {
    let name = key.split_once("}:").map_or(key, |(_, name)| name);
    match name.split_once(':').map_or(name, |(kind, _)| kind) {
        "open" | "groups" | "slots" => "zset",
        "accounts" => "set",
        _ => "hash",
    }
}
