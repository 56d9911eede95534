//! Beliefs that the service finds in a text.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::declare::{model, open_enum};

open_enum! {
    /// Kind of belief. Two lists of the vendor differ; both are here.
    pub enum BeliefType {
        /// Said in so many words.
        Explicit = "explicit",
        /// About oneself.
        Identity = "identity",
        /// About what counts.
        Value = "value",
        /// About what it is for.
        Purpose = "purpose",
        /// About what one can do.
        Capability = "capability",
        /// About others.
        Relational = "relational",
    }
}

model! {
    /// Beliefs found in the text; absent when there are none.
    pub struct Beliefs {
        optional {
            /// The beliefs.
            beliefs: Vec<Arc<Belief>>,
            /// Their number.
            total_beliefs: i64,
            /// Their number by kind.
            beliefs_by_type: BTreeMap<String, i64>,
            /// In a sentence.
            summary: String,
        }
    }
}

model! {
    /// One belief.
    pub struct Belief {
        optional {
            /// Kind.
            r#type: BeliefType,
            /// What is believed.
            content: String,
            /// How sure the service is, 0 to 1.
            confidence: f64,
            /// The words that it was found in.
            raw_match: String,
        }
    }
}
