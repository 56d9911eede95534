//! Which character separates the cells: the one that the header line has most of, outside quotes.

use serde::Serialize;

/// The character between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`, what Excel writes in much of Europe.
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Pipe,
}

impl Delimiter {
    /// In the order of preference when two are equally frequent.
    const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }

    /// Tells the delimiter from the beginning of a file. A file with one column has none: a comma then.
    pub(super) fn sniff(sample: &[u8]) -> Self {
        let mut best = Self::Comma;
        let mut best_count = 0;
        let header = header_line(sample);
        if let Some(declared) = declared(header) {
            return declared;
        }
        for candidate in Self::ALL {
            let count = count_outside_quotes(header, candidate.byte());
            if count > best_count {
                (best, best_count) = (candidate, count);
            }
        }
        best
    }
}

/// Excel's own note on the first line, `sep=;`.
fn declared(line: &[u8]) -> Option<Delimiter> {
    let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', byte] = line else {
        return None;
    };
    Delimiter::ALL.into_iter().find(|delimiter| delimiter.byte() == *byte)
}

/// The first line with content; a line end inside quotes does not end it.
fn header_line(sample: &[u8]) -> &[u8] {
    let is_line_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let start = sample.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(sample.len());
    let rest = &sample[start..];
    let mut quoted = false;
    let end = rest.iter().position(|byte| {
        quoted ^= *byte == b'"';
        !quoted && is_line_end(byte)
    });
    &rest[..end.unwrap_or(rest.len())]
}

fn count_outside_quotes(line: &[u8], wanted: u8) -> usize {
    let mut quoted = false;
    line.iter()
        .filter(|byte| {
            quoted ^= **byte == b'"';
            !quoted && **byte == wanted
        })
        .count()
}
