//! How hostile a conversation has become.

use serde_json::{Value, json};

use crate::kaiko::trajectory::HistoryPoint;

fn level(score: f64) -> &'static str {
    match score {
        score if score >= 0.8 => "high",
        score if score >= 0.55 => "medium",
        score if score >= 0.3 => "low",
        _ => "none",
    }
}

/// The block of an answer, for the newest message of a context.
pub(crate) fn hostility(history: &[HistoryPoint]) -> Value {
    let score = |place: usize| history.get(place).map_or(0.0, |point: &HistoryPoint| point.emotion.hostility);
    let last = history.len().saturating_sub(1);
    let before = if last == 0 { 0.0 } else { score(last - 1) };
    // An escalation is a message that is hostile and more so than the one before it.
    let rises = |place: &usize| {
        let earlier = if *place == 0 { 0.0 } else { score(*place - 1) };
        score(*place) >= 0.3 && score(*place) > earlier
    };
    let escalations: Vec<usize> = (0..history.len()).filter(rises).collect();
    let (level, count) = (level(score(last)), escalations.len());
    let response = match (level, count) {
        ("high", _) | (_, 3..) => "crisis",
        ("medium", _) | (_, 2) => "boundary_setting",
        ("low", _) | (_, 1) => "defensive",
        _ => "normal",
    };
    let mut shown = json!({
        "level": level,
        "score": score(last),
        "escalationCount": count,
        "deEscalationDetected": before >= 0.3 && score(last) < before,
        "recommendedResponse": response,
    });
    if let Some(point) = escalations.last().and_then(|&place| history.get(place)) {
        shown["lastEscalation"] = json!(point.at.iso());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kaiko::trajectory::tests::points;

    fn state(texts: &[&str]) -> Value {
        let texts: Vec<(u32, &str)> = texts.iter().map(|text| (1, *text)).collect();
        hostility(&points(&texts))
    }

    #[test]
    fn the_answer_to_hostility_grows_with_it() {
        assert_eq!(state(&["Good morning"])["recommendedResponse"], "normal");
        assert_eq!(state(&["This is spam"])["recommendedResponse"], "defensive");
        assert_eq!(state(&["You idiot"])["recommendedResponse"], "boundary_setting");
        assert_eq!(state(&["I hate you"])["recommendedResponse"], "crisis");
        let calmer = state(&["You idiot", "Good morning"]);
        assert_eq!(calmer["deEscalationDetected"], true);
        assert_eq!((&calmer["level"], &calmer["escalationCount"]), (&json!("none"), &json!(1)));
        let third = state(&["spam", "ok", "spam", "ok", "spam"]);
        assert_eq!(third["recommendedResponse"], "crisis");
    }
}
