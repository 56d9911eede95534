//! The accounts of the ledger, a row each.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use super::trouble::Trouble;
use crate::credits::{Account, AccountKey};

pub(super) type Accounts = BTreeMap<AccountKey, Account>;

/// Reads these accounts; one that is missing is empty.
pub(super) fn read(connection: &Connection, keys: &[AccountKey]) -> Result<Accounts, Trouble> {
    let mut statement =
        connection.prepare_cached("SELECT min, max, reserved, warned FROM accounts WHERE name = ?1")?;
    let mut accounts = Accounts::new();
    for key in keys {
        let mut rows = statement.query([key.to_string()])?;
        if let Some(row) = rows.next()? {
            accounts.insert(key.clone(), account(row, 0)?);
        }
    }
    Ok(accounts)
}

/// Reads all of them.
pub(super) fn read_all(connection: &Connection) -> Result<Accounts, Trouble> {
    let mut statement = connection.prepare("SELECT name, min, max, reserved, warned FROM accounts")?;
    let mut rows = statement.query([])?;
    let mut accounts = Accounts::new();
    while let Some(row) = rows.next()? {
        let key = row.get::<_, String>(0)?.parse().map_err(|_| Trouble::Damaged)?;
        accounts.insert(key, account(row, 1)?);
    }
    Ok(accounts)
}

/// Writes those that are not as before.
pub(super) fn write(
    connection: &Connection,
    before: &Accounts,
    after: &Accounts,
    unix: i64,
) -> Result<(), Trouble> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO accounts (name, min, max, reserved, warned, touched) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (name) DO UPDATE SET
            min = excluded.min, max = excluded.max, reserved = excluded.reserved,
            warned = excluded.warned, touched = excluded.touched",
    )?;
    for (key, account) in after.iter().filter(|(key, account)| before.get(*key) != Some(*account)) {
        let Account { min, max, reserved, warned } = *account;
        statement.execute(params![
            key.to_string(),
            number(min),
            number(max),
            number(reserved),
            warned,
            unix
        ])?;
    }
    Ok(())
}

/// Takes over what another file had booked: of each number the larger one.
pub(super) fn merge(connection: &Connection, others: &Accounts, unix: i64) -> Result<(), Trouble> {
    let before = read(connection, &others.keys().cloned().collect::<Vec<_>>())?;
    let merged = others.iter().map(|(key, other)| {
        let known = before.get(key).copied().unwrap_or_default();
        let account = Account {
            min: known.min.max(other.min),
            max: known.max.max(other.max),
            reserved: known.reserved.max(other.reserved),
            warned: known.warned | other.warned,
        };
        (key.clone(), account)
    });
    write(connection, &before, &merged.collect(), unix)
}

/// Forgets a portion of those that nobody asks for any more.
pub(super) fn sweep(connection: &Connection, unix: i64) -> Result<(), Trouble> {
    const DAY: i64 = 86_400;
    let mut old = connection.prepare_cached(
        "SELECT name, touched FROM accounts
         WHERE touched < ?1 AND (name NOT LIKE '%/ever' OR name LIKE 'client:%') LIMIT 256",
    )?;
    let mut rows = old.query([unix.saturating_sub(3 * DAY)])?;
    let mut gone = Vec::new();
    while let Some(row) = rows.next()? {
        let (name, touched): (String, i64) = (row.get(0)?, row.get(1)?);
        let key: AccountKey = name.parse().map_err(|_| Trouble::Damaged)?;
        let keep = key.keep_for().map(|keep| i64::try_from(keep.as_secs()).unwrap_or(i64::MAX));
        if keep.is_some_and(|keep| touched.saturating_add(keep) < unix) {
            gone.push(name);
        }
    }
    for name in gone {
        connection.prepare_cached("DELETE FROM accounts WHERE name = ?1")?.execute([name])?;
    }
    Ok(())
}

fn account(row: &Row<'_>, first: usize) -> Result<Account, Trouble> {
    let number = |column| Ok::<_, Trouble>(u64::try_from(row.get::<_, i64>(first + column)?).unwrap_or(0));
    Ok(Account { min: number(0)?, max: number(1)?, reserved: number(2)?, warned: row.get(first + 3)? })
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
