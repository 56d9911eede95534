//! The name behind `/in/`: decoding, normal form, and what it may contain.
//!
//! Order: percent-decode, lower case, composed form (NFC), then the checks. The checks come last
//! because normalisation can make a forbidden character out of a harmless one.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::refusal::UrlRefusal;

/// Characters of a profile name, after decoding. LinkedIn allows 100; names given by other means are longer.
const MAX_CHARACTERS: usize = 200;

/// Exports escape escapes: `%25C3%25A9` is `é` all the same, because no profile name has a percent sign.
const MAX_ESCAPE_LEVELS: usize = 3;

/// What RFC 3986 calls unreserved stays readable, the rest is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Decodes the percent escapes of one part of a path, through all levels.
pub(super) fn decode(raw: &str) -> Result<Cow<'_, str>, UrlRefusal> {
    let mut text = Cow::Borrowed(raw);
    for _ in 0..MAX_ESCAPE_LEVELS {
        if !text.contains('%') {
            return Ok(text);
        }
        text = Cow::Owned(decode_once(&text)?);
    }
    if text.contains('%') { Err(UrlRefusal::InvalidEscape) } else { Ok(text) }
}

fn decode_once(text: &str) -> Result<String, UrlRefusal> {
    let bytes = text.as_bytes();
    let escapes_are_whole = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%').all(|(at, _)| {
        bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if !escapes_are_whole {
        return Err(UrlRefusal::InvalidEscape);
    }
    percent_decode_str(text).decode_utf8().map(Cow::into_owned).map_err(|_| UrlRefusal::InvalidUtf8)
}

/// The normal form of a decoded name.
pub(super) fn normalise(decoded: &str) -> String {
    if decoded.is_ascii() {
        return decoded.to_ascii_lowercase();
    }
    let lower = decoded.to_lowercase();
    if is_nfc(&lower) { lower } else { lower.nfc().collect() }
}

/// Refuses what cannot be a profile name.
pub(super) fn check(name: &str) -> Result<(), UrlRefusal> {
    if name.is_empty() {
        return Err(UrlRefusal::EmptySlug);
    }
    if name == "." || name == ".." {
        return Err(UrlRefusal::DotSegment);
    }
    if name.len() > MAX_CHARACTERS && name.chars().count() > MAX_CHARACTERS {
        return Err(UrlRefusal::TooLong);
    }
    name.chars().try_for_each(check_character)
}

fn check_character(character: char) -> Result<(), UrlRefusal> {
    match character {
        'a'..='z' | '0'..='9' | '-' => Ok(()),
        '\u{FFFD}' => Err(UrlRefusal::InvalidUtf8),
        '/' | '\\' | '?' | '#' | '%' | '<' | '>' | '"' | '|' | '^' | '`' | '{' | '}' | '[' | ']' | ','
        | ';' => Err(UrlRefusal::InvalidCharacter),
        _ if character.is_whitespace() => Err(UrlRefusal::Whitespace),
        _ if character.is_control() || is_invisible(character) => Err(UrlRefusal::ControlCharacter),
        _ => Ok(()),
    }
}

/// Marks that copying from a right-to-left page or a word processor leaves behind. The two joiners are not
/// among them: Persian names and emoji need them.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00AD}'
            | '\u{061C}'
            | '\u{200B}'
            | '\u{200E}'
            | '\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}'
    )
}

/// Escapes a name for the path of an address.
pub(super) fn escape(name: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(name, ESCAPED)
}
