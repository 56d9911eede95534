//! Which kind of conversation a message asks for.

use serde_json::{Value, json};

use crate::kaiko::lexicon::{CRISIS, words};
use crate::kaiko::scores::Emotion;
use crate::kaiko::settings::KaikoSettings;

/// Words that ask for a kind of conversation; the first group with a word in the text wins.
const GROUPS: [(&str, &[&str]); 4] = [
    ("analytical_deep_dive", &["analyse", "analyze", "analysis", "compare", "root", "cause", "explain"]),
    ("goal_strategy", &["goal", "goals", "plan", "strategy", "roadmap", "milestone"]),
    ("task_execution", &["write", "draft", "create", "send", "translate", "summarise", "summarize", "fix"]),
    ("information_retrieval", &["what", "when", "where", "who", "which", "define", "lookup"]),
];

/// A mode: its name, how sure it is, and why.
pub(crate) struct Mode {
    pub(crate) name: &'static str,
    confidence: f64,
    reasoning: &'static str,
}

pub(crate) fn mode(text: &str, emotion: &Emotion) -> Mode {
    let lower = text.to_lowercase().replace('’', "'");
    let crisis = CRISIS.iter().any(|wording| lower.contains(wording));
    if crisis && emotion.intensity() >= 0.85 {
        return Mode {
            name: "crisis_intervention",
            confidence: 1.0,
            reasoning: "Crisis wording at high intensity",
        };
    }
    if emotion.intensity() >= 0.65 && emotion.valence() < -0.3 {
        return Mode { name: "emotional_support", confidence: 0.85, reasoning: "A strong painful feeling" };
    }
    let said = words(text);
    match GROUPS.iter().find(|(_, known)| said.iter().any(|word| known.contains(&word.as_str()))) {
        Some((name, _)) => Mode { name, confidence: 0.75, reasoning: "The wording asks for it" },
        None => Mode { name: "conversational", confidence: 0.7, reasoning: "Nothing points elsewhere" },
    }
}

impl Mode {
    /// The block of an answer.
    pub(crate) fn shown(&self, settings: &KaikoSettings) -> Value {
        if settings.mode_as_text {
            return json!(self.name);
        }
        let (tone, focus, personality) = match self.name {
            "crisis_intervention" => ("calm", "safety", "crisis"),
            "emotional_support" => ("warm", "feelings", "therapeutic"),
            "analytical_deep_dive" => ("precise", "causes", "analytical"),
            "goal_strategy" => ("encouraging", "next steps", "coaching"),
            "task_execution" | "information_retrieval" => ("brief", "the task", "minimal"),
            _ => ("friendly", "the conversation", "conversational"),
        };
        json!({
            "mode": self.name,
            "confidence": self.confidence,
            "reasoning": self.reasoning,
            "crisisDetected": self.name == "crisis_intervention",
            "responseStrategy": {"tone": tone, "focus": focus, "actionables": []},
            "personalityMode": personality,
            "personalityConfidence": self.confidence,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> &'static str {
        let settings = KaikoSettings::default();
        mode(text, &Emotion::of(text, &settings)).name
    }

    #[test]
    fn rules_come_in_order() {
        assert_eq!(named("I feel hopeless and worthless, I want to end it all"), "crisis_intervention");
        // The wording alone is not enough.
        assert_ne!(named("The film is about a man who wants to end it all"), "crisis_intervention");
        assert_eq!(named("I am so sad and lonely, why"), "emotional_support");
        assert_eq!(named("Please explain the numbers"), "analytical_deep_dive");
        assert_eq!(named("My goal is a promotion"), "goal_strategy");
        assert_eq!(named("Draft a letter"), "task_execution");
        assert_eq!(named("Where is the station"), "information_retrieval");
        assert_eq!(named("Hello there"), "conversational");
    }

    #[test]
    fn a_mode_can_be_a_text() {
        let settings = KaikoSettings { mode_as_text: true, ..KaikoSettings::default() };
        let emotion = Emotion::of("Hello", &settings);
        assert_eq!(mode("Hello", &emotion).shown(&settings), json!("conversational"));
    }
}
