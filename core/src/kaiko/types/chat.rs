//! Chat completions with emotions.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::context::ContextId;
use super::conversation::ConversationMode;
use super::emotion::Emotion;
use super::form;
use super::trajectory::Trajectory;
use super::usage::Usage;
use crate::declare::{model, open_enum};

open_enum! {
    /// Who says something.
    pub enum ChatRole {
        /// Instructions. Some servers refuse this role.
        System = "system",
        /// The person.
        User = "user",
        /// The AI.
        Assistant = "assistant",
    }
}

open_enum! {
    /// Why a reply ended.
    pub enum FinishReason {
        /// It was complete.
        Stop = "stop",
    }
}

model! {
    /// A reply of a language model, with the emotions of the conversation.
    pub struct ChatCompletion {
        required {
            /// The replies; usually one.
            choices: Vec<Arc<ChatChoice>>,
            /// Emotions by role: those of `user`, and of `assistant` on some servers.
            emotions: BTreeMap<String, Arc<Emotion>>,
            /// True when the server had no model to ask for the emotions: then their scores are placeholders.
            is_fallback: bool,
        }
        optional {
            /// Text of the first reply.
            text: String,
            /// The emotion of the user's message.
            primary: Arc<Emotion>,
            /// Id of the completion.
            id: String,
            /// The context, when there is one and the server tells it.
            context_id: ContextId,
            /// When it was made, in seconds since 1970.
            created: i64,
            /// The language model.
            model: String,
            /// The emotion model.
            emotion_model: String,
            /// What kind of conversation this is.
            conversation_mode: Arc<ConversationMode>,
            /// How the emotions of the context move.
            trajectory: Arc<Trajectory>,
            /// Tokens that the call used.
            usage: Arc<Usage>,
        }
    }
    normalise: form::chat;
    placeholder: is_fallback;
}

impl ChatCompletion {
    /// The emotion of the user's message.
    pub fn primary(&self) -> Option<&Emotion> {
        self.primary.as_deref()
    }
}

model! {
    /// One reply.
    pub struct ChatChoice {
        optional {
            /// Its place, from 0.
            index: i64,
            /// The reply.
            message: Arc<ChatReply>,
            /// Why it ended.
            finish_reason: FinishReason,
        }
    }
}

model! {
    /// What a language model said.
    pub struct ChatReply {
        optional {
            /// Who said it.
            role: ChatRole,
            /// Text; absent where the model calls tools instead.
            content: String,
            /// Tools that the model wants called. The service does not document their form.
            tool_calls: Vec<Map<String, Value>>,
        }
    }
}
