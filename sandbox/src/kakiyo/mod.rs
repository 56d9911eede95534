//! The operations of the Kakiyo service, one file per resource.
//!
//! A handler gets a call that passed the key, the credits and the rate limit, and goes on in the same order:
//! permission, validation, existence. What it returns is sent as it is.

pub(crate) mod agents;
mod analytics;
mod campaigns;
mod do_not_contact;
mod imports;
mod models;
mod numbers;
mod products;
mod prompts;
mod prospect_deletion;
mod prospect_input;
mod prospects;
mod round_robin;
mod sales_navigator;
mod search;
mod verify;
mod webhooks;
mod workspaces;

use crate::operation::Operation;

/// All operations, as the sum of the lists of the resources.
pub(crate) static OPERATIONS: &[&[Operation]] = &[
    verify::OPERATIONS,
    models::OPERATIONS,
    products::OPERATIONS,
    prompts::OPERATIONS,
    agents::OPERATIONS,
    analytics::OPERATIONS,
    campaigns::OPERATIONS,
    imports::OPERATIONS,
    round_robin::OPERATIONS,
    sales_navigator::OPERATIONS,
    prospects::OPERATIONS,
    prospect_deletion::OPERATIONS,
    search::OPERATIONS,
    do_not_contact::OPERATIONS,
    webhooks::OPERATIONS,
    workspaces::OPERATIONS,
];
