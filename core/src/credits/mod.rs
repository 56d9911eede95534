//! The credits ledger: what may be spent, what is reserved, what was charged. Pure: no clock, no lock, no I/O.
//!
//! A call passes in this order: [`Ledger::check`] says no or nothing, [`Ledger::reserve`] books the highest price before
//! the first byte is sent, [`Ledger::settle`] books what the answer says (or [`Ledger::release`] takes the reservation
//! back when nothing was sent). Whoever holds the ledger makes check and reserve one step, settles each reservation once,
//! and brings the time. A crash between the steps leaves credits reserved: lost allowance, never too much spent.

mod account;
mod budget;
mod claim;
mod ledger;
mod purse;
mod refusal;
mod report;
mod today;
mod told;

#[cfg(test)]
mod tests;

pub(crate) use account::{Account, AccountKey};
pub use budget::{Budget, BudgetOn, InvalidBudget, Per};
pub(crate) use budget::{check_number, validate, validate_label};
pub(crate) use claim::{Cap, Claim, ClientId, Reservation};
pub(crate) use ledger::Ledger;
pub(crate) use purse::Purse;
pub(crate) use refusal::Refusal;
pub use report::{BudgetReport, CreditRange, CreditsReport, OutOfCredits};
pub(crate) use today::Today;
pub(crate) use told::Told;
