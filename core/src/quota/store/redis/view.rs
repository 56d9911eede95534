//! What a record holds, for users to look at. It takes several questions, so calls may end between them.

use std::collections::HashMap;
use std::time::Duration;

use redis::Pipeline;
use serde_json::json;
use tokio::time::Instant;

use super::answer::{purse, restraint};
use super::script::Reply;
use super::{Live, RedisStore};
use crate::credits::{Account, AccountKey, Ledger};
use crate::quota::foresee::{restrained, words};
use crate::quota::rule::hold;
use crate::quota::snapshot::GroupSnapshot;
use crate::quota::store::{StoreError, View};

impl RedisStore {
    pub(super) async fn look(&self) -> Result<View, StoreError> {
        let deadline = Instant::now() + self.timeout;
        let keys = self.keys.common(0);
        let team = self.ask(deadline, &self.scripts.look, keys, |_| json!(self.common())).await?;
        let now = team.time("now");
        let named = |kind| team.lines(kind).map(str::to_owned).collect::<Vec<_>>();
        let (accounts, groups, open) = (named("accounts"), named("groups"), named("open"));
        let accounts_found = self.read(deadline, accounts.iter().map(|name| self.keys.account(name))).await?;
        let memos = self.read(deadline, groups.iter().map(|name| self.keys.memo(name))).await?;
        let leases = self.read(deadline, open.iter().map(|id| self.keys.lease(id))).await?;

        let mut ledger = Ledger { purse: purse(&team, "team_"), ..Ledger::default() };
        for (name, found) in accounts.iter().zip(&accounts_found) {
            if let (Ok(key), Some(reserved)) = (name.parse::<AccountKey>(), found.number("reserved")) {
                let number = |name| found.number(name).unwrap_or_default();
                let warned = found.number("warned").unwrap_or_default();
                ledger
                    .accounts
                    .insert(key, Account { min: number("min"), max: number("max"), reserved, warned });
            }
        }
        // Days and months end, and their accounts some time later.
        let ended = accounts.iter().zip(&accounts_found).filter(|(_, found)| found.is_empty());
        self.forget(deadline, ended.map(|(name, _)| name)).await?;
        let mut in_flight = HashMap::<AccountKey, u64>::new();
        for lease in &leases {
            let reserved = lease.number::<u64>("reserved").unwrap_or_default();
            for key in lease.lines("accounts").filter_map(|name| name.parse().ok()) {
                *in_flight.entry(key).or_default() += reserved;
            }
        }
        let mut snapshots = Vec::new();
        let mut learned = words(&self.heard(|heard| heard.learned));
        for (name, memo) in groups.iter().zip(&memos) {
            learned.extend(restrained(&shown(name), &restraint(memo, ""), now));
        }
        for (name, memo) in groups.iter().zip(&memos) {
            if let Some(limit) = memo.number("limit") {
                let window = memo.time("window");
                let (held, in_flight) = self.count(deadline, name, now, hold(window)).await?;
                let frozen = memo.time("frozen").saturating_sub(now);
                let frozen_for = Some(frozen).filter(|left| !left.is_zero());
                snapshots.push(GroupSnapshot {
                    name: shown(name),
                    limit,
                    window,
                    held,
                    in_flight,
                    frozen_for,
                });
            }
        }
        snapshots.sort_by(|left, right| left.name.cmp(&right.name));
        let mut in_flight: Vec<_> = in_flight.into_iter().collect();
        in_flight.sort_unstable();
        let place = format!("at {}", self.link.place());
        Ok(View { groups: snapshots, ledger, in_flight, now, today: self.today().0, place, learned })
    }

    /// Reads hashes, in one go.
    async fn read(
        &self,
        deadline: Instant,
        keys: impl Iterator<Item = String>,
    ) -> Result<Vec<Reply>, StoreError> {
        let keys: Vec<_> = keys.collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipeline = Pipeline::new();
        for key in &keys {
            pipeline.cmd("HGETALL").arg(key);
        }
        let found = self.link.run(deadline, &keys, |live: Live| {
            let (pipeline, mut connection) = (pipeline.clone(), live.connection);
            Box::pin(
                async move { pipeline.query_async::<Vec<HashMap<String, String>>>(&mut connection).await },
            )
        });
        Ok(found.await?.into_iter().map(Reply::from).collect())
    }

    async fn forget(
        &self,
        deadline: Instant,
        accounts: impl Iterator<Item = &String>,
    ) -> Result<(), StoreError> {
        let accounts: Vec<_> = accounts.collect();
        if accounts.is_empty() {
            return Ok(());
        }
        let keys = [self.keys.accounts()];
        let mut command = redis::cmd("SREM");
        command.arg(&keys).arg(&accounts);
        let forgotten = self.link.run(deadline, &keys, |live: Live| {
            let (command, mut connection) = (command.clone(), live.connection);
            Box::pin(async move { command.query_async::<i64>(&mut connection).await })
        });
        forgotten.await.map(drop)
    }

    /// Slots held, and calls in flight.
    async fn count(
        &self,
        deadline: Instant,
        record: &str,
        now: Duration,
        hold: Duration,
    ) -> Result<(usize, usize), StoreError> {
        let key = self.keys.slots(record);
        let mut pipeline = Pipeline::new();
        let since = format!("({}", now.saturating_sub(hold).as_micros());
        pipeline.cmd("ZCOUNT").arg(&key).arg(since).arg("+inf");
        pipeline.cmd("ZRANGEBYSCORE").arg(&key).arg(format!("({}", now.as_micros())).arg("+inf");
        let keys = [key];
        let counted = self.link.run(deadline, &keys, |live: Live| {
            let (pipeline, mut connection) = (pipeline.clone(), live.connection);
            Box::pin(async move { pipeline.query_async::<(usize, Vec<String>)>(&mut connection).await })
        });
        let (held, ahead) = counted.await?;
        Ok((held, ahead.iter().filter(|member| member.get(1..2) == Some("o")).count()))
    }
}

/// The name of a group as users read it.
fn shown(record: &str) -> String {
    match record.split_once('/') {
        Some(("tier", tier)) => format!("{tier} tier"),
        Some((_, name)) => name.to_owned(),
        None => record.to_owned(),
    }
}
