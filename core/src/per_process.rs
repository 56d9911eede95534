//! A value that belongs to one process: a forked child makes its own instead of using its parent's.
//!
//! A child has the memory of its parent but none of its threads: a lock that one of them held at the fork stays held for
//! ever, connections are shared with the parent, and runtimes have no workers. Values therefore lie in a list that is only
//! ever appended to. Reading it takes no lock, so there is none that a fork could leave held.

use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::OnceLock;

/// One value for each process, made with its first use there.
pub struct PerProcess<T> {
    first: OnceLock<Box<Slot<T>>>,
}

struct Slot<T> {
    process: u32,
    value: ManuallyDrop<T>,
    /// The slot of a process that was forked from this one.
    next: OnceLock<Box<Slot<T>>>,
}

impl<T> PerProcess<T> {
    /// No value yet.
    pub const fn new() -> Self {
        Self { first: OnceLock::new() }
    }

    /// The value of this process.
    ///
    /// # Errors
    ///
    /// Whatever `make` fails with; nothing is kept then.
    pub fn get_or_try_make<E>(&self, mut make: impl FnMut() -> Result<T, E>) -> Result<&T, E> {
        let process = std::process::id();
        let mut place = &self.first;
        loop {
            match place.get() {
                Some(slot) if slot.process == process => return Ok(&slot.value),
                Some(slot) => place = &slot.next,
                None => {
                    let slot = Slot { process, value: ManuallyDrop::new(make()?), next: OnceLock::new() };
                    // Another thread may have been faster: then its value serves, and ours is dropped.
                    if let Err(slot) = place.set(Box::new(slot)) {
                        drop(ManuallyDrop::into_inner(slot.value));
                    }
                }
            }
        }
    }

    /// The value of this process, where making one cannot fail.
    pub fn get_or_make(&self, mut make: impl FnMut() -> T) -> &T {
        match self.get_or_try_make(|| Ok::<T, std::convert::Infallible>(make())) {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }
}

impl<T> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        let process = std::process::id();
        let mut next = self.first.take();
        while let Some(slot) = next {
            let Slot { process: maker, value, next: mut after } = *slot;
            // A parent's value is left as it is: dropping it could wait for threads that do not exist here.
            if maker == process {
                drop(ManuallyDrop::into_inner(value));
            }
            next = after.take();
        }
    }
}

impl<T> fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerProcess")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// As if the first value had been made by the parent of this process.
    fn inherited<T>(value: T) -> PerProcess<T> {
        let slot = Slot { process: 0, value: ManuallyDrop::new(value), next: OnceLock::new() };
        PerProcess { first: OnceLock::from(Box::new(slot)) }
    }

    #[test]
    fn a_value_is_made_once() {
        let values = PerProcess::new();
        assert_eq!(values.get_or_make(|| 7), &7);
        assert_eq!(values.get_or_make(|| 8), &7);
    }

    #[test]
    fn a_failure_keeps_nothing() {
        let values = PerProcess::new();
        assert_eq!(values.get_or_try_make(|| Err::<u32, _>("no")), Err("no"));
        assert_eq!(values.get_or_try_make(|| Ok::<_, &str>(7)), Ok(&7));
    }

    #[test]
    fn a_child_makes_its_own_and_leaves_its_parents_alone() {
        let (parents, own) = (Arc::new("parent"), Arc::new("child"));
        let values = inherited(Arc::clone(&parents));
        assert_eq!(**values.get_or_make(|| Arc::clone(&own)), "child");
        drop(values);
        assert_eq!((Arc::strong_count(&parents), Arc::strong_count(&own)), (2, 1));
    }
}
