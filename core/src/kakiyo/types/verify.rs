//! The answer of the key check.

use super::ids::TeamId;
use crate::declare::model;

model! {
    /// What the server says of the key.
    pub struct Verified {
        optional {
            /// `success` when the key works.
            status: String,
            /// Confirmation text.
            message: String,
            /// The team that owns the key; some servers do not tell it.
            team_id: TeamId,
        }
    }
}
