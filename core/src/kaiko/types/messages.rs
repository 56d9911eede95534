//! Messages as callers give them.

use super::chat::ChatRole;
use super::context::ExternalId;
use crate::declare::parameters;
use crate::value::Timestamp;

parameters! {
    /// A text to analyse.
    pub struct EmotionMessage {
        required {
            /// The text.
            text: String,
        }
        optional {
            /// Who wrote it; `user` unless given.
            role: ChatRole,
            /// Id of the message, chosen by the caller. Some servers take only a UUID.
            external_id: ExternalId,
            /// When it was written.
            timestamp: Timestamp,
            /// Address of a recording. No effect of it is known.
            audio_url: String,
        }
    }
}

impl<T: Into<String>> From<T> for EmotionMessage {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

parameters! {
    /// One message of a chat.
    pub struct ChatMessageInput {
        required {
            /// Who says it. Some servers refuse `system`.
            role: ChatRole,
            /// Text.
            content: String,
        }
    }
}

impl ChatMessageInput {
    /// Instructions. Some servers refuse this role.
    pub fn system(content: impl Into<String>) -> Self {
        Self::new(ChatRole::System, content)
    }

    /// What the person says.
    pub fn user(content: impl Into<String>) -> Self {
        Self::new(ChatRole::User, content)
    }

    /// What the AI said.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self::new(ChatRole::Assistant, content)
    }
}
