//! Records of one kind in the order of their creation, found by id.

use std::collections::HashMap;

/// A record that has an id.
pub(crate) trait Record {
    fn id(&self) -> &str;
}

#[derive(Debug)]
pub(crate) struct Records<T> {
    items: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self { items: Vec::new(), places: HashMap::new() }
    }
}

impl<T: Record> Records<T> {
    /// Adds a record and gives its place, which never changes.
    pub(crate) fn add(&mut self, record: T) -> usize {
        let place = self.items.len();
        self.places.insert(record.id().to_owned(), place);
        self.items.push(record);
        place
    }

    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.items.get(self.place(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let place = self.place(id)?;
        self.items.get_mut(place)
    }

    pub(crate) fn at(&self, place: usize) -> Option<&T> {
        self.items.get(place)
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
}
