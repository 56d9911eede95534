//! Why an address is not taken as a person's profile.
//!
//! Each reason has a stable code, the same in every language, and one sentence that says what to do.
//! Codes are only ever added: reports, journals and tests of other programs compare them.

use std::fmt;

use serde::{Serialize, Serializer};

/// The reason why a text is refused as the address of a person's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum UrlRefusal {
    /// Nothing is left after white space and quotes are taken off.
    Empty,
    /// More than 4,096 bytes of address or 200 characters of profile name.
    TooLong,
    /// The host is not linkedin.com, or there is no address at all.
    NotLinkedin,
    /// A company or showcase page.
    CompanyPage,
    /// A school page.
    SchoolPage,
    /// A job posting.
    JobPage,
    /// A Sales Navigator link, whose id says nothing about the public profile.
    SalesNavigator,
    /// A Recruiter link, whose id says nothing about the public profile.
    Recruiter,
    /// A group.
    GroupPage,
    /// A post, an article or the feed.
    PostPage,
    /// The `/pub/` form that was given up in 2014.
    LegacyPub,
    /// Some other address on linkedin.com.
    NotProfile,
    /// `.` or `..` as a part of the path.
    DotSegment,
    /// `/in/` with nothing behind it.
    EmptySlug,
    /// A percent sign that does not begin an escape.
    InvalidEscape,
    /// Escapes that are not UTF-8, or text that an earlier program damaged.
    InvalidUtf8,
    /// A control character or an invisible mark inside the address.
    ControlCharacter,
    /// White space inside the address.
    Whitespace,
    /// A character that no profile name can have.
    InvalidCharacter,
    /// The path goes on after the profile name with something unknown.
    ExtraPath,
}

impl UrlRefusal {
    /// All reasons, in the order of declaration.
    pub const ALL: &'static [Self] = &[
        Self::Empty,
        Self::TooLong,
        Self::NotLinkedin,
        Self::CompanyPage,
        Self::SchoolPage,
        Self::JobPage,
        Self::SalesNavigator,
        Self::Recruiter,
        Self::GroupPage,
        Self::PostPage,
        Self::LegacyPub,
        Self::NotProfile,
        Self::DotSegment,
        Self::EmptySlug,
        Self::InvalidEscape,
        Self::InvalidUtf8,
        Self::ControlCharacter,
        Self::Whitespace,
        Self::InvalidCharacter,
        Self::ExtraPath,
    ];

    /// The stable code, in snake case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty_url",
            Self::TooLong => "too_long",
            Self::NotLinkedin => "not_linkedin",
            Self::CompanyPage => "company_page",
            Self::SchoolPage => "school_page",
            Self::JobPage => "job_page",
            Self::SalesNavigator => "sales_navigator",
            Self::Recruiter => "recruiter",
            Self::GroupPage => "group_page",
            Self::PostPage => "post_page",
            Self::LegacyPub => "legacy_pub",
            Self::NotProfile => "not_profile",
            Self::DotSegment => "dot_segment",
            Self::EmptySlug => "empty_slug",
            Self::InvalidEscape => "invalid_escape",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::ControlCharacter => "control_character",
            Self::Whitespace => "whitespace",
            Self::InvalidCharacter => "invalid_character",
            Self::ExtraPath => "extra_path",
        }
    }

    /// One sentence: what is wrong and what to put there instead.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Empty => {
                "There is no address: give the profile's address, like https://linkedin.com/in/name."
            }
            Self::TooLong => {
                "The address is too long for a profile (at most 4,096 bytes, and 200 characters after /in/): copy it from the profile again."
            }
            Self::NotLinkedin => {
                "This is not an address on linkedin.com: give the profile's address, like https://linkedin.com/in/name."
            }
            Self::CompanyPage => {
                "This is a company page, not a person: give the address of a person's profile."
            }
            Self::SchoolPage => {
                "This is a school page, not a person: give the address of a person's profile."
            }
            Self::JobPage => "This is a job posting, not a person: give the address of a person's profile.",
            Self::SalesNavigator => {
                "This is a Sales Navigator link, which does not contain the public profile: export the public profile address instead."
            }
            Self::Recruiter => {
                "This is a Recruiter link, which does not contain the public profile: export the public profile address instead."
            }
            Self::GroupPage => "This is a group, not a person: give the address of a person's profile.",
            Self::PostPage => {
                "This is a post or article, not a person: give the address of its author's profile."
            }
            Self::LegacyPub => {
                "This is a profile address of the old /pub/ kind: open it in a browser and copy the /in/ address it leads to."
            }
            Self::NotProfile => {
                "This LinkedIn address is not a person's profile: a profile address has the form https://linkedin.com/in/name."
            }
            Self::DotSegment => "The address contains a . or .. step: give the address without it.",
            Self::EmptySlug => {
                "Nothing follows /in/: give the whole address, like https://linkedin.com/in/name."
            }
            Self::InvalidEscape => {
                "The address contains a percent sign that is not part of an escape like %C3%A9: copy the address from the profile again."
            }
            Self::InvalidUtf8 => {
                "The address contains characters that were damaged by a wrong encoding: copy the address from the profile again."
            }
            Self::ControlCharacter => {
                "The address contains a control character or an invisible mark: copy the address from the profile again."
            }
            Self::Whitespace => "The address contains white space: give exactly one address, without blanks.",
            Self::InvalidCharacter => {
                "The address contains a character that no profile address has, such as a comma or a bracket: give exactly one address."
            }
            Self::ExtraPath => {
                "The address goes on after the profile name: give the address that ends with the name."
            }
        }
    }
}

impl fmt::Display for UrlRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl Serialize for UrlRefusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
