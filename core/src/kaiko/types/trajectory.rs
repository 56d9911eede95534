//! How the emotions of a context move. Whose history is used is for the service to say: do not rely on contexts being apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::declare::{model, open_enum};
use crate::value::Timestamp;

open_enum! {
    /// Where a trend goes.
    pub enum TrendDirection {
        /// Better.
        Improving = "improving",
        /// Neither.
        Stable = "stable",
        /// Worse.
        Declining = "declining",
    }
}

open_enum! {
    /// The span that a baseline covers.
    pub enum BaselineWindow {
        /// A week.
        Week = "week",
        /// A month.
        Month = "month",
        /// A quarter.
        Quarter = "quarter",
    }
}

open_enum! {
    /// What makes a breakthrough.
    pub enum BreakthroughType {
        /// The discovery level.
        DiscoveryLevel = "discovery_level",
        /// Intensity far above the baseline.
        IntensitySpike = "intensity_spike",
        /// Very much wonder.
        WonderExplosion = "wonder_explosion",
    }
}

open_enum! {
    /// Where the momentum goes.
    pub enum MomentumDirection {
        /// Stronger.
        Escalating = "escalating",
        /// Weaker.
        DeEscalating = "de-escalating",
        /// Neither.
        Stable = "stable",
    }
}

open_enum! {
    /// How likely a discovery is.
    pub enum DiscoveryPotential {
        /// Likely.
        High = "high",
        /// Possible.
        Medium = "medium",
        /// Unlikely.
        Low = "low",
    }
}

model! {
    /// How the emotions of a context move.
    pub struct Trajectory {
        optional {
            /// What is usual.
            baseline: Arc<TrajectoryBaseline>,
            /// Where it goes.
            trend: Arc<TrajectoryTrend>,
            /// A breakthrough, when there is one.
            breakthrough: Arc<TrajectoryBreakthrough>,
            /// The last hours.
            momentum: Arc<EmotionalMomentum>,
            /// Earlier moments like this one.
            similar_moments: Arc<SimilarMoments>,
        }
    }
}

model! {
    /// What is usual for a context.
    pub struct TrajectoryBaseline {
        optional {
            /// The span that it covers.
            window: BaselineWindow,
            /// Points in that span.
            data_point_count: i64,
            /// Share of each dominant emotion.
            dominant_emotions: BTreeMap<String, f64>,
            /// Mean intensity.
            average_intensity: f64,
            /// Usual valence.
            baseline_valence: f64,
            /// Usual arousal.
            baseline_arousal: f64,
            /// How much the intensity varies: its standard deviation.
            emotional_volatility: f64,
            /// Usual complexity.
            average_complexity: String,
            /// Mean wonder.
            average_wonder_index: f64,
            /// Breakthroughs in that span.
            breakthrough_count: i64,
        }
    }
}

model! {
    /// Where the emotions of a context go.
    pub struct TrajectoryTrend {
        optional {
            /// In a word.
            direction: TrendDirection,
            /// Change of valence.
            valence_trend: f64,
            /// Change of intensity.
            intensity_trend: f64,
            /// Change of wonder.
            wonder_trend: f64,
            /// Breakthroughs a week.
            breakthrough_rate: f64,
        }
    }
}

model! {
    /// A breakthrough.
    pub struct TrajectoryBreakthrough {
        optional {
            /// Whether there is one.
            detected: bool,
            /// What makes it one.
            r#type: BreakthroughType,
            /// How much it means.
            significance: f64,
        }
    }
}

model! {
    /// How the last hours went.
    pub struct EmotionalMomentum {
        optional {
            /// Emotion now.
            current_emotion: String,
            /// Intensity now.
            current_intensity: f64,
            /// Wonder now.
            current_wonder: f64,
            /// Where it goes.
            trajectory: MomentumDirection,
            /// Change of intensity an hour.
            momentum: f64,
            /// Mean intensity.
            average_intensity: f64,
            /// Mean wonder.
            average_wonder: f64,
            /// Mean valence.
            average_valence: f64,
            /// How much the intensity varies.
            emotional_volatility: f64,
            /// How likely a discovery is.
            discovery_potential: DiscoveryPotential,
            /// Hours that it covers.
            window_hours: i64,
            /// Points in these hours.
            data_point_count: i64,
        }
    }
}

model! {
    /// Earlier moments like this one.
    pub struct SimilarMoments {
        optional {
            /// The moments.
            moments: Vec<Arc<SimilarMoment>>,
            /// Patterns that fit.
            patterns: Vec<Arc<SimilarPattern>>,
            /// What they have in common.
            insights: String,
        }
    }
}

model! {
    /// An earlier moment.
    pub struct SimilarMoment {
        optional {
            /// Its id.
            memory_id: String,
            /// How similar it is, 0 to 1.
            similarity: f64,
            /// Its emotion.
            emotion: String,
            /// Its intensity.
            intensity: f64,
            /// When it was.
            timestamp: Timestamp,
            /// Tags.
            tags: Vec<String>,
            /// What it was about.
            context: String,
        }
    }
}

model! {
    /// A pattern that fits the moment.
    pub struct SimilarPattern {
        optional {
            /// Its id.
            pattern_id: String,
            /// Its kind.
            pattern_type: String,
            /// Its name.
            name: String,
            /// How often it comes.
            frequency: f64,
            /// How sure the service is, 0 to 1.
            confidence: f64,
            /// Emotions in order.
            emotional_sequence: Vec<String>,
        }
    }
}
