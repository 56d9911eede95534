//! A record that was lost: damaged, removed, or replaced by another file.
//!
//! The damaged file is set aside and a new one begun in quarantine: nothing is granted until no call of before can count
//! any more. What was spent is read from the old file where that is possible. Where it is not, calls with a budget or a
//! floor are refused until users say how to go on, because nobody knows what is left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Transaction};

use super::file::{Book, Identity, Lock, beside, connect};
use super::header::Header;
use super::money::{self, Accounts};
use super::time::HostTime;
use super::trouble::Trouble;
use crate::credits::Purse;
use crate::quota::learned::Learned;

/// What could be read of a lost record.
#[derive(Debug)]
struct Rescued {
    accounts: Accounts,
    purse: Purse,
    learned: Learned,
}

/// A file that is open, and what users have to hear of it.
pub(super) type Opened = (Book, Option<String>);

/// Opens the file, makes it if need be, and sets a damaged one aside.
pub(super) fn open(path: &Path, time: &dyn HostTime) -> Result<Opened, Trouble> {
    match Book::open(path) {
        Ok(Some(book)) => return Ok((book, None)),
        Err(trouble) if !trouble.is_damage() => return Err(trouble),
        Ok(None) | Err(_) => {}
    }
    let mut lock = Lock::take(path)?;
    match Book::open(path) {
        Ok(Some(book)) => Ok((book, None)),
        Ok(None) if lock.is_replacing()? => begin_anew(path, &mut lock, time),
        Ok(None) => Ok((Book::begin(path, time, |_| Ok(()))?, None)),
        Err(trouble) if trouble.is_damage() => set_aside(path, lock, time),
        Err(trouble) => Err(trouble),
    }
}

/// A step has found this file to be damaged: sets it aside, unless another process has done so meanwhile.
pub(super) fn replace(path: &Path, damaged: Identity, time: &dyn HostTime) -> Result<Opened, Trouble> {
    let lock = Lock::take(path)?;
    if Identity::of(path)? == Some(damaged) {
        return set_aside(path, lock, time);
    }
    drop(lock);
    open(path, time)
}

fn set_aside(path: &Path, mut lock: Lock, time: &dyn HostTime) -> Result<Opened, Trouble> {
    let rescued = connect(path).and_then(|connection| rescue(&connection)).ok();
    let aside = free_name(path, time);
    lock.set_replacing(true)?;
    // The log first: it must never be taken for that of the new file.
    for ending in ["-wal", "-shm", ""] {
        let (mut from, mut to) = (path.as_os_str().to_owned(), aside.as_os_str().to_owned());
        from.push(ending);
        to.push(ending);
        match fs::rename(from, to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let aside = aside.display();
    let book = match &rescued {
        Some(rescued) => {
            let book = Book::begin(path, time, |step| take_over(step, time, Some(rescued), None))?;
            lock.set_replacing(false)?;
            book
        }
        None => begin_anew(path, &mut lock, time)?.0,
    };
    let money = match rescued {
        Some(_) => "what was spent was read from it",
        None => UNKNOWN,
    };
    let message = format!(
        "the record of quota and credits was damaged and has been set aside as {aside}: calls wait until none of those before can count any more; {money}"
    );
    Ok((book, Some(message)))
}

const UNKNOWN: &str = "what was spent is not known, so calls with a budget or a floor are refused until `resume` or a newly declared balance says to count from zero";

/// A record of which nothing is left.
fn begin_anew(path: &Path, lock: &mut Lock, time: &dyn HostTime) -> Result<Opened, Trouble> {
    let name = path.display().to_string();
    let book = Book::begin(path, time, |step| take_over(step, time, None, Some(&name)))?;
    lock.set_replacing(false)?;
    let message = format!(
        "the record of quota and credits in {name} was lost: calls wait until none of those before can count any more; {UNKNOWN}"
    );
    Ok((book, Some(message)))
}

/// The name stands for no file or another one: goes over to that, with what the old one says.
pub(super) fn follow(path: &Path, old: &Book, time: &dyn HostTime) -> Result<Opened, Trouble> {
    let rescued = rescue(&old.connection).ok();
    let unknown = rescued.is_none().then(|| path.display().to_string());
    let lock = Lock::take(path)?;
    let mut book = match Identity::of(path)? {
        None => Book::begin(path, time, |step| take_over(step, time, rescued.as_ref(), unknown.as_deref()))?,
        Some(_) => {
            drop(lock);
            open(path, time)?.0
        }
    };
    let step = book.begin_step()?;
    // Whoever replaced the file may have seen to everything.
    if Header::read(&step, time)?.quarantine.is_none_or(|since| since < old.last) {
        take_over(&step, time, rescued.as_ref(), unknown.as_deref())?;
        step.commit()?;
    } else {
        drop(step);
    }
    let message = format!(
        "the record of quota and credits in {} was removed or replaced while it was in use: calls wait until none of those before can count any more",
        path.display()
    );
    Ok((book, Some(message)))
}

/// How long calls have to wait for the sake of those that are not known: a lease of before, and its slot.
pub(super) fn left(header: &Header, lease: Duration, hold: Duration) -> Option<Duration> {
    let until = header.quarantine?.saturating_add(lease).saturating_add(hold);
    Some(until.saturating_sub(header.now)).filter(|left| !left.is_zero())
}

fn take_over(
    transaction: &Transaction<'_>,
    time: &dyn HostTime,
    rescued: Option<&Rescued>,
    unknown: Option<&str>,
) -> Result<(), Trouble> {
    let mut header = Header::read(transaction, time)?;
    header.quarantine = Some(header.now);
    header.unknown = unknown.map(ToOwned::to_owned);
    if let Some(rescued) = rescued {
        money::merge(transaction, &rescued.accounts, header.unix)?;
        if header.purse == Purse::default() {
            header.purse = rescued.purse.clone();
        }
        if header.learned == Learned::default() {
            header.learned = rescued.learned;
        }
    }
    header.write(transaction)
}

fn rescue(connection: &Connection) -> Result<Rescued, Trouble> {
    let (purse, learned): (String, String) =
        connection.query_row("SELECT purse, learned FROM team WHERE id = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(Rescued {
        accounts: money::read_all(connection)?,
        purse: serde_json::from_str(&purse)?,
        learned: serde_json::from_str(&learned)?,
    })
}

fn free_name(path: &Path, time: &dyn HostTime) -> PathBuf {
    let name = beside(path, &format!("damaged-{}", time.unix_seconds()));
    let mut free = name.clone();
    let mut count = 1;
    while free.exists() {
        count += 1;
        free = beside(&name, &count.to_string());
    }
    free
}
