//! What is wrong with a lead file as a whole. Nothing has been sent when one of these comes back.
//!
//! Faults of single rows are no errors: they are counted and listed in the plan.

use std::fmt;

use serde::{Serialize, Serializer};

/// A file of leads that cannot be read.
///
/// Names the field (`file`, `header`, `column`, `line 17`) and the rule that it breaks; both are the same in
/// every language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LeadsError {
    /// What kind of fault it is.
    pub kind: LeadsErrorKind,
    /// Where it is: `file`, `header`, `column`, or `line` and a number.
    pub field: String,
    /// What happened and what to do.
    pub rule: String,
}

impl LeadsError {
    pub(super) fn new(kind: LeadsErrorKind, field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { kind, field: field.into(), rule: rule.into() }
    }

    pub(super) fn file(kind: LeadsErrorKind, rule: impl Into<String>) -> Self {
        Self::new(kind, "file", rule)
    }

    pub(super) fn line(kind: LeadsErrorKind, line: u64, rule: impl Into<String>) -> Self {
        Self::new(kind, format!("line {line}"), rule)
    }
}

impl fmt::Display for LeadsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.rule)
    }
}

impl std::error::Error for LeadsError {}

/// The readers below the CSV parser speak `io::Error`; ours travels inside it.
impl From<LeadsError> for std::io::Error {
    fn from(error: LeadsError) -> Self {
        Self::other(error)
    }
}

impl From<std::io::Error> for LeadsError {
    fn from(error: std::io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(error) => Self::file(
                LeadsErrorKind::Unreadable,
                format!("Reading stopped: {error}. Check the disk and try again."),
            ),
        }
    }
}

impl From<LeadsError> for crate::Error {
    fn from(error: LeadsError) -> Self {
        Self::invalid(error.field, error.rule).with_code(Some(error.kind.code().to_owned()))
    }
}

impl From<super::InvalidProfileUrl> for crate::Error {
    fn from(error: super::InvalidProfileUrl) -> Self {
        Self::invalid("url", error.to_string()).with_code(Some(error.reason.code().to_owned()))
    }
}

/// The kinds of fault a lead file can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LeadsErrorKind {
    /// There is no file at the path.
    NotFound,
    /// The file is there and cannot be read.
    Unreadable,
    /// The file has no line with content.
    Empty,
    /// The first line holds data instead of column names.
    NoHeader,
    /// No column for the profile address.
    NoUrlColumn,
    /// No column for the name.
    NoNameColumn,
    /// The mapping names a column that the header does not have.
    UnknownColumn,
    /// A row has more or fewer cells than the header.
    RaggedRow,
    /// A quoted cell never ends.
    UnclosedQuote,
    /// The content is binary.
    NotText,
    /// The content is text in an encoding that is not supported, or damaged.
    Undecodable,
    /// A cell or a row is larger than any lead can be.
    TooLarge,
}

impl LeadsErrorKind {
    /// The stable code, in snake case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Unreadable => "unreadable",
            Self::Empty => "empty",
            Self::NoHeader => "no_header",
            Self::NoUrlColumn => "no_url_column",
            Self::NoNameColumn => "no_name_column",
            Self::UnknownColumn => "unknown_column",
            Self::RaggedRow => "ragged_row",
            Self::UnclosedQuote => "unclosed_quote",
            Self::NotText => "not_text",
            Self::Undecodable => "undecodable",
            Self::TooLarge => "too_large",
        }
    }
}

impl fmt::Display for LeadsErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for LeadsErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
