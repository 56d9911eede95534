//! Leads: from a messy file to people that can be sent.
//!
//! Order: `source` opens, `decode` makes it UTF-8, `delimiter` and `guard` prepare it for the CSV parser, `read`
//! gives rows, `columns` says which cell is what, `identity` says who a row is about, `people` removes duplicates,
//! `plan` counts and prices. Nothing here talks to a server; sending belongs to the importer.

mod columns;
mod decode;
mod delimiter;
mod error;
mod guard;
mod identity;
#[cfg(test)]
mod identity_tests;
mod people;
mod plan;
mod read;
mod refusal;
mod slug;
mod source;
#[cfg(test)]
mod tests;

pub use columns::ColumnMapping;
pub use decode::Encoding;
pub use delimiter::Delimiter;
pub use error::{LeadsError, LeadsErrorKind};
pub use identity::{Identity, InvalidProfileUrl};
pub use people::{DuplicateRow, InvalidRow};
pub use plan::{
    BATCH_SIZE, Interval, Lead, LeadPlan, PlanOptions, Profile, ProfileList, plan, read_profile_urls,
};
pub use refusal::UrlRefusal;
pub use source::LeadSource;
