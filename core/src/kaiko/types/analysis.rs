//! What analyses and lookups answer.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::beliefs::Beliefs;
use super::context::{ContextId, ExternalId};
use super::conversation::ConversationMode;
use super::emotion::Emotion;
use super::form;
use super::growth::Growth;
use super::patterns::Patterns;
use super::trajectory::Trajectory;
use super::usage::Usage;
use crate::declare::{model, open_enum};

open_enum! {
    /// How the scores of an answer came about.
    pub enum DataQuality {
        /// Predicted by the model.
        MlPredicted = "ml_predicted",
        /// Worked out by rules.
        RuleDerived = "rule_derived",
        /// Placeholders: the model could not be asked.
        Fallback = "fallback",
    }
}

model! {
    /// The emotions of a text.
    pub struct EmotionAnalysis {
        required {
            /// Emotions by role. Servers differ in the key of a text without a context: use `primary`.
            emotions: BTreeMap<String, Arc<Emotion>>,
            /// True when the server had no model to ask: then all scores are placeholders and mean nothing.
            is_fallback: bool,
        }
        optional {
            /// The emotion that was asked for: that of `user`, else `_default`, else `system`, else the first.
            primary: Arc<Emotion>,
            /// The context, when there is one.
            context_id: ContextId,
            /// Id of the message: as given, made here, or told by the server. It finds the emotions of the message again.
            external_id: ExternalId,
            /// Points in the history that the service associates with this context.
            context_message_count: i64,
            /// How the emotions of the context move.
            trajectory: Arc<Trajectory>,
            /// Growth; absent while there is too little history.
            growth: Arc<Growth>,
            /// What kind of conversation this is.
            conversation_mode: Arc<ConversationMode>,
            /// Beliefs found in the text.
            beliefs: Arc<Beliefs>,
            /// Patterns in the course of the context.
            patterns: Arc<Patterns>,
            /// How the scores came about.
            data_quality: DataQuality,
            /// Tokens that the call used.
            usage: Arc<Usage>,
            /// The model that was asked.
            model: String,
            /// Kind of answer; some servers say `per_message`.
            response_type: String,
            /// Parameters that the server took.
            params: Map<String, Value>,
        }
    }
    normalise: form::analysis;
    placeholder: is_fallback;
}

model! {
    /// The stored emotions of a context or of one of its messages.
    pub struct EmotionState {
        required {
            /// Emotions by role. Servers differ in the key: use `primary`.
            emotions: BTreeMap<String, Arc<Emotion>>,
            /// True when the stored scores are placeholders and mean nothing.
            is_fallback: bool,
        }
        optional {
            /// The emotion that was asked for: that of `user`, else `_default`, else `system`, else the first.
            primary: Arc<Emotion>,
            /// The context.
            context_id: ContextId,
            /// The message, when one was asked for.
            external_id: ExternalId,
            /// How the emotions of the context move.
            trajectory: Arc<Trajectory>,
            /// Growth; absent while there is too little history.
            growth: Arc<Growth>,
            /// What kind of conversation this is.
            conversation_mode: Arc<ConversationMode>,
            /// Beliefs found in the texts.
            beliefs: Arc<Beliefs>,
            /// Patterns in the course of the context.
            patterns: Arc<Patterns>,
            /// Tokens that the call used.
            usage: Arc<Usage>,
            /// The model that was asked.
            model: String,
            /// Parameters that the server took.
            params: Map<String, Value>,
        }
    }
    normalise: form::analysis;
    placeholder: is_fallback;
}

model! {
    /// The emotions of many texts, in the order in which they were given.
    pub struct BatchAnalysis {
        required {
            /// One emotion a text, in the order of the request. One that the server left out has no members.
            emotions: Vec<Arc<Emotion>>,
            /// True when the server had no model to ask for one of them: its scores are placeholders and mean nothing.
            is_fallback: bool,
        }
        optional {
            /// How the scores came about.
            data_quality: DataQuality,
            /// Tokens that the call used.
            usage: Arc<Usage>,
            /// The model that was asked.
            model: String,
            /// Parameters that the server took.
            params: Map<String, Value>,
        }
    }
    normalise: form::batch;
    placeholder: is_fallback;
}

/// The parts that analyses and states show in one line.
macro_rules! shown_by_primary {
    ($($name:ident),*) => {
        $(
            impl $name {
                /// The emotion that was asked for: that of `user`, else `_default`, else `system`, else the first.
                pub fn primary(&self) -> Option<&Emotion> {
                    self.primary.as_deref()
                }
            }

            /// The primary emotion in one line. Placeholders say so first.
            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    match &self.primary {
                        Some(emotion) => emotion.fmt(f),
                        None => f.write_str("no emotion"),
                    }
                }
            }
        )*
    };
}
shown_by_primary!(EmotionAnalysis, EmotionState);
