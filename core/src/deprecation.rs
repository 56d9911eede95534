//! What a server says of a route that will go away: its headers become one warning a process and route.

use http::HeaderMap;

use crate::call::Request;
use crate::client::Client;
use crate::transport::error_body::clean;
use crate::warning::{Warning, WarningKind};

/// Headers that announce it, and how they read in a sentence. The vendor's own come before the general ones.
const ANNOUNCING: [(&str, &str); 3] =
    [("kaiko-deprecation", "since"), ("deprecation", "announced as"), ("sunset", "gone on")];

/// Headers that tell what to do.
const HELPING: [(&str, &str); 3] =
    [("kaiko-replacement", "use"), ("link", "see"), ("x-api-migration-guide", "how to change:")];

/// Longest value of a header in a warning.
const LONGEST: usize = 200;

/// Looks at the headers of an answer; without the announcing ones it costs three look-ups.
pub(crate) fn notice(client: &Client, request: &Request, headers: &HeaderMap) {
    if !ANNOUNCING.iter().any(|(name, _)| headers.contains_key(*name)) {
        return;
    }
    let route = match request.operation {
        "raw" => format!("{} {}", request.method, request.path),
        operation => operation.to_owned(),
    };
    let warning = Warning {
        kind: WarningKind::Deprecation,
        message: sentence(headers),
        operation: Some(request.operation),
    };
    let shared = client.shared();
    shared.warnings().emit_once(shared.profile().service, &route, warning);
}

fn sentence(headers: &HeaderMap) -> String {
    let parts: Vec<String> = ANNOUNCING
        .iter()
        .chain(&HELPING)
        .filter_map(|(name, words)| {
            let value = headers.get(*name)?.to_str().ok()?;
            // Only a link to what comes next is of interest here.
            (*name != "link" || value.contains("successor-version"))
                .then(|| format!("{words} {}", clean(value, LONGEST)))
        })
        .collect();
    format!("the server says that this route is going away: {}", parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_sentence_says_all_that_the_headers_say() {
        let all = headers(&[
            ("kaiko-deprecation", "2026-01-01"),
            ("deprecation", "true"),
            ("sunset", "Tue, 31 Mar 2026 00:00:00 GMT"),
            ("kaiko-replacement", "/v2/emotions/analysis"),
            ("link", "</v2>; rel=\"successor-version\""),
            ("x-api-migration-guide", "/docs/v1-legacy"),
        ]);
        assert_eq!(
            sentence(&all),
            "the server says that this route is going away: since 2026-01-01; announced as true; gone on Tue, 31 Mar 2026 \
             00:00:00 GMT; use /v2/emotions/analysis; see </v2>; rel=\"successor-version\"; how to change: /docs/v1-legacy"
        );
    }

    #[test]
    fn other_links_and_bytes_that_are_no_text_are_left_out() {
        let mut odd = headers(&[("sunset", "soon"), ("link", "</next>; rel=\"next\"")]);
        odd.insert("deprecation", http::HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(sentence(&odd), "the server says that this route is going away: gone on soon");
    }
}
