//! What kind of conversation the service thinks this is.

use std::sync::Arc;

use crate::declare::{model, open_enum};

open_enum! {
    /// Kind of conversation.
    pub enum ConversationKind {
        /// Somebody may be in danger.
        CrisisIntervention = "crisis_intervention",
        /// Support.
        EmotionalSupport = "emotional_support",
        /// Analysis in depth.
        AnalyticalDeepDive = "analytical_deep_dive",
        /// Aims and plans.
        GoalStrategy = "goal_strategy",
        /// Getting something done.
        TaskExecution = "task_execution",
        /// Looking something up.
        InformationRetrieval = "information_retrieval",
        /// Talk.
        Conversational = "conversational",
    }
}

open_enum! {
    /// Manner that the service proposes for an answer.
    pub enum PersonalityMode {
        /// The usual one.
        Core = "core",
        /// Therapeutic.
        Therapeutic = "therapeutic",
        /// For a crisis.
        Crisis = "crisis",
        /// Coaching.
        Coaching = "coaching",
        /// Talk.
        Conversational = "conversational",
        /// As little as possible.
        Minimal = "minimal",
        /// Analytical.
        Analytical = "analytical",
    }
}

model! {
    /// What kind of conversation this is. Its sign of a crisis does not replace a safety process of your own.
    pub struct ConversationMode {
        optional {
            /// Kind of conversation.
            mode: ConversationKind,
            /// How sure the service is, 0 to 1.
            confidence: f64,
            /// Why.
            reasoning: String,
            /// Whether words of a crisis were found together with a high intensity.
            crisis_detected: bool,
            /// How to answer.
            response_strategy: Arc<ResponseStrategy>,
            /// Manner for an answer.
            personality_mode: PersonalityMode,
            /// How sure the service is of that manner, 0 to 1.
            personality_confidence: f64,
            /// Hints for the wording.
            response_guidance: Arc<ResponseGuidance>,
        }
    }
}

model! {
    /// How to answer.
    pub struct ResponseStrategy {
        optional {
            /// Tone.
            tone: String,
            /// What to look at.
            focus: String,
            /// Steps.
            actionables: Vec<String>,
        }
    }
}

model! {
    /// Hints for the wording of an answer.
    pub struct ResponseGuidance {
        optional {
            /// Tone.
            tone: String,
            /// What to look at.
            focus: String,
            /// Ways to speak.
            speech_patterns: Vec<String>,
            /// What to leave out.
            prohibitions: Vec<String>,
            /// Examples.
            example_responses: Vec<String>,
        }
    }
}
