//! Growth over two months. Absent while there is too little history.

use std::sync::Arc;

use crate::declare::{model, open_enum};
use crate::value::Timestamp;

open_enum! {
    /// A dimension of growth.
    pub enum GrowthDimension {
        /// Regulation; a falling value is good.
        Regulation = "regulation",
        /// Awareness.
        Awareness = "awareness",
        /// Vulnerability.
        Vulnerability = "vulnerability",
        /// Resilience; a falling value is good.
        Resilience = "resilience",
        /// Complexity.
        Complexity = "complexity",
    }
}

model! {
    /// The last month against the one before. Absent while there is too little history.
    pub struct Growth {
        optional {
            /// The two spans that are compared.
            comparison_window: Arc<GrowthComparison>,
            /// One entry a dimension.
            dimensions: Vec<Arc<GrowthIndicator>>,
            /// Mean of the changes, in percent.
            overall_growth_score: f64,
            /// Dimensions that grow.
            dimensions_growing: i64,
            /// Dimensions that decline.
            dimensions_decline: i64,
            /// In a sentence.
            summary: String,
        }
    }
}

model! {
    /// The two spans that are compared.
    pub struct GrowthComparison {
        optional {
            /// The later one.
            recent: Arc<GrowthWindow>,
            /// The earlier one.
            historical: Arc<GrowthWindow>,
        }
    }
}

model! {
    /// A span of time.
    pub struct GrowthWindow {
        optional {
            /// Start.
            start: Timestamp,
            /// End.
            end: Timestamp,
            /// Points in it.
            data_points: i64,
        }
    }
}

model! {
    /// The change of one dimension.
    pub struct GrowthIndicator {
        optional {
            /// The dimension.
            dimension: GrowthDimension,
            /// Change in percent.
            percentage_change: f64,
            /// Value of the later span.
            recent_value: f64,
            /// Value of the earlier span.
            historical_value: f64,
            /// Change in percent from which on it counts as growth.
            threshold: f64,
            /// Whether it counts as growth.
            is_growing: bool,
            /// In a sentence.
            description: String,
        }
    }
}
