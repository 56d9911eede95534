//! What one process does, the others know.

use super::*;
use crate::quota::call::{Class, Scope};
use crate::quota::rule::Pace;

#[test]
fn two_processes_share_the_slots() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let ask = limited(2);
    let first = one.admit(&ask);
    let second = other.admit(&ask);
    assert_eq!((first.left, second.left), (Some(1), Some(0)));
    assert_eq!(one.wait(&ask), (HOLD, Why::Full { scope: Scope::Operation, limit: 2, window: seconds(60) }));

    time.pass(seconds(10));
    one.end(&ask, &first, answered());
    time.pass(seconds(5));
    assert_eq!(other.wait(&ask).0, HOLD - seconds(5));
    time.pass(HOLD - seconds(5) - Duration::from_nanos(1));
    assert_eq!(other.wait(&ask).0, Duration::from_nanos(1));
    time.pass(Duration::from_nanos(1));
    other.admit(&ask);
    assert_eq!(one.wait(&ask).0, HOLD);
}

#[test]
fn a_slot_that_was_not_used_is_free_for_the_others_at_once() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let ask = limited(1);
    let grant = one.admit(&ask);
    other.wait(&ask);
    one.end(&ask, &grant, ending(How::Released, Credits::NONE));
    other.admit(&ask);
}

#[test]
fn the_slot_of_a_dead_process_comes_free_by_itself() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let ask = limited(1);
    one.admit(&ask);
    drop(one);
    time.pass(LEASE + HOLD - Duration::from_nanos(1));
    assert_eq!(other.wait(&ask).0, Duration::from_nanos(1));
    time.pass(Duration::from_nanos(1));
    other.admit(&ask);
}

#[test]
fn a_call_without_an_answer_holds_its_slot_as_long_as_it_may_count() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let ask = limited(1);
    let grant = process.admit(&ask);
    time.pass(seconds(30));
    process.end(&ask, &grant, ending(How::Lost, Credits::up_to(1)));
    assert_eq!(process.wait(&ask).0, seconds(60) + HOLD);
}

#[test]
fn an_end_counts_once() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let ask = paid(&limited(1), &[]);
    let grant = process.admit(&ask);
    process.end(&ask, &grant, answered());
    time.pass(seconds(20));
    process.end(&ask, &grant, answered());
    process.end(&ask, &grant, ending(How::Released, Credits::NONE));
    process.end(&ask, &Grant { id: 12345, ..grant }, answered());
    assert_eq!(process.wait(&ask).0, HOLD - seconds(20));
    let view = process.view();
    assert_eq!(
        view.ledger.accounts.values().map(|account| (account.max, account.reserved)).max(),
        Some((1, 0))
    );
}

#[test]
fn an_end_after_the_lease_counts_from_then() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let ask = limited(1);
    let grant = process.admit(&ask);
    time.pass(LEASE + seconds(30));
    process.end(&ask, &grant, answered());
    assert_eq!(process.wait(&ask).0, HOLD);
}

#[test]
fn an_end_that_is_told_late_counts_from_when_it_was() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let ask = limited(1);
    let grant = process.admit(&ask);
    time.pass(seconds(30));
    process.end(&ask, &grant, Ending { ended_ago: seconds(12), ..answered() });
    assert_eq!(process.wait(&ask).0, HOLD - seconds(12));
}

#[test]
fn shares_of_classes_hold_across_processes() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let limits = Limits::custom(vec![Limit::new(LimitGroup::EachOperation, 10)]);
    let interactive = ask(call("things.list"), &limits);
    let bulk = ask(call("things.list").class(Class::Bulk), &limits);
    one.call(&interactive);
    for _ in 0..9 {
        other.call(&bulk);
        time.pass(Duration::from_millis(1));
    }
    assert_eq!(other.wait(&bulk).1, Why::Full { scope: Scope::Operation, limit: 10, window: seconds(60) });
    time.pass(HOLD);
    one.call(&interactive);
    for _ in 0..8 {
        other.call(&bulk);
    }
    other.call(&bulk);
    // Nine of ten: the tenth is for somebody who waits for the answer.
    time.pass(HOLD);
    for _ in 0..2 {
        one.call(&interactive);
    }
    for _ in 0..8 {
        other.call(&bulk);
    }
    assert_eq!(one.wait(&interactive).0, HOLD);
}

#[test]
fn a_bulk_call_that_waits_elsewhere_keeps_its_share() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let limits = Limits::custom(vec![Limit::new(LimitGroup::EachOperation, 10)]);
    let interactive = ask(call("things.list"), &limits);
    let bulk = ask(call("things.list").class(Class::Bulk), &limits);
    for _ in 0..10 {
        one.call(&interactive);
    }
    let (look, _) = other.wait(&bulk);
    time.pass(look);
    // It has not looked again yet: two of the ten are its.
    for _ in 0..8 {
        one.call(&interactive);
    }
    assert_eq!(one.wait(&interactive).1, Why::Share { scope: Scope::Operation, class: Class::Interactive });
    other.call(&bulk);
}

#[test]
fn calls_are_spaced_across_processes() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let limits = Limits::custom(vec![Limit::new(LimitGroup::Team, 62).pace(Pace::Paced)]);
    let (list, get) = (ask(call("things.list"), &limits), ask(call("things.get"), &limits));
    let grant = one.admit(&list);
    assert!(matches!(other.wait(&get).1, Why::Busy { at_once: 1, .. }));
    one.end(&list, &grant, answered());
    assert_eq!(
        other.wait(&get),
        (seconds(1), Why::Paced { scope: Scope::Team, limit: 60, window: seconds(60) })
    );
    time.pass(seconds(1));
    other.admit(&get);
}

#[test]
fn what_was_learned_is_remembered() {
    let (folder, time) = (Folder::new(), Hand::new());
    let ask = ask(call("things.list"), &Limits::auto());
    {
        let process = folder.open(&time);
        process.pass(Tier::High, Passed::Alone);
        for _ in 0..15 {
            process.call(&ask);
        }
        let probe = process.admit(&ask);
        assert!(probe.probe.is_some());
        let notices = process.end(&ask, &probe, rejected());
        assert!(matches!(notices[..], [Notice::Tiered { .. }]), "{notices:?}");
    }
    let process = folder.open(&time);
    let (wait, why) = process.wait(&ask);
    assert_eq!((wait, why), (HOLD, Why::Full { scope: Scope::Tier, limit: 15, window: seconds(60) }));
    let learned = process.store.learned();
    assert!(learned.tiered);
    assert_eq!(learned.passed(Tier::High), Passed::Alone);
    assert!(process.view().learned.iter().any(|words| words == "the server limits by tier"));
}

#[test]
fn a_ceiling_of_one_process_holds_for_the_others() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let ask = limited(10);
    for _ in 0..7 {
        one.call(&ask);
    }
    let grant = one.admit(&ask);
    time.pass(seconds(1));
    one.end(&ask, &grant, rejected());
    time.pass(seconds(120));
    for _ in 0..6 {
        other.call(&ask);
    }
    assert_eq!(other.wait(&ask).1, Why::Full { scope: Scope::Operation, limit: 6, window: seconds(60) });
    let view = other.view();
    assert!(view.learned.iter().any(|words| words.contains("things.list: at most 6")), "{:?}", view.learned);
    let group = view.groups.iter().find(|group| group.name == "things.list").unwrap();
    assert_eq!((group.limit, group.held, group.in_flight), (10, 6, 0));
}

#[test]
fn who_stands_behind_others_hears_when_its_turn_can_come() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let ask = limited(3);
    let earliest = |ahead| match process.behind(&ask, ahead).unwrap() {
        Step::Wait { earliest, .. } => earliest,
        other => panic!("{other:?}"),
    };
    process.call(&ask);
    time.pass(seconds(10));
    process.call(&ask);
    // One slot is free, one comes free 10 s before the other.
    let firsts = [Duration::ZERO, HOLD - seconds(10), HOLD];
    assert_eq!([1, 2, 3].map(earliest), [HOLD - seconds(10), HOLD, HOLD]);
    for ahead in 3..9 {
        let whole = HOLD * (ahead / 3);
        let rest = firsts[usize::try_from(ahead % 3).unwrap()];
        assert!(earliest(ahead) >= whole + rest.min(earliest(ahead)), "{ahead}");
        assert!(earliest(ahead) >= whole, "{ahead}");
    }
    // Nothing was taken.
    process.admit(&ask);
}

#[test]
fn an_answer_that_nobody_waits_for_is_given_back() {
    let (folder, time) = (Folder::new(), Hand::new());
    let process = folder.open(&time);
    let ask = limited(1);
    // Dropped before it is answered: the step itself goes on.
    process.runtime.block_on(async {
        let busy = Arc::clone(&process.store.book).lock_owned().await;
        let mut asked = Box::pin(Arc::clone(&process.store).admit(Arc::clone(&ask), 0));
        assert!(futures::poll!(&mut asked).is_pending());
        drop(busy);
        assert!(futures::poll!(&mut asked).is_pending());
        drop(asked);
        // The next step comes after it.
        drop(Arc::clone(&process.store.book).lock_owned().await);
    });
    process.admit(&ask);
}

#[test]
fn groups_of_a_thousand_slots_are_kept() {
    let (folder, time) = (Folder::new(), Hand::new());
    let (one, other) = (folder.open(&time), folder.open(&time));
    let limits = Limits::custom(vec![Limit::new(LimitGroup::Team, 1_000)]);
    let ask = ask(call("things.list"), &limits);
    for call in 0..1_000 {
        [&one, &other][call % 2].admit(&ask);
    }
    assert_eq!(one.wait(&ask).0, HOLD);
}
