//! Where leads come from: a file on disk, or bytes that the caller has.
//!
//! A file is read twice, once to learn its encoding and once to decode it, so that memory stays constant.
//! What cannot be rewound, such as a pipe, is read into memory instead.

use std::fs::File;
use std::io::{Cursor, ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};

use super::error::{LeadsError, LeadsErrorKind};

/// A file of leads, or its bytes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LeadSource {
    /// A file on disk.
    Path(PathBuf),
    /// The content of a file.
    Bytes(Vec<u8>),
}

impl From<PathBuf> for LeadSource {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

impl From<&Path> for LeadSource {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

impl From<&str> for LeadSource {
    /// A path, not the content.
    fn from(path: &str) -> Self {
        Self::Path(PathBuf::from(path))
    }
}

impl From<String> for LeadSource {
    /// A path, not the content.
    fn from(path: String) -> Self {
        Self::Path(PathBuf::from(path))
    }
}

impl From<Vec<u8>> for LeadSource {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for LeadSource {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

pub(super) trait ReadTwice: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadTwice for T {}

impl LeadSource {
    pub(super) fn open(self) -> Result<Box<dyn ReadTwice>, LeadsError> {
        match self {
            Self::Bytes(bytes) => Ok(Box::new(Cursor::new(bytes))),
            Self::Path(path) => open_file(&path),
        }
    }
}

fn open_file(path: &Path) -> Result<Box<dyn ReadTwice>, LeadsError> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        LeadsError::file(
            LeadsErrorKind::Unreadable,
            format!(
                "{shown} cannot be read: {error}. Check its permissions, and that no other program holds it."
            ),
        )
    };
    let mut file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            LeadsError::file(LeadsErrorKind::NotFound, format!("{shown} does not exist. Check the path."))
        }
        _ => unreadable(error),
    })?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(LeadsError::file(
            LeadsErrorKind::Unreadable,
            format!("{shown} is a folder. Give the path of a file in it."),
        ));
    }
    if metadata.is_file() {
        return Ok(Box::new(file));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(Box::new(Cursor::new(bytes)))
}
