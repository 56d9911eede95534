//! What an import finds out about a person: a plausible profile that depends on nothing but the slug.
//!
//! The people and companies are invented.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::identifiers::mix;

const TITLES: [&str; 6] =
    ["Head of Sales", "Founder", "Marketing Lead", "Operations Manager", "Chief Technology Officer", "Buyer"];
const COMPANIES: [&str; 5] = ["Nordlicht", "Atelier Verdier", "Harbour Works", "Kantina", "Blauwal"];
const PLACES: [(&str, &str); 5] = [
    ("Lyon", "France"),
    ("Berlin", "Germany"),
    ("Porto", "Portugal"),
    ("Leeds", "United Kingdom"),
    ("Turin", "Italy"),
];

/// The enriched part of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) title: Cow<'static, str>,
    pub(crate) company: Cow<'static, str>,
    pub(crate) website: Option<String>,
    pub(crate) city: Cow<'static, str>,
    pub(crate) country: Cow<'static, str>,
}

impl Profile {
    pub(crate) fn of(slug: &str) -> Self {
        let seed = slug.bytes().fold(0_u64, |hash, byte| mix(hash, u64::from(byte) + 1));
        let (city, country) = pick(&PLACES, seed, 1);
        let company = pick(&COMPANIES, seed, 2);
        // Some members stay empty in real answers; clients have to live with null.
        let website = seed
            .is_multiple_of(2)
            .then(|| format!("https://{}.example.org", company.to_lowercase().replace(' ', "-")));
        Self {
            title: pick(&TITLES, seed, 3).into(),
            company: company.into(),
            website,
            city: city.into(),
            country: country.into(),
        }
    }

    pub(crate) fn headline(&self) -> String {
        format!("{}, {}", self.title, self.company)
    }
}

/// A name for a person who came without one: the words of the slug.
pub(crate) fn name_from_slug(slug: &str) -> String {
    let words = slug.split('-').filter(|word| !word.is_empty() && !word.chars().any(|c| c.is_ascii_digit()));
    let capitalised = words.map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    });
    let name = capitalised.collect::<Vec<_>>().join(" ");
    if name.is_empty() { slug.to_owned() } else { name }
}

fn pick<T: Copy, const N: usize>(choices: &[T; N], seed: u64, step: u64) -> T {
    let place = usize::try_from(mix(seed, step) % N as u64).unwrap_or(0);
    choices[place]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_depends_on_the_slug_alone() {
        assert_eq!(Profile::of("jonas-weber"), Profile::of("jonas-weber"));
        let cities: std::collections::HashSet<_> =
            (0..50).map(|number| Profile::of(&format!("person-{number}")).city).collect();
        assert_eq!(cities.len(), PLACES.len());
    }

    #[test]
    fn names_come_from_the_words_of_the_slug() {
        assert_eq!(name_from_slug("amélie-fournier-4b21"), "Amélie Fournier");
        assert_eq!(name_from_slug("1234"), "1234");
    }
}
