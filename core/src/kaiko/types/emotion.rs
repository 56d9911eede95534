//! One measured emotion.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::context::ExternalId;
use super::patterns::HostilityState;
use crate::declare::{model, open_enum};

open_enum! {
    /// The dominant emotion. The service also uses finer labels.
    pub enum EmotionCategory {
        /// Joy.
        Joy = "joy",
        /// Love.
        Love = "love",
        /// Sadness.
        Sadness = "sadness",
        /// Anger.
        Anger = "anger",
        /// Fear.
        Fear = "fear",
        /// Surprise.
        Surprise = "surprise",
        /// None of them.
        Neutral = "neutral",
    }
}

open_enum! {
    /// How strong an emotion is.
    pub enum IntensityLevel {
        /// Intensity of 0.90 and more.
        Critical = "critical",
        /// From 0.75.
        High = "high",
        /// From 0.55.
        Moderate = "moderate",
        /// From 0.35.
        Subtle = "subtle",
        /// Below 0.35.
        Minimal = "minimal",
    }
}

open_enum! {
    /// How many emotions take part: the raw scores above 0.25 are counted.
    pub enum EmotionComplexity {
        /// None or one.
        Simple = "simple",
        /// Two.
        Layered = "layered",
        /// Three.
        Paradoxical = "paradoxical",
        /// Four and more.
        Transcendent = "transcendent",
    }
}

open_enum! {
    /// How much of a discovery the moment is, in the judgement of the service.
    pub enum DiscoveryLevel {
        /// The lowest level.
        Routine = "routine",
        /// Ordinary.
        Normal = "normal",
        /// Worth noting.
        Significant = "significant",
        /// A breakthrough.
        Breakthrough = "breakthrough",
        /// The highest level.
        Transcendent = "transcendent",
    }
}

open_enum! {
    /// Where the dimensions of an emotion come from.
    pub enum DimensionalSource {
        /// Predicted by the model.
        MlPredicted = "ml_predicted",
        /// Worked out from the scores.
        RuleDerived = "rule_derived",
    }
}

model! {
    /// One measured emotion. Servers leave out what they do not know: every member may be absent.
    pub struct Emotion {
        optional {
            /// Text for display: the input or a short label, depending on the server. Never compare it with the input.
            text: String,
            /// The dominant emotion.
            category: EmotionCategory,
            /// Strength, 0 to 1.
            intensity: f64,
            /// Strength in a word.
            intensity_level: IntensityLevel,
            /// How pleasant it is, from -1 to 1.
            valence: f64,
            /// How energised it is, 0 to 1: up to 0.3 calm, from 0.7 energised.
            arousal: f64,
            /// How many emotions take part.
            complexity: EmotionComplexity,
            /// Curiosity and wonder, 0 to 1.
            wonder_index: f64,
            /// How much of a discovery the moment is.
            discovery_level: DiscoveryLevel,
            /// Score of each label, 0 to 1: joy, love, sadness, anger, fear, surprise, and finer ones on some servers. The service
            /// calls it `raw`.
            scores: BTreeMap<String, f64>,
            /// Where valence and arousal come from.
            dimensional_source: DimensionalSource,
            /// Concern for others, 0 to 1.
            empathic_concern: f64,
            /// Distress of one's own, 0 to 1.
            personal_distress: f64,
            /// Labels above their threshold.
            active_labels: Vec<String>,
            /// Nine numbers of unit length.
            emotional_vector: Vec<f64>,
            /// Tags, such as `breakthrough` or `resilience`.
            emotional_tags: Vec<String>,
            /// Short text that changes with time; no stable id.
            emotional_signature: String,
            /// Feelings about feelings, 0 to 1.
            meta_emotional_score: f64,
            /// Match with earlier patterns, 0 to 1.
            pattern_emotion_score: f64,
            /// Concern for safety, 0 to 1. It does not replace a safety process of your own.
            safety_concern_score: f64,
            /// Whether the moment is a breakthrough.
            is_breakthrough: bool,
            /// Hostility; in a context only.
            hostility_state: Arc<HostilityState>,
            /// True when the server had no model to ask: then all scores are placeholders and mean nothing.
            is_fallback: bool,
            /// The message it belongs to, in batches where the server tells it.
            external_id: ExternalId,
        }
    }
}

/// What it comes to in one line: `fear 0.58 (moderate), valence -0.41`. A placeholder says so first.
impl fmt::Display for Emotion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_fallback == Some(true) {
            f.write_str("placeholder, no model was asked: ")?;
        }
        f.write_str(self.category.as_ref().map_or("no category", EmotionCategory::as_str))?;
        if let Some(intensity) = self.intensity {
            write!(f, " {intensity:.2}")?;
        }
        if let Some(level) = &self.intensity_level {
            write!(f, " ({level})")?;
        }
        if let Some(valence) = self.valence {
            write!(f, ", valence {valence:.2}")?;
        }
        Ok(())
    }
}
