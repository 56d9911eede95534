//! Emotion analysis of texts, alone and in contexts.

use serde_json::{Map, Value};

use super::batch::in_order;
use super::bodies::AnalysisBody;
use super::context::{InContext, analyze_and_name, in_context};
use super::types::{
    BatchAnalysis, ChatRole, ContextId, EmotionAnalysis, EmotionMessage, EmotionState, ExternalId,
};
use crate::declare::parameters;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};
use crate::value::Timestamp;

pub(super) const OPERATIONS: &[Entry] = &[
    registry::entry::<AnalyzeText>(),
    registry::entry::<AnalyzeInContext>(),
    registry::entry::<AnalyzeBatch>(),
    registry::entry::<GetEmotionState>(),
    registry::entry::<GetMessageEmotions>(),
];

resource! {
    /// Emotion analysis of texts.
    Emotions
}

parameters! {
    /// One text to analyse.
    pub struct AnalyzeText {
        positional {
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
            /// Emotion model; `emotion-v2` unless given.
            model: String where length(min = 1),
            /// Parameters of the model. The service documents none.
            params: Map<String, Value>,
        }
    }
}

impl<T: Into<String>> From<T> for AnalyzeText {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

parameters! {
    /// One text to analyse and to keep in a context.
    pub struct AnalyzeInContext {
        path {
            /// The context: letters, digits, `-`, `_`, `:` and `.` are safe everywhere. It begins with its first message.
            context_id: ContextId,
        }
        positional {
            /// The text.
            text: String,
        }
        optional {
            /// Who wrote it; `user` unless given.
            role: ChatRole,
            /// Id of the message in the context; a UUID is made unless given. Some servers take only a UUID.
            external_id: ExternalId,
            /// When it was written.
            timestamp: Timestamp,
            /// Address of a recording. No effect of it is known.
            audio_url: String,
            /// Emotion model; `emotion-v2` unless given.
            model: String where length(min = 1),
            /// Parameters of the model. The service documents none.
            params: Map<String, Value>,
        }
    }
}

impl<C: Into<ContextId>, T: Into<String>> From<(C, T)> for AnalyzeInContext {
    fn from((context_id, text): (C, T)) -> Self {
        Self::new(context_id, text)
    }
}

parameters! {
    /// Many texts to analyse at once.
    pub struct AnalyzeBatch {
        positional {
            /// The texts, 1 to 100.
            messages: Vec<EmotionMessage> where length(min = 1, max = 100),
        }
        optional {
            /// Emotion model; `emotion-v2` unless given.
            model: String where length(min = 1),
            /// Parameters of the model. The service documents none.
            params: Map<String, Value>,
            /// Whether to analyse the texts one by one where the server has no batch route (404 or 405); false unless given.
            fan_out: bool,
        }
    }
}

impl<I: Into<EmotionMessage>> From<Vec<I>> for AnalyzeBatch {
    fn from(messages: Vec<I>) -> Self {
        Self::new(messages.into_iter().map(Into::into).collect::<Vec<_>>())
    }
}

parameters! {
    /// The stored state of a context.
    pub struct GetEmotionState {
        path {
            /// The context.
            context_id: ContextId,
        }
    }
}

impl<T: Into<ContextId>> From<T> for GetEmotionState {
    fn from(context_id: T) -> Self {
        Self::new(context_id)
    }
}

parameters! {
    /// The stored emotions of one message.
    pub struct GetMessageEmotions {
        path {
            /// The context.
            context_id: ContextId,
            /// The id that the message was analysed under.
            external_id: ExternalId,
        }
    }
}

impl<C: Into<ContextId>, E: Into<ExternalId>> From<(C, E)> for GetMessageEmotions {
    fn from((context_id, external_id): (C, E)) -> Self {
        Self::new(context_id, external_id)
    }
}

impl InContext for AnalyzeInContext {
    fn context(&self) -> Option<&ContextId> {
        Some(&self.context_id)
    }
}

impl InContext for GetEmotionState {
    fn context(&self) -> Option<&ContextId> {
        Some(&self.context_id)
    }
}

impl InContext for GetMessageEmotions {
    fn context(&self) -> Option<&ContextId> {
        Some(&self.context_id)
    }
}

operation! {
    /// Analyses the emotions of one text, without a context.
    ///
    /// `primary` of the answer is the emotion of the text. A server whose model is down still answers, with placeholders:
    /// look at `is_fallback`. The vendor states that nothing is stored; another source shows a history row with the first
    /// 100 characters, so take out what must not leave your hands.
    emotions.analyze: AnalyzeText => EmotionAnalysis {
        POST "/v2/emotions/analysis",
        group: per_operation, tier: Low, price: 0, retry: KeyedWrite, paging: none,
        errors: [missing_field, invalid_role, payload_too_large],
        body: AnalysisBody,
        source: "docs: /api/emotions",
    }
}

operation! {
    /// Analyses the emotions of one text and adds it to a context.
    ///
    /// The context begins with its first message and ends some time after its last, 24 hours unless the account says
    /// otherwise. The message gets an id, made here unless given: it stands in the answer, and in the error where the answer
    /// was lost, and `message` finds the message by it. Trajectory and growth come from the history that the service
    /// associates with this context.
    emotions.analyze_in_context: AnalyzeInContext => EmotionAnalysis {
        POST "/v2/emotions/{contextId}/analysis",
        group: per_operation, tier: Low, price: 0, retry: KeyedWrite, paging: none,
        errors: [missing_field, invalid_role, payload_too_large, duplicate_id],
        body: AnalysisBody,
        calls: 1 to 1 through analyze_and_name,
        source: "docs: /api/emotions",
    }
}

operation! {
    /// Analyses the emotions of up to 100 texts in one request.
    ///
    /// The answer has one emotion a text, in the order given. More than 100 are refused before anything is sent: split
    /// them. The form of the request is not documented and taken to be that of a single analysis; some servers have no such
    /// route, see `fan_out`.
    emotions.analyze_batch: AnalyzeBatch => BatchAnalysis {
        POST "/v2/emotions/batch-analysis",
        group: per_operation, tier: Low, price: 0, retry: KeyedWrite, paging: none,
        errors: [missing_field, invalid_role, payload_too_large],
        body: AnalysisBody,
        calls: 1 to 101 through in_order,
        source: "docs: /rate-limits",
    }
}

operation! {
    /// Reads the latest emotional state of a context.
    ///
    /// A context that has ended is not found: then start anew. Some servers answer an unknown context with no emotions
    /// instead.
    emotions.state: GetEmotionState => EmotionState {
        GET "/v2/emotions/{contextId}",
        group: per_operation, tier: Low, price: 0, retry: Read, paging: none,
        errors: [context_not_found],
        calls: 1 to 1 through in_context,
        source: "docs: /api/emotions",
    }
}

operation! {
    /// Reads the emotions of one message of a context, by the id it was analysed under.
    ///
    /// Some servers do not keep the ids of messages and find none.
    emotions.message: GetMessageEmotions => EmotionState {
        GET "/v2/emotions/{contextId}/message/{externalId}",
        group: per_operation, tier: Low, price: 0, retry: Read, paging: none,
        errors: [context_not_found],
        calls: 1 to 1 through in_context,
        source: "docs: /api/emotions",
    }
}
