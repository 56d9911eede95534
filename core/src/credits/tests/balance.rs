//! The declared balance: what counts as a declaration, what is left, and the floor.

use super::*;

const ONE: Credits = Credits::exactly(1);

fn asker(balance: u64, floor: u64) -> Claim {
    Claim { balance: Some(balance), floor: Some(floor), ..Asker::new(&[]).claim }
}

fn left(ledger: &Ledger) -> Option<(u64, u64)> {
    ledger.purse.left().map(|left| (left.min, left.max))
}

#[test]
fn it_stops_at_the_floor_counting_what_may_be_spent() {
    let (mut ledger, claim) = (Ledger::default(), asker(10, 7));
    ledger.spend(&claim, Credits::up_to(1)).unwrap();
    let under_way = ledger.admit(&claim).unwrap();
    ledger.spend(&claim, ONE).unwrap();
    assert_eq!(left(&ledger), Some((7, 9)));
    let refusal = ledger.admit(&claim).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "this call costs 1 credit and would go below the floor of 7: 7 of the declared 10 are surely left; \
         nothing was sent; after a top-up declare the new balance, or lower the floor"
    );
    assert_eq!((refusal.kind(), refusal.retry_after()), (crate::ErrorKind::BudgetRefused, None));
    // A call that costs nothing cannot go below, and one that is critical may.
    ledger.check(NOW, today(), &Claim { price: Credits::NONE, ..claim.clone() }).unwrap();
    ledger.spend(&Claim { critical: true, ..claim.clone() }, ONE).unwrap();
    ledger.release(&under_way);
    assert_eq!(left(&ledger), Some((7, 8)));
}

#[test]
fn critical_calls_pass_the_floor_never_a_cap() {
    let mut ledger = Ledger::default();
    let capped = Asker::new(&[Budget::new(2).per(Per::Ever)]).claim;
    let critical = Claim { balance: Some(5), floor: Some(100), critical: true, ..capped };
    ledger.spend(&critical, ONE).unwrap();
    ledger.spend(&critical, ONE).unwrap();
    assert!(matches!(ledger.admit(&critical), Err(Refusal::Budget { .. })));
}

#[test]
fn a_floor_above_the_balance_refuses_everything_and_says_so() {
    let refusal = Ledger::default().check(NOW, today(), &asker(5, 100)).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the floor of 100 credits is above the balance of 5; nothing was sent; after a top-up declare the new balance, \
         or lower the floor"
    );
}

#[test]
fn a_floor_without_a_known_balance_refuses() {
    let claim = Claim { balance: None, ..asker(0, 1) };
    assert_eq!(
        Ledger::default().check(NOW, today(), &claim).unwrap_err().to_string(),
        "the floor of 1 credit cannot be kept, because the balance is not known; nothing was sent; \
         declare the balance, or take the floor away"
    );
}

#[test]
fn a_script_that_is_run_again_does_not_refill() {
    let mut ledger = Ledger::default();
    for _ in 0..3 {
        ledger.spend(&asker(2, 0), ONE).ok();
    }
    assert_eq!(left(&ledger), Some((0, 0)));
    ledger.admit(&asker(2, 0)).unwrap_err();
    // Another number is news, but each number only once: two scripts in turn do not refill either.
    ledger.spend(&asker(3, 0), ONE).unwrap();
    for balance in [2, 3, 2, 3] {
        ledger.spend(&asker(balance, 0), ONE).ok();
    }
    assert_eq!(left(&ledger), Some((0, 0)));
    ledger.declare(2);
    assert_eq!(left(&ledger), Some((2, 2)));
    ledger.spend(&asker(2, 0), ONE).unwrap();
    assert_eq!(left(&ledger), Some((1, 1)));
}

#[test]
fn a_number_that_was_refused_is_heard_all_the_same_next_time() {
    let mut ledger = Ledger::default();
    ledger.admit(&asker(1, 1)).unwrap_err();
    assert_eq!(ledger.purse, Purse::default());
    ledger.admit(&asker(1, 0)).unwrap();
    assert_eq!(left(&ledger), Some((0, 1)));
}

#[test]
fn an_option_heard_before_a_declaration_does_not_undo_it() {
    let (mut ledger, claim) = (Ledger::default(), asker(10, 0));
    ledger.hear(claim.balance);
    ledger.declare(5);
    ledger.spend(&claim, ONE).unwrap();
    assert_eq!(left(&ledger), Some((4, 4)));
}

#[test]
fn the_numbers_remembered_are_limited() {
    let mut ledger = Ledger::default();
    for balance in 1..100_000 {
        ledger.purse.hear(Some(balance));
    }
    assert!(serde_json::to_string(&ledger.purse).unwrap().len() < 300);
    assert_eq!(left(&ledger), Some((99_999, 99_999)));
    ledger.purse.hear(Some(99_984));
    assert_eq!(left(&ledger), Some((99_999, 99_999)));
    ledger.purse.hear(Some(99_983));
    assert_eq!(left(&ledger), Some((99_983, 99_983)));
}

#[test]
fn a_call_under_way_when_the_balance_is_declared_widens_the_interval() {
    let (mut ledger, claim) = (Ledger::default(), asker(10, 0));
    let under_way = ledger.admit(&claim).unwrap();
    ledger.declare(9);
    assert_eq!(left(&ledger), Some((8, 9)));
    // Whether the 9 are without this credit or not is not known.
    ledger.settle(&under_way, ONE, &[]);
    assert_eq!(left(&ledger), Some((8, 9)));
    ledger.spend(&claim, ONE).unwrap();
    assert_eq!(left(&ledger), Some((7, 8)));
}

#[test]
fn a_402_empties_the_purse_and_proof_of_credits_makes_it_unknown() {
    let (mut ledger, claim) = (Ledger::default(), asker(10, 0));
    let (refused, under_way) = (ledger.admit(&claim).unwrap(), ledger.admit(&claim).unwrap());
    ledger.settle(&refused, Credits::NONE, &[]);
    ledger.out_of_credits(NOW, &refused);
    ledger.settle(&under_way, ONE, &[]);
    assert_eq!((ledger.purse.declared, left(&ledger)), (Some(0), Some((0, 0))));
    // The same script, run again, does not fill it; with a floor nothing is sent before a new declaration.
    let later = NOW + seconds(60);
    assert!(matches!(ledger.admit_at(later, today(), &claim), Err(Refusal::Floor { left: Some(0), .. })));
    let probe = ledger.admit_at(later, today(), &Claim { floor: None, ..claim.clone() }).unwrap();
    ledger.settle(&probe, ONE, &[]);
    ledger.answered(&probe);
    assert_eq!((ledger.purse.latch, left(&ledger)), (None, None));
    assert!(matches!(ledger.admit(&claim), Err(Refusal::Floor { left: None, .. })));
    ledger.declare(3);
    ledger.admit(&claim).unwrap();
    // Resuming what is not stopped forgets nothing.
    ledger.resume();
    assert_eq!(left(&ledger), Some((2, 3)));
}

#[test]
fn a_402_without_a_declared_balance_declares_none() {
    let (mut ledger, claim) = (Ledger::default(), Asker::new(&[]).claim);
    let refused = ledger.admit(&claim).unwrap();
    ledger.settle(&refused, Credits::NONE, &[]);
    ledger.out_of_credits(NOW, &refused);
    assert_eq!((ledger.purse.declared, ledger.purse.since), (None, account(0, 0, 0)));
    // A number that nobody has given before opens.
    ledger.admit(&Claim { balance: Some(7), ..claim }).unwrap();
    assert_eq!((ledger.purse.latch, left(&ledger)), (None, Some((6, 7))));
}

#[test]
fn huge_balances_never_wrap() {
    let mut ledger = Ledger::default();
    let claim = Claim { price: Credits::exactly(u32::MAX), ..asker(u64::MAX, u64::MAX) };
    assert!(matches!(ledger.admit(&claim), Err(Refusal::Floor { .. })));
    ledger.purse.since = account(u64::MAX, u64::MAX, u64::MAX);
    ledger.purse.declared = Some(u64::MAX);
    assert_eq!(left(&ledger), Some((0, 0)));
}
