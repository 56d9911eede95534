//! AI models that prompts are written for.

use std::sync::Arc;

use super::ids::ModelId;
use crate::declare::{model, open_enum};

open_enum! {
    /// Whether an AI model can be chosen.
    pub enum AiModelStatus {
        /// Can be chosen.
        Active = "active",
        /// Can no longer be chosen.
        Inactive = "inactive",
    }
}

model! {
    /// An AI model.
    pub struct AiModel {
        required {
            /// Model id: what a prompt takes as its model.
            id: ModelId,
        }
        optional {
            /// Display name.
            name: String,
            /// Prices.
            pricing: Arc<AiModelPricing>,
            /// Whether it can be chosen; only active models are listed.
            status: AiModelStatus,
        }
    }
    plural: "models";
}

model! {
    /// Prices of an AI model, as the service states them: per 1,000 tokens by its words, though the numbers fit 1,000,000.
    pub struct AiModelPricing {
        optional {
            /// Price of what the model reads.
            input: f64,
            /// Price of what the model writes.
            output: f64,
            /// Price of what the model has read before; absent where that is not offered.
            cached: f64,
        }
    }
}
