//! Days, and the texts under which stores keep what is booked.

use proptest::prelude::*;

use super::super::account::Period;
use super::*;

fn day_of(text: &str) -> Today {
    let at: jiff::Timestamp = text.parse().unwrap();
    Today::from_unix(at.as_second())
}

fn names(today: Today) -> (String, String) {
    (today.to_string(), Period::Month(today.month()).to_string())
}

#[test]
fn days_and_months_end_at_midnight_utc() {
    for (instant, day, month) in [
        ("2026-11-22T12:00:00Z", "2026-11-22", "2026-11"),
        ("2026-11-30T23:59:59Z", "2026-11-30", "2026-11"),
        ("2026-12-01T00:00:00Z", "2026-12-01", "2026-12"),
        ("2026-12-31T23:59:59Z", "2026-12-31", "2026-12"),
        ("2027-01-01T00:00:00Z", "2027-01-01", "2027-01"),
        ("2028-02-28T23:59:59Z", "2028-02-28", "2028-02"),
        ("2028-02-29T00:00:00Z", "2028-02-29", "2028-02"),
        ("2028-03-01T00:00:00Z", "2028-03-01", "2028-03"),
        ("2027-03-01T00:00:00Z", "2027-03-01", "2027-03"),
        ("2026-11-23T00:30:00+02:00", "2026-11-22", "2026-11"),
    ] {
        assert_eq!(names(day_of(instant)), (day.to_owned(), month.to_owned()), "{instant}");
    }
    assert_eq!(today(), day_of("2026-11-22T12:00:00Z"));
}

#[test]
fn a_clock_that_is_wrong_gives_a_day_all_the_same() {
    for (seconds, day) in [
        (i64::MIN, "1970-01-01"),
        (-1, "1970-01-01"),
        (0, "1970-01-01"),
        (253_402_300_800, "9999-12-31"),
        (i64::MAX, "9999-12-31"),
    ] {
        assert_eq!(Today::from_unix(seconds).to_string(), day, "{seconds}");
    }
}

#[test]
fn a_clock_set_back_does_not_bring_yesterday_back() {
    let (yesterday, now) = (days_later(-1), today());
    assert_eq!((now.later(yesterday), yesterday.later(now)), (now, now));
}

#[test]
fn every_account_has_a_text_and_is_found_by_it() {
    let texts = [
        "team/2026-11-22",
        "team/2026-11",
        "team/ever",
        "tag:spring/ever",
        "tag:a/b:c/2026-02-28",
        "tag:client:x/ever",
        "job:import-7/2028-02",
        "client:00000000000000000000000000000abc/ever",
        "client:ffffffffffffffffffffffffffffffff:tag:a:b/ever",
    ];
    for text in texts {
        let key: AccountKey = text.parse().unwrap();
        assert_eq!(key.to_string(), text);
        assert_eq!(serde_json::to_value(&key).unwrap(), text);
        assert_eq!(serde_json::from_value::<AccountKey>(text.into()).unwrap(), key);
    }
    let wrong = [
        "",
        "/",
        "team",
        "team/",
        "team/today",
        "team/2026-13",
        "team/2026-02-29",
        "crew/ever",
        "tag/ever",
        "client:/ever",
        "client:12/ever",
        "client:0000000000000000000000000000000G/ever",
        "client:00000000000000000000000000000abc:crew/ever",
        "team/éé",
    ];
    for text in wrong {
        assert!(text.parse::<AccountKey>().is_err(), "{text}");
        assert!(serde_json::from_value::<AccountKey>(text.into()).is_err());
    }
}

proptest! {
    #[test]
    fn labels_of_any_text_are_told_apart(one in "\\PC{1,64}", other in "\\PC{1,64}", seconds in 0_i64..8_000_000_000) {
        let today = Today::from_unix(seconds);
        let asker = Asker::new(&[Budget::new(1).tag(one.as_str()), Budget::new(1).per(Per::Day).job(one.as_str())]);
        let labels = [tag(&one), tag(&other), BudgetOn::Job(one.as_str().into())];
        let keys = Ledger::keys(&asker.on(&labels), today);
        let mut texts: Vec<_> = keys.iter().map(ToString::to_string).collect();
        for (key, text) in keys.iter().zip(&texts) {
            prop_assert_eq!(&text.parse::<AccountKey>().unwrap(), key);
        }
        texts.sort();
        texts.dedup();
        prop_assert_eq!(texts.len(), keys.len());
        prop_assert_eq!(keys.len(), if one == other { 10 } else { 13 });
    }
}

#[test]
fn what_stores_keep_comes_back_the_same() {
    let mut ledger = Ledger::default();
    let claim = Claim { balance: Some(9), ..Asker::new(&[Budget::new(5)]).on(&[tag("a")]) };
    let reservation = ledger.admit(&claim).unwrap();
    ledger.out_of_credits(NOW, &reservation);
    let probe = ledger.admit_at(NOW + seconds(60), today(), &claim).unwrap();
    for reservation in [&reservation, &probe] {
        let text = serde_json::to_string(reservation).unwrap();
        assert_eq!(&serde_json::from_str::<Reservation>(&text).unwrap(), reservation);
        assert!(text.contains("\"tag:a/2026-11-22\""), "{text}");
    }
    let purse = serde_json::to_value(&ledger.purse).unwrap();
    assert_eq!(purse["latch"], serde_json::json!({ "since": 1_000_000, "probe_after": 1_120_000 }));
    assert_eq!(serde_json::from_value::<Purse>(purse).unwrap(), ledger.purse);
    // A purse that says nothing is an empty one, and an empty one says nothing that scripts could misread.
    assert_eq!(serde_json::from_str::<Purse>("{}").unwrap(), Purse::default());
    let empty = serde_json::to_string(&Purse::default()).unwrap();
    assert!(!empty.contains("null") && !empty.contains("[]"), "{empty}");
    let old: Account = serde_json::from_str(r#"{"min":1,"max":2,"reserved":3}"#).unwrap();
    assert_eq!(old, account(1, 2, 3));
}

#[test]
fn long_past_days_and_months_are_forgotten() {
    let mut ledger = Ledger::default();
    let claim = Asker::new(&[Budget::new(1_000)]).claim;
    for days in 0..100 {
        ledger.admit_at(NOW, days_later(days), &claim).unwrap();
        ledger.sweep(days_later(days));
    }
    let mut keys: Vec<_> = ledger.accounts.keys().map(ToString::to_string).collect();
    keys.retain(|key| !key.starts_with("client:"));
    assert_eq!(keys, ["team/2027-02-28", "team/2027-03-01", "team/2027-02", "team/2027-03", "team/ever"]);
    assert_eq!(ledger.accounts.len(), 6);
    assert_eq!(ledger.at("team/ever").reserved, 100);
}

#[test]
fn stores_keep_for_ever_what_budgets_may_ask_for_ever() {
    let key = |text: &str| text.parse::<AccountKey>().unwrap().keep_for();
    assert_eq!((key("team/ever"), key("job:a/ever")), (None, None));
    assert!(key("team/2026-11-22") > Some(seconds(2 * 86_400)));
    assert!(key("team/2026-11") > Some(seconds(62 * 86_400)));
    assert!(key("client:00000000000000000000000000000abc:tag:a/ever") > Some(seconds(365 * 86_400)));
}
