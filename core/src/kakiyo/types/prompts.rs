//! Writing instructions.

use std::sync::Arc;

use serde_json::{Map, Value};

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

model! {
    /// A prompt with its text. Only the names of the sections are documented: everything may be absent.
    pub struct PromptDetails {
        optional {
            /// Prompt id.
            id: PromptId,
            /// Name.
            name: String,
            /// Kind of prompt.
            r#type: PromptType,
            /// Model id.
            model: String,
            /// Context section, of outreach prompts.
            context: String,
            /// First-message section, of outreach prompts.
            first_message: String,
            /// Follow-ups in order, at most 3.
            follow_ups: Vec<Arc<FollowUp>>,
            /// Whether follow-ups are sent.
            follow_up_enabled: bool,
            /// Comment section, of comment prompts.
            comment: String,
            /// Writing rules: expected sections, mandatory variables and which of them are missing.
            guidelines: Map<String, Value>,
        }
    }
}

model! {
    /// One follow-up of a prompt.
    pub struct FollowUp {
        optional {
            /// Instruction.
            prompt: String,
            /// Days after the previous message.
            delay: i64,
        }
    }
}

model! {
    /// A prompt that was changed.
    pub struct PromptChanged {
        optional {
            /// Prompt id.
            id: PromptId,
            /// Confirmation text.
            message: String,
        }
    }
}
