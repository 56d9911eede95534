//! `auto`: one rejection per tier at most against a server with tiers, nothing lost against one without.

use super::servers::{Buckets, Model, Run, models};
use super::*;

fn run(seed: u64, model: Model, buckets: Buckets, calls: Vec<CallGroup>, bursts: bool) -> Run {
    Run {
        seed,
        model,
        buckets,
        limits: Limits::auto(),
        callers: calls.len() * 70,
        calls,
        requests: 4_000,
        latency: 300,
        bursts,
    }
}

fn mixed() -> Vec<CallGroup> {
    let mut calls = Vec::new();
    for (tier, names) in [
        (Tier::High, ["h1", "h2", "h3"]),
        (Tier::Medium, ["m1", "m2", "m3"]),
        (Tier::Low, ["l1", "l2", "l3"]),
    ] {
        calls.extend(names.map(|name| CallGroup::new(name, tier)));
    }
    calls
}

#[test]
fn a_tiered_server_costs_one_rejection_per_tier_at_most() {
    let mut most = 0;
    for seed in 1..=2 {
        for model in models(seed) {
            for buckets in [Buckets::Tier, Buckets::TierOfEachOperation] {
                for bursts in [false, true] {
                    for calls in [vec![call("a")], vec![CallGroup::new("m", Tier::Medium)], mixed()] {
                        let run = run(seed, model, buckets, calls, bursts);
                        let outcome = Run { requests: 1_500, ..run }.go();
                        most = most.max(outcome.rejections());
                        let tiers = outcome.rejected.values().all(|count| *count <= 1);
                        assert!(tiers, "{model:?}, {buckets:?}, bursts {bursts}, seed {seed}: {outcome:?}");
                    }
                }
            }
        }
    }
    println!("auto, tiered server: at most {most} rejected in a run of 1500");
    assert!(most > 0, "no run went beyond a tier: the test shows nothing");
}

#[test]
fn a_published_server_costs_nothing() {
    for seed in [1] {
        for model in models(seed) {
            for tier in [Tier::High, Tier::Medium, Tier::Low] {
                let outcome =
                    run(seed, model, Buckets::Operation, vec![CallGroup::new("a", tier)], false).go();
                let rate = outcome.rate(60);
                println!("auto, {tier}, {model:?}, seed {seed}: {rate:.2} a minute");
                assert_eq!(outcome.rejections(), 0, "{tier}, {model:?}, seed {seed}");
                assert!(rate >= 58.8, "{tier}, {model:?}, seed {seed}: {rate} a minute");
            }
            let outcome = run(seed, model, Buckets::Operation, mixed(), false).go();
            let rate = outcome.rate(540) / 9.0;
            println!("auto, nine operations, {model:?}, seed {seed}: {rate:.2} a minute each");
            assert_eq!(outcome.rejections(), 0, "{model:?}, seed {seed}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn beyond_the_tier_number_calls_go_one_at_a_time() {
    let (team, auto) = (new_team(), Limits::auto());
    for _ in 0..15 {
        admit(&team, &call("a"), &auto).await.settle_answered(CLEAN);
    }
    let probe = admit(&team, &call("a"), &auto).await;
    assert!(is_blocked(&team, &call("b"), &auto).await);
    admit(&team, &CallGroup::new("m", Tier::Medium), &auto).await.settle_answered(CLEAN);
    probe.settle_answered(CLEAN);
    admit(&team, &call("b"), &auto).await.settle_answered(CLEAN);
}

#[tokio::test(start_paused = true)]
async fn one_clean_call_beyond_the_number_proves_nothing() {
    let (team, auto) = (new_team(), Limits::auto());
    for _ in 0..30 {
        admit(&team, &call("a"), &auto).await.settle_answered(CLEAN);
    }
    // 30 in a moment fit two fixed windows of 15. The 31st does not.
    let probe = admit(&team, &call("a"), &auto).await;
    assert!(is_blocked(&team, &call("a"), &auto).await);
    probe.settle_answered(CLEAN);
    let free = admit(&team, &call("a"), &auto).await;
    assert!(!is_blocked(&team, &call("a"), &auto).await);
    free.settle_answered(CLEAN);
}

async fn is_blocked(team: &Arc<Team>, call: &CallGroup, limits: &Limits) -> bool {
    team.admit(call, limits, &SERVICE, Some(Duration::ZERO)).await.is_err()
}

#[tokio::test(start_paused = true)]
async fn answers_that_say_nothing_are_no_evidence() {
    let (team, auto) = (new_team(), Limits::auto());
    for _ in 0..40 {
        admit(&team, &call("a"), &auto).await.settle_unproven();
    }
    let _probe = admit(&team, &call("a"), &auto).await;
    assert!(is_blocked(&team, &call("a"), &auto).await);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_probe_makes_the_whole_team_tiered() {
    let (team, auto) = (new_team(), Limits::auto());
    for _ in 0..15 {
        admit(&team, &call("a"), &auto).await.settle_answered(CLEAN);
    }
    admit(&team, &call("a"), &auto).await.settle_answered(LIMITED);
    sleep(HOLD + HOLD).await;
    for tier in [Tier::High, Tier::Medium, Tier::Low] {
        let call = CallGroup::new("other", tier);
        for left in (0..SERVICE.tiers[tier.index()]).rev() {
            let lease = admit(&team, &call, &auto).await;
            assert_eq!(lease.left(), Some(left));
            lease.settle_answered(CLEAN);
        }
        assert_eq!(would_wait(&team, &call, &auto).await, HOLD, "{tier}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejection_of_the_first_call_teaches_nothing() {
    let (team, auto) = (new_team(), Limits::auto());
    admit(&team, &call("a"), &auto).await.settle_answered(LIMITED);
    sleep(HOLD).await;
    let lease = admit(&team, &call("a"), &auto).await;
    assert_eq!(lease.left(), Some(59));
}
