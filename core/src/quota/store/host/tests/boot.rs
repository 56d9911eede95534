//! The machine was started anew: the clock of before does not compare with that of now.

use super::*;
use crate::credits::Refusal;

/// The same folder after a boot, so long after it.
fn rebooted(folder: &Folder, up: Duration) -> (Process, Arc<Hand>) {
    let time = Hand::booted("second", up);
    (folder.open(&time), time)
}

#[test]
fn calls_of_before_count_as_answered_at_the_start_of_the_boot() {
    let folder = Folder::new();
    let ask = limited(2);
    {
        let time = Hand::new();
        let process = folder.open(&time);
        process.call(&ask);
        time.pass(seconds(5));
        process.call(&ask);
    }
    let (process, time) = rebooted(&folder, seconds(20));
    assert_eq!(process.wait(&ask).0, HOLD - seconds(20));
    time.pass(HOLD - seconds(20));
    process.admit(&ask);
}

#[test]
fn a_call_in_flight_holds_its_slot_for_the_rest_of_its_lease() {
    let folder = Folder::new();
    let ask = limited(1);
    folder.open(&Hand::new()).admit(&ask);
    let (process, _) = rebooted(&folder, seconds(1));
    // In flight as far as anybody knows: it may be answered now.
    assert_eq!(process.wait(&ask).0, HOLD);
    let (process, time) = rebooted(&folder, LEASE + HOLD - seconds(1));
    assert_eq!(process.wait(&ask).0, seconds(1));
    time.pass(seconds(1));
    process.admit(&ask);
}

#[test]
fn calls_of_long_before_are_forgotten() {
    let folder = Folder::new();
    let ask = limited(1);
    {
        let time = Hand::new();
        let process = folder.open(&time);
        process.call(&ask);
        time.pass(HOLD);
        process.call(&limited_other());
    }
    let (process, _) = rebooted(&folder, Duration::ZERO);
    process.admit(&ask);
}

fn limited_other() -> Arc<Ask> {
    ask(call("things.get"), &Limits::custom(vec![Limit::new(LimitGroup::EachOperation, 1)]))
}

#[test]
fn pauses_and_ceilings_last_as_long_as_they_were_to() {
    let folder = Folder::new();
    let ask = limited(10);
    {
        let time = Hand::booted("first", seconds(1_000_000));
        let process = folder.open(&time);
        for _ in 0..7 {
            process.call(&ask);
        }
        let grant = process.admit(&ask);
        let pause = Answer { limited: true, wait: Some(seconds(100)), limit: None };
        process.end(&ask, &grant, ending(How::Answered(pause), Credits::up_to(1)));
    }
    let (process, time) = rebooted(&folder, seconds(10));
    let (wait, why) = process.wait(&ask);
    assert!(matches!(why, Why::Frozen { .. }), "{why:?}");
    assert_eq!(wait, seconds(90));
    time.pass(seconds(3_500));
    for _ in 0..6 {
        process.call(&ask);
    }
    assert!(matches!(process.wait(&ask).1, Why::Full { limit: 6, .. }));
    time.pass(seconds(100));
    for _ in 0..10 {
        process.call(&ask);
    }
}

#[test]
fn the_latch_stays() {
    let folder = Folder::new();
    let ask = paid(&limited(10), &[]);
    {
        let process = folder.open(&Hand::booted("first", seconds(1_000_000)));
        let grant = process.admit(&ask);
        process.end(&ask, &grant, Ending { out_of_credits: true, ..ending(How::Unproven, Credits::NONE) });
    }
    let (process, time) = rebooted(&folder, seconds(15));
    match process.try_admit(&ask).unwrap() {
        Step::Refuse(Refusal::OutOfCredits { probe_in, .. }) => assert_eq!(probe_in, seconds(45)),
        other => panic!("{other:?}"),
    }
    time.pass(seconds(45));
    process.admit(&ask);
}

#[test]
fn a_clock_that_goes_back_is_not_believed() {
    let folder = Folder::new();
    let ask = limited(1);
    folder.open(&Hand::new()).call(&ask);
    let earlier = folder.open(&Hand::booted("first", seconds(10)));
    assert_eq!(earlier.wait(&ask).0, HOLD);
}
