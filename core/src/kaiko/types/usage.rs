//! What a call used of the token quota.

use std::sync::Arc;

use crate::declare::model;

model! {
    /// Tokens that a call used.
    pub struct Usage {
        optional {
            /// Tokens of the question, in chats.
            prompt_tokens: i64,
            /// Tokens of the reply, in chats.
            completion_tokens: i64,
            /// Tokens of the analysis; the service has four spellings of it.
            analyse_tokens: i64,
            /// All tokens.
            total_tokens: i64,
            /// Parts of the analysis.
            analyse_token_details: Arc<AnalyseTokenDetails>,
        }
    }
}

model! {
    /// Parts of the tokens of an analysis.
    pub struct AnalyseTokenDetails {
        optional {
            /// Tokens that were read before.
            cached_tokens: i64,
            /// Tokens of sound.
            audio_tokens: i64,
        }
    }
}
