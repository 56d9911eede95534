//! Patterns and hostility in the course of a context.

use std::sync::Arc;

use crate::declare::{model, open_enum};
use crate::value::Timestamp;

open_enum! {
    /// Kind of pattern.
    pub enum PatternType {
        /// Comes at certain times.
        Temporal = "temporal",
        /// Follows a trigger.
        TriggerBased = "trigger_based",
        /// Comes again and again.
        Cyclical = "cyclical",
        /// Emotions in a fixed order.
        Sequential = "sequential",
        /// A way back up.
        Recovery = "recovery",
    }
}

open_enum! {
    /// How hostile the text is.
    pub enum HostilityLevel {
        /// Not at all.
        None = "none",
        /// A little.
        Low = "low",
        /// Clearly.
        Medium = "medium",
        /// Very.
        High = "high",
    }
}

open_enum! {
    /// How to meet hostility.
    pub enum HostilityResponse {
        /// As usual.
        Normal = "normal",
        /// With care.
        Defensive = "defensive",
        /// Setting a limit.
        BoundarySetting = "boundary_setting",
        /// As a crisis.
        Crisis = "crisis",
    }
}

model! {
    /// Patterns in the course of a context.
    pub struct Patterns {
        optional {
            /// Patterns found.
            detected: Vec<Arc<DetectedPattern>>,
            /// Those that show now.
            active_patterns: Vec<String>,
            /// In a sentence.
            pattern_summary: String,
        }
    }
}

model! {
    /// A pattern found in a context.
    pub struct DetectedPattern {
        optional {
            /// Its id.
            pattern_id: String,
            /// Its kind.
            pattern_type: PatternType,
            /// Its name.
            name: String,
            /// In a sentence.
            description: String,
            /// What sets it off.
            trigger: String,
            /// Emotions in order.
            emotional_sequence: Vec<String>,
            /// How often it comes.
            frequency: f64,
            /// How sure the service is, 0 to 1.
            confidence: f64,
            /// When it was last seen.
            last_occurrence: Timestamp,
            /// When it was first seen.
            first_detected: Timestamp,
            /// How long it usually lasts, in minutes.
            typical_duration: f64,
            /// How strong it usually is.
            typical_intensity: f64,
        }
    }
}

model! {
    /// Hostility in a context.
    pub struct HostilityState {
        optional {
            /// In a word.
            level: HostilityLevel,
            /// Score.
            score: f64,
            /// How often it rose.
            escalation_count: i64,
            /// When it last rose.
            last_escalation: Timestamp,
            /// Whether it is falling.
            de_escalation_detected: bool,
            /// How to meet it.
            recommended_response: HostilityResponse,
        }
    }
}
