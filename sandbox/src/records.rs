//! Records of one kind in the order of their creation, found by id.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// A record that has an id.
pub(crate) trait Record {
    fn id(&self) -> &str;
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(try_from = "Kept<T>", bound(deserialize = "T: Record + Deserialize<'de>"))]
pub(crate) struct Records<T> {
    items: Vec<T>,
    /// The place of each item: rising, with gaps where records were removed.
    numbers: Vec<usize>,
    #[serde(skip)]
    places: HashMap<String, usize>,
    next: usize,
}

/// What of the records is kept in a snapshot.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept<T> {
    items: Vec<T>,
    numbers: Vec<usize>,
    next: usize,
}

impl<T: Record> TryFrom<Kept<T>> for Records<T> {
    type Error = String;

    fn try_from(kept: Kept<T>) -> Result<Self, String> {
        let Kept { items, numbers, next } = kept;
        let rising = numbers.is_sorted_by(|before, after| before < after);
        if items.len() != numbers.len() || !rising || numbers.last().is_some_and(|&last| last >= next) {
            return Err("the places of the records are not in order".to_owned());
        }
        let places: HashMap<String, usize> =
            items.iter().zip(&numbers).map(|(item, &number)| (item.id().to_owned(), number)).collect();
        if places.len() != items.len() {
            return Err("two records have one id".to_owned());
        }
        Ok(Self { items, numbers, places, next })
    }
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self { items: Vec::new(), numbers: Vec::new(), places: HashMap::new(), next: 0 }
    }
}

impl<T: Record> Records<T> {
    /// Adds a record and gives its place, which never changes and is never given again.
    pub(crate) fn add(&mut self, record: T) -> usize {
        let place = self.next;
        self.next += 1;
        self.places.insert(record.id().to_owned(), place);
        self.items.push(record);
        self.numbers.push(place);
        place
    }

    /// Removes every record that is chosen and gives their number.
    pub(crate) fn remove_where(&mut self, chosen: impl Fn(&T) -> bool) -> usize {
        let before = self.items.len();
        let items = std::mem::take(&mut self.items).into_iter();
        for (item, number) in items.zip(std::mem::take(&mut self.numbers)) {
            if chosen(&item) {
                self.places.remove(item.id());
            } else {
                self.items.push(item);
                self.numbers.push(number);
            }
        }
        before - self.items.len()
    }

    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.at(self.place(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.at_mut(self.place(id)?)
    }

    pub(crate) fn at(&self, place: usize) -> Option<&T> {
        self.items.get(self.index(place)?)
    }

    pub(crate) fn at_mut(&mut self, place: usize) -> Option<&mut T> {
        let index = self.index(place)?;
        self.items.get_mut(index)
    }

    /// How many records stand before or at a place.
    pub(crate) fn count_through(&self, place: usize) -> usize {
        self.numbers.partition_point(|&number| number <= place)
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.places.contains_key(id)
    }

    pub(crate) fn all(&self) -> &[T] {
        &self.items
    }

    pub(crate) fn all_mut(&mut self) -> &mut [T] {
        &mut self.items
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    fn index(&self, place: usize) -> Option<usize> {
        self.numbers.binary_search(&place).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Record for String {
        fn id(&self) -> &str {
            self
        }
    }

    #[test]
    fn places_outlive_a_removal() {
        let mut records = Records::default();
        for id in ["a", "b", "c"] {
            records.add(id.to_owned());
        }
        assert_eq!(records.remove_where(|id| id == "b"), 1);
        assert_eq!(records.add("d".to_owned()), 3);
        assert_eq!(records.all(), ["a", "c", "d"]);
        assert_eq!((records.at(1), records.place("b")), (None, None));
        assert_eq!(records.get("c").map(String::as_str), Some("c"));
        assert_eq!(records.get("d").map(String::as_str), Some("d"));
        assert_eq!(records.count_through(1), 1);
        assert_eq!(records.count_through(2), 2);
    }
}
