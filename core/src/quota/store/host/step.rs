//! The steps: load the records of a call into a state, let it decide, write back what changed. Each is one transaction.

use std::time::Duration;

use super::ahead;
use super::calls::{self, OpenCall};
use super::damage;
use super::file::Book;
use super::header::Header;
use super::money;
use super::records::{self, Records};
use super::time::HostTime;
use super::trouble::Trouble;
use crate::credits::{AccountKey, Claim, Ledger};
use crate::quota::call::Tier;
use crate::quota::ending::Ending;
use crate::quota::learned::{Learned, Passed};
use crate::quota::notice::Notice;
use crate::quota::presets::Ask;
use crate::quota::rule::Why;
use crate::quota::state::{Decision, Grant, State};
use crate::quota::store::{Change, ChangeError, Step, StoreError};

/// After so many steps the file is tidied.
const TIDY_AFTER: u32 = 512;

/// The answer to a question, and what is known of the team now.
pub(super) type Answer<T> = Result<(T, Learned), Trouble>;

pub(super) fn admit(book: &mut Book, time: &dyn HostTime, ask: &Ask, waiting: u32) -> Answer<Step> {
    // Who keeps a cap must not lose what was booked, by whomever from here on, when the power fails.
    book.set_durable(ask.money.as_ref().is_some_and(is_capped))?;
    let transaction = book.begin_step()?;
    let mut header = Header::read(&transaction, time)?;
    let learned = header.learned;
    if let Some(unknown) = header.unknown.as_deref().filter(|_| ask.money.as_ref().is_some_and(is_capped)) {
        return Err(Trouble::Told(spent_is_unknown(unknown)));
    }
    let (now, today) = (header.now, header.today());
    let keys = ask.money.as_ref().map(|claim| Ledger::keys(claim, today)).unwrap_or_default();
    let accounts = money::read(&transaction, &keys)?;
    let mut state = state(&header, accounts.clone());
    let records = Records::read(&transaction, &header, ask, &mut state, None)?;
    let hold = ask.longest_hold(&header.learned);
    if let Some(left) = damage::left(&header, ask.lease, hold).filter(|_| !ask.unlimited()) {
        return Ok((
            match state.affordable(now, ask) {
                Err(refusal) => Step::Refuse(refusal),
                Ok(()) => Step::Wait { earliest: left, look: left, why: Why::Recovering },
            },
            learned,
        ));
    }
    if waiting > 0 {
        return Ok((ahead::earliest(state, now, ask, waiting), learned));
    }
    let step = match state.try_admit(now, ask) {
        Decision::Refuse(refusal) => Step::Refuse(refusal),
        Decision::Wait { earliest, look, why } => {
            if records.write(&transaction, ask, &mut state, false)?.changed {
                header.write(&transaction)?;
                transaction.commit()?;
            }
            let from_now = |at: Duration| at.saturating_sub(now);
            Step::Wait { earliest: from_now(earliest), look: from_now(look), why }
        }
        Decision::Admit(mut grant) => {
            grant.id = calls::new_id();
            let written = records.write(&transaction, ask, &mut state, true)?;
            let call = OpenCall { id: calls::row_of(grant.id), reservation: grant.reservation.clone() };
            let expiry = now.saturating_add(ask.lease);
            calls::insert(&transaction, &call, written.records, ask.call.class, expiry)?;
            money::write(&transaction, &accounts, &state.ledger().accounts, header.unix)?;
            header.retention = header.retention.max(hold);
            header.keep(&mut state);
            header.write(&transaction)?;
            transaction.commit()?;
            Step::Admit(grant)
        }
    };
    Ok((step, learned))
}

/// `since` is when the end was first told, by the clock of the host.
pub(super) fn end(
    book: &mut Book,
    time: &dyn HostTime,
    ask: &Ask,
    grant: &Grant,
    ending: &Ending,
    since: Duration,
) -> Answer<Vec<Notice>> {
    // Lost with the power, an end leaves the reservation as it is: on the safe side.
    book.set_durable(false)?;
    let transaction = book.begin_step()?;
    let mut header = Header::read(&transaction, time)?;
    let Some(call) = calls::open(&transaction, grant.id)? else { return Ok((Vec::new(), header.learned)) };
    let now = header.now;
    let told_ago = now.saturating_sub(since);
    let ending = Ending { ended_ago: ending.ended_ago.saturating_add(told_ago), ..*ending };
    // What it holds is what the file says: users may have reconciled some of it.
    let grant = Grant { reservation: call.reservation, ..grant.clone() };
    let keys = grant.reservation.as_ref().map_or(&[] as &[AccountKey], |held| &held.accounts);
    let accounts = money::read(&transaction, keys)?;
    let mut state = state(&header, accounts.clone());
    let records = Records::read(&transaction, &header, ask, &mut state, Some(call.id))?;
    let at = ending.counted_at(now, state.longest_flight(ask));
    let notices = state.end(now, ask, &grant, &ending);
    records.write(&transaction, ask, &mut state, false)?;
    calls::settle(&transaction, call.id, at)?;
    calls::sweep(&transaction, now, header.retention)?;
    money::write(&transaction, &accounts, &state.ledger().accounts, header.unix)?;
    header.keep(&mut state);
    header.write(&transaction)?;
    transaction.commit()?;
    Ok((notices, header.learned))
}

pub(super) fn pass(book: &mut Book, time: &dyn HostTime, tier: Tier, passed: Passed) -> Answer<()> {
    let transaction = book.begin_step()?;
    let mut header = Header::read(&transaction, time)?;
    let mut state = state(&header, money::Accounts::new());
    state.pass(tier, passed);
    header.keep(&mut state);
    header.write(&transaction)?;
    transaction.commit()?;
    Ok(((), header.learned))
}

pub(super) fn change(
    book: &mut Book,
    time: &dyn HostTime,
    change: &Change,
) -> Answer<Result<(), ChangeError>> {
    book.set_durable(true)?;
    let transaction = book.begin_step()?;
    let mut header = Header::read(&transaction, time)?;
    let mut accounts = money::Accounts::new();
    if let Change::Reconcile { account, .. } = change {
        accounts = money::read(&transaction, std::slice::from_ref(account))?;
    }
    let mut state = state(&header, accounts.clone());
    let open = match change {
        Change::Reconcile { account, .. } => {
            held_in(&calls::reserved(&transaction, header.now, false)?, account)
        }
        Change::Declare { .. } => {
            header.unknown = None;
            held_in(&calls::reserved(&transaction, header.now, false)?, &AccountKey::team())
        }
        Change::Resume => {
            header.unknown = None;
            0
        }
    };
    if let Err(error) = change.apply(state.ledger(), open) {
        return Ok((Err(error), header.learned));
    }
    if let Change::Reconcile { account, .. } = change {
        // Should a process of before be alive after all, it must not give back what is free already.
        for call in calls::reserved(&transaction, header.now, true)? {
            calls::forget_reserved(&transaction, call, account)?;
        }
    }
    money::write(&transaction, &accounts, &state.ledger().accounts, header.unix)?;
    header.keep(&mut state);
    header.write(&transaction)?;
    transaction.commit()?;
    Ok((Ok(()), header.learned))
}

/// Forgets what nobody asks for, now and then. Says whether the log should be written back, too.
pub(super) fn tidy(book: &mut Book, time: &dyn HostTime) -> Result<bool, Trouble> {
    book.steps += 1;
    if book.steps < TIDY_AFTER {
        return Ok(false);
    }
    book.steps = 0;
    let transaction = book.begin_step()?;
    let header = Header::read(&transaction, time)?;
    money::sweep(&transaction, header.unix)?;
    records::sweep(&transaction, header.now)?;
    transaction.commit()?;
    Ok(true)
}

/// What these calls hold in an account.
pub(super) fn held_in(calls: &[OpenCall], account: &AccountKey) -> u64 {
    let held = calls.iter().filter_map(|call| call.reservation.as_ref());
    held.filter(|held| held.accounts.contains(account)).map(|held| u64::from(held.reserved)).sum()
}

fn state(header: &Header, accounts: money::Accounts) -> State {
    let ledger = Ledger { accounts, purse: header.purse.clone() };
    let mut state = State::loaded(header.learned, ledger);
    state.set_today(header.today());
    state
}

impl Header {
    /// Takes over what a decision has changed.
    fn keep(&mut self, state: &mut State) {
        self.learned = *state.learned();
        self.purse = state.ledger().purse.clone();
    }
}

fn is_capped(claim: &Claim) -> bool {
    !claim.caps.is_empty() || claim.floor.is_some()
}

fn spent_is_unknown(file: &str) -> StoreError {
    StoreError::misconfigured(format!(
        "what was spent before is not known, because the record was lost and could not be read ({file}): calls with a budget or a floor are refused, nothing was sent. Say `resume` or declare a balance to count from zero from now on"
    ))
}
