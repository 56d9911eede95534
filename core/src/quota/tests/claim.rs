//! The claim: at most N calls are counted in any half-open window, whatever happens to them.

use std::cell::RefCell;
use std::rc::Rc;

use proptest::prelude::*;

use super::checker::{Entry, violation};
use super::*;

const LONGEST: Duration = Duration::from_millis(1_500);

/// Calls of several callers with random latency, patience and fate; what the server counted of them.
async fn storm(seed: u64, limit: u32, window: Duration, callers: u32) -> Vec<Entry> {
    let mut random = fastrand::Rng::with_seed(seed);
    let team = new_team();
    let start = tokio::time::Instant::now();
    let ledger = Rc::new(RefCell::new(Vec::new()));
    let rule = Limit::new(LimitGroup::EachOperation, limit).window(window).max_in_flight(LONGEST);
    let limits = Limits::custom(vec![rule]);
    let tasks = tokio::task::LocalSet::new();
    for _ in 0..callers {
        let (team, limits, ledger) = (Arc::clone(&team), limits.clone(), Rc::clone(&ledger));
        let mut random = random.fork();
        tasks.spawn_local(async move {
            for _ in 0..15 {
                let pause = random.u64(0..400);
                sleep(Duration::from_millis(if random.u8(0..3) == 0 { pause } else { 0 })).await;
                let call = call("a");
                let admission = team.admit(&call, &limits, &SERVICE, random.bool().then_some(seconds(3)));
                let patience =
                    Duration::from_millis(if random.u8(0..4) == 0 { random.u64(0..1_500) } else { 60_000 });
                let Ok(Ok(mut lease)) = tokio::time::timeout(patience, admission).await else { continue };
                let fate = random.u8(0..10);
                if fate == 0 {
                    // Never sent: cancelled before, or the connection failed.
                    if random.bool() {
                        drop(lease);
                    } else {
                        drop(lease.release_unsent());
                    }
                    continue;
                }
                lease.mark_sent();
                let send = start.elapsed();
                sleep(Duration::from_millis(random.u64(0..700))).await;
                let end = start.elapsed();
                let answer = match fate {
                    1 => {
                        drop(lease);
                        end + LONGEST
                    }
                    2 => {
                        lease.settle_lost();
                        end + LONGEST
                    }
                    3 => {
                        lease.settle_unproven();
                        end
                    }
                    _ => {
                        lease.settle_answered(CLEAN);
                        end
                    }
                };
                let span = u64::try_from((answer - send).as_nanos()).unwrap();
                let count = send + Duration::from_nanos([0, span, random.u64(0..=span)][random.usize(0..3)]);
                ledger.borrow_mut().push(Entry { send, count, answer });
            }
        });
    }
    tasks.await;
    ledger.borrow().clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn at_most_n_are_counted_in_any_window(
        seed: u64,
        limit in 1_u32..8,
        window in 200_u64..3_000,
        callers in 1_u32..16,
    ) {
        let window = Duration::from_millis(window);
        let ledger = virtually(storm(seed, limit, window, callers));
        let found = violation(&ledger, limit as usize, window);
        prop_assert!(found.is_none(), "seed {}: more than {} within {:?}: {:?}", seed, limit, window, found);
    }
}
