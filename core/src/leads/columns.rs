//! Which column holds what: guessed from the headers that real exports use, or told by the caller.
//!
//! A name given by the caller wins, and switches the guessing off for what it names: whoever maps one name
//! column gets no other one beside it.

use serde::{Deserialize, Serialize};

use super::error::{LeadsError, LeadsErrorKind};

/// Headers of profile addresses, best first, in the form of [`simplify`]. Apollo, HubSpot, Sales Navigator tools,
/// Lemlist and LinkedIn itself. The columns of companies (`Company Linkedin Url`) are none of them.
const URL_HEADERS: &[&str] = &[
    "personlinkedinurl",
    "personlinkedin",
    "linkedinprofileurl",
    "linkedinpublicprofileurl",
    "linkedinpublicurl",
    "linkedinurlpublic",
    "publicprofileurl",
    "publiclinkedinurl",
    "contactlinkedinurl",
    "contactlinkedinprofileurl",
    "leadlinkedinurl",
    "prospectlinkedinurl",
    "defaultprofileurl",
    "hslinkedinurl",
    "linkedinurl",
    "linkedincontacturl",
    "linkedinprofile",
    "linkedinprofilelink",
    "linkedinlink",
    "linkedinbio",
    "linkedinaddress",
    "linkedin",
    "liurl",
    "liprofileurl",
    "profilelinkedin",
    "profillinkedin",
    "urllinkedin",
    "lienlinkedin",
    "linkedinprofil",
    "profileurl",
    "profilelink",
    "profileaddress",
    "profile",
    "url",
    "link",
];

const NAME_HEADERS: &[&str] = &[
    "name",
    "fullname",
    "contactname",
    "contactfullname",
    "leadname",
    "leadfullname",
    "prospectname",
    "personname",
    "profilename",
    "nomcomplet",
    "vollständigername",
    "nombrecompleto",
];

const FIRST_NAME_HEADERS: &[&str] =
    &["firstname", "first", "givenname", "contactfirstname", "leadfirstname", "prénom", "prenom", "vorname"];

const LAST_NAME_HEADERS: &[&str] = &[
    "lastname",
    "last",
    "surname",
    "familyname",
    "contactlastname",
    "leadlastname",
    "nomdefamille",
    "nom",
    "nachname",
];

/// Tells which columns to use, by their headers. What is left out is guessed; custom data never is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ColumnMapping {
    /// The column of the full name.
    pub name: Option<String>,
    /// The column of the first name.
    pub first_name: Option<String>,
    /// The column of the last name.
    pub last_name: Option<String>,
    /// The column of the LinkedIn profile address.
    pub url: Option<String>,
    /// The column whose text goes to the prospect's custom data, at most 3,000 characters a row.
    pub custom_data: Option<String>,
}

/// Whether a table has to have a name column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Required,
    Unused,
}

/// The positions of the columns in use.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) url: usize,
    pub(super) name: Option<usize>,
    pub(super) first_name: Option<usize>,
    pub(super) last_name: Option<usize>,
    pub(super) custom_data: Option<usize>,
}

impl Columns {
    pub(super) fn find(header: &[String], mapping: &ColumnMapping, names: Names) -> Result<Self, LeadsError> {
        let simple: Vec<String> = header.iter().map(|name| simplify(name)).collect();
        let guess =
            |known: &[&str]| known.iter().find_map(|wanted| simple.iter().position(|name| name == wanted));
        let told = |wanted: &Option<String>| match wanted {
            Some(wanted) => told_column(header, &simple, wanted).map(Some),
            None => Ok(None),
        };

        let url = told(&mapping.url)?.or_else(|| guess(URL_HEADERS)).ok_or_else(|| no_url_column(header))?;
        let mut columns = Self { url, custom_data: told(&mapping.custom_data)?, ..Self::default() };
        if names == Names::Unused {
            return Ok(columns);
        }
        columns.name = told(&mapping.name)?;
        columns.first_name = told(&mapping.first_name)?;
        columns.last_name = told(&mapping.last_name)?;
        if !columns.has_name() {
            columns.name = guess(NAME_HEADERS);
            columns.first_name = guess(FIRST_NAME_HEADERS);
            columns.last_name = guess(LAST_NAME_HEADERS);
        }
        if columns.has_name() { Ok(columns) } else { Err(no_name_column(header)) }
    }

    fn has_name(&self) -> bool {
        self.name.or(self.first_name).or(self.last_name).is_some()
    }

    /// The headers in use, for the plan.
    pub(super) fn shown(&self, header: &[String]) -> ColumnMapping {
        let title = |column: Option<usize>| column.and_then(|at| header.get(at)).cloned();
        ColumnMapping {
            name: title(self.name),
            first_name: title(self.first_name),
            last_name: title(self.last_name),
            url: title(Some(self.url)),
            custom_data: title(self.custom_data),
        }
    }
}

/// Letters and digits in lower case: `Person Linkedin Url`, `person_linkedin_url` and `personLinkedinUrl` are one.
fn simplify(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn told_column(header: &[String], simple: &[String], wanted: &str) -> Result<usize, LeadsError> {
    let exact = header.iter().position(|name| name == wanted.trim());
    let simplified = simplify(wanted);
    exact.or_else(|| simple.iter().position(|name| !name.is_empty() && *name == simplified)).ok_or_else(
        || {
            LeadsError::new(
                LeadsErrorKind::UnknownColumn,
                "column",
                format!(
                    "The file has no column {wanted:?}. Its columns: {}. Correct the mapping.",
                    listed(header)
                ),
            )
        },
    )
}

fn no_url_column(header: &[String]) -> LeadsError {
    LeadsError::new(
        LeadsErrorKind::NoUrlColumn,
        "header",
        format!(
            "No column looks like the LinkedIn profile address. The columns: {}. Rename one to url, or name it in the mapping.",
            listed(header)
        ),
    )
}

fn no_name_column(header: &[String]) -> LeadsError {
    LeadsError::new(
        LeadsErrorKind::NoNameColumn,
        "header",
        format!(
            "No column looks like the person's name. The columns: {}. Rename one to name, or name it in the mapping.",
            listed(header)
        ),
    )
}

fn listed(header: &[String]) -> String {
    const SHOWN: usize = 40;
    let mut text =
        header.iter().take(SHOWN).map(|name| super::identity::excerpt(name)).collect::<Vec<_>>().join(", ");
    if header.len() > SHOWN {
        text.push_str(&format!(" and {} more", header.len() - SHOWN));
    }
    text
}
