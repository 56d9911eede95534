//! A service that limits a team as a whole: calls at once, and the number that the server names.

use std::cell::Cell;
use std::rc::Rc;

use super::*;

const WHOLE: ServiceLimits = ServiceLimits {
    per_operation: 1_000,
    tiers: [1_000; 3],
    shared: &[],
    window: Duration::from_secs(60),
    max_in_flight: Duration::from_secs(30),
    whole: Some(Whole { calls: 1_000, at_once: 10 }),
};

async fn refusal(team: &Arc<Team>, limits: &Limits) -> (Duration, String) {
    let refused = team.admit(&call("b"), limits, &WHOLE, Some(Duration::ZERO)).await.unwrap_err();
    (refused.would_wait, refused.reason)
}

async fn sent(team: &Arc<Team>, limits: &Limits) -> Lease {
    let mut lease = team.admit(&call("a"), limits, &WHOLE, Some(Duration::ZERO)).await.unwrap();
    lease.mark_sent();
    lease
}

#[tokio::test(start_paused = true)]
async fn ten_at_once_whatever_the_operation() {
    let (team, limits) = (new_team(), Limits::auto());
    let mut leases = Vec::new();
    for _ in 0..10 {
        leases.push(sent(&team, &limits).await);
    }
    let text = "10 at once on the whole team".to_owned();
    assert!(team.admit(&call("b"), &limits, &WHOLE, Some(Duration::ZERO)).await.is_err());
    let waiter = tokio::spawn({
        let (team, limits) = (Arc::clone(&team), limits.clone());
        async move { team.admit(&call("b"), &limits, &WHOLE, None).await.unwrap().waited() }
    });
    sleep(seconds(3)).await;
    assert!(!waiter.is_finished());
    leases.pop().unwrap().settle_answered(CLEAN);
    assert_eq!(waiter.await.unwrap(), seconds(3));
    // A call without an answer keeps the server busy for as long as it may work on it.
    leases.push(sent(&team, &limits).await);
    leases.into_iter().for_each(|lease| drop(lease.settle_lost()));
    assert_eq!(refusal(&team, &limits).await, (seconds(30), text));
    sleep(seconds(30)).await;
    sent(&team, &limits).await.release_unsent();
}

#[tokio::test(start_paused = true)]
async fn the_number_that_the_server_names_counts() {
    let (team, limits) = (new_team(), Limits::auto());
    sent(&team, &limits).await.settle_answered(Answer { limit: Some(3), ..CLEAN });
    for _ in 0..2 {
        sent(&team, &limits).await.settle_answered(CLEAN);
    }
    assert_eq!(refusal(&team, &limits).await, (HOLD, "3 a minute on the whole team".to_owned()));
    // Nonsense is not believed, and who asks for the published number gets it.
    let published = Limits::published();
    sent(&team, &published).await.settle_answered(Answer { limit: Some(0), ..CLEAN });
    assert!(team.admit(&call("b"), &limits, &WHOLE, Some(Duration::ZERO)).await.is_err());
    sent(&team, &published).await.settle_answered(Answer { limit: Some(5), ..CLEAN });
    assert_eq!(refusal(&team, &limits).await.1, "5 a minute on the whole team");
}

#[test]
fn a_server_that_counts_calls_at_once_never_sees_too_many() {
    for seed in 0..20 {
        virtually(busy(seed));
    }
}

/// Forty callers with random latencies, some of them giving up: what the server works on is counted on its side.
async fn busy(seed: u64) {
    let (team, most, at_work) = (new_team(), Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let tasks = tokio::task::LocalSet::new();
    let mut seeds = fastrand::Rng::with_seed(seed);
    for _ in 0..40 {
        let (team, most, at_work) = (Arc::clone(&team), Rc::clone(&most), Rc::clone(&at_work));
        let mut random = seeds.fork();
        tasks.spawn_local(async move {
            for _ in 0..20 {
                let mut lease = team.admit(&call("a"), &Limits::auto(), &WHOLE, None).await.unwrap();
                lease.mark_sent();
                at_work.set(at_work.get() + 1);
                most.set(most.get().max(at_work.get()));
                let (work, gives_up) = (random.u64(1..2_000), random.u8(0..50) == 0);
                if gives_up {
                    lease.settle_lost();
                    sleep(Duration::from_millis(work)).await;
                    at_work.set(at_work.get() - 1);
                } else {
                    sleep(Duration::from_millis(work)).await;
                    at_work.set(at_work.get() - 1);
                    lease.settle_answered(CLEAN);
                }
            }
        });
    }
    tasks.await;
    assert_eq!(most.get(), 10, "seed {seed}");
}
