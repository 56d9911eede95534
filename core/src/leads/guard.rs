//! Stands between the decoder and the CSV parser and keeps what the parser would let pass.
//!
//! It follows the quotes, so that a quoted cell that never ends is an error with the line where it begins and
//! not the rest of the file in one cell; it bounds cells and rows, and so memory; and it makes every line end
//! a single `\n`, the last line included, so that the parser's line numbers are right for all files.

use std::io::Read;

use super::error::{LeadsError, LeadsErrorKind};

const MAX_CELL: usize = 1 << 20;
const MAX_ROW: usize = 16 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// A quote inside a quoted cell: the end of it, or the first of two.
    QuoteInQuoted,
}

pub(super) struct Guard<R> {
    inner: R,
    delimiter: u8,
    state: State,
    line: u64,
    cell_line: u64,
    cell: usize,
    row: usize,
    after_return: bool,
    ends_with_newline: bool,
    finished: bool,
}

impl<R: Read> Guard<R> {
    pub(super) fn new(inner: R, delimiter: u8) -> Self {
        Self {
            inner,
            delimiter,
            state: State::CellStart,
            line: 1,
            cell_line: 1,
            cell: 0,
            row: 0,
            after_return: false,
            ends_with_newline: true,
            finished: false,
        }
    }

    /// Checks the bytes and moves what is kept to the front; the number of bytes kept.
    fn pass(&mut self, bytes: &mut [u8]) -> Result<usize, LeadsError> {
        let mut kept = 0;
        for at in 0..bytes.len() {
            let byte = match bytes[at] {
                b'\n' if self.after_return => {
                    self.after_return = false;
                    continue;
                }
                b'\r' => {
                    self.after_return = true;
                    b'\n'
                }
                byte => {
                    self.after_return = false;
                    byte
                }
            };
            bytes[kept] = byte;
            kept += 1;
            self.step(byte)?;
        }
        if kept > 0 {
            self.ends_with_newline = bytes[kept - 1] == b'\n';
        }
        Ok(kept)
    }

    fn step(&mut self, byte: u8) -> Result<(), LeadsError> {
        self.line += u64::from(byte == b'\n');
        if self.state == State::Quoted {
            if byte == b'"' {
                self.state = State::QuoteInQuoted;
            }
            return self.grow();
        }
        if byte == b'\n' {
            self.row = 0;
            self.begin_cell();
            return Ok(());
        }
        if byte == self.delimiter {
            self.begin_cell();
            return self.grow();
        }
        self.state = match (self.state, byte) {
            (State::CellStart | State::QuoteInQuoted, b'"') => State::Quoted,
            _ => State::Plain,
        };
        self.grow()
    }

    fn begin_cell(&mut self) {
        self.state = State::CellStart;
        self.cell = 0;
        self.cell_line = self.line;
    }

    fn grow(&mut self) -> Result<(), LeadsError> {
        self.cell += 1;
        self.row += 1;
        if self.cell <= MAX_CELL && self.row <= MAX_ROW {
            return Ok(());
        }
        let rule = if self.state == State::Quoted {
            "A quoted cell that begins here is larger than 1 MiB. Look for a quotation mark that is never closed."
        } else {
            "A cell is larger than 1 MiB, or a row larger than 16 MiB. Check that this is a list of leads with one per line."
        };
        Err(LeadsError::line(LeadsErrorKind::TooLarge, self.cell_line, rule))
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if buffer.is_empty() || self.finished {
            return Ok(0);
        }
        loop {
            let read = self.inner.read(buffer)?;
            if read == 0 {
                break;
            }
            // A chunk that was only the second half of a line end leaves nothing: that is not the end.
            let kept = self.pass(&mut buffer[..read])?;
            if kept > 0 {
                return Ok(kept);
            }
        }
        self.finished = true;
        if self.state == State::Quoted {
            return Err(LeadsError::line(
                LeadsErrorKind::UnclosedQuote,
                self.cell_line,
                "A quotation mark opens a cell here and is never closed. The file may be cut off: export it again, or close the quote.",
            )
            .into());
        }
        if self.ends_with_newline {
            return Ok(0);
        }
        buffer[0] = b'\n';
        Ok(1)
    }
}
