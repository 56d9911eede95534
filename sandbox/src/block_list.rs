//! The Do Not Contact entries of one team, in the order of blocking, found by person and by id.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize, Serializer};

use crate::clock::Moment;

/// One blocked person.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Blocked {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) since: Moment,
}

#[derive(Debug, Default, Deserialize)]
#[serde(from = "Vec<Blocked>")]
pub(crate) struct BlockList {
    /// By number; numbers grow and are never used again.
    entries: BTreeMap<u64, Blocked>,
    by_slug: HashMap<String, u64>,
    by_id: HashMap<String, u64>,
    last: u64,
}

/// A list is kept as its entries in order: the rest follows from them.
impl Serialize for BlockList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.entries.values())
    }
}

impl From<Vec<Blocked>> for BlockList {
    fn from(entries: Vec<Blocked>) -> Self {
        let mut list = Self::default();
        entries.into_iter().for_each(|entry| list.add(entry));
        list
    }
}

impl BlockList {
    /// Blocks a person who is not blocked yet.
    pub(crate) fn add(&mut self, entry: Blocked) {
        self.last += 1;
        self.by_slug.insert(entry.slug.clone(), self.last);
        self.by_id.insert(entry.id.clone(), self.last);
        self.entries.insert(self.last, entry);
    }

    /// Removes an entry; says whether there was one.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let entry = self.by_id.remove(id).and_then(|number| self.entries.remove(&number));
        if let Some(entry) = &entry {
            self.by_slug.remove(&entry.slug);
        }
        entry.is_some()
    }

    pub(crate) fn of_person(&self, slug: &str) -> Option<&Blocked> {
        self.entries.get(self.by_slug.get(slug)?)
    }

    pub(crate) fn blocks(&self, slug: &str) -> bool {
        self.by_slug.contains_key(slug)
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Blocked> {
        self.entries.values().rev()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}
