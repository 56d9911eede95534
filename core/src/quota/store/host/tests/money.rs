//! Budgets across processes, crashes and days.

use super::*;
use crate::credits::{AccountKey, Per, Refusal};

const DAY: i64 = 86_400;

fn key(name: &str) -> AccountKey {
    name.parse().unwrap()
}

fn refusal(process: &Process, ask: &Arc<Ask>) -> Refusal {
    match process.try_admit(ask).unwrap() {
        Step::Refuse(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cap_holds_over_all_processes() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let ask = paid(&limited(100), &[Budget::new(3).per(Per::Day)]);
    let first = one.admit(&ask);
    one.admit(&ask);
    other.call(&ask);
    assert!(matches!(refusal(&other, &ask), Refusal::Budget { cap: 3, reserved: 2, .. }));
    one.end(&ask, &first, ending(How::Released, Credits::NONE));
    other.call(&ask);
    assert!(matches!(refusal(&one, &ask), Refusal::Budget { cap: 3, .. }));
}

#[test]
fn a_crash_leaves_the_price_reserved_until_users_say_what_was_charged() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let ask = paid(&limited(100), &[Budget::new(2).per(Per::Day)]);
    one.admit(&ask);
    drop(one);
    time.pass(LEASE + seconds(1));
    other.call(&ask);
    assert!(matches!(refusal(&other, &ask), Refusal::Budget { reserved: 1, .. }));
    let view = other.view();
    assert_eq!(view.in_flight, []);
    let account = key("team/2026-11-22");
    assert_eq!(view.ledger.accounts[&account].reserved, 1);

    let wrong = other.change(Change::Reconcile { account: account.clone(), charged: 3 });
    assert!(matches!(wrong, Err(ChangeError::Contradiction(_))), "{wrong:?}");
    other.change(Change::Reconcile { account, charged: 1 }).unwrap();
    other.call(&ask);
    refusal(&other, &ask);
}

#[test]
fn what_was_reconciled_is_not_given_back_again() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let ask = paid(&limited(100), &[Budget::new(2).per(Per::Day)]);
    let slow = process.admit(&ask);
    time.pass(LEASE + seconds(1));
    process.change(Change::Reconcile { account: key("team/2026-11-22"), charged: 0 }).unwrap();
    process.admit(&ask);
    process.admit(&ask);
    // It was alive after all.
    process.end(&ask, &slow, answered());
    assert!(matches!(refusal(&process, &ask), Refusal::Budget { reserved: 2, .. }));
}

#[test]
fn calls_in_flight_are_told_from_those_left_behind() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let ask = paid(&limited(100), &[]);
    process.admit(&ask);
    time.pass(LEASE);
    process.admit(&ask);
    let view = process.view();
    let account = key("team/ever");
    assert_eq!(view.ledger.accounts[&account].reserved, 2);
    assert!(view.in_flight.contains(&(account, 1)), "{:?}", view.in_flight);
}

#[test]
fn a_budget_of_a_day_begins_anew_but_no_day_comes_back() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let ask = paid(&limited(100), &[Budget::new(1).per(Per::Day)]);
    one.call(&ask);
    refusal(&other, &ask);
    time.set_unix(NOON + DAY);
    other.call(&ask);
    // The wall clock is set back: the day that counts stays.
    time.set_unix(NOON);
    assert!(matches!(refusal(&one, &ask), Refusal::Budget { .. }));
    time.set_unix(NOON - 5 * DAY);
    refusal(&other, &ask);
}

#[test]
fn a_402_stops_all_processes() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let ask = paid(&limited(100), &[]);
    let grant = one.admit(&ask);
    let end = Ending { out_of_credits: true, ..ending(How::Unproven, Credits::NONE) };
    assert_eq!(one.end(&ask, &grant, end), [Notice::OutOfCredits]);
    assert!(matches!(refusal(&other, &ask), Refusal::OutOfCredits { .. }));
    other.change(Change::Resume).unwrap();
    one.call(&ask);
}

#[test]
fn a_declared_balance_and_a_floor_hold_over_all_processes() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let mut ask = Ask::clone(&paid(&limited(100), &[]));
    if let Some(claim) = &mut ask.money {
        claim.floor = Some(8);
    }
    let ask = Arc::new(ask);
    refusal(&one, &ask);
    other.change(Change::Declare { balance: 10, option: None }).unwrap();
    one.call(&ask);
    other.call(&ask);
    assert!(matches!(refusal(&one, &ask), Refusal::Floor { floor: 8, .. }));
}

#[test]
fn steps_with_a_cap_wait_for_the_disk() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let mode = || {
        process.inside(|connection| {
            connection.query_row("PRAGMA synchronous", [], |row| row.get::<_, i64>(0)).unwrap()
        })
    };
    process.admit(&paid(&limited(100), &[]));
    assert_eq!(mode(), 1, "normal");
    process.admit(&paid(&limited(100), &[Budget::new(9)]));
    assert_eq!(mode(), 2, "full");
}
