//! Offerings.

use super::ids::ProductId;
use crate::declare::model;

model! {
    /// A product that was just created.
    pub struct ProductCreated {
        required {
            /// Id of the new product.
            id: ProductId,
        }
        optional {
            /// Confirmation text.
            message: String,
        }
    }
}
