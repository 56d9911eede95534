//! Against servers that count in every way the window rule covers: no rejection, and hardly any rate lost.

use super::servers::{Buckets, Run, models};
use super::*;

const REQUESTS: usize = 20_000;

#[test]
fn no_rejection_and_99_percent_of_the_rate() {
    for seed in 1..=2 {
        for model in models(seed) {
            let run = Run {
                seed,
                model,
                buckets: Buckets::Operation,
                limits: Limits::published(),
                calls: vec![call("a")],
                callers: 80,
                requests: REQUESTS,
                latency: 300,
                bursts: false,
            };
            let outcome = run.go();
            let rate = outcome.rate(60);
            println!(
                "published, {model:?}, seed {seed}: {rate:.2} a minute, {} rejected",
                outcome.rejections()
            );
            assert_eq!(outcome.rejections(), 0, "{model:?}, seed {seed}");
            assert!(rate >= 59.4, "{model:?}, seed {seed}: {rate} a minute");
        }
    }
}

#[test]
fn tiers_are_kept_over_all_their_operations() {
    for seed in 1..=2 {
        for model in models(seed) {
            let run = Run {
                seed,
                model,
                buckets: Buckets::Tier,
                limits: Limits::tiered(),
                calls: vec![call("a"), call("b"), CallGroup::new("c", Tier::Medium)],
                callers: 90,
                requests: REQUESTS / 4,
                latency: 300,
                bursts: true,
            };
            assert_eq!(run.go().rejections(), 0, "{model:?}, seed {seed}");
        }
    }
}
