//! What is sent where callers say it more simply: one text becomes a list of one message, sampling options become an object.

use serde_json::{Map, Value};

use super::chat::CompleteChat;
use super::emotions::{AnalyzeBatch, AnalyzeInContext, AnalyzeText};
use super::types::{ChatMessageInput, ChatRole, ContextId, EmotionMessage, ExternalId};
use crate::declare::parameters;
use crate::value::Timestamp;

/// The emotion model that is asked unless the caller names another one.
pub(super) const EMOTION_MODEL: &str = "emotion-v2";

parameters! {
    /// Body of the analyses.
    pub struct AnalysisBody {
        required {
            /// Emotion model.
            model: String,
            /// Messages.
            messages: Vec<AnalysisMessage>,
        }
        optional {
            /// Parameters.
            params: Map<String, Value>,
        }
    }
}

parameters! {
    /// A message as the service wants it.
    pub struct AnalysisMessage {
        required {
            /// What it says.
            content: MessageContent,
        }
        optional {
            /// Who wrote it.
            role: ChatRole,
            /// Its id.
            external_id: ExternalId,
            /// When it was written.
            timestamp: Timestamp,
        }
    }
}

parameters! {
    /// What a message says.
    pub struct MessageContent {
        required {
            /// Text.
            text: String,
        }
        optional {
            /// Address of a recording.
            audio_url: String,
        }
    }
}

parameters! {
    /// Body of a chat.
    pub struct ChatBody {
        required {
            /// Language model.
            model: String,
            /// Emotion model.
            emotion_model: String as "emotion_model",
            /// Messages.
            messages: Vec<ChatMessageInput>,
        }
        optional {
            /// The context.
            context_id: ContextId as "context_id",
            /// Options of the language model.
            model_params: Map<String, Value> as "model_params",
            /// Options of the emotion model.
            emotion_model_params: Map<String, Value> as "emotion_model_params",
            /// Tools.
            tools: Vec<Value>,
        }
    }
}

impl From<&EmotionMessage> for AnalysisMessage {
    fn from(message: &EmotionMessage) -> Self {
        let content = MessageContent { text: message.text.clone(), audio_url: message.audio_url.clone() };
        Self {
            content,
            // The key of the answer's map follows from it on some servers.
            role: Some(message.role.clone().unwrap_or(ChatRole::User)),
            external_id: message.external_id.clone(),
            timestamp: message.timestamp.clone(),
        }
    }
}

fn analysis_body(
    model: Option<&String>,
    messages: Vec<AnalysisMessage>,
    params: Option<&Map<String, Value>>,
) -> AnalysisBody {
    AnalysisBody {
        model: model.map_or_else(|| EMOTION_MODEL.to_owned(), String::clone),
        messages,
        params: params.cloned(),
    }
}

/// Analyses of a single text have the members of a message among their arguments.
macro_rules! single_message {
    ($($name:ident),*) => {
        $(impl From<&$name> for AnalysisBody {
            fn from(arguments: &$name) -> Self {
                let message = EmotionMessage {
                    text: arguments.text.clone(),
                    role: arguments.role.clone(),
                    external_id: arguments.external_id.clone(),
                    timestamp: arguments.timestamp.clone(),
                    audio_url: arguments.audio_url.clone(),
                };
                analysis_body(arguments.model.as_ref(), vec![(&message).into()], arguments.params.as_ref())
            }
        })*
    };
}
single_message!(AnalyzeText, AnalyzeInContext);

impl From<&AnalyzeBatch> for AnalysisBody {
    fn from(arguments: &AnalyzeBatch) -> Self {
        let messages = arguments.messages.iter().map(AnalysisMessage::from).collect();
        analysis_body(arguments.model.as_ref(), messages, arguments.params.as_ref())
    }
}

impl From<&CompleteChat> for ChatBody {
    fn from(arguments: &CompleteChat) -> Self {
        let mut options = arguments.model_params.clone().unwrap_or_default();
        let named = [
            ("temperature", arguments.temperature.map(Value::from)),
            ("max_tokens", arguments.max_tokens.map(Value::from)),
            ("top_p", arguments.top_p.map(Value::from)),
            ("frequency_penalty", arguments.frequency_penalty.map(Value::from)),
            ("presence_penalty", arguments.presence_penalty.map(Value::from)),
        ];
        options.extend(named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        let messages = match arguments.fold_system {
            Some(true) => folded(&arguments.messages),
            _ => arguments.messages.clone(),
        };
        Self {
            model: arguments.model.clone(),
            emotion_model: arguments.emotion_model.clone().unwrap_or_else(|| EMOTION_MODEL.to_owned()),
            messages,
            context_id: arguments.context_id.clone(),
            model_params: (!options.is_empty()).then_some(options),
            emotion_model_params: arguments.emotion_model_params.clone(),
            tools: arguments.tools.clone(),
        }
    }
}

/// Puts what the system says before the first words of the user; without such words it becomes the user's.
fn folded(messages: &[ChatMessageInput]) -> Vec<ChatMessageInput> {
    let (system, mut others): (Vec<_>, Vec<_>) =
        messages.iter().cloned().partition(|message| message.role == ChatRole::System);
    if system.is_empty() {
        return others;
    }
    let instructions: Vec<String> = system.into_iter().map(|message| message.content).collect();
    let instructions = instructions.join("\n\n");
    match others.iter_mut().find(|message| message.role == ChatRole::User) {
        Some(first) => first.content = format!("{instructions}\n\n{}", first.content),
        None => others.insert(0, ChatMessageInput::user(instructions)),
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_folded_into_the_first_words_of_the_user() {
        let messages = [
            ChatMessageInput::system("Be short."),
            ChatMessageInput::assistant("Hello."),
            ChatMessageInput::user("Hi."),
            ChatMessageInput::system("Be kind."),
            ChatMessageInput::user("Well?"),
        ];
        assert_eq!(
            folded(&messages),
            [
                ChatMessageInput::assistant("Hello."),
                ChatMessageInput::user("Be short.\n\nBe kind.\n\nHi."),
                ChatMessageInput::user("Well?"),
            ]
        );
        assert_eq!(folded(&messages[..1]), [ChatMessageInput::user("Be short.")]);
        assert_eq!(folded(&messages[1..3]), messages[1..3]);
    }
}
