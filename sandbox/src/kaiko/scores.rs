//! The scores of a text: from the word list and a stable hash, so that equal texts have equal scores.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::identifiers::{hash, mix};
use crate::kaiko::levels::{complexity, discovery_level, intensity_level, is_breakthrough};
use crate::kaiko::lexicon::{
    CORE, DIMENSIONS, HOSTILE, LABELS, NEGATIONS, STRONGER, WEAKER, WONDER, lookup, negated, words,
};
use crate::kaiko::settings::{KaikoPoint, KaikoSettings};

/// A score that counts towards complexity is above this.
const SOUNDING: f64 = 0.25;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Emotion {
    raw: [f64; LABELS.len()],
    /// Whether nothing was looked at, because the classifier is played as down.
    pub(crate) fallback: bool,
    pub(crate) hostility: f64,
}

impl Emotion {
    pub(crate) fn of(text: &str, settings: &KaikoSettings) -> Self {
        if settings.fallback {
            return Self { raw: [0.0; LABELS.len()], fallback: true, hostility: 0.0 };
        }
        Self { raw: raw(text), fallback: false, hostility: hostility(text) }
    }

    /// The mean of several.
    pub(crate) fn mean<'a>(emotions: impl ExactSizeIterator<Item = &'a Self>) -> Self {
        let count = as_number(emotions.len().max(1));
        let mut mean = Self { raw: [0.0; LABELS.len()], fallback: false, hostility: 0.0 };
        for emotion in emotions {
            for (sum, score) in mean.raw.iter_mut().zip(emotion.raw) {
                *sum += score / count;
            }
            mean.fallback |= emotion.fallback;
            mean.hostility = mean.hostility.max(emotion.hostility);
        }
        mean.raw = mean.raw.map(rounded);
        mean
    }

    fn leading(&self) -> Option<usize> {
        let mut best = None;
        for (label, &score) in self.raw.iter().enumerate() {
            if score > 0.0 && best.is_none_or(|best: usize| score > self.raw[best]) {
                best = Some(label);
            }
        }
        best
    }

    pub(crate) fn category(&self) -> &'static str {
        self.leading().map_or("neutral", |label| LABELS[label])
    }

    pub(crate) fn intensity(&self) -> f64 {
        self.leading().map_or(0.0, |label| self.raw[label])
    }

    pub(crate) fn valence(&self) -> f64 {
        rounded(self.weighted(|(valence, _)| valence).unwrap_or(0.0))
    }

    pub(crate) fn arousal(&self) -> f64 {
        rounded(self.weighted(|(_, arousal)| arousal).unwrap_or(0.5))
    }

    /// The mean of the positive scores among the labels of wonder.
    pub(crate) fn wonder(&self) -> f64 {
        let scores: Vec<f64> =
            WONDER.iter().map(|&label| self.raw[label]).filter(|score| *score > 0.0).collect();
        rounded(mean(&scores).unwrap_or(0.0))
    }

    /// How many feelings sound together.
    pub(crate) fn sounding(&self) -> usize {
        self.raw.iter().filter(|score| **score > SOUNDING).count()
    }

    /// The score of a label.
    pub(crate) fn score(&self, label: &str) -> f64 {
        LABELS.iter().position(|known| *known == label).map_or(0.0, |label| self.raw[label])
    }

    fn weighted(&self, dimension: impl Fn((f64, f64)) -> f64) -> Option<f64> {
        let weight: f64 = self.raw.iter().sum();
        let sum: f64 = self.raw.iter().zip(DIMENSIONS).map(|(score, known)| score * dimension(known)).sum();
        (weight > 0.0).then(|| sum / weight)
    }

    /// The item of an answer.
    pub(crate) fn shown(&self, text: &str, settings: &KaikoSettings) -> Value {
        let intensity = self.intensity();
        let text =
            if settings.documented(KaikoPoint::Text) { text.to_owned() } else { self.intensity_label() };
        let mut item = json!({
            "text": text,
            "category": self.category(),
            "intensity": intensity,
            "intensityLevel": intensity_level(intensity),
            "valence": self.valence(),
            "arousal": self.arousal(),
            "complexity": complexity(self.sounding()),
            "wonderIndex": self.wonder(),
            "discoveryLevel": discovery_level(intensity),
            "raw": self.raw_scores(),
        });
        if !settings.documented(KaikoPoint::Extras) {
            self.add_extras(&mut item);
        }
        if self.fallback || !settings.documented(KaikoPoint::Extras) {
            item["isFallback"] = json!(self.fallback);
        }
        item
    }

    fn raw_scores(&self) -> Map<String, Value> {
        let scores = LABELS.iter().zip(self.raw).enumerate();
        scores
            .filter(|(place, (_, score))| *place < CORE || *score > 0.0)
            .map(|(_, (label, score))| ((*label).to_owned(), json!(score)))
            .collect()
    }

    fn add_extras(&self, item: &mut Value) {
        let length = self.raw.iter().map(|score| score * score).sum::<f64>().sqrt();
        let unit = |score: f64| if length > 0.0 { rounded(score / length) } else { 0.0 };
        let active: Vec<&str> = LABELS
            .iter()
            .zip(self.raw)
            .filter(|(_, score)| *score > SOUNDING)
            .map(|(name, _)| *name)
            .collect();
        let bits = self.raw.iter().fold(0, |hash, score| mix(hash ^ score.to_bits(), 1));
        item["dimensionalSource"] = json!("rule_derived");
        item["activeLabels"] = json!(active);
        item["emotionalTags"] = json!([self.category()]);
        item["emotionalVector"] = json!(self.raw.map(unit));
        item["emotionalSignature"] = json!(format!("{bits:016x}"));
        item["safetyConcernScore"] = json!(rounded(self.hostility));
        item["isBreakthrough"] = json!(is_breakthrough(self.intensity()));
    }

    fn intensity_label(&self) -> String {
        let strength = match self.intensity() {
            intensity if intensity >= 0.75 => "Highly",
            intensity if intensity >= 0.5 => "Moderately",
            _ => "Slightly",
        };
        format!("{strength} {}", self.category().to_uppercase())
    }
}

fn raw(text: &str) -> [f64; LABELS.len()] {
    let mut sums = [0.0; LABELS.len()];
    let (mut factor, mut turned) = (1.0, false);
    for word in words(text) {
        match word.as_str() {
            word if NEGATIONS.contains(&word) => turned = true,
            word if STRONGER.contains(&word) => factor = 1.5,
            word if WEAKER.contains(&word) => factor = 0.6,
            word => {
                let mut known = false;
                for (label, weight) in lookup(word) {
                    let (label, share) = if turned { negated(label) } else { (label, 1.0) };
                    sums[label] += weight * share * factor;
                    known = true;
                }
                if known {
                    (factor, turned) = (1.0, false);
                }
            }
        }
    }
    let cries = as_number(text.matches('!').count().min(3));
    let hash = hash(text.bytes());
    // A text without a known word still gets a slight colour.
    if sums.iter().all(|sum| *sum == 0.0) && !text.trim().is_empty() {
        let label = usize::try_from(mix(hash, 0) % 6).unwrap_or(0);
        sums[label] = 0.1 + chance(hash, 100) * 0.2;
    }
    let mut step = 0;
    sums.map(|sum: f64| {
        step += 1;
        let noise = if text.trim().is_empty() { 0.0 } else { chance(hash, step) * 0.06 };
        rounded(if sum > 0.0 { 1.0 - (-sum * (1.0 + 0.1 * cries)).exp() } else { noise })
    })
}

/// A number from 0 to 1 that a hash stands for.
fn chance(hash: u64, step: u64) -> f64 {
    f64::from(u32::try_from(mix(hash, step) >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

/// How hostile a text is, from 0 to 1.
fn hostility(text: &str) -> f64 {
    let text = text.to_lowercase();
    let sum: f64 = HOSTILE.iter().filter(|(word, _)| text.contains(word)).map(|(_, weight)| weight).sum();
    rounded(sum.min(1.0))
}

pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / as_number(values.len()))
}

/// The population standard deviation.
pub(crate) fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values).unwrap_or(0.0);
    let squares: Vec<f64> = values.iter().map(|value| (value - middle).powi(2)).collect();
    rounded(mean(&squares).unwrap_or(0.0).sqrt())
}

pub(crate) fn rounded(value: f64) -> f64 {
    // The zero added makes a negative zero an ordinary one.
    (value * 10_000.0).round() / 10_000.0 + 0.0
}

pub(crate) fn as_number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Emotion {
        Emotion::of(text, &KaikoSettings::default())
    }

    #[test]
    fn equal_texts_have_equal_scores_and_others_differ() {
        assert_eq!(of("The report is due at three."), of("The report is due at three."));
        assert_ne!(of("The report is due at three."), of("The report is due at four."));
    }

    #[test]
    fn words_decide_the_category() {
        for (text, category) in [
            ("I am so happy about this", "joy"),
            ("I love it", "love"),
            ("I am very sad and lonely", "sadness"),
            ("This is unacceptable, I am furious", "anger"),
            ("I am afraid and worried", "fear"),
            ("Wow, how unexpected", "surprise"),
            ("I am not happy", "sadness"),
            ("", "neutral"),
            ("  ", "neutral"),
        ] {
            assert_eq!(of(text).category(), category, "{text}");
        }
        assert!(of("I am very happy!!").intensity() > of("I am happy").intensity());
    }

    #[test]
    fn numbers_stay_in_their_ranges() {
        let long = "hate love furious ecstatic panic ".repeat(300);
        for text in ["", "x", "I am furious", long.as_str(), "\u{0}\n\t", "😀"] {
            let emotion = of(text);
            assert!((0.0..=1.0).contains(&emotion.intensity()), "{text}");
            assert!((-1.0..=1.0).contains(&emotion.valence()), "{text}");
            assert!((0.0..=1.0).contains(&emotion.arousal()), "{text}");
            assert!((0.0..=1.0).contains(&emotion.wonder()), "{text}");
        }
    }

    #[test]
    fn a_fallback_is_all_zeros() {
        let settings = KaikoSettings { fallback: true, ..KaikoSettings::default() };
        let shown = Emotion::of("I am happy", &settings).shown("I am happy", &settings);
        assert_eq!((&shown["category"], &shown["isFallback"]), (&json!("neutral"), &json!(true)));
        assert_eq!(
            shown["raw"],
            json!({"joy": 0.0, "love": 0.0, "sadness": 0.0, "anger": 0.0, "fear": 0.0,
            "surprise": 0.0})
        );
    }
}
