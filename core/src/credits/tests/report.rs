//! The report: its numbers, and how it reads.

use super::*;

#[test]
fn an_empty_one_reads_well() {
    let report = Ledger::default().report(NOW, today(), &Asker::new(&[]).claim, 0);
    assert_eq!(
        report.to_string(),
        "spent today       0 (2026-11-22, UTC)\n\
         spent this month  0\n\
         spent ever        0\n\
         balance           not declared"
    );
}

#[test]
fn a_full_one_reads_well_and_says_the_same_as_json() {
    let budgets =
        [Budget::new(10).per(Per::Day), Budget::new(5).per(Per::Ever).tag("spring"), Budget::new(3)];
    let asker = Asker::new(&budgets);
    let mut ledger = Ledger::default();
    ledger.spend(&Asker::new(&[]).on(&[tag("spring")]), Credits::up_to(1)).unwrap();
    ledger.admit_at(NOW, days_later(-1), &Asker::new(&[]).claim).unwrap();
    let claim = Claim { balance: Some(50), floor: Some(20), ..asker.claim.clone() };
    ledger.spend(&claim, Credits::exactly(1)).unwrap();
    let refused = ledger.admit(&claim).unwrap();
    let mut report = ledger.report(NOW, today(), &claim, 1);
    report.saved.insert("coalescing".to_owned(), 99);
    assert_eq!(
        report.to_string(),
        "spent today       1 to 2 (2026-11-22, UTC)\n\
         spent this month  1 to 2\n\
         spent ever        1 to 2\n\
         reserved          2, 1 of it left by processes that died\n\
         balance           47 to 49 left of 50 declared\n\
         floor             20\n\
         budget            team, 10 a day: 1 to 2 spent, 1 reserved, 7 left\n\
         budget            tag:spring, 5 for all time: 0 to 1 spent, 4 left\n\
         budget            team, 3 for this client: 1 spent, 1 reserved, 1 left\n\
         saved             99 by coalescing"
    );
    ledger.settle(&refused, Credits::NONE, &claim.caps);
    ledger.out_of_credits(NOW, &refused);
    let report = ledger.report(NOW + Duration::from_millis(12_500), today(), &claim, 0);
    assert!(
        report
            .to_string()
            .contains("\nstopped           no credits left for 13 s; one call tries again in 48 s\n")
    );
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["today"], serde_json::json!({ "min": 1, "max": 2 }));
    assert_eq!(json["outOfCredits"], serde_json::json!({ "since": 12.5, "probeIn": 47.5 }));
    assert_eq!(json["left"], serde_json::json!({ "min": 0, "max": 0 }));
    assert_eq!(
        json["budgets"][1],
        serde_json::json!({
            "on": "tag:spring", "per": "ever", "cap": 5, "spent": { "min": 0, "max": 1 }, "reserved": 0, "left": 4,
        })
    );
}

#[test]
fn a_balance_given_as_option_shows_before_the_first_call() {
    let claim = Claim { balance: Some(50), ..Asker::new(&[]).claim };
    let report = Ledger::default().report(NOW, today(), &claim, 0);
    assert_eq!((report.balance, report.left), (Some(50), Some(CreditRange { min: 50, max: 50 })));
}

#[test]
fn the_report_needs_no_account_but_its_keys() {
    let asker = Asker::new(&[Budget::new(5).per(Per::Month).job("j"), Budget::new(7).tag("a")]);
    let mut whole = Ledger::default();
    whole.spend(&asker.on(&[BudgetOn::Job("j".into()), tag("a"), tag("b")]), Credits::exactly(2)).unwrap();
    let mut part = Ledger { purse: whole.purse.clone(), ..Ledger::default() };
    for key in Ledger::report_keys(&asker.claim, today()) {
        part.accounts.insert(key.clone(), whole.accounts[&key]);
    }
    assert_eq!(part.report(NOW, today(), &asker.claim, 0), whole.report(NOW, today(), &asker.claim, 0));
    assert_eq!(part.report(NOW, today(), &asker.claim, 0).budgets[0].left, 3);
}
