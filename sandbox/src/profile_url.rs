//! Profile addresses as the imitated service understands them: who is meant, whatever the address looks like.
//!
//! Written from the fact file alone and on purpose not shared with the client: where the two disagree about an
//! address, a test has to fail.

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

/// The slug of a full profile address: lower case, percent-decoded, NFC. Scheme, country host, query, fragment,
/// trailing slash and language suffix make no difference.
pub(crate) fn slug(address: &str) -> Option<String> {
    let address = address.trim();
    let address = address.split(['?', '#']).next()?;
    let lower = address.to_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")).unwrap_or(&lower);
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (host, path) = rest.split_once('/')?;
    if !is_linkedin(host) {
        return None;
    }
    slug_of_path(path)
}

/// As [`slug`], and also the short form `in/name` that the Do Not Contact calls take.
pub(crate) fn slug_or_short_form(address: &str) -> Option<String> {
    slug(address).or_else(|| {
        let lower = address.trim().to_lowercase();
        slug_of_path(lower.split(['?', '#']).next()?.trim_start_matches('/'))
    })
}

/// The stored form of an address.
pub(crate) fn address(slug: &str) -> String {
    format!("https://linkedin.com/in/{slug}")
}

/// Whether a host in lower case is the site, under any of its names.
pub(crate) fn is_linkedin(host: &str) -> bool {
    let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host);
    let host = host.strip_suffix('.').unwrap_or(host);
    match host.strip_suffix("linkedin.com") {
        Some("") => true,
        // One label in front: `www`, `m` or a country.
        Some(front) => front.strip_suffix('.').is_some_and(|label| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }),
        None => false,
    }
}

fn slug_of_path(path: &str) -> Option<String> {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    if segments.next()? != "in" {
        return None;
    }
    let name = segments.next()?;
    // A profile in another language carries it as one more segment.
    if let Some(suffix) = segments.next()
        && (!is_language(suffix) || segments.next().is_some())
    {
        return None;
    }
    let decoded = percent_decode_str(name).decode_utf8().ok()?;
    // Lower case after decoding as well: an escaped capital letter only shows up now.
    let slug: String = decoded.to_lowercase().nfc().collect();
    let refused = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '\\' | '?' | '#' | '%');
    (!slug.is_empty() && slug != "." && slug != ".." && !slug.contains(refused)).then_some(slug)
}

fn is_language(segment: &str) -> bool {
    let letters = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase());
    match segment.split_once(['-', '_']) {
        Some((language, country)) => letters(language) && letters(country),
        None => letters(segment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_one_address_is_the_same_person() {
        for form in [
            "https://linkedin.com/in/jonas-weber",
            "http://www.linkedin.com/in/jonas-weber/",
            "HTTPS://DE.LinkedIn.com/in/Jonas-Weber?trk=people#about",
            "linkedin.com/in/jonas-weber/de",
            "www.linkedin.com/in/jonas%2Dweber/en-us/",
            " //m.linkedin.com//in//jonas-weber ",
            "https://linkedin.com:443/in/jonas-weber",
        ] {
            assert_eq!(slug(form).as_deref(), Some("jonas-weber"), "{form}");
        }
        assert_eq!(slug_or_short_form("in/Jonas-Weber/").as_deref(), Some("jonas-weber"));
        assert_eq!(slug("in/jonas-weber"), None);
    }

    #[test]
    fn letters_beyond_ascii_are_decoded_composed_and_lowered() {
        for form in ["am%C3%A9lie", "AM%C3%89LIE", "ame\u{301}lie", "Am\u{e9}lie"] {
            assert_eq!(slug(&format!("linkedin.com/in/{form}")).as_deref(), Some("am\u{e9}lie"), "{form}");
        }
    }

    #[test]
    fn what_is_no_profile_is_refused() {
        for form in [
            "",
            "not-a-profile",
            "https://linkedin.com/company/nordlicht",
            "https://linkedin.com/in/",
            "https://linkedin.com/in/..",
            "https://linkedin.com/in/a%2Fb",
            "https://linkedin.com/in/a%FFb",
            "https://linkedin.com/sales/lead/abc",
            "https://notlinkedin.com/in/jonas",
            "https://linkedin.com.example.org/in/jonas",
            "https://a.b.linkedin.com/in/jonas",
            "ftp://linkedin.com/in/jonas",
            "https://linkedin.com/in/jonas/recent-activity",
        ] {
            assert_eq!(slug_or_short_form(form), None, "{form}");
        }
    }
}
