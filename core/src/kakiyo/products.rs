//! Offerings: what the agents sell.

use super::types::{Product, ProductCreated};
use crate::declare::parameters;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};

pub(super) const OPERATIONS: &[Entry] =
    &[registry::entry::<CreateProduct>(), registry::entry::<ListProducts>()];

resource! {
    /// Offerings that the agents sell.
    Products
}

parameters! {
    /// A new offering.
    pub struct CreateProduct {
        required {
            /// Name, at least 3 characters.
            name: String where length(min = 3),
            /// Full description that the AI can sell from, at least 10 characters.
            description: String where length(min = 10),
        }
    }
}

parameters! {
    /// All offerings of the team.
    pub struct ListProducts {}
}

operation! {
    /// Adds an offering that campaigns can sell.
    ///
    /// A repeat makes a second offering: there is no update or delete, so look before you call again.
    /// The plan may limit the number of offerings (403).
    products.create: CreateProduct => ProductCreated {
        POST "/products",
        group: per_operation, tier: Low, price: 1, retry: UnsafeWrite, paging: none,
        errors: [validation_error],
        source: "docs: /api-reference/products/create",
    }
}

operation! {
    /// Lists all offerings of the team.
    products.list: ListProducts => Vec<Product> {
        GET "/products",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [],
        arguments: none,
        cache: allowed,
        source: "docs: /api-reference/products/list",
    }
}
