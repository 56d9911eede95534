//! The level tables: names for ranges of intensity and for the number of feelings that sound together.

/// Ranges are half open: a limit belongs to the level above it.
pub(crate) fn intensity_level(intensity: f64) -> &'static str {
    ["minimal", "subtle", "moderate", "high", "critical"][step(intensity)]
}

pub(crate) fn discovery_level(intensity: f64) -> &'static str {
    ["routine", "normal", "significant", "breakthrough", "transcendent"][step(intensity)]
}

/// Whether the discovery level alone makes a breakthrough.
pub(crate) fn is_breakthrough(intensity: f64) -> bool {
    step(intensity) >= 3
}

/// By the number of scores strictly above 0.25.
pub(crate) fn complexity(sounding: usize) -> &'static str {
    COMPLEXITY[sounding.saturating_sub(1).min(3)]
}

pub(crate) const COMPLEXITY: [&str; 4] = ["simple", "layered", "paradoxical", "transcendent"];

fn step(intensity: f64) -> usize {
    [0.35, 0.55, 0.75, 0.9].iter().filter(|limit| intensity >= **limit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_belongs_to_the_level_above() {
        let levels = [0.0, 0.349, 0.35, 0.549, 0.55, 0.749, 0.75, 0.899, 0.9, 1.0].map(intensity_level);
        let names = ["minimal", "subtle", "moderate", "high", "critical"];
        assert_eq!(levels, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4].map(|level: usize| names[level]));
        assert_eq!(discovery_level(0.75), "breakthrough");
        assert!(is_breakthrough(0.75) && !is_breakthrough(0.749));
    }

    #[test]
    fn complexity_counts_what_sounds() {
        assert_eq!([0, 1, 2, 3, 4, 9].map(complexity)[..2], ["simple", "simple"]);
        assert_eq!([2, 3, 4, 9].map(complexity), ["layered", "paradoxical", "transcendent", "transcendent"]);
    }
}
