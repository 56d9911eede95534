//! The people of a file in their order, each once, and why the other rows are not among them.
//!
//! A row is checked by itself first (address, then name, then custom data) and compared with the others only
//! when it is valid: whether a row is invalid does not depend on the rows before it, and a row without a name
//! does not take the place of a complete one.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};
use std::hash::{BuildHasher, RandomState};

use serde::Serialize;

use super::columns::Columns;
use super::identity::{Identity, excerpt};
use super::plan::Lead;
use super::read::Row;

/// The most characters that a prospect's custom data may have. Longer is refused, not cut.
const MAX_CUSTOM_DATA: usize = 3000;

/// A row about a person who is in the file already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DuplicateRow {
    /// The line of the row.
    pub line: u64,
    /// The line of the row that stays: the first one about this person.
    pub first_line: u64,
}

/// A row that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InvalidRow {
    /// The line of the row.
    pub line: u64,
    /// The stable code: `missing_url`, `missing_name`, `custom_data_too_long`, or the code of a
    /// [`super::UrlRefusal`].
    pub reason: &'static str,
    /// What is wrong and what to do.
    pub message: &'static str,
    /// The text that was refused, at most 200 characters of it; empty when it is missing.
    pub value: String,
}

#[derive(Default)]
pub(super) struct People {
    pub(super) rows: u64,
    pub(super) leads: Vec<Lead>,
    pub(super) duplicates: Vec<DuplicateRow>,
    pub(super) invalid: Vec<InvalidRow>,
    pub(super) reasons: BTreeMap<&'static str, u64>,
    seen: Seen,
}

impl People {
    pub(super) fn add(&mut self, row: Row<'_>, columns: &Columns, name_required: bool) {
        self.rows += 1;
        match read_lead(row, columns, name_required) {
            Ok(lead) => match self.seen.first(&lead, &self.leads) {
                Some(first_line) => self.duplicates.push(DuplicateRow { line: lead.line, first_line }),
                None => self.leads.push(lead),
            },
            Err(invalid) => {
                *self.reasons.entry(invalid.reason).or_default() += 1;
                self.invalid.push(invalid);
            }
        }
    }
}

/// Which identities there are, without a second copy of them: a million people would need 100 MB more.
#[derive(Default)]
struct Seen {
    hasher: RandomState,
    by_hash: HashMap<u64, usize>,
    /// Different people with one hash: practically empty, but then right all the same.
    collided: HashMap<Identity, usize>,
}

impl Seen {
    /// The line of the first row about this person; nothing, and it is noted, when this row is the first.
    fn first(&mut self, lead: &Lead, leads: &[Lead]) -> Option<u64> {
        let line = |at: &usize| leads.get(*at).map(|first| first.line);
        match self.by_hash.entry(self.hasher.hash_one(&lead.identity)) {
            Entry::Vacant(free) => {
                free.insert(leads.len());
                None
            }
            Entry::Occupied(taken) => {
                let same = leads.get(*taken.get()).filter(|first| first.identity == lead.identity);
                match same {
                    Some(first) => Some(first.line),
                    None => match self.collided.entry(lead.identity.clone()) {
                        Entry::Occupied(taken) => line(taken.get()),
                        Entry::Vacant(free) => {
                            free.insert(leads.len());
                            None
                        }
                    },
                }
            }
        }
    }
}

fn read_lead(row: Row<'_>, columns: &Columns, name_required: bool) -> Result<Lead, InvalidRow> {
    let refuse =
        |reason, message, value: &str| InvalidRow { line: row.line, reason, message, value: excerpt(value) };
    let url = row.cell(columns.url);
    if url.is_empty() {
        return Err(refuse(
            "missing_url",
            "The row has no profile address: add one like https://linkedin.com/in/name.",
            "",
        ));
    }
    let identity =
        Identity::parse(url).map_err(|error| refuse(error.reason.code(), error.reason.message(), url))?;
    let name = read_name(row, columns);
    if name_required && !name.chars().any(char::is_alphanumeric) {
        return Err(refuse("missing_name", "The row has no name: add the person's name.", &name));
    }
    let custom_data = columns.custom_data.map(|at| row.cell(at)).filter(|text| !text.is_empty());
    if custom_data.is_some_and(|text| text.len() > MAX_CUSTOM_DATA && text.chars().count() > MAX_CUSTOM_DATA)
    {
        return Err(refuse(
            "custom_data_too_long",
            "The custom data is longer than 3,000 characters: shorten it.",
            custom_data.unwrap_or_default(),
        ));
    }
    Ok(Lead { line: row.line, name, identity, custom_data: custom_data.map(str::to_owned) })
}

/// The full name where there is one, else first and last name; line ends and runs of blanks become one blank.
fn read_name(row: Row<'_>, columns: &Columns) -> String {
    let cell = |column: Option<usize>| column.map_or("", |at| row.cell(at));
    let full = cell(columns.name);
    let parts =
        if full.is_empty() { [cell(columns.first_name), cell(columns.last_name)] } else { [full, ""] };
    let mut name = String::with_capacity(parts[0].len() + parts[1].len() + 1);
    for word in parts.iter().flat_map(|part| part.split_whitespace()) {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    name
}
