//! How feelings move: baseline, trend, breakthrough and momentum of a history.
//!
//! The window is 30 days. The trend compares its two halves; where one of them is empty nothing has moved. A
//! point counts as "before" when it stands earlier in the history than the newest one.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::Moment;
use crate::kaiko::levels::{COMPLEXITY, is_breakthrough};
use crate::kaiko::scores::{Emotion, as_number, deviation, mean, rounded};

pub(crate) const DAY: Duration = Duration::from_secs(86_400);

const WINDOW_DAYS: u32 = 30;
const MOMENTUM_HOURS: u32 = 24;

/// One analysed message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct HistoryPoint {
    pub(crate) at: Moment,
    pub(crate) emotion: Emotion,
}

/// The mean of a number over points.
pub(crate) fn average(points: &[&HistoryPoint], number: impl Fn(&Emotion) -> f64) -> f64 {
    let values: Vec<f64> = points.iter().map(|point| number(&point.emotion)).collect();
    rounded(mean(&values).unwrap_or(0.0))
}

/// The points of a span: after its start, up to its end.
pub(crate) fn between(history: &[HistoryPoint], start: Moment, end: Moment) -> Vec<&HistoryPoint> {
    history.iter().filter(|point| start < point.at && point.at <= end).collect()
}

/// The block of an answer; none without a point in the window. `newest` asks whether the last analysis stands out.
pub(crate) fn trajectory(history: &[HistoryPoint], now: Moment, newest: bool) -> Option<Value> {
    let start = now.minus(DAY * WINDOW_DAYS);
    let points = between(history, start, now);
    if points.is_empty() {
        return None;
    }
    let mut shown = json!({"baseline": baseline(&points), "trend": trend(&points, now)});
    if newest
        && let Some((last, before)) = points.split_last()
        && let Some(breakthrough) = breakthrough(&last.emotion, before)
    {
        shown["breakthrough"] = breakthrough;
    }
    if newest && let Some(momentum) = momentum(history, now) {
        shown["momentum"] = momentum;
    }
    Some(shown)
}

fn baseline(points: &[&HistoryPoint]) -> Value {
    let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
    for point in points {
        *shares.entry(point.emotion.category()).or_default() += 1.0 / as_number(points.len());
    }
    let shares: BTreeMap<&str, f64> =
        shares.into_iter().map(|(name, share)| (name, rounded(share))).collect();
    let rank = average(points, complexity_rank).round();
    let complexity = COMPLEXITY.iter().enumerate().find(|(place, _)| as_number(*place) >= rank);
    json!({
        "window": "month",
        "dataPointCount": points.len(),
        "dominantEmotions": shares,
        "averageIntensity": average(points, Emotion::intensity),
        "baselineValence": average(points, Emotion::valence),
        "baselineArousal": average(points, Emotion::arousal),
        "emotionalVolatility": volatility(points),
        "averageComplexity": complexity.map(|(_, name)| name),
        "averageWonderIndex": average(points, Emotion::wonder),
        "breakthroughCount": breakthroughs(points),
    })
}

pub(crate) fn volatility(points: &[&HistoryPoint]) -> f64 {
    let values: Vec<f64> = points.iter().map(|point| point.emotion.intensity()).collect();
    deviation(&values)
}

/// Complexity as a number from 0 to 3.
pub(crate) fn complexity_rank(emotion: &Emotion) -> f64 {
    as_number(emotion.sounding().saturating_sub(1).min(3))
}

fn breakthroughs(points: &[&HistoryPoint]) -> usize {
    points.iter().filter(|point| is_breakthrough(point.emotion.intensity())).count()
}

fn trend(points: &[&HistoryPoint], now: Moment) -> Value {
    let middle = now.minus(DAY * (WINDOW_DAYS / 2));
    let (early, late): (Vec<_>, Vec<_>) = points.iter().copied().partition(|point| point.at <= middle);
    let change = |number: fn(&Emotion) -> f64| {
        if early.is_empty() || late.is_empty() {
            0.0
        } else {
            rounded(average(&late, number) - average(&early, number))
        }
    };
    let (valence, wonder) = (change(Emotion::valence), change(Emotion::wonder));
    let direction = match valence + wonder {
        sum if sum > 0.1 => "improving",
        sum if sum < -0.1 => "declining",
        _ => "stable",
    };
    let weeks = f64::from(WINDOW_DAYS) / 7.0;
    json!({
        "direction": direction,
        "valenceTrend": valence,
        "intensityTrend": change(Emotion::intensity),
        "wonderTrend": wonder,
        "breakthroughRate": rounded(as_number(breakthroughs(points)) / weeks),
    })
}

fn breakthrough(last: &Emotion, before: &[&HistoryPoint]) -> Option<Value> {
    let intensity = last.intensity();
    let over = intensity - average(before, Emotion::intensity);
    let kind = if is_breakthrough(intensity) {
        "discovery_level"
    } else if !before.is_empty() && over >= 0.35 {
        "intensity_spike"
    } else if last.wonder() >= 0.9 {
        "wonder_explosion"
    } else {
        return None;
    };
    Some(json!({"detected": true, "type": kind, "significance": intensity.max(last.wonder())}))
}

fn momentum(history: &[HistoryPoint], now: Moment) -> Option<Value> {
    let points = between(history, now.minus(DAY * MOMENTUM_HOURS / 24), now);
    let (first, last) = match points.as_slice() {
        [first, .., last] => (*first, *last),
        _ => return None,
    };
    let change = last.emotion.intensity() - first.emotion.intensity();
    let hours = last.at.since(first.at).as_secs_f64() / 3_600.0;
    let wonder = average(&points, Emotion::wonder);
    Some(json!({
        "currentEmotion": last.emotion.category(),
        "currentIntensity": last.emotion.intensity(),
        "currentWonder": last.emotion.wonder(),
        "trajectory": match change {
            change if change > 0.2 => "escalating",
            change if change < -0.2 => "de-escalating",
            _ => "stable",
        },
        // Two messages at one moment have no speed.
        "momentum": if hours > 0.0 { rounded(change / hours) } else { 0.0 },
        "averageIntensity": average(&points, Emotion::intensity),
        "averageWonder": wonder,
        "averageValence": average(&points, Emotion::valence),
        "emotionalVolatility": volatility(&points),
        "discoveryPotential": match wonder {
            wonder if wonder >= 0.6 => "high",
            wonder if wonder >= 0.3 => "medium",
            _ => "low",
        },
        "windowHours": MOMENTUM_HOURS,
        "dataPointCount": points.len(),
    }))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::kaiko::settings::KaikoSettings;

    const SAD: &str = "I am sad and lonely";
    const GLAD: &str = "What a wonderful, happy day";

    /// Points at so many hours before `at_day(60)`.
    pub(crate) fn points(texts: &[(u32, &str)]) -> Vec<HistoryPoint> {
        let settings = KaikoSettings::default();
        let hour = Duration::from_secs(3_600);
        let point = |&(hours, text): &(u32, &str)| HistoryPoint {
            at: now().minus(hour * hours),
            emotion: Emotion::of(text, &settings),
        };
        texts.iter().map(point).collect()
    }

    pub(crate) fn now() -> Moment {
        Moment::from_micros(0).plus(DAY * 60)
    }

    fn direction(texts: &[(u32, &str)]) -> Value {
        trajectory(&points(texts), now(), true).unwrap()["trend"]["direction"].clone()
    }

    #[test]
    fn the_trend_compares_the_halves_of_thirty_days() {
        let (early, late) = (20 * 24, 2 * 24);
        assert_eq!(direction(&[(early, SAD), (late, GLAD)]), "improving");
        assert_eq!(direction(&[(early, GLAD), (late, SAD)]), "declining");
        assert_eq!(direction(&[(early, GLAD), (late, GLAD)]), "stable");
        // Points in one half only: nothing can have moved. What is older than the window does not count.
        assert_eq!(direction(&[(3, GLAD), (late, SAD)]), "stable");
        assert_eq!(direction(&[(31 * 24, GLAD), (late, SAD)]), "stable");
        assert!(trajectory(&points(&[(31 * 24, GLAD)]), now(), true).is_none());
    }

    #[test]
    fn momentum_needs_two_points_of_one_day() {
        let momentum =
            |texts: &[(u32, &str)]| trajectory(&points(texts), now(), true).unwrap().get("momentum").cloned();
        assert_eq!(momentum(&[(25, SAD), (1, GLAD)]), None);
        let risen = momentum(&[(3, "The report is due"), (1, "I am furious and I hate this")]).unwrap();
        assert_eq!((&risen["trajectory"], &risen["dataPointCount"]), (&json!("escalating"), &json!(2)));
        assert_eq!(risen["currentEmotion"], "anger");
        let fallen = momentum(&[(3, "I am furious and I hate this"), (1, "The report is due")]).unwrap();
        assert_eq!(fallen["trajectory"], "de-escalating");
        assert!(fallen["momentum"].as_f64().unwrap() < 0.0);
    }

    #[test]
    fn what_stands_out_is_a_breakthrough() {
        let kind = |texts: &[(u32, &str)]| {
            let shown = trajectory(&points(texts), now(), true).unwrap();
            shown.get("breakthrough").map(|found| found["type"].clone())
        };
        assert_eq!(kind(&[(1, "I am so ecstatic, overjoyed and thrilled")]), Some(json!("discovery_level")));
        assert_eq!(
            kind(&[(2, "The report is due"), (1, "I am happy today")]),
            Some(json!("intensity_spike"))
        );
        assert_eq!(kind(&[(1, "I am happy today")]), None);
        // A read tells of no newest message.
        let read = trajectory(&points(&[(1, "I am so ecstatic, overjoyed and thrilled")]), now(), false);
        assert_eq!(read.unwrap().get("breakthrough"), None);
    }
}
