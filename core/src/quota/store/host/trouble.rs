//! What can go wrong with the file, and what to tell users.

use std::io;
use std::path::Path;

use rusqlite::{Error as SqliteError, ErrorCode};

use crate::quota::store::StoreError;

/// A step that failed. Nothing of it was written.
#[derive(Debug)]
pub(super) enum Trouble {
    Sqlite(SqliteError),
    Io(io::Error),
    /// What stands in the file cannot have been written by this library.
    Damaged,
    /// For users as it is.
    Told(StoreError),
}

impl Trouble {
    /// Whether the file has to be set aside.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Damaged => true,
            Self::Io(_) | Self::Told(_) => false,
            Self::Sqlite(error) => match error {
                SqliteError::SqliteFailure(failure, text) => match failure.code {
                    ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => true,
                    // The one error without a code of its own: a table or column is missing.
                    _ => text.as_deref().is_some_and(|text| text.starts_with("no such")),
                },
                SqliteError::FromSqlConversionFailure(..)
                | SqliteError::IntegralValueOutOfRange(..)
                | SqliteError::InvalidColumnType(..)
                | SqliteError::QueryReturnedNoRows
                | SqliteError::Utf8Error(..)
                | SqliteError::SqlInputError { .. } => true,
                _ => false,
            },
        }
    }

    /// Whether no record can be kept at this place.
    pub(super) fn is_unwritable(&self) -> bool {
        match self {
            Self::Io(error) => {
                !matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
            }
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    ErrorCode::ReadOnly
                        | ErrorCode::CannotOpen
                        | ErrorCode::PermissionDenied
                        | ErrorCode::DiskFull
                        | ErrorCode::SystemIoFailure
                )
            ),
            Self::Damaged | Self::Told(_) => false,
        }
    }

    /// For users, naming the file.
    pub(super) fn told(self, file: &Path) -> StoreError {
        let file = file.display();
        match self {
            Self::Told(error) => error,
            Self::Damaged => StoreError::unreachable(format!(
                "the record of quota and credits is damaged: {file}; nothing was sent"
            )),
            Self::Io(error) => StoreError::unreachable(format!(
                "the record of quota and credits cannot be kept in {file} ({error}): nothing was sent"
            )),
            Self::Sqlite(error) => {
                let what = match error.sqlite_error_code() {
                    Some(ErrorCode::DiskFull) => "the disk is full: make room".to_owned(),
                    Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                        "other processes did not let go of it in time: try again".to_owned()
                    }
                    _ => error.to_string(),
                };
                StoreError::unreachable(format!(
                    "the record of quota and credits in {file} cannot be used, nothing was sent: {what}"
                ))
            }
        }
    }
}

impl From<SqliteError> for Trouble {
    fn from(error: SqliteError) -> Self {
        Self::Sqlite(error)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<rustix::io::Errno> for Trouble {
    fn from(error: rustix::io::Errno) -> Self {
        Self::Io(error.into())
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(_: serde_json::Error) -> Self {
        Self::Damaged
    }
}

/// Whether another process has the file at this moment.
pub(super) fn is_busy(error: &SqliteError) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
