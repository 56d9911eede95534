//! AI models: what prompts are written for, and what they cost.

use super::types::{AiModel, ModelId};
use crate::declare::parameters;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};

pub(super) const OPERATIONS: &[Entry] = &[registry::entry::<ListModels>(), registry::entry::<GetModel>()];

resource! {
    /// AI models that prompts can be written for.
    Models
}

parameters! {
    /// All AI models that can be chosen.
    pub struct ListModels {}
}

parameters! {
    /// One AI model.
    pub struct GetModel {
        path {
            /// The model.
            model_id: ModelId,
        }
    }
}

impl<T: Into<ModelId>> From<T> for GetModel {
    fn from(model_id: T) -> Self {
        Self::new(model_id)
    }
}

operation! {
    /// Lists the AI models that can be chosen, with their prices.
    ///
    /// Prices are passed on as the service states them. It calls them prices per 1,000 tokens, but the numbers fit 1,000,000:
    /// do not work out a cost from them.
    models.list: ListModels => Vec<AiModel> {
        GET "/models",
        group: per_operation, tier: High, price: 1, retry: Read, paging: none,
        errors: [],
        arguments: none,
        cache: allowed,
        source: "docs: /api-reference/models/list",
    }
}

operation! {
    /// Reads one AI model with its prices.
    ///
    /// It may be one that is no longer listed: look at `status`.
    models.get: GetModel => AiModel {
        GET "/models/{modelId}",
        group: per_operation, tier: High, price: 1, retry: Read, paging: none,
        errors: [not_found],
        cache: allowed,
        source: "docs: /api-reference/models/details",
    }
}
