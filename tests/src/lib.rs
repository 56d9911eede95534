//! What belongs to no single language: the conformance cases with their Rust runner, and the contract of the service.
//!
//! A case is a file (`case`, `notation`), played against the sandbox (`stage`, `play`) and compared (`compare`). The
//! contract is the vendor's description of the API (`contract`); requests and answers of cases and of live runs (seen by
//! `recorder`) are checked against it. The README in `conformance/` shows the form of a case to runners of other languages.

pub mod case;
pub mod compare;
pub mod contract;
pub mod notation;
pub mod play;
pub mod recorder;
pub mod stage;
