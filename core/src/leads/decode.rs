//! From bytes to UTF-8: tells the encoding of a whole file, then decodes it as a stream.
//!
//! A byte order mark decides. Without one the file is UTF-8 when all of it is; else Windows-1252, if it looks
//! like a western text. Binary content and other encodings are refused: a name decoded wrongly would be sent.

use std::io::{Read, Seek, SeekFrom};

use encoding_rs::{DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::Serialize;

use super::error::{LeadsError, LeadsErrorKind};
use super::source::ReadTwice;

const CHUNK: usize = 64 * 1024;
const UTF8_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// The encoding of a lead file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8 without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-8 with a byte order mark.
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
    /// UTF-16, low byte first, with a byte order mark.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, high byte first, with a byte order mark.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// The western code page of Windows.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    fn mark_length(self) -> u64 {
        match self {
            Self::Utf8Bom => 3,
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf8 | Self::Windows1252 => 0,
        }
    }
}

/// Tells the encoding, and gives the content as UTF-8 without its mark.
pub(super) fn decode(mut input: Box<dyn ReadTwice>) -> Result<(Encoding, Box<dyn Read + Send>), LeadsError> {
    let encoding = detect(&mut input)?;
    input.seek(SeekFrom::Start(encoding.mark_length()))?;
    let decoder = match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => return Ok((encoding, Box::new(input))),
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
        Encoding::Windows1252 => WINDOWS_1252,
    };
    let transcoder = Transcoder {
        input,
        decoder: decoder.new_decoder_without_bom_handling(),
        source: vec![0; CHUNK],
        source_range: 0..0,
        source_ended: false,
        // Three bytes for each unit of UTF-16.
        output: vec![0; CHUNK * 2],
        output_range: 0..0,
        finished: false,
        line: 1,
    };
    Ok((encoding, Box::new(transcoder)))
}

fn detect(input: &mut impl Read) -> Result<Encoding, LeadsError> {
    let mut chunk = vec![0; CHUNK];
    let mut length = fill(input, &mut chunk)?;
    match &chunk[..length] {
        [] => {
            return Err(LeadsError::file(
                LeadsErrorKind::Empty,
                "The file is empty. Export the leads again, with a header line.",
            ));
        }
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
            return Err(undecodable("The file is UTF-32. Save it as CSV UTF-8."));
        }
        [0xFF, 0xFE, ..] => return Ok(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => return Ok(Encoding::Utf16Be),
        [b'P', b'K', 3, 4, ..] => {
            return Err(not_text(
                "The file is a ZIP archive or an Excel workbook. Save the sheet as CSV UTF-8.",
            ));
        }
        _ => {}
    }
    let marked = chunk[..length].starts_with(UTF8_MARK);
    let mut census = Census::default();
    while length > 0 {
        census.add(&chunk[..length])?;
        length = fill(input, &mut chunk)?;
    }
    census.conclude(marked)
}

fn fill(input: &mut impl Read, buffer: &mut [u8]) -> Result<usize, LeadsError> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(filled)
}

fn not_text(rule: &str) -> LeadsError {
    LeadsError::file(LeadsErrorKind::NotText, rule)
}

fn undecodable(rule: &str) -> LeadsError {
    LeadsError::file(LeadsErrorKind::Undecodable, rule)
}

/// What the bytes of a file without a UTF-16 mark are like.
#[derive(Default)]
struct Census {
    bytes: usize,
    lines: usize,
    controls: usize,
    /// The beginning of a character that goes on in the next chunk.
    unfinished: Vec<u8>,
    well_formed: usize,
    malformed: usize,
    first_malformed_line: usize,
    high: usize,
    /// Bytes above 0x7F right after another: rare in western text, the rule in Cyrillic, Greek and Asian text.
    high_pairs: usize,
    /// Bytes that Windows-1252 does not define.
    undefined: usize,
    last_was_high: bool,
}

impl Census {
    fn add(&mut self, chunk: &[u8]) -> Result<(), LeadsError> {
        if chunk.contains(&0) {
            return Err(not_text(
                "The file is not text: it contains NUL bytes. Save it as CSV UTF-8 (UTF-16 is read when it begins with a byte order mark).",
            ));
        }
        self.bytes += chunk.len();
        self.controls += chunk.iter().filter(|byte| **byte < 0x20 && !(9..=13).contains(*byte)).count();
        self.add_utf8(chunk);
        // While all is UTF-8 the question does not arise, and most files are all UTF-8.
        if self.malformed > 0 {
            self.add_western(chunk);
        }
        Ok(())
    }

    fn add_utf8(&mut self, chunk: &[u8]) {
        let joined;
        let mut rest = chunk;
        if !self.unfinished.is_empty() {
            self.unfinished.extend_from_slice(chunk);
            joined = std::mem::take(&mut self.unfinished);
            rest = &joined;
        }
        loop {
            let error = match std::str::from_utf8(rest) {
                Ok(_) => return self.add_well_formed(rest),
                Err(error) => error,
            };
            let (good, bad) = rest.split_at(error.valid_up_to());
            self.add_well_formed(good);
            match error.error_len() {
                None => {
                    self.unfinished = bad.to_vec();
                    return;
                }
                Some(length) => {
                    self.add_malformed();
                    rest = &bad[length..];
                }
            }
        }
    }

    fn add_well_formed(&mut self, text: &[u8]) {
        self.lines += text.iter().filter(|byte| **byte == b'\n').count();
        self.well_formed += text.iter().filter(|byte| **byte >= 0xC0).count();
    }

    fn add_malformed(&mut self) {
        if self.malformed == 0 {
            self.first_malformed_line = self.lines + 1;
        }
        self.malformed += 1;
    }

    fn add_western(&mut self, chunk: &[u8]) {
        if chunk.is_ascii() {
            self.last_was_high = false;
            return;
        }
        for byte in chunk {
            let high = *byte >= 0x80;
            self.high += usize::from(high);
            self.high_pairs += usize::from(high && self.last_was_high);
            self.undefined += usize::from(matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D));
            self.last_was_high = high;
        }
    }

    fn conclude(mut self, marked: bool) -> Result<Encoding, LeadsError> {
        if !self.unfinished.is_empty() {
            let cut = std::mem::take(&mut self.unfinished);
            self.add_malformed();
            self.add_western(&cut);
        }
        // One in a hundred: a stray control character in a note is no reason to refuse a file.
        if self.controls * 100 > self.bytes {
            return Err(not_text(
                "The file is not text: it is full of control characters. Export the leads as CSV UTF-8.",
            ));
        }
        if self.malformed == 0 {
            return Ok(if marked { Encoding::Utf8Bom } else { Encoding::Utf8 });
        }
        if marked || self.well_formed > self.malformed {
            return Err(LeadsError::line(
                LeadsErrorKind::Undecodable,
                self.first_malformed_line as u64,
                "The file is UTF-8, but this line contains bytes that are not. Export it again, or correct the line.",
            ));
        }
        if self.undefined > 0 || self.high_pairs * 2 > self.high {
            return Err(undecodable(
                "The file is neither UTF-8 nor western Windows text, and guessing would damage names. Save it as CSV UTF-8.",
            ));
        }
        Ok(Encoding::Windows1252)
    }
}

/// Decodes a stream; a sequence that does not decode is an error with its line, never a replacement character.
struct Transcoder<R> {
    input: R,
    decoder: encoding_rs::Decoder,
    source: Vec<u8>,
    source_range: std::ops::Range<usize>,
    source_ended: bool,
    output: Vec<u8>,
    output_range: std::ops::Range<usize>,
    finished: bool,
    line: u64,
}

impl<R: Read> Transcoder<R> {
    fn refill(&mut self) -> Result<(), LeadsError> {
        if self.source_range.is_empty() && !self.source_ended {
            let read = fill(&mut self.input, &mut self.source)?;
            self.source_range = 0..read;
            self.source_ended = read < self.source.len();
        }
        let (result, consumed, written) = self.decoder.decode_to_utf8_without_replacement(
            &self.source[self.source_range.clone()],
            &mut self.output,
            self.source_ended,
        );
        self.source_range.start += consumed;
        self.output_range = 0..written;
        let text = &self.output[..written];
        self.line += text.iter().filter(|byte| **byte == b'\n').count() as u64;
        if text.contains(&0) {
            return Err(not_text("The file is not text: it contains NUL characters. Save it as CSV UTF-8."));
        }
        match result {
            DecoderResult::InputEmpty => self.finished = self.source_ended,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                return Err(LeadsError::line(
                    LeadsErrorKind::Undecodable,
                    self.line,
                    "This line does not decode as UTF-16. The file is damaged or cut off: export it again.",
                ));
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.output_range.is_empty() {
            if self.finished {
                return Ok(0);
            }
            self.refill()?;
        }
        let count = buffer.len().min(self.output_range.len());
        let from = self.output_range.start;
        buffer[..count].copy_from_slice(&self.output[from..from + count]);
        self.output_range.start += count;
        Ok(count)
    }
}
