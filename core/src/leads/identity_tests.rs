//! The rules of profile addresses: the vectors that all languages share, and properties.

use std::collections::HashSet;

use proptest::prelude::*;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::{Identity, UrlRefusal};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/profile_urls.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    input: String,
    slug: Option<String>,
    member: Option<String>,
    error: Option<String>,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_slice(&std::fs::read(VECTORS).unwrap()).unwrap()
}

#[test]
fn shared_vectors() {
    let mut wrong = Vec::new();
    for vector in vectors() {
        let expected = match (vector.slug, vector.member, vector.error) {
            (Some(slug), None, None) => Ok(Identity::Slug(slug)),
            (None, Some(member), None) => Ok(Identity::Member(member)),
            (None, None, Some(code)) => Err(code),
            _ => panic!("{:?} needs exactly one of slug, member and error", vector.input),
        };
        let found = Identity::parse(&vector.input).map_err(|error| error.reason.code().to_owned());
        if found != expected {
            wrong.push(format!("{:?}: {found:?} instead of {expected:?}", vector.input));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_vectors_cover_every_reason() {
    let covered: HashSet<String> = vectors().into_iter().filter_map(|vector| vector.error).collect();
    let codes: HashSet<String> = UrlRefusal::ALL.iter().map(|reason| reason.code().to_owned()).collect();
    assert_eq!(covered, codes);
    assert_eq!(codes.len(), UrlRefusal::ALL.len());
}

#[test]
fn every_character_is_stable() {
    // Beyond the second plane lie only unassigned and private characters.
    for character in ('\0'..='\u{1FFFF}').filter(|c| !matches!(c, '/' | '?' | '#')) {
        for input in [format!("in/a{character}"), format!("in/{character}b"), format!("in/{character}")] {
            if let Ok(identity) = Identity::parse(&input) {
                assert_eq!(Identity::parse(&identity.url()).as_ref(), Ok(&identity), "{input:?}");
                let decomposed: String = input.nfd().collect();
                assert_eq!(Identity::parse(&decomposed), Ok(identity), "{input:?}");
            }
        }
    }
}

/// Names in normal form, of the kinds that people have.
fn slug() -> impl Strategy<Value = String> {
    "[a-z0-9éüñçåøßłığđабвгдежзиΑ-Ωα-ω山田太郎がぎحمدعלםहक김민🚀✨_-]{1,30}"
        .prop_map(|text| text.nfc().collect::<String>().to_lowercase().nfc().collect::<String>())
        .prop_filter("member ids are another class", |slug| {
            !slug.starts_with("acoaa") && !slug.starts_with("acwaa")
        })
}

fn escape_some(text: &str, mask: &[u8]) -> String {
    let mut escaped = String::new();
    for (character, choice) in text.chars().zip(mask.iter().cycle()) {
        let mut buffer = [0; 4];
        for byte in character.encode_utf8(&mut buffer).bytes() {
            match choice % 3 {
                0 => escaped.push_str(&format!("%{byte:02X}")),
                1 => escaped.push_str(&format!("%{byte:02x}")),
                _ => {
                    escaped.push(character);
                    break;
                }
            }
        }
    }
    escaped
}

/// Upper case where the letter comes back from it: ß, ı and final sigma do not.
fn upper_some(text: &str, mask: &[u8]) -> String {
    text.chars()
        .zip(mask.iter().cycle())
        .map(|(character, choice)| {
            let upper: Vec<char> = character.to_uppercase().collect();
            match upper[..] {
                [upper]
                    if choice % 2 == 0
                        && upper.to_lowercase().eq([character])
                        && !"σςΣ".contains(character) =>
                {
                    upper
                }
                _ => character,
            }
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn spellings_of_one_name_are_one_identity(
        slug in slug(),
        before in prop::sample::select(vec![
            "https://", "http://", "HTTPS://", "//", "", " https://", "<http://", "\"", "\u{FEFF}https://",
        ]),
        host in prop::sample::select(vec![
            "linkedin.com", "www.linkedin.com", "WWW.LinkedIn.Com", "fr.linkedin.com", "m.linkedin.com", "www.linkedin.com:443", "uk.linkedin.com.",
        ]),
        kind in prop::sample::select(vec!["/in/", "/IN/", "/In/", "//in/", "/%69n/"]),
        locale in prop::sample::select(vec!["", "/", "/fr", "/en-us/", "/pt_BR", "/zh-hans-cn", "//"]),
        after in prop::sample::select(vec!["", "?trk=abc", "#top", "?a=b&c=/in/other#d", "?u=https://example.org/in/x"]),
        mask in proptest::collection::vec(any::<u8>(), 1..8),
        case in proptest::collection::vec(any::<u8>(), 1..8),
        decomposed in any::<bool>(),
    ) {
        let cased = upper_some(&slug, &case);
        prop_assume!(!cased.starts_with("ACoAA") && !cased.starts_with("ACwAA"));
        let name = if decomposed { cased.nfd().collect() } else { cased };
        let close = match before.chars().next() { Some('<') => ">", Some('"') => "\" ", _ => "" };
        let url = format!("{before}{host}{kind}{}{locale}{after}{close}", escape_some(&name, &mask));
        prop_assert_eq!(Identity::parse(&url), Ok(Identity::Slug(slug)), "{}", url);
    }

    #[test]
    fn different_names_are_different_people(one in slug(), other in slug()) {
        let parse = |slug: &str| Identity::parse(&format!("https://www.linkedin.com/in/{slug}")).unwrap();
        prop_assert_eq!(parse(&one) == parse(&other), one == other);
    }

    #[test]
    fn canonical_addresses_are_a_fixed_point(text in "(in/|https://www.linkedin.com/in/)\\PC{1,20}") {
        if let Ok(identity) = Identity::parse(&text) {
            prop_assert_eq!(Identity::parse(&identity.url()), Ok(identity));
        }
    }

    #[test]
    fn any_text_is_answered(text in any::<String>(), tail in "(in/|linkedin.com|/|%|%2|\\.|//|:|@|<|>|é|é%){0,12}") {
        let _ = Identity::parse(&text);
        let _ = Identity::parse(&tail);
        let _ = Identity::parse(&format!("https://www.linkedin.com/in/{text}"));
        let _ = Identity::parse(&format!("https://{text}.linkedin.com/in/{tail}"));
    }

    #[test]
    fn member_ids_keep_their_case(id in "(ACoAA|ACwAA)[A-Za-z0-9_-]{10,40}") {
        let member = Identity::parse(&format!("https://www.linkedin.com/in/{id}/")).unwrap();
        prop_assert_eq!(member.slug(), None);
        prop_assert_eq!(Identity::parse(&member.url()), Ok(Identity::Member(id)));
    }
}
