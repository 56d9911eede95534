//! The records of the groups of one call: read into a state, and written back where the decision has changed them.

use std::time::Duration;

use rusqlite::{Connection, params};

use super::calls;
use super::header::{Header, instant, nanos};
use super::trouble::Trouble;
use crate::quota::call::Scope;
use crate::quota::group::{Group, Memo};
use crate::quota::presets::Ask;
use crate::quota::state::State;

/// Up to so many records nobody minds.
const MANY: i64 = 256;

/// The records of a call as they stand in the file.
#[derive(Debug)]
pub(super) struct Records(Vec<Record>);

#[derive(Debug)]
struct Record {
    scope: Scope,
    id: Option<i64>,
    memo: Memo,
    rule: Option<(u32, Duration)>,
}

impl Records {
    /// Reads the records into the state: pauses and lessons of all, slots where the decision counts them.
    pub(super) fn read(
        connection: &Connection,
        header: &Header,
        ask: &Ask,
        state: &mut State,
        own: Option<i64>,
    ) -> Result<Self, Trouble> {
        let counted: Vec<_> = ask.counted(&header.learned).collect();
        let since = header.now.checked_sub(ask.longest_hold(&header.learned));
        let mut records = Vec::with_capacity(3);
        for scope in ask.call.scopes() {
            let record = Record::read(connection, scope, &ask.call.record(scope))?;
            let (all, classes) = if counted.contains(&scope) {
                calls::slots(connection, scope, record.id, since, header.now, own)?
            } else {
                Default::default()
            };
            let mut group = Group::loaded(all, classes, record.memo.clone());
            group.rule = record.rule;
            state.groups_mut().put(scope, &ask.call, group);
            records.push(record);
        }
        Ok(Self(records))
    }

    /// Writes what the decision has changed. `all` makes the records that are missing, and the result names those of the
    /// operation and of the other group.
    pub(super) fn write(
        self,
        connection: &Connection,
        ask: &Ask,
        state: &mut State,
        all: bool,
    ) -> Result<Written, Trouble> {
        let other = calls::other(&ask.call);
        let mut written = Written { changed: false, records: [0, 0] };
        for mut record in self.0 {
            let group = state.group(record.scope, ask);
            let same = group.memo == record.memo && group.rule == record.rule;
            if !same || (all && record.id.is_none()) {
                record.write(connection, &ask.call.record(record.scope), group)?;
                written.changed = true;
            }
            match record.id {
                Some(id) if record.scope == Scope::Operation => written.records[0] = id,
                Some(id) if record.scope == other => written.records[1] = id,
                _ => {}
            }
        }
        Ok(written)
    }
}

/// What was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) changed: bool,
    /// The records of the operation and of the other group.
    pub(super) records: [i64; 2],
}

impl Record {
    fn read(connection: &Connection, scope: Scope, name: &str) -> Result<Self, Trouble> {
        let mut statement =
            connection.prepare_cached("SELECT id, memo, calls, span FROM records WHERE name = ?1")?;
        let mut rows = statement.query([name])?;
        let Some(row) = rows.next()? else {
            return Ok(Self { scope, id: None, memo: Memo::default(), rule: None });
        };
        let memo = row.get_ref(1)?.as_str().map_err(|_| Trouble::Damaged)?;
        let rule = row.get::<_, Option<u32>>(2)?.zip(row.get::<_, Option<i64>>(3)?.map(instant));
        Ok(Self { scope, id: row.get(0)?, memo: serde_json::from_str(memo)?, rule })
    }

    fn write(&mut self, connection: &Connection, name: &str, group: &Group) -> Result<(), Trouble> {
        let memo = serde_json::to_string(&group.memo)?;
        let (calls, span) = group.rule.map(|(calls, span)| (calls, nanos(span))).unzip();
        match self.id {
            Some(id) => {
                connection
                    .prepare_cached("UPDATE records SET memo = ?2, calls = ?3, span = ?4 WHERE id = ?1")?
                    .execute(params![id, memo, calls, span])?;
            }
            None => {
                connection
                    .prepare_cached("INSERT INTO records (name, memo, calls, span) VALUES (?1, ?2, ?3, ?4)")?
                    .execute(params![name, memo, calls, span])?;
                self.id = Some(connection.last_insert_rowid());
            }
        }
        Ok(())
    }
}

/// Every record with its name and all its calls, for users to look at.
pub(super) fn read_all(connection: &Connection, header: &Header) -> Result<Vec<(String, Group)>, Trouble> {
    let mut statement = connection.prepare("SELECT name FROM records ORDER BY name")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let since = header.now.checked_sub(header.retention);
    let mut groups = Vec::with_capacity(names.len());
    for name in names {
        let scope = match name.split_once('/') {
            Some(("operation", _)) => Scope::Operation,
            Some(("tier", _)) => Scope::Tier,
            Some(("shared", _)) => Scope::Shared,
            _ => Scope::Team,
        };
        let record = Record::read(connection, scope, &name)?;
        let (all, classes) = calls::slots(connection, scope, record.id, since, header.now, None)?;
        let mut group = Group::loaded(all, classes, record.memo);
        group.rule = record.rule;
        groups.push((name, group));
    }
    Ok(groups)
}

/// Forgets a portion of the records that nobody has used for a while: raw calls can bring any number of names.
pub(super) fn sweep(connection: &Connection, now: Duration) -> Result<(), Trouble> {
    let names: i64 = connection.query_row("SELECT count(*) FROM records", [], |row| row.get(0))?;
    if names <= MANY {
        return Ok(());
    }
    let mut unused = connection.prepare_cached(
        "SELECT id, memo FROM records WHERE name <> 'team'
            AND NOT EXISTS (SELECT 1 FROM calls WHERE operation = records.id)
            AND NOT EXISTS (SELECT 1 FROM calls WHERE other = records.id)
         ORDER BY random() LIMIT 64",
    )?;
    let mut rows = unused.query([])?;
    let mut idle = Vec::new();
    while let Some(row) = rows.next()? {
        let memo: Memo = serde_json::from_str(&row.get::<_, String>(1)?)?;
        if memo.idle(now) {
            idle.push(row.get::<_, i64>(0)?);
        }
    }
    for id in idle {
        connection.prepare_cached("DELETE FROM records WHERE id = ?1")?.execute([id])?;
    }
    Ok(())
}
