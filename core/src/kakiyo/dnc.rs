//! Do Not Contact: profiles that nobody of the team writes to.

use super::types::DncBatchReport;
use crate::declare::parameters;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};

pub(super) const OPERATIONS: &[Entry] = &[registry::entry::<AddDncBatch>()];

resource! {
    /// People who must not be contacted.
    Dnc
}

parameters! {
    /// Profiles to block.
    pub struct AddDncBatch {
        required {
            /// The profiles, 1 to 500 a call.
            entries: Vec<DncInput> where length(min = 1, max = 500),
        }
    }
}

parameters! {
    /// One profile to block.
    pub struct DncInput {
        required {
            /// LinkedIn profile address; `linkedin.com/in/name` and `in/name` are accepted too.
            url: String where length(min = 1),
        }
    }
}

impl<T: Into<String>> From<T> for DncInput {
    fn from(url: T) -> Self {
        Self::new(url)
    }
}

operation! {
    /// Blocks many profiles and reports each.
    ///
    /// The server works through them one after another, about 10 to 20 a second, so 500 can take close to a minute; the
    /// time-out of one attempt is 120 s. Profiles that are blocked already count as duplicates: a repeat does no harm.
    /// A well-formed call succeeds even when every row failed: look at `errors`.
    dnc.add_batch: AddDncBatch => DncBatchReport {
        POST "/dnc/batch",
        group: "dnc.batch", tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [invalid_request],
        timeout: 120,
        source: "docs: /api-reference/dnc/add-batch",
    }
}
