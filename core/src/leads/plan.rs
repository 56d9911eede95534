//! What an import would do: who is sent, who is not and why, in how many calls. Costs nothing.
//!
//! The plan is made from the file alone. Who is on the Do Not Contact list is known to the server and comes
//! back in its reports.

use std::collections::BTreeMap;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::columns::{ColumnMapping, Columns, Names};
use super::decode::Encoding;
use super::delimiter::Delimiter;
use super::error::LeadsError;
use super::identity::Identity;
use super::people::{DuplicateRow, InvalidRow, People};
use super::read::Table;
use super::source::LeadSource;

/// The most prospects that one call may carry.
pub const BATCH_SIZE: usize = 100;

/// How often the state of one list is asked for: at least once, at most three times.
const POLLS: (u64, u64) = (1, 3);

/// How to read a lead file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PlanOptions {
    /// Columns by name; what is left out is guessed from the header.
    pub columns: ColumnMapping,
}

/// One person to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lead {
    /// The line of the file on which the row begins.
    pub line: u64,
    /// The full name.
    pub name: String,
    /// Who it is.
    pub identity: Identity,
    /// Text for the prospect's custom data, when the mapping asks for it.
    pub custom_data: Option<String>,
}

impl Lead {
    /// The canonical address, as it is sent.
    pub fn url(&self) -> String {
        self.identity.url()
    }
}

impl Serialize for Lead {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut lead = serializer.serialize_struct("Lead", 5)?;
        lead.serialize_field("line", &self.line)?;
        lead.serialize_field("name", &self.name)?;
        lead.serialize_field("identity", &self.identity)?;
        lead.serialize_field("url", &self.url())?;
        match &self.custom_data {
            Some(text) => lead.serialize_field("customData", text)?,
            None => lead.skip_field("customData")?,
        }
        lead.end()
    }
}

/// At least and at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Interval {
    /// The least it can be.
    pub min: u64,
    /// The most it can be.
    pub max: u64,
}

/// What an import of one file into one campaign would do.
///
/// `rows == unique + duplicates + invalid`, always.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LeadPlan {
    /// Rows of the file, without the header and without lines that have only empty cells.
    pub rows: u64,
    /// People to be sent.
    pub unique: u64,
    /// Rows about people who are in the file already.
    pub duplicates: u64,
    /// Rows that cannot be sent.
    pub invalid: u64,
    /// Invalid rows by reason code.
    pub invalid_reasons: BTreeMap<&'static str, u64>,
    /// Calls that carry the people: full batches of 100.
    pub submit_calls: u64,
    /// All calls: submission is exact, confirmation takes one to three calls for each batch.
    pub calls: Interval,
    /// What the calls cost: one credit each.
    pub credits: Interval,
    /// The columns in use, by their headers.
    pub columns: ColumnMapping,
    /// The encoding of the file.
    pub encoding: Encoding,
    /// What separates its cells.
    pub delimiter: Delimiter,
    /// The people, in the order of the file; of several rows about one person, the first valid one.
    pub leads: Vec<Lead>,
    /// The rows behind `duplicates`, in the order of the file.
    pub duplicate_rows: Vec<DuplicateRow>,
    /// The rows behind `invalid`, in the order of the file.
    pub invalid_rows: Vec<InvalidRow>,
}

impl LeadPlan {
    /// The people in the batches in which they are sent: 100 each, the last one what is left.
    pub fn batches(&self) -> impl ExactSizeIterator<Item = &[Lead]> {
        self.leads.chunks(BATCH_SIZE)
    }
}

/// Reads a lead file and plans its import. Sends nothing.
///
/// Blocks while it reads. Every fault of a row is in the plan; an error means that the file as a whole cannot
/// be trusted.
pub fn plan(source: impl Into<LeadSource>, options: &PlanOptions) -> Result<LeadPlan, LeadsError> {
    plan_source(source.into(), options)
}

fn plan_source(source: LeadSource, options: &PlanOptions) -> Result<LeadPlan, LeadsError> {
    let (table, columns, people) = read_people(source, options, Names::Required)?;
    let unique = people.leads.len() as u64;
    let submit_calls = unique.div_ceil(BATCH_SIZE as u64);
    let calls =
        Interval { min: submit_calls + submit_calls * POLLS.0, max: submit_calls + submit_calls * POLLS.1 };
    Ok(LeadPlan {
        rows: people.rows,
        unique,
        duplicates: people.duplicates.len() as u64,
        invalid: people.invalid.len() as u64,
        invalid_reasons: people.reasons,
        submit_calls,
        calls,
        credits: calls,
        columns: columns.shown(&table.header),
        encoding: table.encoding,
        delimiter: table.delimiter,
        leads: people.leads,
        duplicate_rows: people.duplicates,
        invalid_rows: people.invalid,
    })
}

/// A list of profile addresses, such as the people who must not be contacted.
///
/// `rows == unique + duplicates + invalid`, always.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProfileList {
    /// Rows of the file, without the header and without lines that have only empty cells.
    pub rows: u64,
    /// Different people.
    pub unique: u64,
    /// Rows about people who are in the file already.
    pub duplicates: u64,
    /// Rows without a profile address that can be used.
    pub invalid: u64,
    /// Invalid rows by reason code.
    pub invalid_reasons: BTreeMap<&'static str, u64>,
    /// The column in use.
    pub columns: ColumnMapping,
    /// The encoding of the file.
    pub encoding: Encoding,
    /// What separates its cells.
    pub delimiter: Delimiter,
    /// The people, in the order of the file.
    pub profiles: Vec<Profile>,
    /// The rows behind `duplicates`, in the order of the file.
    pub duplicate_rows: Vec<DuplicateRow>,
    /// The rows behind `invalid`, in the order of the file.
    pub invalid_rows: Vec<InvalidRow>,
}

/// One person of a list of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Profile {
    /// The line of the file on which the row begins.
    pub line: u64,
    /// Who it is.
    pub identity: Identity,
    /// The canonical address.
    pub url: String,
}

/// Reads a file with a column of profile addresses; it needs a header, but no names. Sends nothing.
///
/// Blocks while it reads.
pub fn read_profile_urls(
    source: impl Into<LeadSource>,
    options: &PlanOptions,
) -> Result<ProfileList, LeadsError> {
    list_source(source.into(), options)
}

fn list_source(source: LeadSource, options: &PlanOptions) -> Result<ProfileList, LeadsError> {
    let (table, columns, people) = read_people(source, options, Names::Unused)?;
    let profiles: Vec<Profile> = people
        .leads
        .into_iter()
        .map(|lead| Profile { line: lead.line, url: lead.url(), identity: lead.identity })
        .collect();
    Ok(ProfileList {
        rows: people.rows,
        unique: profiles.len() as u64,
        duplicates: people.duplicates.len() as u64,
        invalid: people.invalid.len() as u64,
        invalid_reasons: people.reasons,
        columns: columns.shown(&table.header),
        encoding: table.encoding,
        delimiter: table.delimiter,
        profiles,
        duplicate_rows: people.duplicates,
        invalid_rows: people.invalid,
    })
}

fn read_people(
    source: LeadSource,
    options: &PlanOptions,
    names: Names,
) -> Result<(Table, Columns, People), LeadsError> {
    let mut table = Table::open(source)?;
    let columns = Columns::find(&table.header, &options.columns, names)?;
    let mut people = People::default();
    while let Some(row) = table.next_row()? {
        people.add(row, &columns, names == Names::Required);
    }
    Ok((table, columns, people))
}
