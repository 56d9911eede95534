//! Rates: shares in percent, from 0 to 100.
//!
//! The service writes them as text (`12.00%`) in the figures of a campaign and as numbers in its analytics; users see numbers.

use serde_json::{Map, Value};

/// Turns the named rates into numbers; those that are absent stay so, and what is no rate becomes null.
pub(super) fn rates_as_numbers(members: &mut Map<String, Value>, names: &[&str]) {
    for &name in names {
        if let Some(rate) = members.get_mut(name) {
            *rate = percent(rate).map_or(Value::Null, Value::from);
        }
    }
}

/// A rate from text with or without a percent sign, or from a number.
fn percent(rate: &Value) -> Option<f64> {
    match rate {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            text.trim().trim_end_matches('%').trim_end().parse().ok().filter(|rate: &f64| rate.is_finite())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rates_are_read_from_text_and_number() {
        for (rate, expected) in [
            (json!("12.00%"), Some(12.0)),
            (json!("0%"), Some(0.0)),
            (json!(" 4.76 % "), Some(4.76)),
            (json!(13.1), Some(13.1)),
            (json!("n/a"), None),
            (json!("NaN"), None),
            (json!("1e999"), None),
            (json!(""), None),
            (json!(null), None),
            (json!([12]), None),
        ] {
            assert_eq!(percent(&rate), expected, "{rate}");
        }
    }

    #[test]
    fn only_the_named_rates_change() {
        let Value::Object(mut members) = json!({"a": "1%", "b": "2%", "n": "x"}) else { unreachable!() };
        rates_as_numbers(&mut members, &["a", "n", "absent"]);
        assert_eq!(Value::Object(members), json!({"a": 1.0, "b": "2%", "n": null}));
    }
}
