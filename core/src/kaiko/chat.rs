//! Chat with a language model, with emotions in the same answer.

use serde_json::{Map, Value};

use super::bodies::ChatBody;
use super::context::{InContext, in_context};
use super::types::{ChatCompletion, ChatMessageInput, ChatRole, ContextId};
use crate::client::Client;
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::operation::{operation, resource};
use crate::options::CallOptions;
use crate::registry::{self, Entry};
use crate::response::Response;

pub(super) const OPERATIONS: &[Entry] = &[registry::entry::<CompleteChat>()];

resource! {
    /// Chat with emotions.
    Chat
}

parameters! {
    /// A chat to go on with.
    pub struct CompleteChat {
        required {
            /// Language model, such as `gpt-4`, `gpt-4-turbo`, `gpt-3.5-turbo` or `xai-grok`. No call lists them.
            model: String where length(min = 1),
            /// What was said so far. Some servers use only the first message of the user.
            messages: Vec<ChatMessageInput> where length(min = 1),
        }
        optional {
            /// The context to take into account and to add to; without one nothing is kept.
            context_id: ContextId,
            /// Emotion model; `emotion-v2` unless given.
            emotion_model: String where length(min = 1),
            /// How freely the model writes; 0 for the least.
            temperature: f64,
            /// Longest reply in tokens.
            max_tokens: u32,
            /// Share of likely words to choose from, 0 to 1.
            top_p: f64,
            /// How much words are avoided that came often.
            frequency_penalty: f64,
            /// How much words are avoided that came at all.
            presence_penalty: f64,
            /// Options of the language model beside those above.
            model_params: Map<String, Value>,
            /// Options of the emotion model, such as `sensitivity`, `includeSubEmotions` or `granularity`. Servers differ.
            emotion_model_params: Map<String, Value>,
            /// Tools that the model may call: definitions on documented servers, names on others.
            tools: Vec<Value>,
            /// Whether to put the text of `system` messages before the first words of the user, for servers that refuse that
            /// role; false unless given.
            fold_system: bool,
        }
    }
}

impl InContext for CompleteChat {
    fn context(&self) -> Option<&ContextId> {
        self.context_id.as_ref()
    }
}

operation! {
    /// Asks a language model for the next reply, with the emotions of the conversation.
    ///
    /// The whole reply comes at once; `text` of the answer is that of the first reply. Sampling options are plain arguments.
    /// An unknown model may be answered as a failure of the server.
    chat.complete: CompleteChat => ChatCompletion {
        POST "/v2/chat/completions",
        group: per_operation, tier: Low, price: 0, retry: KeyedWrite, paging: none,
        errors: [missing_field, invalid_role, invalid_model, payload_too_large, context_not_found],
        body: ChatBody,
        calls: 1 to 1 through complete,
        source: "docs: /api/unified-chat",
    }
}

async fn complete(
    parameters: &CompleteChat,
    client: &Client,
    options: &CallOptions,
) -> Result<Response<ChatCompletion>> {
    in_context(parameters, client, options).await.map_err(|error| {
        let has_system = parameters.messages.iter().any(|message| message.role == ChatRole::System);
        match has_system && parameters.fold_system != Some(true) && is_about_a_role(&error) {
            true => error.with_advice(
                "some servers refuse the role `system`: fold_system puts its text before the user's",
            ),
            false => error,
        }
    })
}

fn is_about_a_role(error: &Error) -> bool {
    matches!(error.status(), Some(400 | 422))
        && (error.code() == Some("invalid_role")
            || error.details().iter().any(|issue| issue.field.ends_with("role")))
}
