//! The ledger of a team: its accounts and its purse, and the steps that change them.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::account::{Account, AccountKey, Label, Period};
use super::budget::BudgetOn;
use super::claim::{Cap, Claim, Reservation};
use super::purse::Purse;
use super::refusal::Refusal;
use super::report::{BudgetReport, CreditsReport, OutOfCredits};
use super::today::Today;
use super::told::Told;
use crate::response::Credits;

/// All that is booked of a team, or the part of it that a store has loaded: an account that is missing is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) accounts: BTreeMap<AccountKey, Account>,
    pub(crate) purse: Purse,
}

impl Ledger {
    /// The accounts that [`Ledger::check`] and [`Ledger::reserve`] look at. A store loads them, and the purse always.
    pub(crate) fn keys(claim: &Claim, today: Today) -> Vec<AccountKey> {
        claim.accounts(today)
    }

    /// The caps that [`Ledger::check`] looks at, each with its account, for a store that checks by a script.
    pub(crate) fn caps(claim: &Claim, today: Today) -> Vec<(AccountKey, u64)> {
        claim.concerning().map(|cap| (cap.key(today), cap.cap)).collect()
    }

    /// The caps that [`Ledger::settle`] warns of, each with the position of its account.
    pub(crate) fn caps_on(accounts: &[AccountKey], caps: &[Cap]) -> Vec<(usize, u64)> {
        let on = |(position, key)| {
            caps.iter().filter(move |cap| cap.is_on(key)).map(move |cap| (position, cap.cap))
        };
        accounts.iter().enumerate().flat_map(on).collect()
    }

    /// The accounts that [`Ledger::report`] looks at: those of the team and of every cap of the client.
    #[cfg(test)]
    pub(crate) fn report_keys(claim: &Claim, today: Today) -> Vec<AccountKey> {
        let every_cap = claim.caps.iter().map(|cap| cap.key(today));
        let mut keys: Vec<_> = claim.accounts(today).into_iter().chain(every_cap).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Says no where the latch is closed, a cap would be crossed, or the balance would fall below the floor, in this order.
    pub(crate) fn check(&self, now: Duration, today: Today, claim: &Claim) -> Result<(), Refusal> {
        let purse = self.purse.hearing(claim.balance);
        if let Some(latch) = purse.latch {
            let probe_in = latch.probe_in(now);
            if !probe_in.is_zero() {
                return Err(Refusal::OutOfCredits { since: now.saturating_sub(latch.since), probe_in });
            }
        }
        let price = claim.most();
        for cap in claim.concerning() {
            let account = self.account(&cap.key(today));
            if !account.fits(price, cap.cap) {
                return Err(Refusal::Budget {
                    on: cap.label.on.clone(),
                    per: cap.per,
                    cap: cap.cap,
                    spent: account.spent(),
                    reserved: account.reserved,
                    price: claim.price,
                    cheaper: claim.cheaper,
                });
            }
        }
        let Some(floor) = claim.floor.filter(|_| !claim.critical && price > 0) else { return Ok(()) };
        let left = purse.left().map(|left| left.min);
        match left.and_then(|left| left.checked_sub(price.into())) {
            Some(rest) if rest >= floor => Ok(()),
            _ => Err(Refusal::Floor {
                floor,
                declared: purse.declared,
                left,
                price: claim.price,
                cheaper: claim.cheaper,
            }),
        }
    }

    /// Books the highest price of a call that [`Ledger::check`] let pass in the same step.
    pub(crate) fn reserve(&mut self, now: Duration, today: Today, claim: &Claim) -> Reservation {
        let accounts = claim.accounts(today);
        let reserved = claim.most();
        for key in &accounts {
            self.accounts.entry(key.clone()).or_default().reserve(reserved);
        }
        self.hear(claim.balance);
        let (probe, declaration) = self.purse.reserve(now, reserved);
        Reservation { accounts, reserved, probe, declaration }
    }

    /// Books what the call cost, where it was reserved. A call without an answer is settled with its whole price as
    /// [`Credits::up_to`].
    ///
    /// Returns the levels of the caller's caps that are reached and were not told before.
    pub(crate) fn settle(&mut self, reservation: &Reservation, charge: Credits, caps: &[Cap]) -> Vec<Told> {
        self.purse.settle(reservation, charge);
        let mut told = Vec::new();
        for key in &reservation.accounts {
            let account = self.accounts.entry(key.clone()).or_default();
            let before = account.max;
            account.release(reservation.reserved);
            account.book(charge);
            for cap in caps.iter().filter(|cap| cap.is_on(key)) {
                if let Some(percent) = account.warn(before, cap.cap) {
                    let (on, spent) = (cap.label.on.clone(), account.max);
                    told.push(Told { percent, on, per: cap.per, spent, cap: cap.cap });
                }
            }
        }
        told
    }

    /// Takes back what was reserved for a call that was surely not sent.
    pub(crate) fn release(&mut self, reservation: &Reservation) {
        self.purse.release(reservation);
        for key in &reservation.accounts {
            if let Some(account) = self.accounts.get_mut(key) {
                account.release(reservation.reserved);
            }
        }
    }

    /// The call, settled with nothing, was answered 402: closes the latch for everybody.
    pub(crate) fn out_of_credits(&mut self, now: Duration, reservation: &Reservation) {
        self.purse.out_of_credits(now, reservation);
    }

    /// The call, settled before, was answered in a way that takes credits (2xx): opens the latch if it was to try.
    pub(crate) fn answered(&mut self, reservation: &Reservation) {
        self.purse.answered(reservation);
    }

    /// Whether the server has said that the credits are at zero, and nothing since that there are some.
    pub(crate) fn is_latched(&self) -> bool {
        self.purse.latch.is_some()
    }

    /// Opens the latch at the user's word.
    pub(crate) fn resume(&mut self) {
        self.purse.resume();
    }

    /// Takes a client's option for the balance from now on, unless that number was taken before. Every reservation does it.
    pub(crate) fn hear(&mut self, option: Option<u64>) {
        self.purse.hear(option);
    }

    /// Takes the user's number for the balance from now on, even if it was given before. The option of a client that has
    /// not called yet is older than its word: let it be heard first.
    pub(crate) fn declare(&mut self, balance: u64) {
        self.purse.declare(balance);
    }

    /// Replaces what is known of an account by the number that was really charged, of which the calls under way hold
    /// `open`. What crashed calls have left reserved is free again.
    ///
    /// # Errors
    ///
    /// The number contradicts what was booked; nothing is changed.
    pub(crate) fn reconcile(
        &mut self,
        key: &AccountKey,
        open: u64,
        charged: u64,
    ) -> Result<(), Unreconciled> {
        let account = self.account(key);
        let most = account.max.saturating_add(account.reserved);
        if charged < account.min || charged > most {
            return Err(Unreconciled { charged, least: account.min, most });
        }
        // The number may include calls under way, which are booked a second time when they end.
        let min = account.min.max(charged.saturating_sub(open));
        let account = Account { min, max: charged, reserved: open.min(account.reserved), ..account };
        self.accounts.insert(key.clone(), account);
        Ok(())
    }

    /// Forgets accounts of days and months that are long past, for a ledger that lives in memory.
    pub(crate) fn sweep(&mut self, today: Today) {
        self.accounts.retain(|key, _| !key.is_long_past(today));
    }

    /// What users see. `open` is what calls under way hold of the team's reservations; the rest is left by crashes.
    pub(crate) fn report(&self, now: Duration, today: Today, claim: &Claim, open: u64) -> CreditsReport {
        let purse = self.purse.hearing(claim.balance);
        let team =
            |period| self.account(&AccountKey { label: Label { client: None, on: BudgetOn::Team }, period });
        let ever = team(Period::Ever);
        let budgets = claim.caps.iter().map(|cap| {
            let account = self.account(&cap.key(today));
            let gone = account.max.saturating_add(account.reserved);
            BudgetReport {
                on: cap.label.on.clone(),
                per: cap.per,
                cap: cap.cap,
                spent: account.spent(),
                reserved: account.reserved,
                left: cap.cap.saturating_sub(gone),
            }
        });
        CreditsReport {
            day: today.to_string(),
            today: team(Period::Day(today.day())).spent(),
            month: team(Period::Month(today.month())).spent(),
            ever: ever.spent(),
            reserved: ever.reserved,
            unknown: ever.reserved.saturating_sub(open),
            balance: purse.declared,
            left: purse.left(),
            floor: claim.floor,
            out_of_credits: purse.latch.map(|latch| OutOfCredits {
                since: now.saturating_sub(latch.since),
                probe_in: latch.probe_in(now),
            }),
            budgets: budgets.collect(),
            saved: BTreeMap::new(),
        }
    }

    fn account(&self, key: &AccountKey) -> Account {
        self.accounts.get(key).copied().unwrap_or_default()
    }
}

/// A number of charged credits that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreconciled {
    pub(crate) charged: u64,
    pub(crate) least: u64,
    pub(crate) most: u64,
}

impl fmt::Display for Unreconciled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { charged, least, most } = self;
        write!(
            f,
            "{charged} credits cannot be what these calls were charged: they sent between {least} and {most}"
        )
    }
}

impl std::error::Error for Unreconciled {}
