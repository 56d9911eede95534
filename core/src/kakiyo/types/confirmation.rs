//! What the service says where there is nothing else to say.

use crate::declare::model;

model! {
    /// Done.
    pub struct Confirmation {
        optional {
            /// Confirmation text.
            message: String,
        }
    }
}
