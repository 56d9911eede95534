//! The file does not grow without end.

use super::*;
use crate::credits::BudgetOn;

fn count(process: &Process, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    process.inside(|connection| connection.query_row(&sql, [], |row| row.get(0)).unwrap())
}

#[test]
fn old_calls_are_forgotten_few_at_a_time() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let ask = limited(1_000);
    for _ in 0..20 {
        process.call(&ask);
    }
    // And one whose process died.
    process.admit(&ask);
    time.pass(LEASE + HOLD);
    let grant = process.admit(&ask);
    assert_eq!(count(&process, "calls"), 22);
    process.end(&ask, &grant, answered());
    assert_eq!(count(&process, "calls"), 20);
    for _ in 0..25 {
        process.call(&ask);
    }
    assert_eq!(count(&process, "calls"), 26);
}

#[test]
fn names_that_nobody_uses_are_forgotten() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let limits = Limits::custom(vec![Limit::new(LimitGroup::EachOperation, 5)]);
    for number in 0..1_100 {
        let call = CallGroup::new(format!("GET /things/{number}"), Tier::Low);
        process.call(&ask(call, &limits));
        time.pass(seconds(5));
    }
    assert!(count(&process, "records") < 900, "{}", count(&process, "records"));
}

#[test]
fn accounts_of_past_days_are_forgotten_but_not_those_that_still_count() {
    const DAY: i64 = 86_400;
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let mut ask = Ask::clone(&paid(&limited(10_000), &[]));
    if let Some(claim) = &mut ask.money {
        claim.labels = [BudgetOn::Tag("spring".into())].into();
    }
    let ask = Arc::new(ask);
    for day in 0..10 {
        time.set_unix(NOON + day * DAY);
        for _ in 0..80 {
            process.call(&ask);
        }
    }
    let names: Vec<_> = process.view().ledger.accounts.keys().map(ToString::to_string).collect();
    assert!(!names.contains(&"team/2026-11-22".to_owned()), "{names:?}");
    assert!(names.contains(&"tag:spring/ever".to_owned()), "{names:?}");
    assert!(names.contains(&"team/2026-11".to_owned()), "{names:?}");
    assert_eq!(process.view().ledger.accounts[&"team/ever".parse().unwrap()].max, 800);
}

#[test]
fn the_log_begins_anew_now_and_then() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let ask = paid(&limited(60), &[]);
    // The header of the log counts how often.
    let begun = || {
        let log = std::fs::read(format!("{}-wal", folder.file().display())).unwrap();
        log[12..16].to_vec()
    };
    process.call(&ask);
    let first = begun();
    for _ in 0..600 {
        time.pass(seconds(2));
        process.call(&ask);
    }
    // It is written back beside the steps.
    let since = std::time::Instant::now();
    while begun() == first {
        assert!(since.elapsed() < seconds(20), "never");
        std::thread::sleep(Duration::from_millis(10));
        time.pass(seconds(2));
        process.call(&ask);
    }
}
