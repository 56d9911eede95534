//! How a person has grown: the last 30 days against the 30 before, in five dimensions.

use serde_json::{Value, json};

use crate::clock::Moment;
use crate::kaiko::scores::{Emotion, as_number, mean, rounded};
use crate::kaiko::trajectory::{DAY, HistoryPoint, average, between, complexity_rank, volatility};

/// How many points each of the two spans needs.
const NEEDED: usize = 5;

/// A number that some points make.
type Number = fn(&[&HistoryPoint]) -> f64;

/// The dimensions with their threshold in percent; a negative one means that falling is good.
const DIMENSIONS: [(&str, f64, Number); 5] = [
    ("regulation", -20.0, volatility),
    ("awareness", 15.0, |points| average(points, |emotion| as_number(emotion.sounding()))),
    ("vulnerability", 25.0, |points| average(points, openness)),
    ("resilience", -20.0, |points| average(points, |emotion| (-emotion.valence()).max(0.0))),
    ("complexity", 15.0, |points| average(points, complexity_rank)),
];

fn openness(emotion: &Emotion) -> f64 {
    emotion.score("sadness") + emotion.score("fear") + emotion.score("love")
}

/// The block of an answer; null while there is too little history.
pub(crate) fn growth(history: &[HistoryPoint], now: Moment) -> Value {
    let (middle, start) = (now.minus(DAY * 30), now.minus(DAY * 60));
    let (recent, before) = (between(history, middle, now), between(history, start, middle));
    if recent.len() < NEEDED || before.len() < NEEDED {
        return Value::Null;
    }
    let changes = DIMENSIONS.map(|(name, threshold, number)| {
        let (new, old) = (number(&recent), number(&before));
        // Against next to nothing every change would be endless.
        let change = rounded((new - old) / old.abs().max(0.01) * 100.0);
        (name, threshold, new, old, change)
    });
    let grows = |threshold: f64, change: f64| {
        change.signum() == threshold.signum() && change.abs() >= threshold.abs()
    };
    let growing = changes.iter().filter(|(_, threshold, .., change)| grows(*threshold, *change)).count();
    let declining = changes.iter().filter(|(_, threshold, .., change)| grows(-*threshold, *change)).count();
    let dimensions = changes.map(|(name, threshold, new, old, change)| {
        json!({
            "dimension": name,
            "percentageChange": change,
            "recentValue": rounded(new),
            "historicalValue": rounded(old),
            "threshold": threshold,
            "isGrowing": grows(threshold, change),
            "description": format!("{name} changed by {change:.0} percent"),
        })
    });
    let span = |from: Moment, to: Moment, points: usize| json!({"start": from.iso(), "end": to.iso(), "dataPoints": points});
    json!({
        "comparisonWindow": {
            "recent": span(middle, now, recent.len()),
            "historical": span(start, middle, before.len()),
        },
        "dimensions": dimensions,
        "overallGrowthScore": rounded(mean(&changes.map(|(.., change)| change)).unwrap_or(0.0)),
        "dimensionsGrowing": growing,
        "dimensionsDecline": declining,
        "summary": format!("{growing} of 5 dimensions grow, {declining} decline"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kaiko::trajectory::tests::{now, points};

    #[test]
    fn five_points_in_each_span_are_needed() {
        let history = |recent: u32, before: u32| {
            let recent = (0..recent).map(|hour| (hour, "I am happy and I love it"));
            let before = (0..before).map(|hour| (40 * 24 + hour, "I am sad"));
            points(&before.chain(recent).collect::<Vec<_>>())
        };
        assert_eq!(growth(&history(5, 4), now()), Value::Null);
        assert_eq!(growth(&history(4, 5), now()), Value::Null);
        let grown = growth(&history(5, 5), now());
        assert_eq!(grown["comparisonWindow"]["historical"]["dataPoints"], 5);
        let resilience = grown["dimensions"].as_array().unwrap().iter();
        let resilience = resilience.clone().find(|found| found["dimension"] == "resilience").unwrap();
        // Less gloom: it fell below -20 percent, and that is growth.
        assert_eq!((&resilience["isGrowing"], &resilience["threshold"]), (&json!(true), &json!(-20.0)));
    }
}
