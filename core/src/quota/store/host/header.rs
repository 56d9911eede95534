//! The row of the team: what every step reads first and writes last. Where the machine has been started anew since the last
//! step, all instants are brought over here.

use std::time::Duration;

use rusqlite::{Transaction, params};

use super::time::HostTime;
use super::trouble::Trouble;
use crate::credits::{Purse, Today};
use crate::quota::group::Memo;
use crate::quota::learned::Learned;

/// What is known of the team as a whole.
#[derive(Debug)]
pub(super) struct Header {
    /// Now, never before what any process has seen in this boot.
    pub(super) now: Duration,
    /// The latest wall clock that any process has seen.
    pub(super) unix: i64,
    /// How long an answered call is kept: the longest hold that any process has asked for.
    pub(super) retention: Duration,
    pub(super) learned: Learned,
    pub(super) purse: Purse,
    /// When the record was begun anew after a loss.
    pub(super) quarantine: Option<Duration>,
    /// The damaged file whose credits could not be read.
    pub(super) unknown: Option<String>,
}

impl Header {
    /// A team that nothing is known of.
    pub(super) fn create(transaction: &Transaction<'_>, time: &dyn HostTime) -> Result<(), Trouble> {
        let learned = serde_json::to_string(&Learned::default())?;
        let purse = serde_json::to_string(&Purse::default())?;
        transaction.execute(
            "INSERT INTO team (id, boot, seen, unix, retention, learned, purse) VALUES (1, ?1, ?2, ?3, 0, ?4, ?5)",
            params![time.boot(), nanos(time.now()), time.unix_seconds(), learned, purse],
        )?;
        Ok(())
    }

    pub(super) fn read(transaction: &Transaction<'_>, time: &dyn HostTime) -> Result<Self, Trouble> {
        let mut statement = transaction.prepare_cached(
            "SELECT boot, seen, unix, retention, learned, purse, quarantine, unknown FROM team WHERE id = 1",
        )?;
        let mut rows = statement.query([])?;
        let row = rows.next()?.ok_or(Trouble::Damaged)?;
        let (boot, seen) = (row.get_ref(0)?.as_str().map_err(|_| Trouble::Damaged)?, instant(row.get(1)?));
        let same_boot = boot == time.boot();
        let unix: i64 = row.get(2)?;
        let text = |column| row.get_ref(column)?.as_str().map_err(|_| Trouble::Damaged);
        let mut header = Self {
            now: time.now(),
            unix: unix.max(time.unix_seconds()),
            retention: instant(row.get(3)?),
            learned: serde_json::from_str(text(4)?)?,
            purse: serde_json::from_str(text(5)?)?,
            quarantine: row.get::<_, Option<i64>>(6)?.map(instant),
            unknown: row.get(7)?,
        };
        if same_boot {
            header.now = header.now.max(seen);
        } else {
            header.rebase(transaction, time, seen)?;
        }
        Ok(header)
    }

    pub(super) fn write(&self, transaction: &Transaction<'_>) -> Result<(), Trouble> {
        transaction
            .prepare_cached(
                "UPDATE team SET seen = ?1, unix = ?2, retention = ?3, learned = ?4, purse = ?5, quarantine = ?6, unknown = ?7 WHERE id = 1",
            )?
            .execute(params![
                nanos(self.now),
                self.unix,
                nanos(self.retention),
                serde_json::to_string(&self.learned)?,
                serde_json::to_string(&self.purse)?,
                self.quarantine.map(nanos),
                self.unknown,
            ])?;
        Ok(())
    }

    /// The day that counts for budgets.
    pub(super) fn today(&self) -> Today {
        Today::from_unix(self.unix)
    }

    /// The first step after a boot. The clock of before showed `last` at least: calls that were answered then count as
    /// answered at the zero of this boot, and what lay ahead lies as far ahead of that zero. How long the machine was off
    /// does not matter, it only makes the hold longer.
    fn rebase(
        &mut self,
        transaction: &Transaction<'_>,
        time: &dyn HostTime,
        last: Duration,
    ) -> Result<(), Trouble> {
        transaction.execute("DELETE FROM calls WHERE at <= ?1", [nanos(last) - nanos(self.retention)])?;
        transaction.execute("UPDATE calls SET at = max(at - ?1, 0)", [nanos(last)])?;
        let mut records = transaction.prepare("SELECT id, memo FROM records")?;
        let mut update = transaction.prepare("UPDATE records SET memo = ?2 WHERE id = ?1")?;
        let mut rows = records.query([])?;
        while let Some(row) = rows.next()? {
            let mut memo: Memo = serde_json::from_str(&row.get::<_, String>(1)?)?;
            memo.rebase(last);
            update.execute(params![row.get::<_, i64>(0)?, serde_json::to_string(&memo)?])?;
        }
        let back = |at: &mut Duration| *at = at.saturating_sub(last);
        self.quarantine.iter_mut().for_each(back);
        if let Some(latch) = &mut self.purse.latch {
            back(&mut latch.since);
            back(&mut latch.probe_after);
        }
        transaction.execute("UPDATE team SET boot = ?1", [time.boot()])?;
        self.write(transaction)
    }
}

/// An instant or a span as the file keeps it: nanoseconds, for 292 years.
pub(super) fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

pub(super) fn instant(nanos: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
}
