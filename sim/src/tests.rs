//! Faults planted around the limiter: the judge has to find each of them, and nothing without one.

use crate::cell::{Cell, cells};
use crate::checker::{Verdict, check};
use crate::limiter::Fault;
use crate::run::Outcome;
use crate::traffic::End;
use kakiyo_sandbox::LimitModel;

fn cell(name: &str) -> Cell {
    let mut cell = cells().into_iter().find(|cell| cell.name == name).unwrap();
    cell.plan.traffic.end = End::Requests(2_000);
    cell
}

fn run(name: &str, fault: Option<Fault>, seed: u64) -> (Outcome, Verdict) {
    let mut cell = cell(name);
    cell.plan.fault = fault;
    let outcome = cell.plan.run(seed).unwrap();
    let verdict = check(outcome.ledger(name).unwrap().as_slice()).unwrap();
    (outcome, verdict)
}

#[test]
fn every_fault_is_found_and_nothing_without_one() {
    for name in ["window/heavy/saturated", "window/steady/bursts"] {
        let (outcome, verdict) = run(name, None, 1);
        assert!(verdict.violations.is_empty(), "{name}: {verdict:?}");
        assert_eq!(verdict.most, [60], "{name}: the number is used up, and no more");
        assert_eq!(outcome.rejected(), 0, "{name}");
        for fault in Fault::ALL {
            let (_, verdict) = run(name, Some(fault), 1);
            assert!(!verdict.violations.is_empty(), "{name}: {fault:?} was not found");
        }
    }
}

#[test]
fn a_seed_gives_the_same_ledger_again() {
    for name in ["window/heavy/cancellations", "window/heavy/crashes", "auto/heavy/time-outs"] {
        let ledger = |seed| cell(name).plan.run(seed).unwrap().ledger(name).unwrap();
        assert!(ledger(3) == ledger(3), "{name}: two runs of one seed differ");
        assert!(ledger(3) != ledger(4), "{name}: the seed changes nothing");
    }
}

#[test]
fn a_server_that_is_not_promised_rejects() {
    let mut cell = cell("window/steady/saturated/leaky");
    cell.plan.traffic.end = End::Requests(100);
    let outcome = cell.plan.run(1).unwrap();
    assert!(outcome.rejected() > 0, "the server counts nothing");
    assert!(outcome.refused.iter().all(|(model, _, _)| *model == LimitModel::Leaky));
}
