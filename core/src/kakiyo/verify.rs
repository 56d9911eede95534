//! The key check.

use super::types::Verified;
use crate::declare::parameters;
use crate::operation::operation;
use crate::registry::{self, Entry};

pub(super) const OPERATIONS: &[Entry] = &[registry::entry::<Verify>()];

parameters! {
    /// Nothing to say.
    pub struct Verify {}
}

operation! {
    /// Checks that the key works.
    ///
    /// The answer names the team that owns the key where the server tells it; older servers do not.
    verify: Verify => Verified {
        GET "/verify",
        group: per_operation, tier: High, price: 1, retry: Read, paging: none,
        errors: [],
        source: "docs: /api-reference/auth/verify",
    }
}
