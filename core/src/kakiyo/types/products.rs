//! Offerings.

use super::ids::ProductId;
use crate::declare::model;
use crate::value::Timestamp;

model! {
    /// A product, called an offering in the dashboard.
    pub struct Product {
        required {
            /// Product id.
            id: ProductId,
        }
        optional {
            /// Name.
            name: String,
            /// Full description that the AI sells from.
            description: String,
            /// Creation time.
            created_at: Timestamp,
        }
    }
    plural: "products";
}

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
