//! Writing instructions.

use super::ids::PromptId;
use crate::declare::{model, open_enum};
use crate::value::Timestamp;

open_enum! {
    /// Kind of a prompt.
    pub enum PromptType {
        /// Outreach: context, first message, follow-ups.
        Messages = "Messages",
        /// Comments; announced by the service for later.
        Comment = "Comment",
    }
}

model! {
    /// A prompt without its text.
    pub struct Prompt {
        required {
            /// Prompt id.
            id: PromptId,
        }
        optional {
            /// Name.
            name: String,
            /// Kind of prompt.
            r#type: PromptType,
            /// Model id.
            model: String,
            /// Creation time.
            created_at: Timestamp,
        }
    }
    plural: "prompts";
}

model! {
    /// A prompt that was just created.
    pub struct PromptCreated {
        optional {
            /// Id of the new prompt: from the answer, or found by name in the list.
            id: PromptId,
            /// Confirmation text.
            message: String,
        }
    }
}
