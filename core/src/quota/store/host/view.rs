//! What the file holds, for users to look at.

use std::path::Path;

use super::calls;
use super::file::Book;
use super::header::Header;
use super::money;
use super::records;
use super::step::{Answer, held_in};
use super::time::HostTime;
use crate::credits::Ledger;
use crate::quota::store::View;
use crate::quota::{foresee, snapshot};

pub(super) fn view(book: &mut Book, time: &dyn HostTime, path: &Path) -> Answer<View> {
    let transaction = book.begin_step()?;
    let header = Header::read(&transaction, time)?;
    let accounts = money::read_all(&transaction)?;
    let open = calls::reserved(&transaction, header.now, false)?;
    let in_flight = accounts.keys().map(|account| (account.clone(), held_in(&open, account)));
    let in_flight = in_flight.filter(|(_, held)| *held > 0).collect();
    let records = records::read_all(&transaction, &header)?;
    let groups =
        records.iter().filter_map(|(name, group)| snapshot::of_group(&title(name), group, header.now));
    let restraints =
        records.iter().filter_map(|(name, group)| foresee::restrained(&title(name), &group.memo.restraint, header.now));
    let view = View {
        groups: snapshot::sorted(groups.collect()),
        ledger: Ledger { accounts, purse: header.purse.clone() },
        in_flight,
        now: header.now,
        today: header.today(),
        place: place(path),
        learned: foresee::words(&header.learned).into_iter().chain(restraints).collect(),
    };
    transaction.commit()?;
    Ok((view, header.learned))
}

pub(super) fn place(path: &Path) -> String {
    format!("in {}", path.display())
}

/// The name of a record as users read it.
fn title(record: &str) -> String {
    match record.split_once('/') {
        Some(("tier", tier)) => format!("{tier} tier"),
        Some((_, name)) => name.to_owned(),
        None => record.to_owned(),
    }
}
