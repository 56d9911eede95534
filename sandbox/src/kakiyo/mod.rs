//! The operations of the Kakiyo service, one file per resource.
//!
//! A handler gets a call that passed the key, the credits and the rate limit, and goes on in the same order:
//! permission, validation, existence. What it returns is sent as it is.

mod agents;
mod campaigns;
mod do_not_contact;
mod imports;
mod models;
mod products;
mod prompts;
mod prospects;
mod search;
mod verify;

use crate::operation::Operation;

/// All operations, as the sum of the lists of the resources.
pub(crate) static OPERATIONS: &[&[Operation]] = &[
    verify::OPERATIONS,
    models::OPERATIONS,
    products::OPERATIONS,
    prompts::OPERATIONS,
    agents::OPERATIONS,
    campaigns::OPERATIONS,
    imports::OPERATIONS,
    prospects::OPERATIONS,
    search::OPERATIONS,
    do_not_contact::OPERATIONS,
];
