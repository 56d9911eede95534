//! Searches of Sales Navigator: which address is one, who is found by it, and the runs that import them.
//!
//! A run is an import like any other, except that it has no list id: nothing of the service tells how it goes.

use serde::{Deserialize, Serialize};

use crate::arrival::query_pairs;
use crate::clock::Moment;
use crate::identifiers::mix;
use crate::import::Row;
use crate::profile_url::{address, is_linkedin};
use crate::world::World;

/// How many runs of a team may be under way.
pub(crate) const MOST_RUNS: usize = 3;

const FIRST_NAMES: [&str; 8] = ["Ada", "Bruno", "Celia", "Dario", "Elin", "Farid", "Greta", "Hugo"];
const LAST_NAMES: [&str; 8] = ["Moreau", "Keller", "Sousa", "Hartley", "Rinaldi", "Lund", "Novak", "Ibarra"];

/// What a campaign keeps of a search that was imported into it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Search {
    pub(crate) source: String,
    pub(crate) name: String,
    pub(crate) query: String,
}

/// The decoded query of a search for people; nothing when the address is none.
pub(crate) fn query_of(search_url: &str) -> Option<String> {
    let (scheme, rest) = search_url.split_once("://")?;
    let (host, rest) = rest.split_once('/')?;
    let rest = rest.split('#').next()?;
    let (path, query) = rest.split_once('?')?;
    if !scheme.eq_ignore_ascii_case("https") || !is_linkedin(&host.to_lowercase()) {
        return None;
    }
    if path.trim_end_matches('/') != "sales/search/people" {
        return None;
    }
    let found = query_pairs(query).into_iter().find(|(name, _)| name == "query");
    found.map(|(_, query)| query).filter(|query| !query.trim().is_empty())
}

/// The people that a search finds: invented, and the same for the same query.
fn found_by(query: &str, count: usize) -> Vec<Row> {
    let seed = query.bytes().fold(0, |hash, byte| mix(hash, u64::from(byte) + 1));
    let person = |step: u64| {
        let chance = mix(seed, step);
        let pick = |names: &[&'static str; 8], part: u64| names[usize::try_from(part % 8).unwrap_or(0)];
        let (first, last) = (pick(&FIRST_NAMES, chance), pick(&LAST_NAMES, chance >> 8));
        let slug = format!("{first}-{last}-{:08x}", chance >> 32).to_lowercase();
        Row {
            name: Some(format!("{first} {last}")),
            url: address(&slug),
            ongoing: false,
            custom_data: None,
            additional_fields: None,
        }
    };
    (0..).map(person).take(count).collect()
}

impl World {
    /// Whether an import into a campaign is under way.
    pub(crate) fn is_importing(&self, campaign: &str, now: Moment) -> bool {
        self.campaigns.get(campaign).and_then(|campaign| campaign.busy_until).is_some_and(|end| end > now)
    }

    /// How many runs of the team are under way.
    pub(crate) fn open_runs(&self, now: Moment) -> usize {
        let runs = self.imports.all().iter().filter(|import| import.search.is_some());
        runs.filter(|run| run.due(run.rows.len()) > now).count()
    }

    /// Whether a campaign has a source with the same search, however long ago it was imported.
    pub(crate) fn has_source(&self, campaign: &str, query: &str) -> bool {
        let sources = self.imports.all().iter().filter(|import| import.campaign == campaign);
        sources.filter_map(|import| import.search.as_ref()).any(|search| search.query == query)
    }

    /// Queues a run. Gives the ids of the source and of the run.
    pub(crate) fn queue_run(
        &mut self,
        campaign: &str,
        name: &str,
        query: String,
        count: usize,
        now: Moment,
    ) -> Option<(String, String)> {
        let count = self.settings.sales_navigator_matches.map_or(count, |matches| matches.min(count));
        let rows = found_by(&query, count);
        let source = self.identifiers.next();
        let search = Search { source: source.clone(), name: name.to_owned(), query };
        let run = self.queue(campaign, rows, Some(search), now)?;
        Some((source, run))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_a_full_address_with_a_query() {
        for (address, query) in [
            ("https://www.linkedin.com/sales/search/people?query=(keywords%3Afintech)", "(keywords:fintech)"),
            ("HTTPS://linkedin.com/sales/search/people/?sessionId=x&query=a#b", "a"),
        ] {
            assert_eq!(query_of(address).as_deref(), Some(query), "{address}");
        }
        for address in [
            "",
            "www.linkedin.com/sales/search/people?query=a",
            "http://www.linkedin.com/sales/search/people?query=a",
            "https://example.org/sales/search/people?query=a",
            "https://www.linkedin.com/sales/search/company?query=a",
            "https://www.linkedin.com/sales/search/people",
            "https://www.linkedin.com/sales/search/people?query=",
            "https://www.linkedin.com/sales/search/people#?query=a",
        ] {
            assert_eq!(query_of(address), None, "{address}");
        }
    }

    #[test]
    fn the_same_query_finds_the_same_people_each_once() {
        let slugs = |query| found_by(query, 500).into_iter().map(|row| row.url).collect::<Vec<_>>();
        assert_eq!(slugs("a"), slugs("a"));
        assert_ne!(slugs("a"), slugs("b"));
        assert_eq!(slugs("a").iter().collect::<std::collections::HashSet<_>>().len(), 500);
    }
}
