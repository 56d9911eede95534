//! Who a row is about: the name in `/in/<name>`, in one normal form.
//!
//! Two addresses of one person give equal identities, whatever scheme, country host, case, escapes, query,
//! locale suffix or trailing slash they were exported with. Parsing the canonical address again gives the
//! same identity. `slug.rs` owns the name itself, `refusal.rs` the reasons for saying no.

use std::fmt;

use serde::Serialize;

use super::refusal::UrlRefusal;
use super::slug;

/// Bytes of a whole address; a name of 200 characters needs up to 2,400 of them.
const MAX_URL_BYTES: usize = 4096;

/// The canonical host has no `www.`: this is the form in which the Do Not Contact list stores people.
const CANONICAL_PREFIX: &str = "https://linkedin.com/in/";

/// Member ids begin with one of these; upper and lower case matter in them.
const MEMBER_PREFIXES: [&str; 2] = ["ACoAA", "ACwAA"];

/// One person on LinkedIn.
///
/// A slug and a member id of the same person are different identities: nothing but LinkedIn can tell that
/// they belong together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "camelCase")]
pub enum Identity {
    /// The public name in the address: lower case, decoded, composed (NFC).
    Slug(String),
    /// A member id (`ACoAA…`, `ACwAA…`) that stands in the place of the name; kept as it is.
    Member(String),
}

impl Identity {
    /// Reads a profile address in any spelling that exports use.
    ///
    /// Also taken: `linkedin.com/in/name`, `in/name`, white space, quotes or angle brackets around the address,
    /// and pages below a profile such as `/in/name/details/experience`.
    pub fn parse(url: &str) -> Result<Self, InvalidProfileUrl> {
        identify(url).map_err(|reason| InvalidProfileUrl { reason, url: excerpt(url) })
    }

    /// Which of the two classes it is, as every language names it: `slug` or `member`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Slug(_) => "slug",
            Self::Member(_) => "member",
        }
    }

    /// The public name, or nothing for a member id.
    pub fn slug(&self) -> Option<&str> {
        match self {
            Self::Slug(name) => Some(name),
            Self::Member(_) => None,
        }
    }

    /// The name or the member id, whichever this is.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Slug(value) | Self::Member(value) => value,
        }
    }

    /// The canonical address: `https://linkedin.com/in/` and the percent-encoded name.
    pub fn url(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{CANONICAL_PREFIX}{}", slug::escape(self.as_str()))
    }
}

impl std::str::FromStr for Identity {
    type Err = InvalidProfileUrl;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        Self::parse(url)
    }
}

/// A text that is not the address of a person's profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InvalidProfileUrl {
    /// Why it is refused.
    pub reason: UrlRefusal,
    /// The text as given, at most 200 characters of it.
    pub url: String,
}

impl fmt::Display for InvalidProfileUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.url, self.reason)
    }
}

impl std::error::Error for InvalidProfileUrl {}

/// The beginning of a text, for messages.
pub(super) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn identify(input: &str) -> Result<Identity, UrlRefusal> {
    let text = unwrap_text(input);
    if text.is_empty() {
        return Err(UrlRefusal::Empty);
    }
    if text.len() > MAX_URL_BYTES {
        return Err(UrlRefusal::TooLong);
    }
    let after_host = strip_host(text)?;
    check_raw(after_host)?;
    let end = after_host.find(['?', '#']).unwrap_or(after_host.len());
    let path = after_host[..end].trim_start_matches('/');
    if path.split('/').any(is_dot_segment) {
        return Err(UrlRefusal::DotSegment);
    }

    let mut segments = path.split('/');
    match segments.next().map(page_kind) {
        Some(PageKind::Profile) => {}
        Some(PageKind::Refused(reason)) => return Err(reason),
        Some(PageKind::Unknown) | None => return Err(UrlRefusal::NotProfile),
    }
    let raw = segments.next().filter(|raw| !raw.is_empty()).ok_or(UrlRefusal::EmptySlug)?;
    let name = slug::decode(raw)?;
    check_suffix(segments)?;
    if is_member_id(&name) {
        slug::check(&name)?;
        return Ok(Identity::Member(name.into_owned()));
    }
    let name = slug::normalise(&name);
    slug::check(&name)?;
    Ok(Identity::Slug(name))
}

/// Takes off what surrounds an address in a cell: white space, invisible marks, quotes, angle brackets.
fn unwrap_text(input: &str) -> &str {
    const PAIRS: [(char, char); 6] =
        [('<', '>'), ('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’'), ('«', '»')];
    let mut text = input;
    loop {
        text = text.trim_matches(|c: char| c.is_whitespace() || slug::is_invisible(c));
        let inner = PAIRS
            .iter()
            .find_map(|(open, close)| text.strip_prefix(*open).and_then(|rest| rest.strip_suffix(*close)));
        match inner {
            Some(inner) => text = inner,
            None => return text,
        }
    }
}

/// What follows the host: the path, beginning with a slash or with its first segment.
fn strip_host(text: &str) -> Result<&str, UrlRefusal> {
    let rest = match text.split_once("://") {
        // Only a `://` at the front is a scheme; one in the query belongs to something else.
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#', '.']) => {
            if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
                return Err(UrlRefusal::NotLinkedin);
            }
            rest
        }
        _ => match text.strip_prefix("//") {
            Some(rest) => rest,
            None if is_bare_path(text) => return Ok(text),
            None => text,
        },
    };
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (host, after_host) = rest.split_at(end);
    check_host(host)?;
    Ok(after_host)
}

/// `in/name` and `/in/name`, and in the same way `company/name`, so that the reason fits.
fn is_bare_path(text: &str) -> bool {
    let path = text.strip_prefix('/').unwrap_or(text);
    match path.split_once('/') {
        Some((first, _)) => !matches!(page_kind(first), PageKind::Unknown),
        None => false,
    }
}

/// linkedin.com itself and the hosts that show the same profiles: `www`, `m`, and one per country.
fn check_host(host: &str) -> Result<(), UrlRefusal> {
    const DOMAIN: &str = "linkedin.com";
    let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host);
    let host = host.strip_suffix('.').unwrap_or(host);
    if !host.is_ascii() || host.len() < DOMAIN.len() {
        return Err(UrlRefusal::NotLinkedin);
    }
    let (front, domain) = host.split_at(host.len() - DOMAIN.len());
    if !domain.eq_ignore_ascii_case(DOMAIN) {
        return Err(UrlRefusal::NotLinkedin);
    }
    if front.is_empty() {
        return Ok(());
    }
    // Without the dot it is a look-alike such as notlinkedin.com; with an `@` the front is a login.
    let Some(label) = front.strip_suffix('.').filter(|label| !label.contains('@')) else {
        return Err(UrlRefusal::NotLinkedin);
    };
    let known = ["www", "m", "mobile", "touch"].iter().any(|name| label.eq_ignore_ascii_case(name));
    let label = match label.get(..4) {
        Some(www) if www.eq_ignore_ascii_case("www.") => &label[4..],
        _ => label,
    };
    let country = label.len() == 2 && label.bytes().all(|byte| byte.is_ascii_alphabetic());
    if known || country { Ok(()) } else { Err(UrlRefusal::NotProfile) }
}

fn check_raw(text: &str) -> Result<(), UrlRefusal> {
    if text.chars().any(char::is_whitespace) {
        Err(UrlRefusal::Whitespace)
    } else if text.chars().any(char::is_control) {
        Err(UrlRefusal::ControlCharacter)
    } else {
        Ok(())
    }
}

fn is_dot_segment(segment: &str) -> bool {
    let dots = |mut rest: &str| {
        let mut count = 0;
        while let Some(next) = ["%2e", "%2E", "."].iter().find_map(|dot| rest.strip_prefix(*dot)) {
            count += 1;
            rest = next;
        }
        rest.is_empty().then_some(count)
    };
    matches!(dots(segment), Some(1 | 2))
}

enum PageKind {
    Profile,
    Refused(UrlRefusal),
    Unknown,
}

/// What the first part of the path leads to.
fn page_kind(segment: &str) -> PageKind {
    let Ok(decoded) = slug::decode(segment) else {
        return PageKind::Unknown;
    };
    if decoded.eq_ignore_ascii_case("in") {
        return PageKind::Profile;
    }
    match decoded.to_ascii_lowercase().as_str() {
        "company" | "companies" | "showcase" | "organization" => PageKind::Refused(UrlRefusal::CompanyPage),
        "school" | "edu" => PageKind::Refused(UrlRefusal::SchoolPage),
        "job" | "jobs" => PageKind::Refused(UrlRefusal::JobPage),
        "sales" => PageKind::Refused(UrlRefusal::SalesNavigator),
        "talent" | "recruiter" | "hire" => PageKind::Refused(UrlRefusal::Recruiter),
        "group" | "groups" => PageKind::Refused(UrlRefusal::GroupPage),
        "post" | "posts" | "feed" | "pulse" => PageKind::Refused(UrlRefusal::PostPage),
        "pub" => PageKind::Refused(UrlRefusal::LegacyPub),
        _ => PageKind::Unknown,
    }
}

/// Behind the name may stand a locale and a page of the same profile, nothing else.
fn check_suffix<'a>(segments: impl Iterator<Item = &'a str>) -> Result<(), UrlRefusal> {
    const PAGES: [&str; 6] = ["details", "detail", "overlay", "recent-activity", "edit", "opportunities"];
    let mut segments = segments.filter(|segment| !segment.is_empty()).peekable();
    segments.next_if(|segment| is_locale(segment));
    match segments.next() {
        None => Ok(()),
        Some(page) if PAGES.iter().any(|known| page.eq_ignore_ascii_case(known)) => Ok(()),
        Some(_) => Err(UrlRefusal::ExtraPath),
    }
}

/// `fr`, `en-us`, `pt_BR`, `zh-hans-cn`.
fn is_locale(segment: &str) -> bool {
    let mut subtags = segment.split(['-', '_']);
    let alphabetic = |tag: &str| tag.bytes().all(|byte| byte.is_ascii_alphabetic());
    subtags.next().is_some_and(|language| language.len() == 2 && alphabetic(language))
        && subtags.clone().count() <= 2
        && subtags.all(|tag| (2..=4).contains(&tag.len()) && alphabetic(tag))
}

fn is_member_id(name: &str) -> bool {
    MEMBER_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
