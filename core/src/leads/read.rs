//! A lead file as a header and a stream of rows.
//!
//! Order: open, decode, find the delimiter, guard, parse. Lines with only empty cells are no rows. A row
//! whose cells do not fit the header stops the reading: with a cell too many or too few nobody can tell
//! which cell is whose.

use std::io::{Chain, Cursor, Read};

use csv::StringRecord;

use super::decode::{self, Encoding};
use super::delimiter::Delimiter;
use super::error::{LeadsError, LeadsErrorKind};
use super::guard::Guard;
use super::identity::Identity;
use super::source::LeadSource;

/// Enough to hold any header.
const SAMPLE: u64 = 64 * 1024;

type Input = Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

pub(super) struct Table {
    records: csv::Reader<Guard<Input>>,
    record: StringRecord,
    pub(super) header: Vec<String>,
    pub(super) encoding: Encoding,
    pub(super) delimiter: Delimiter,
}

/// One row, with cells trimmed.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// The line on which the row begins; the first line of the file is 1.
    pub(super) line: u64,
    cells: &'a StringRecord,
}

impl<'a> Row<'a> {
    pub(super) fn cell(&self, column: usize) -> &'a str {
        self.cells.get(column).unwrap_or_default().trim()
    }
}

impl Table {
    pub(super) fn open(source: LeadSource) -> Result<Self, LeadsError> {
        let (encoding, mut decoded) = decode::decode(source.open()?)?;
        let mut sample = Vec::new();
        decoded.by_ref().take(SAMPLE).read_to_end(&mut sample)?;
        let delimiter = Delimiter::sniff(&sample);
        let guard = Guard::new(Cursor::new(sample).chain(decoded), delimiter.byte());
        let records = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter.byte())
            .buffer_capacity(SAMPLE as usize)
            .from_reader(guard);
        let mut table =
            Self { records, record: StringRecord::new(), header: Vec::new(), encoding, delimiter };
        table.header = table.find_header()?;
        Ok(table)
    }

    /// The next row with content.
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>, LeadsError> {
        loop {
            if !self.advance()? {
                return Ok(None);
            }
            if self.record.iter().any(|cell| !cell.trim().is_empty()) {
                break;
            }
        }
        let line = self.line();
        self.check_width(line)?;
        Ok(Some(Row { line, cells: &self.record }))
    }

    fn advance(&mut self) -> Result<bool, LeadsError> {
        self.records.read_record(&mut self.record).map_err(|error| {
            let line = self.records.position().line();
            match error.into_kind() {
                csv::ErrorKind::Io(error) => error.into(),
                _ => LeadsError::line(
                    LeadsErrorKind::Undecodable,
                    line,
                    "This line is not UTF-8. The file changed while it was read: try again.",
                ),
            }
        })
    }

    /// The parser stands behind the row's line end; the line ends inside its cells come off.
    fn line(&self) -> u64 {
        let inside = self.record.as_slice().bytes().filter(|byte| *byte == b'\n').count() as u64;
        self.records.position().line().saturating_sub(1 + inside)
    }

    fn find_header(&mut self) -> Result<Vec<String>, LeadsError> {
        let mut in_notes = false;
        while self.advance()? {
            let mut filled = self.record.iter().map(str::trim).filter(|cell| !cell.is_empty());
            let Some(first) = filled.next() else {
                continue;
            };
            let single = filled.next().is_none();
            // LinkedIn puts a note above the header of its own exports, Excel the delimiter.
            in_notes |= first == "Notes:" && single;
            let excel = self.line() == 1 && first.to_ascii_lowercase().starts_with("sep=");
            if excel || (in_notes && single) {
                continue;
            }
            return self.read_header();
        }
        Err(LeadsError::file(
            LeadsErrorKind::Empty,
            "The file has no line with content. Export the leads again, with a header line.",
        ))
    }

    fn read_header(&self) -> Result<Vec<String>, LeadsError> {
        let mut header: Vec<String> = self.record.iter().map(|cell| cell.trim().to_owned()).collect();
        while header.last().is_some_and(String::is_empty) {
            header.pop();
        }
        if let Some(cell) = header.iter().find(|cell| is_data(cell)) {
            return Err(LeadsError::new(
                LeadsErrorKind::NoHeader,
                "header",
                format!(
                    "The first line holds data ({:?}) and no column names. Add a header line such as name,url.",
                    super::identity::excerpt(cell)
                ),
            ));
        }
        Ok(header)
    }

    fn check_width(&self, line: u64) -> Result<(), LeadsError> {
        let expected = self.header.len();
        let mut found = self.record.len();
        // Empty cells behind the last column are what spreadsheets leave behind.
        while found > expected && self.record.get(found - 1).is_some_and(|cell| cell.trim().is_empty()) {
            found -= 1;
        }
        if found == expected {
            return Ok(());
        }
        Err(LeadsError::line(
            LeadsErrorKind::RaggedRow,
            line,
            format!(
                "The header has {expected} cells, this row {found}. Correct the row: a cell that contains the delimiter needs quotes around it."
            ),
        ))
    }
}

/// Whether a cell of the first line can only be data: an address, a mail address or a number.
fn is_data(cell: &str) -> bool {
    let is_number = cell.bytes().any(|byte| byte.is_ascii_digit())
        && cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-' | b'+' | b' '));
    let is_mail = cell.split_once('@').is_some_and(|(_, domain)| domain.contains('.'));
    is_number || is_mail || cell.contains("://") || Identity::parse(cell).is_ok()
}
