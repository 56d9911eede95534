//! Levels of a budget are told once each, whichever client's call reaches them.

use super::*;

const ONE: Credits = Credits::exactly(1);

/// Spends one credit after the other and returns who was told which level at which number.
fn levels(ledger: &mut Ledger, claim: &Claim, calls: u64) -> Vec<(u8, u64)> {
    let mut heard = Vec::new();
    for _ in 0..calls {
        let reservation = ledger.admit(claim).unwrap();
        let told = ledger.settle(&reservation, ONE, &claim.caps);
        heard.extend(told.into_iter().map(|told| (told.percent, told.spent)));
    }
    heard
}

#[test]
fn each_level_is_told_once_over_all_clients() {
    let budgets = [Budget::new(20).per(Per::Day)];
    let (one, other) = (Asker::new(&budgets).claim, Asker::new(&budgets).claim);
    let mut ledger = Ledger::default();
    assert_eq!(levels(&mut ledger, &one, 9), []);
    assert_eq!(levels(&mut ledger, &other, 1), [(50, 10)]);
    assert_eq!(levels(&mut ledger, &one, 8), [(80, 16)]);
    assert_eq!(levels(&mut ledger, &other, 2), [(95, 19)]);
}

#[test]
fn of_several_levels_at_once_the_highest_is_told() {
    let asker = Asker::new(&[Budget::new(1)]);
    let mut ledger = Ledger::default();
    let reservation = ledger.admit(&asker.claim).unwrap();
    let told: Vec<Told> = ledger.settle(&reservation, Credits::up_to(1), &asker.claim.caps);
    let texts: Vec<_> = told.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["95 % of the budget of 1 credit for this client is reached: 1 of 1 spent"]);
}

#[test]
fn each_budget_of_a_call_has_its_own_levels() {
    let asker = Asker::new(&[
        Budget::new(4).per(Per::Ever),
        Budget::new(2).per(Per::Month).tag("a"),
        Budget::new(2).tag("b"),
    ]);
    let mut ledger = Ledger::default();
    let claim = asker.on(&[tag("a")]);
    let reservation = ledger.admit(&claim).unwrap();
    let told = ledger.settle(&reservation, Credits::exactly(1), &claim.caps);
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].to_string(),
        "50 % of the budget of 2 credits a month on tag:a is reached: 1 of 2 spent"
    );
    let reservation = ledger.admit(&claim).unwrap();
    let told = ledger.settle(&reservation, Credits::exactly(1), &claim.caps);
    let mut heard: Vec<_> = told.iter().map(|told| (told.on.to_string(), told.percent)).collect();
    heard.sort();
    assert_eq!(heard, [("tag:a".to_owned(), 95), ("team".to_owned(), 50)]);
}

#[test]
fn another_cap_on_the_same_account_hears_its_levels_too() {
    let small = Asker::new(&[Budget::new(4).per(Per::Ever)]).claim;
    let large = Asker::new(&[Budget::new(100).per(Per::Ever)]).claim;
    let mut ledger = Ledger::default();
    assert_eq!(levels(&mut ledger, &small, 4), [(50, 2), (95, 4)]);
    assert_eq!(levels(&mut ledger, &large, 96), [(50, 50), (80, 80), (95, 95)]);
}

#[test]
fn a_level_reached_by_others_is_told_at_the_next_call() {
    let mut ledger = Ledger::default();
    assert_eq!(levels(&mut ledger, &Asker::new(&[]).claim, 6), []);
    let claim = Asker::new(&[Budget::new(10).per(Per::Ever)]).claim;
    assert_eq!(levels(&mut ledger, &claim, 3), [(50, 7), (80, 8)]);
}

#[test]
fn a_new_day_tells_anew_and_a_call_of_the_old_one_tells_of_its_own() {
    let claim = Asker::new(&[Budget::new(2).per(Per::Day)]).claim;
    let mut ledger = Ledger::default();
    let late = ledger.admit(&claim).unwrap();
    let next = ledger.admit_at(NOW, days_later(1), &claim).unwrap();
    assert_eq!(ledger.settle(&next, ONE, &claim.caps).len(), 1);
    assert_eq!(ledger.settle(&late, ONE, &claim.caps).len(), 1);
}

#[test]
fn nothing_is_told_of_a_budget_of_nothing_or_of_what_was_released() {
    let claim = Asker::new(&[Budget::new(0), Budget::new(1).per(Per::Ever)]).costing(Credits::NONE);
    let mut ledger = Ledger::default();
    let free = ledger.admit(&claim).unwrap();
    assert_eq!(ledger.settle(&free, Credits::NONE, &claim.caps), []);
    let capped = Asker::new(&[Budget::new(1).per(Per::Ever)]).claim;
    let unsent = ledger.admit(&capped).unwrap();
    ledger.release(&unsent);
    assert!(ledger.accounts.values().all(|account| account.warned == 0));
}
