//! Do Not Contact: profiles that nobody of the team writes to.

use super::types::{DncAdded, DncBatchReport, DncCheck, DncEntry, DncEntryId, DncRemoved};
use crate::declare::parameters;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};

pub(super) const OPERATIONS: &[Entry] = &[
    registry::paged::<ListDnc>(),
    registry::entry::<CheckDnc>(),
    registry::entry::<AddDnc>(),
    registry::entry::<AddDncBatch>(),
    registry::entry::<RemoveDnc>(),
];

resource! {
    /// People who must not be contacted.
    Dnc
}

parameters! {
    /// All blocked profiles of the team.
    pub struct ListDnc {}
}

parameters! {
    /// A profile that may be blocked.
    pub struct CheckDnc {
        required {
            /// LinkedIn profile address; `linkedin.com/in/name` and `in/name` are accepted too.
            url: String where length(min = 1),
        }
    }
}

impl<T: Into<String>> From<T> for CheckDnc {
    fn from(url: T) -> Self {
        Self::new(url)
    }
}

parameters! {
    /// A profile to block.
    pub struct AddDnc {
        required {
            /// LinkedIn profile address; `linkedin.com/in/name` and `in/name` are accepted too.
            url: String where length(min = 1),
        }
    }
}

impl<T: Into<String>> From<T> for AddDnc {
    fn from(url: T) -> Self {
        Self::new(url)
    }
}

parameters! {
    /// An entry to remove.
    pub struct RemoveDnc {
        path {
            /// The entry, as the list, the check or the adding named it.
            entry_id: DncEntryId,
        }
    }
}

impl<T: Into<DncEntryId>> From<T> for RemoveDnc {
    fn from(entry_id: T) -> Self {
        Self::new(entry_id)
    }
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
    /// Lists the blocked profiles of the team, newest first.
    ///
    /// The server tells the number of entries of one page only, never of all: a page shorter than asked for is the last one.
    dnc.list: ListDnc => pages of DncEntry {
        GET "/dnc",
        group: "dnc.read", tier: Medium, price: 1, retry: Read, paging: Offset(1000),
        errors: [],
        arguments: none,
        source: "docs: /api-reference/dnc/list",
    }
}

operation! {
    /// Tells whether a profile is blocked, and by which entry.
    ///
    /// A profile that is not blocked is an answer, not an error: `on_list` is false.
    dnc.check: CheckDnc => DncCheck {
        GET "/dnc/check",
        group: "dnc.read", tier: Medium, price: 1, retry: Read, paging: none,
        errors: [invalid_request],
        source: "docs: /api-reference/dnc/check",
    }
}

operation! {
    /// Blocks one profile.
    ///
    /// A profile that is blocked already is an error of kind `conflict` (`dnc_entry_exists`): what was wanted is so, and
    /// nothing has to be done. It is also what a repeat after a lost answer meets. For many profiles use `add_batch`.
    dnc.add: AddDnc => DncAdded {
        POST "/dnc",
        group: "dnc.write", tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [invalid_request, invalid_url, dnc_entry_exists],
        source: "docs: /api-reference/dnc/add-single",
    }
}

operation! {
    /// Unblocks one profile.
    ///
    /// The server takes the id of the entry only: to unblock an address, check it first and take `entry.id`.
    /// An entry that is gone already is an error of kind `not_found`, which is also what a repeat after a lost answer meets.
    dnc.remove: RemoveDnc => DncRemoved {
        DELETE "/dnc/{entryId}",
        group: "dnc.write", tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [unauthorized_dnc, dnc_not_found],
        source: "docs: /api-reference/dnc/delete",
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
        rows: entries,
        source: "docs: /api-reference/dnc/add-batch",
    }
}
