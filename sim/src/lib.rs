//! The simulation: the real limiter on virtual time against models of servers, with callers that burst, leave, time out
//! and crash.
//!
//! `limiter` is the only file that calls the limiter, `server` what counts, `traffic` who calls, `run` one run from one
//! seed, `cell` what is run and what is asked of it. Every call is written to a ledger (`ledger`), which a judge that
//! shares no code with any of them reads (`checker`). `figures` and `plot` write what was measured into the docs.

pub mod cell;
pub mod checker;
pub mod figures;
pub mod judge;
pub mod latency;
pub mod ledger;
pub mod limiter;
pub mod plot;
pub mod run;
pub mod server;
pub mod traffic;

#[cfg(test)]
mod tests;
