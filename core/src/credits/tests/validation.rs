//! What users may not set, and what they are told.

use super::*;

const MOST: u64 = 9_007_199_254_740_991;

fn says(budgets: &[Budget], balance: Option<u64>, floor: Option<u64>) -> String {
    validate(budgets, balance, floor).map_or_else(|invalid| invalid.to_string(), |()| "fine".to_owned())
}

#[test]
fn good_options_pass() {
    let long = "ä".repeat(64);
    for budget in [
        Budget::new(0),
        Budget::from(MOST),
        Budget::new(1).tag(" spring 2026 / EMEA: a "),
        Budget::new(1).per(Per::Day).job(long),
        Budget::new(1).per(Per::Client).tag("x"),
    ] {
        assert_eq!(says(std::slice::from_ref(&budget), None, None), "fine", "{budget:?}");
    }
    assert_eq!(says(&[], Some(0), Some(0)), "fine");
    assert_eq!(says(&[], Some(1), Some(100)), "fine");
}

#[test]
fn bad_options_are_named() {
    let cap = Budget::new(MOST + 1);
    assert_eq!(says(&[cap], None, None), "budget.cap must be at most 9007199254740991");
    assert_eq!(says(&[], Some(u64::MAX), None), "balance must be at most 9007199254740991");
    assert_eq!(says(&[], Some(1), Some(u64::MAX)), "floor must be at most 9007199254740991");
    assert_eq!(
        says(&[], None, Some(1)),
        "floor needs a balance: the API does not tell it, so give the number that the dashboard shows"
    );
    for empty in ["", " ", "\u{a0}\t"] {
        assert_eq!(says(&[Budget::new(1).tag(empty)], None, None), "budget.tag must not be empty");
    }
    for control in ["a\nb", "a\u{0}", "\u{7f}a", "a\u{2028}b", "a\u{85}b"] {
        let two = [Budget::new(1), Budget::new(1).job(control)];
        assert_eq!(says(&two, None, None), "budget[1].job must not hold control characters");
    }
    let long = Budget::new(1).tag("a".repeat(65));
    assert_eq!(says(&[long], None, None), "budget.tag must have at most 64 characters");
}

#[test]
fn the_labels_of_a_call_keep_the_same_rules() {
    assert_eq!(validate_label("tag", "spring"), Ok(()));
    assert_eq!(
        validate_label("job", "a\rb").unwrap_err().to_string(),
        "job must not hold control characters"
    );
}

#[test]
fn periods_have_the_names_of_every_language() {
    for per in [Per::Day, Per::Month, Per::Ever, Per::Client] {
        assert_eq!(per.as_str().parse(), Ok(per));
        assert_eq!(serde_json::to_value(per).unwrap(), per.as_str());
    }
    for wrong in ["", "Day", "week", "day\n"] {
        let invalid = wrong.parse::<Per>().unwrap_err();
        assert_eq!(invalid.to_string(), "per must be day, month, ever or client");
    }
}
