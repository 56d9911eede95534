//! A 402 stops everybody, and one call at a time finds out whether there are credits again.

use proptest::prelude::*;

use super::*;

/// A ledger whose last call was answered 402 at [`NOW`].
fn latched(claim: &Claim) -> Ledger {
    let mut ledger = Ledger::default();
    let reservation = ledger.admit(claim).unwrap();
    refuse(&mut ledger, NOW, &reservation);
    ledger
}

fn refuse(ledger: &mut Ledger, now: Duration, reservation: &Reservation) {
    ledger.settle(reservation, Credits::NONE, &[]);
    ledger.out_of_credits(now, reservation);
}

fn at(after: u64) -> Duration {
    NOW + seconds(after)
}

#[test]
fn a_402_stops_everybody_critical_calls_too() {
    let asker = Asker::new(&[]);
    let ledger = latched(&asker.claim);
    let critical = Claim { critical: true, ..asker.claim.clone() };
    for claim in [&asker.claim, &critical, &asker.costing(Credits::NONE)] {
        let refusal = ledger.check(at(12), today(), claim).unwrap_err();
        assert_eq!(refusal, Refusal::OutOfCredits { since: seconds(12), probe_in: seconds(48) });
        assert_eq!(refusal.kind(), crate::ErrorKind::OutOfCredits);
        assert_eq!(refusal.retry_after(), Some(seconds(48)));
        assert_eq!(
            refusal.to_string(),
            "no credits left: the server answered 402 12 s ago, and at zero it pauses all agents; nothing was sent; \
             top up, then resume or declare the new balance; without that one call tries again in 48 s"
        );
    }
    assert_eq!(ledger.at("team/ever"), account(0, 0, 0));
}

#[test]
fn one_call_tries_after_a_minute_and_its_answer_opens() {
    let claim = Asker::new(&[]).claim;
    let mut ledger = latched(&claim);
    ledger.admit_at(at(60) - Duration::from_nanos(1), today(), &claim).unwrap_err();
    let probe = ledger.admit_at(at(60), today(), &claim).unwrap();
    for _ in 0..3 {
        ledger.admit_at(at(61), today(), &claim).unwrap_err();
    }
    ledger.settle(&probe, Credits::exactly(1), &[]);
    ledger.answered(&probe);
    assert_eq!(ledger.purse.latch, None);
    ledger.admit_at(at(61), today(), &claim).unwrap();
}

#[test]
fn a_probe_that_is_refused_closes_for_another_minute_and_the_first_402_is_remembered() {
    let claim = Asker::new(&[]).claim;
    let mut ledger = latched(&claim);
    let probe = ledger.admit_at(at(70), today(), &claim).unwrap();
    refuse(&mut ledger, at(75), &probe);
    let refusal = ledger.admit_at(at(134), today(), &claim).unwrap_err();
    assert_eq!(refusal, Refusal::OutOfCredits { since: seconds(134), probe_in: seconds(1) });
    ledger.admit_at(at(135), today(), &claim).unwrap();
}

#[test]
fn a_probe_that_never_comes_back_lets_another_one_out_a_minute_later() {
    let claim = Asker::new(&[]).claim;
    let mut ledger = latched(&claim);
    let crashed = ledger.admit_at(at(60), today(), &claim).unwrap();
    ledger.admit_at(at(119), today(), &claim).unwrap_err();
    let second = ledger.admit_at(at(120), today(), &claim).unwrap();
    // The first was sent before the second was known to be needed: only the latest counts.
    ledger.settle(&crashed, Credits::exactly(1), &[]);
    ledger.answered(&crashed);
    ledger.release(&crashed);
    ledger.admit_at(at(121), today(), &claim).unwrap_err();
    ledger.settle(&second, Credits::exactly(1), &[]);
    ledger.answered(&second);
    ledger.admit_at(at(121), today(), &claim).unwrap();
}

#[test]
fn a_lost_probe_changes_nothing_and_one_that_was_not_sent_makes_room_at_once() {
    let claim = Asker::new(&[]).claim;
    let mut ledger = latched(&claim);
    let unsent = ledger.admit_at(at(60), today(), &claim).unwrap();
    ledger.release(&unsent);
    let lost = ledger.admit_at(at(60), today(), &claim).unwrap();
    ledger.settle(&lost, Credits::up_to(1), &[]);
    let refusal = ledger.admit_at(at(61), today(), &claim).unwrap_err();
    assert_eq!(refusal, Refusal::OutOfCredits { since: seconds(61), probe_in: seconds(59) });
}

#[test]
fn an_answer_of_a_call_from_before_proves_nothing() {
    let claim = Asker::new(&[]).claim;
    let mut ledger = Ledger::default();
    let calls: Vec<_> = (0..3).map(|_| ledger.admit(&claim).unwrap()).collect();
    refuse(&mut ledger, NOW, &calls[0]);
    ledger.settle(&calls[1], Credits::exactly(1), &[]);
    ledger.answered(&calls[1]);
    ledger.admit_at(at(1), today(), &claim).unwrap_err();
    // A later 402 of theirs counts the minute anew.
    refuse(&mut ledger, at(30), &calls[2]);
    ledger.admit_at(at(89), today(), &claim).unwrap_err();
    ledger.admit_at(at(90), today(), &claim).unwrap();
}

#[test]
fn the_users_word_opens_at_once_and_late_refusals_do_not_close_it_again() {
    let claim = Asker::new(&[]).claim;
    for word in [|ledger: &mut Ledger| ledger.resume(), |ledger: &mut Ledger| ledger.declare(5)] {
        let mut ledger = Ledger::default();
        let calls: Vec<_> = (0..2).map(|_| ledger.admit(&claim).unwrap()).collect();
        refuse(&mut ledger, NOW, &calls[0]);
        word(&mut ledger);
        refuse(&mut ledger, at(1), &calls[1]);
        let next = ledger.admit_at(at(2), today(), &claim).unwrap();
        refuse(&mut ledger, at(3), &next);
        ledger.admit_at(at(4), today(), &claim).unwrap_err();
    }
    let mut ledger = latched(&claim);
    ledger.declare(0);
    ledger.admit_at(at(1), today(), &claim).unwrap_err();
}

#[test]
fn a_cap_refuses_without_using_up_the_probe() {
    let asker = Asker::new(&[Budget::new(1).per(Per::Ever)]);
    let mut ledger = latched(&asker.claim);
    ledger.admit_at(at(60), today(), &asker.costing(Credits::exactly(2))).unwrap_err();
    ledger.admit_at(at(60), today(), &asker.claim).unwrap();
}

#[test]
fn a_clock_that_starts_anew_does_not_close_for_ever() {
    let claim = Asker::new(&[]).claim;
    let mut ledger = latched(&claim);
    let probe = ledger.admit_at(seconds(3), today(), &claim).unwrap();
    ledger.admit_at(seconds(4), today(), &claim).unwrap_err();
    refuse(&mut ledger, seconds(5), &probe);
    ledger.admit_at(seconds(64), today(), &claim).unwrap_err();
    ledger.admit_at(seconds(65), today(), &claim).unwrap();
}

proptest! {
    /// Whatever becomes of the calls that are let through, short of success and never being sent, they are a minute apart.
    #[test]
    fn at_most_one_call_a_minute(
        steps in proptest::collection::vec((0_u64..40_000, 0_u8..3), 1..200),
    ) {
        let claim = Asker::new(&[]).claim;
        let mut ledger = latched(&claim);
        let (mut now, mut last) = (NOW, NOW);
        for (wait, outcome) in steps {
            now += Duration::from_millis(wait);
            match ledger.admit_at(now, today(), &claim) {
                Ok(reservation) => {
                    prop_assert!(now - last >= seconds(60), "{:?} after the one before", now - last);
                    last = now;
                    match outcome {
                        0 => refuse(&mut ledger, now, &reservation),
                        1 => drop(ledger.settle(&reservation, Credits::up_to(1), &[])),
                        _ => {}
                    }
                }
                Err(refusal) => {
                    let until = last + seconds(60) - now;
                    prop_assert_eq!(refusal, Refusal::OutOfCredits { since: now - NOW, probe_in: until });
                }
            }
        }
    }
}
