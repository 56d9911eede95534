//! Caps: what they count, when they refuse, and what they say.

use super::*;

const ONE: Credits = Credits::exactly(1);

fn refused(result: Result<Reservation, Refusal>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_cap_acts_on_what_may_have_been_spent() {
    let (mut ledger, asker) = (Ledger::default(), Asker::new(&[Budget::new(3).per(Per::Day)]));
    ledger.spend(&asker.claim, Credits::up_to(1)).unwrap();
    ledger.spend(&asker.claim, ONE).unwrap();
    let under_way = ledger.admit(&asker.claim).unwrap();
    assert_eq!(
        refused(ledger.admit(&asker.claim)),
        "this call costs 1 credit and does not fit the budget of 3 credits a day: 1 to 2 spent, 1 reserved; \
         nothing was sent; raise the budget or wait for the next day (UTC)"
    );
    ledger.release(&under_way);
    ledger.admit(&asker.claim).unwrap();
    assert_eq!(ledger.at("team/2026-11-22"), account(1, 2, 1));
}

#[test]
fn the_whole_price_is_reserved_whatever_the_answer_may_cost() {
    let (mut ledger, asker) = (Ledger::default(), Asker::new(&[Budget::new(4).per(Per::Ever)]));
    let claim = asker.costing(Credits { min: 1, max: 3 });
    let first = ledger.admit(&claim).unwrap();
    assert_eq!(
        refused(ledger.admit(&claim)),
        "this call costs 1 to 3 credits and does not fit the budget of 4 credits for all time: 0 spent, 3 reserved; \
         nothing was sent; raise the budget"
    );
    ledger.settle(&first, ONE, &claim.caps);
    ledger.admit(&claim).unwrap();
}

#[test]
fn a_budget_below_the_price_of_one_call_says_so_and_names_the_cheaper_way() {
    let (ledger, asker) = (Ledger::default(), Asker::new(&[Budget::new(1).per(Per::Month).tag("spring")]));
    let cheaper = Some("one batch of 100 costs 1 credit");
    let claim =
        Claim { price: Credits::exactly(2), cheaper, labels: [tag("spring")].into(), ..asker.claim.clone() };
    assert_eq!(
        ledger.check(NOW, today(), &claim).unwrap_err().to_string(),
        "this call costs 2 credits, more than the whole budget of 1 credit a month on tag:spring allows; \
         nothing was sent; raise the budget or wait for the next month (UTC); cheaper: one batch of 100 costs 1 credit"
    );
    let none = Asker::new(&[Budget::new(0)]);
    let refusal = ledger.check(NOW, today(), &none.claim).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "this call costs 1 credit, more than the whole budget of 0 credits for this client allows; nothing was sent; \
         raise the budget"
    );
    assert_eq!((refusal.kind(), refusal.retry_after()), (crate::ErrorKind::BudgetRefused, None));
    ledger.check(NOW, today(), &none.costing(Credits::NONE)).unwrap();
}

#[test]
fn a_free_call_passes_a_cap_that_somebody_else_has_crossed() {
    let mut ledger = Ledger::default();
    let (small, large) = (Budget::new(1).per(Per::Ever), Budget::new(5).per(Per::Ever));
    ledger.spend(&Asker::new(&[large]).costing(Credits::exactly(4)), Credits::exactly(4)).unwrap();
    let asker = Asker::new(&[small]);
    ledger.admit(&asker.claim).unwrap_err();
    ledger.admit(&asker.costing(Credits::NONE)).unwrap();
}

#[test]
fn what_was_spent_before_a_cap_was_set_counts() {
    let mut ledger = Ledger::default();
    let free = Asker::new(&[]).on(&[tag("a"), BudgetOn::Job("j".into())]);
    ledger.spend(&free, ONE).unwrap();
    let keys: Vec<_> = ledger.accounts.keys().map(ToString::to_string).collect();
    let labels = ["team", "tag:a", "job:j"];
    let expected: Vec<_> = labels
        .iter()
        .flat_map(|on| ["2026-11-22", "2026-11", "ever"].map(|per| format!("{on}/{per}")))
        .collect();
    assert_eq!(keys, expected);
    assert!(ledger.accounts.values().all(|known| *known == account(1, 1, 0)));
    for per in [Per::Day, Per::Month, Per::Ever] {
        for budget in [Budget::new(1), Budget::new(1).tag("a"), Budget::new(1).job("j")] {
            let asker = Asker::new(&[budget.per(per)]);
            ledger.admit(&asker.on(&[tag("a"), BudgetOn::Job("j".into())])).unwrap_err();
        }
    }
}

#[test]
fn a_tag_has_its_own_budget_inside_the_teams() {
    let mut ledger = Ledger::default();
    let budgets = [Budget::new(3).per(Per::Ever), Budget::new(1).per(Per::Ever).tag("a")];
    let asker = Asker::new(&budgets);
    ledger.spend(&asker.on(&[tag("a")]), ONE).unwrap();
    ledger.admit(&asker.on(&[tag("a")])).unwrap_err();
    // A job of the same name is another thing.
    ledger.spend(&asker.on(&[BudgetOn::Job("a".into())]), ONE).unwrap();
    ledger.spend(&asker.on(&[tag("b")]), ONE).unwrap();
    let refusal = ledger.admit(&asker.on(&[tag("a")])).unwrap_err();
    assert!(matches!(refusal, Refusal::Budget { on: BudgetOn::Team, .. }));
}

#[test]
fn a_clients_life_is_its_own() {
    let mut ledger = Ledger::default();
    let budgets = [Budget::from(2), Budget::new(1).tag("a")];
    let (one, other) = (Asker::new(&budgets), Asker::new(&budgets));
    ledger.spend(&one.on(&[tag("a")]), ONE).unwrap();
    ledger.admit(&one.on(&[tag("a")])).unwrap_err();
    ledger.spend(&one.claim, ONE).unwrap();
    ledger.admit(&one.claim).unwrap_err();
    ledger.spend(&other.on(&[tag("a")]), ONE).unwrap();
    assert_eq!(ledger.at(&format!("client:{}:tag:a/ever", one.id)), account(1, 1, 0));
    assert_eq!(ledger.at(&format!("client:{}/ever", one.id)), account(2, 2, 0));
    assert_eq!(ledger.at("team/ever"), account(3, 3, 0));
    assert_ne!(one.id, other.id);
}

#[test]
fn a_new_day_starts_at_nothing_and_the_month_goes_on() {
    let mut ledger = Ledger::default();
    let asker = Asker::new(&[Budget::new(1).per(Per::Day), Budget::new(2).per(Per::Month)]);
    ledger.spend(&asker.claim, ONE).unwrap();
    ledger.admit(&asker.claim).unwrap_err();
    let late = ledger.admit_at(NOW, days_later(1), &asker.claim).unwrap();
    // The answer comes on the day after: it is booked where it was reserved.
    ledger.settle(&late, ONE, &asker.claim.caps);
    assert_eq!(ledger.at("team/2026-11-23"), account(1, 1, 0));
    assert_eq!(ledger.at("team/2026-11-24"), account(0, 0, 0));
    let refusal = ledger.admit_at(NOW, days_later(2), &asker.claim).unwrap_err();
    assert!(matches!(refusal, Refusal::Budget { per: Per::Month, .. }), "{refusal}");
    ledger.admit_at(NOW, days_later(9), &asker.claim).unwrap();
}

#[test]
fn huge_numbers_refuse_and_never_wrap() {
    let mut ledger = Ledger::default();
    let free = Asker::new(&[]);
    let huge = free.costing(Credits::exactly(u32::MAX));
    ledger.accounts.insert("team/ever".parse().unwrap(), account(u64::MAX, u64::MAX, u64::MAX));
    let reservation = ledger.admit(&huge).unwrap();
    ledger.settle(&reservation, Credits::exactly(u32::MAX), &[]);
    assert_eq!(ledger.at("team/ever").max, u64::MAX);
    for cap in [0, 1, u64::MAX] {
        let asker = Asker::new(&[Budget::new(cap).per(Per::Ever)]);
        ledger.admit(&asker.claim).unwrap_err();
    }
    // A settlement of what was never reserved takes nothing away.
    let stray = ledger.clone().reserve(NOW, days_later(7), &huge);
    ledger.settle(&stray, ONE, &[]);
    assert_eq!(ledger.at("team/2026-11-29"), account(1, 1, 0));
    ledger.release(&stray);
    assert_eq!(ledger.at("team/2026-11-29"), account(1, 1, 0));
}

#[test]
fn a_price_or_charge_upside_down_counts_with_its_larger_end() {
    let mut ledger = Ledger::default();
    let asker = Asker::new(&[Budget::new(4).per(Per::Ever)]);
    let odd = Credits { min: 3, max: 1 };
    let reservation = ledger.admit(&asker.costing(odd)).unwrap();
    assert_eq!(reservation.reserved, 3);
    ledger.settle(&reservation, odd, &[]);
    assert_eq!(ledger.at("team/ever"), account(3, 3, 0));
}

#[test]
fn a_label_named_twice_is_booked_once() {
    let mut ledger = Ledger::default();
    let claim = Asker::new(&[]).on(&[tag("a"), tag("a"), BudgetOn::Team]);
    ledger.spend(&claim, ONE).unwrap();
    assert_eq!((ledger.at("tag:a/ever").max, ledger.at("team/ever").max), (1, 1));
}

#[test]
fn the_keys_are_all_that_is_looked_at() {
    let asker =
        Asker::new(&[Budget::new(2), Budget::new(1).per(Per::Day).tag("a"), Budget::new(9).job("other")]);
    let claim = asker.on(&[tag("a")]);
    let mut whole = Ledger::default();
    whole.spend(&asker.on(&[BudgetOn::Job("other".into())]), ONE).unwrap();
    whole.spend(&claim, ONE).unwrap();
    let mut part = Ledger { purse: whole.purse.clone(), ..Ledger::default() };
    for key in Ledger::keys(&claim, today()) {
        part.accounts.insert(key.clone(), whole.accounts.get(&key).copied().unwrap_or_default());
    }
    let before = part.accounts.len();
    assert_eq!(before, 7);
    assert_eq!(part.check(NOW, today(), &claim), whole.check(NOW, today(), &claim));
    assert!(part.check(NOW, today(), &claim).is_err());
    let reservation = part.reserve(NOW, today(), &claim);
    assert_eq!((part.accounts.len(), &reservation.accounts), (before, &Ledger::keys(&claim, today())));
    assert_eq!(Ledger::report_keys(&claim, today()).len(), before + 1);
}

#[test]
fn reconciling_frees_what_crashes_have_left() {
    let mut ledger = Ledger::default();
    let asker = Asker::new(&[Budget::new(5).per(Per::Ever)]);
    ledger.spend(&asker.claim, ONE).unwrap();
    ledger.spend(&asker.claim, Credits::up_to(1)).unwrap();
    let under_way = ledger.admit(&asker.claim).unwrap();
    for _ in 0..2 {
        ledger.admit(&asker.claim).unwrap();
    }
    ledger.admit(&asker.claim).unwrap_err();
    let key = "team/ever".parse().unwrap();
    for (charged, text) in [(0, "0"), (6, "6")] {
        let wrong = ledger.reconcile(&key, 1, charged).unwrap_err().to_string();
        assert_eq!(
            wrong,
            format!("{text} credits cannot be what these calls were charged: they sent between 1 and 5")
        );
    }
    assert_eq!(ledger.at("team/ever"), account(1, 2, 3));
    // Of the 3, the call under way may be one.
    ledger.reconcile(&key, 1, 3).unwrap();
    assert_eq!(ledger.at("team/ever"), account(2, 3, 1));
    ledger.settle(&under_way, ONE, &[]);
    assert_eq!(ledger.at("team/ever"), account(3, 4, 0));
    ledger.admit(&asker.claim).unwrap();
}
