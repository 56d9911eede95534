//! Sentences in which people say what they hold to be true, found by how they begin.

use std::collections::BTreeMap;

use serde_json::{Value, json};

const BEGINNINGS: [(&str, &str, f64); 6] = [
    ("i believe ", "explicit", 0.9),
    ("i am the kind of person ", "identity", 0.8),
    ("i always ", "identity", 0.6),
    ("it matters to me ", "value", 0.8),
    ("i can't ", "capability", 0.7),
    ("nobody ", "relational", 0.6),
];

/// The block of an answer; none where nothing was found.
pub(crate) fn beliefs(text: &str) -> Option<Value> {
    let mut found = Vec::new();
    let mut by_type: BTreeMap<&str, usize> = BTreeMap::new();
    for sentence in text.split(['.', '!', '?', ';', '\n']).map(str::trim) {
        let lower = sentence.to_lowercase().replace('’', "'");
        let Some((_, kind, confidence)) = BEGINNINGS.iter().find(|(start, ..)| lower.starts_with(start))
        else {
            continue;
        };
        *by_type.entry(kind).or_default() += 1;
        found
            .push(json!({"type": kind, "content": sentence, "confidence": confidence, "rawMatch": sentence}));
    }
    let count = found.len();
    (count > 0).then(|| {
        let summary = format!("{count} found");
        json!({"beliefs": found, "totalBeliefs": count, "beliefsByType": by_type, "summary": summary})
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beliefs_are_counted_by_type() {
        let found = beliefs("I believe in rest. It rains. I can’t swim!").unwrap();
        assert_eq!(found["beliefsByType"], json!({"explicit": 1, "capability": 1}));
        assert_eq!(found["beliefs"][1]["content"], "I can’t swim");
        assert_eq!(beliefs("It rains."), None);
    }
}
