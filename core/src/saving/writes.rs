//! The client's own writes: what was read before one is not shown after it.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::operation::Service;
use crate::registry;

/// How many writes have ended: in all, and for each resource whose answers may be kept.
#[derive(Debug)]
pub(super) struct Writes {
    all: AtomicU64,
    kept: Vec<(&'static str, AtomicU64)>,
}

/// Books a write when it ends, however it ends.
#[derive(Debug)]
pub(super) struct Ending<'a> {
    writes: &'a Writes,
    resource: String,
}

impl Writes {
    pub(super) fn new(service: Service) -> Self {
        let specs = registry::entries().map(|entry| entry.spec);
        let mut kept: Vec<&str> = specs
            .filter(|spec| spec.service == service && spec.cacheable)
            .map(|spec| resource(spec.path))
            .collect();
        kept.sort_unstable();
        kept.dedup();
        let kept = kept.into_iter().map(|resource| (resource, AtomicU64::new(0))).collect();
        Self { all: AtomicU64::new(0), kept }
    }

    /// A write begins. An answer that is asked for while it is under way may be from before it, so its end counts.
    pub(super) fn begin(&self, path: &str) -> Ending<'_> {
        Ending { writes: self, resource: resource(path).to_owned() }
    }

    pub(super) fn ended(&self, path: &str) {
        self.all.fetch_add(1, Ordering::SeqCst);
        if let Some(count) = self.count(resource(path)) {
            count.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Writes so far.
    pub(super) fn all(&self) -> u64 {
        self.all.load(Ordering::SeqCst)
    }

    /// Writes so far to the resource of this path.
    pub(super) fn to(&self, path: &str) -> u64 {
        self.count(resource(path)).map_or(0, |count| count.load(Ordering::SeqCst))
    }

    fn count(&self, resource: &str) -> Option<&AtomicU64> {
        self.kept.iter().find(|(kept, _)| *kept == resource).map(|(_, count)| count)
    }
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.writes.ended(&self.resource);
    }
}

/// The resource of a path: its first segment.
fn resource(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}
