//! The calls, a row each, written once for all the groups that a call counts in.
//!
//! While a call is in flight its instant is the end of its lease; once settled, the last instant at which the server may
//! have counted it. So the slot of a process that died comes free by itself.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::header::{instant, nanos};
use super::trouble::Trouble;
use crate::credits::{AccountKey, Reservation};
use crate::quota::call::{CallGroup, Class, Scope};
use crate::quota::slots::Slots;

/// A call in flight.
#[derive(Debug)]
pub(super) struct OpenCall {
    pub(super) id: i64,
    pub(super) reservation: Option<Reservation>,
}

/// A new name for a call.
pub(super) fn new_id() -> u64 {
    fastrand::u64(1..=i64::MAX.unsigned_abs())
}

/// The name of a call as the file keeps it.
pub(super) fn row_of(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(0)
}

/// Writes a call that may go. `records` are those of its operation and of its other group.
pub(super) fn insert(
    connection: &Connection,
    call: &OpenCall,
    records: [i64; 2],
    class: Class,
    expiry: Duration,
) -> Result<(), Trouble> {
    let reservation = call.reservation.as_ref().map(serde_json::to_string).transpose()?;
    connection
        .prepare_cached(
            "INSERT INTO calls (id, operation, other, class, settled, at, reservation) VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)",
        )?
        .execute(params![call.id, records[0], records[1], number(class), nanos(expiry), reservation])?;
    Ok(())
}

/// The call of this name, unless it has been settled or forgotten.
pub(super) fn open(connection: &Connection, id: u64) -> Result<Option<OpenCall>, Trouble> {
    let reservation = connection
        .prepare_cached("SELECT reservation FROM calls WHERE id = ?1 AND settled = 0")?
        .query_row([row_of(id)], |row| row.get::<_, Option<String>>(0))
        .optional()?;
    let Some(reservation) = reservation else { return Ok(None) };
    let reservation = reservation.map(|text| serde_json::from_str(&text)).transpose()?;
    Ok(Some(OpenCall { id: row_of(id), reservation }))
}

/// The call has ended and counts at this instant, or was never sent.
pub(super) fn settle(connection: &Connection, id: i64, at: Option<Duration>) -> Result<(), Trouble> {
    match at {
        Some(at) => connection
            .prepare_cached("UPDATE calls SET settled = 1, at = ?2, reservation = NULL WHERE id = ?1")?
            .execute(params![id, nanos(at)])?,
        None => connection.prepare_cached("DELETE FROM calls WHERE id = ?1")?.execute([id])?,
    };
    Ok(())
}

/// The slots of a group that count at an instant later than `since`, all and by class. The call `own` counts as in flight
/// even if its lease is over.
pub(super) fn slots(
    connection: &Connection,
    scope: Scope,
    record: Option<i64>,
    since: Option<Duration>,
    now: Duration,
    own: Option<i64>,
) -> Result<(Slots, [Slots; 2]), Trouble> {
    let mut open = [0, 0];
    let mut answered = [Vec::new(), Vec::new()];
    let mut statement = connection.prepare_cached(match scope {
        Scope::Operation => "SELECT at, settled, class, id FROM calls WHERE operation = ?1 AND at > ?2",
        Scope::Tier | Scope::Shared => {
            "SELECT at, settled, class, id FROM calls WHERE other = ?1 AND at > ?2"
        }
        Scope::Team => "SELECT at, settled, class, id FROM calls WHERE ?1 IS ?1 AND at > ?2",
    })?;
    // In the first window after a boot everything counts.
    let mut rows = statement.query(params![record, since.map_or(-1, nanos)])?;
    while let Some(row) = rows.next()? {
        let at = instant(row.get(0)?);
        let class = usize::from(row.get::<_, i64>(2)? != 0);
        let settled: bool = row.get(1)?;
        if !settled && (at > now || own == Some(row.get(3)?)) {
            open[class] += 1;
        } else {
            answered[class].push(at);
        }
    }
    let [interactive, bulk] = answered;
    let all = Slots::loaded(open[0] + open[1], interactive.iter().chain(&bulk).copied().collect());
    Ok((all, [Slots::loaded(open[0], interactive), Slots::loaded(open[1], bulk)]))
}

/// The calls of dead processes: not settled, and their lease is over; or those in flight.
pub(super) fn reserved(connection: &Connection, now: Duration, dead: bool) -> Result<Vec<OpenCall>, Trouble> {
    let mut statement = connection.prepare(if dead {
        "SELECT id, reservation FROM calls WHERE settled = 0 AND at <= ?1 AND reservation IS NOT NULL"
    } else {
        "SELECT id, reservation FROM calls WHERE settled = 0 AND at > ?1 AND reservation IS NOT NULL"
    })?;
    let mut rows = statement.query([nanos(now)])?;
    let mut calls = Vec::new();
    while let Some(row) = rows.next()? {
        let reservation = Some(serde_json::from_str(&row.get::<_, String>(1)?)?);
        calls.push(OpenCall { id: row.get(0)?, reservation });
    }
    Ok(calls)
}

/// The call holds nothing in this account any more: users have said what was really charged.
pub(super) fn forget_reserved(
    connection: &Connection,
    call: OpenCall,
    account: &AccountKey,
) -> Result<(), Trouble> {
    let Some(mut reservation) = call.reservation else { return Ok(()) };
    reservation.accounts.retain(|known| known != account);
    connection.execute(
        "UPDATE calls SET reservation = ?2 WHERE id = ?1",
        params![call.id, serde_json::to_string(&reservation)?],
    )?;
    Ok(())
}

/// Forgets a few calls that no rule counts any more.
pub(super) fn sweep(connection: &Connection, now: Duration, retention: Duration) -> Result<(), Trouble> {
    // Two for each call that ends: so it keeps up, and no step takes long.
    connection
        .prepare_cached(
            "DELETE FROM calls WHERE id IN (SELECT id FROM calls WHERE at <= ?1 ORDER BY at LIMIT 2)",
        )?
        .execute([nanos(now) - nanos(retention)])?;
    Ok(())
}

/// The record that a scope other than the operation and the team is kept under.
pub(super) fn other(call: &CallGroup) -> Scope {
    if call.shared.is_some() { Scope::Shared } else { Scope::Tier }
}

fn number(class: Class) -> i64 {
    match class {
        Class::Interactive => 0,
        Class::Bulk => 1,
    }
}
