//! The file of a team: made private, recognised by its own marks, opened for short steps.
//!
//! Nothing here opens the file but through SQLite: closing any other handle to it would drop the locks of this process.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use rustix::fs::FlockOperation;

use super::header::Header;
use super::time::HostTime;
use super::trouble::{self, Trouble};
use crate::quota::store::StoreError;
use crate::quota::store::choice::STORE_TIMEOUT;

/// Marks the files of this library: "kkyo".
const APPLICATION: i32 = 0x6B6B_796F;
/// Of the tables. A change of them that older copies of the library cannot live with counts it up.
const VERSION: i32 = 1;
/// The log is written back between steps; should that lag behind, SQLite does it within a step at this many pages.
const LONGEST_LOG: u32 = 16_000;
/// Bytes. A step changes some ten pages, and the log keeps each of them whole.
const PAGE: u32 = 1_024;

/// The open file of a team.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) connection: Connection,
    identity: Identity,
    /// Whether each step waits for the disk.
    durable: bool,
    /// The instant of the last step.
    pub(super) last: Duration,
    /// Steps since the file was tidied.
    pub(super) steps: u32,
}

/// Which file stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl Identity {
    /// None when there is no file.
    pub(super) fn of(path: &Path) -> io::Result<Option<Self>> {
        match std::fs::metadata(path) {
            Ok(data) => Ok(Some(Self(data.dev(), data.ino()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What a look at the marks of a file found.
enum Marks {
    Ours,
    Empty,
}

impl Book {
    /// Makes a new file, unless there is one, with its first content in one step. The caller holds the lock.
    pub(super) fn begin(
        path: &Path,
        time: &dyn HostTime,
        first: impl Fn(&Transaction<'_>) -> Result<(), Trouble>,
    ) -> Result<Self, Trouble> {
        make_private(path)?;
        let mut book = Self::connect(path)?;
        book.create(path, time, first)?;
        Ok(book)
    }

    /// Opens the file, if there is one with anything in it.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, Trouble> {
        if Identity::of(path)?.is_none() {
            return Ok(None);
        }
        let book = Self::connect(path)?;
        match marks(&book.connection, path)? {
            Marks::Ours => book.tune().map(|()| Some(book)),
            Marks::Empty => Ok(None),
        }
    }

    fn connect(path: &Path) -> Result<Self, Trouble> {
        let mut connection = connect(path)?;
        connection.set_prepared_statement_cache_capacity(64);
        let mut since = Instant::now();
        connection.busy_handler(Some(move |count| {
            if count == 0 {
                since = Instant::now();
            }
            // A step of another process takes a fraction of a millisecond.
            let longest = if count < 20 { 200 } else { 2_000 };
            sleep(Duration::from_micros(fastrand::u64(50..longest)));
            since.elapsed() < STORE_TIMEOUT
        }))?;
        // Taken after the opening: if the name stands for another file by now, the next step sees it.
        let identity = Identity::of(path)?.ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        Ok(Self { connection, identity, durable: false, last: Duration::ZERO, steps: 0 })
    }

    /// Writes the tables, unless another process has done so meanwhile.
    fn create(
        &mut self,
        path: &Path,
        time: &dyn HostTime,
        first: impl Fn(&Transaction<'_>) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        self.tune()?;
        let transaction = self.begin_step()?;
        if let Marks::Empty = marks(&transaction, path)? {
            transaction.execute_batch(include_str!("schema.sql"))?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            Header::create(&transaction, time)?;
            first(&transaction)?;
            transaction.commit()?;
        }
        Ok(())
    }

    fn tune(&self) -> Result<(), Trouble> {
        // Of use to a new file only.
        self.connection.pragma_update(None, "page_size", PAGE)?;
        let since = Instant::now();
        let mode: String = loop {
            // The change of mode does not wait for others by itself.
            match self.connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)) {
                Err(error) if trouble::is_busy(&error) && since.elapsed() < STORE_TIMEOUT => {
                    sleep(Duration::from_millis(1));
                }
                answer => break answer?,
            }
        };
        if mode != "wal" {
            return Err(Trouble::Told(StoreError::misconfigured(
                "the file system of the state folder cannot share a record between processes: choose another folder with KAKIYO_STATE_DIR",
            )));
        }
        self.connection.pragma_update(None, "wal_autocheckpoint", LONGEST_LOG)?;
        self.connection.pragma_update(None, "temp_store", "MEMORY")?;
        self.connection.pragma_update(None, "trusted_schema", false)?;
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(())
    }

    /// Whether the name still stands for this file.
    pub(super) fn is_current(&self, path: &Path) -> io::Result<bool> {
        Ok(Identity::of(path)? == Some(self.identity))
    }

    pub(super) fn identity(&self) -> Identity {
        self.identity
    }

    /// Whether the next steps are on the disk before they are answered.
    pub(super) fn set_durable(&mut self, durable: bool) -> Result<(), Trouble> {
        if self.durable != durable {
            self.connection.pragma_update(None, "synchronous", if durable { "FULL" } else { "NORMAL" })?;
            self.durable = durable;
        }
        Ok(())
    }

    /// Begins a step: no other process reads or writes until it is committed or dropped.
    pub(super) fn begin_step(&mut self) -> Result<Transaction<'_>, Trouble> {
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

/// Opens a file that is there.
pub(super) fn connect(path: &Path) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // The last one to close a file would remove its log by name, even if that is the log of another file by now.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(connection)
}

/// Writes the log back into the file, so that it begins anew.
pub(super) fn write_back(path: &Path) -> Result<(), Trouble> {
    let connection = connect(path)?;
    // First most of it while steps go on, then the rest, for which they have to wait.
    for mode in ["PASSIVE", "RESTART"] {
        connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()))?;
    }
    Ok(())
}

/// A file that others cannot read. One that is there already is left as it is.
fn make_private(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn marks(connection: &Connection, path: &Path) -> Result<Marks, Trouble> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i32>(0));
    let (application, version) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    let file = path;
    let path = path.display();
    match (application, version) {
        (APPLICATION, VERSION) => Ok(Marks::Ours),
        (APPLICATION, version) if version > VERSION => {
            Err(Trouble::Told(StoreError::misconfigured(format!(
                "the record of quota and credits in {path} was written by a newer version of this library ({version}, this one knows {VERSION}): update this one, or give it a folder of its own with KAKIYO_STATE_DIR; nothing was sent"
            ))))
        }
        (0, 0) if number("SELECT count(*) FROM sqlite_master")? == 0 => Ok(Marks::Empty),
        // Another process has just made the file, between these questions.
        _ if number("PRAGMA application_id")? != application => marks(connection, file),
        _ => Err(Trouble::Told(StoreError::misconfigured(format!(
            "the file {path} belongs to another program and is left alone: choose another folder with KAKIYO_STATE_DIR; nothing was sent"
        )))),
    }
}

/// Keeps other processes from making or replacing the file until it is dropped.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    pub(super) fn take(path: &Path) -> Result<Self, Trouble> {
        let mut options = OpenOptions::new();
        let lock = options.write(true).create(true).truncate(false).mode(0o600).open(beside(path, "lock"))?;
        let since = Instant::now();
        loop {
            match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self(lock)),
                Err(rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR)
                    if since.elapsed() < STORE_TIMEOUT =>
                {
                    sleep(Duration::from_millis(1));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Notes that a record is being replaced, so that one that is not there is known to be lost, whoever dies now.
    pub(super) fn set_replacing(&mut self, replacing: bool) -> io::Result<()> {
        self.0.set_len(u64::from(replacing))?;
        self.0.sync_all()
    }

    pub(super) fn is_replacing(&self) -> io::Result<bool> {
        Ok(self.0.metadata()?.len() > 0)
    }
}

/// A file next to it, with this ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
