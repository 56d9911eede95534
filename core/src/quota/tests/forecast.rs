//! `max_wait`: refused at once when no slot comes in time, with the time it would have taken.

use proptest::prelude::*;

use super::*;

#[tokio::test(start_paused = true)]
async fn the_wait_is_exact_for_each_place_in_the_line() {
    let (team, limits) = (new_team(), each_operation(2));
    let call = call("a");
    admit(&team, &call, &limits).await.settle_answered(CLEAN);
    sleep(seconds(5)).await;
    admit(&team, &call, &limits).await.settle_answered(CLEAN);
    // Slots: at 60.06, at 65.06, and so on again one hold later each.
    let mut line = Vec::new();
    for expected in [HOLD - seconds(5), HOLD, HOLD * 2 - seconds(5), HOLD * 2] {
        let short = team.admit(&call, &limits, &SERVICE, Some(expected - Duration::from_millis(1))).await;
        let refused = short.unwrap_err();
        assert_eq!(refused.would_wait, expected);
        assert_eq!(refused.reason, "2 a minute on a");
        // Just long enough: it joins the line.
        let mut joined = Box::pin(team.admit(&call, &limits, &SERVICE, Some(expected)));
        assert!(futures::poll!(joined.as_mut()).is_pending());
        line.push(joined);
    }
    let first = line.remove(0).await.unwrap();
    assert!(first.waited() >= HOLD - seconds(5) && first.waited() <= HOLD - Duration::from_millis(4_990));
}

#[tokio::test(start_paused = true)]
async fn calls_in_flight_count_as_answered_now() {
    let (team, limits) = (new_team(), each_operation(1));
    let held = admit(&team, &call("a"), &limits).await;
    sleep(seconds(7)).await;
    assert_eq!(would_wait(&team, &call("a"), &limits).await, HOLD);
    // When the answer comes later than hoped for, the call is refused then and does not wait for nothing.
    let waiting = waiting(&team, "a", &limits, Some(HOLD));
    let start = tokio::time::Instant::now();
    let (refused, ()) = futures::join!(waiting, async {
        sleep(seconds(1)).await;
        held.settle_answered(CLEAN);
    });
    assert_eq!(refused.unwrap_err().would_wait, HOLD + seconds(1));
    assert_eq!(start.elapsed(), seconds(1));
}

#[tokio::test(start_paused = true)]
async fn a_lost_call_is_held_for_the_longest_flight() {
    let (team, limits) = (new_team(), each_operation(1));
    admit(&team, &call("a"), &limits).await.settle_lost();
    assert_eq!(would_wait(&team, &call("a"), &limits).await, seconds(60) + HOLD);
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_leaves_no_trace() {
    let (team, limits) = (new_team(), each_operation(1));
    admit(&team, &call("a"), &limits).await.settle_answered(CLEAN);
    for _ in 0..100 {
        assert_eq!(would_wait(&team, &call("a"), &limits).await, HOLD);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, max_shrink_iters: 100, ..ProptestConfig::default() })]

    /// What is foretold is what happens, when every call is answered at once.
    #[test]
    fn the_forecast_comes_true(
        team_limit in 1_u32..6,
        limit in 1_u32..4,
        pauses in prop::collection::vec(0_u64..9_000, 0..6),
        before in prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 0..12),
    ) {
        virtually(async {
            let team = new_team();
            let limits = Limits::custom(vec![
                Limit::new(LimitGroup::Team, team_limit).window(seconds(10)),
                Limit::new(LimitGroup::EachOperation, limit).window(seconds(7)),
            ]);
            for pause in pauses {
                if let Ok(lease) = team.admit(&call("a"), &limits, &SERVICE, Some(Duration::ZERO)).await {
                    lease.settle_answered(CLEAN);
                }
                sleep(Duration::from_millis(pause)).await;
            }
            let mut line = Vec::new();
            for operation in before {
                let (team, limits) = (Arc::clone(&team), limits.clone());
                line.push(tokio::spawn(async move {
                    team.admit(&call(operation), &limits, &SERVICE, None).await.unwrap().settle_answered(CLEAN);
                }));
            }
            sleep(Duration::from_millis(1)).await;
            let foretold = would_wait(&team, &call("a"), &limits).await;
            let lease = team.admit(&call("a"), &limits, &SERVICE, None).await.unwrap();
            // Timers are good to a millisecond, and each round of slots adds one.
            let late = lease.waited().checked_sub(foretold);
            assert!(late.is_some_and(|late| late < Duration::from_millis(30)), "{foretold:?}, {:?}", lease.waited());
            lease.settle_answered(CLEAN);
            for waiting in line {
                waiting.await.unwrap();
            }
        });
    }
}
