//! Groups, limits and the registry: what counts where, pauses, stacking, and two clients of one team.

use super::*;

#[tokio::test(start_paused = true)]
async fn shared_quotas_count_by_themselves() {
    let (team, published) = (new_team(), Limits::published());
    let (add, remove) = (call("list.add").shared("list.batch"), call("list.remove").shared("list.batch"));
    for _ in 0..5 {
        admit(&team, &add, &published).await.settle_answered(CLEAN);
        admit(&team, &remove, &published).await.settle_answered(CLEAN);
    }
    let refused = team.admit(&add, &published, &SERVICE, Some(seconds(1))).await.unwrap_err();
    assert_eq!((refused.would_wait, refused.reason.as_str()), (HOLD, "10 a minute on list.batch"));
    assert!(would_wait(&team, &add, &Limits::tiered()).await > Duration::ZERO);
    // The tier has not seen them.
    assert_eq!(admit(&team, &call("x"), &Limits::tiered()).await.left(), Some(14));
}

#[tokio::test(start_paused = true)]
async fn stacked_limits_all_apply() {
    let team = new_team();
    let limits = Limits::custom(vec![
        Limit::new(LimitGroup::EachOperation, 2).window(seconds(1)),
        Limit::new(LimitGroup::Team, 3).window(seconds(10)),
    ]);
    for expected in [Some(1), Some(0)] {
        let lease = admit(&team, &call("a"), &limits).await;
        assert_eq!(lease.left(), expected);
        lease.settle_answered(CLEAN);
    }
    assert_eq!(would_wait(&team, &call("a"), &limits).await, Duration::from_millis(1_020));
    admit(&team, &call("b"), &limits).await.settle_answered(CLEAN);
    assert_eq!(would_wait(&team, &call("b"), &limits).await, Duration::from_millis(10_020));
}

#[tokio::test(start_paused = true)]
async fn a_custom_limit_can_cap_the_calls_at_once() {
    let (team, limits) =
        (new_team(), Limits::custom(vec![Limit::new(LimitGroup::EachOperation, 9).max_concurrent(1)]));
    let first = admit(&team, &call("a"), &limits).await;
    let refused = team.admit(&call("a"), &limits, &SERVICE, Some(Duration::ZERO)).await.unwrap_err();
    assert_eq!(refused.reason, "1 at once on a");
    admit(&team, &call("b"), &limits).await.settle_answered(CLEAN);
    first.settle_answered(CLEAN);
    admit(&team, &call("a"), &limits).await.settle_answered(CLEAN);
}

#[tokio::test(start_paused = true)]
async fn two_limits_share_one_record() {
    let team = new_team();
    for _ in 0..5 {
        admit(&team, &call("a"), &Limits::unlimited()).await.settle_answered(CLEAN);
    }
    assert_eq!(would_wait(&team, &call("a"), &each_operation(5)).await, HOLD);
    assert_eq!(admit(&team, &call("a"), &each_operation(7)).await.left(), Some(1));
    assert_eq!(admit(&team, &call("a"), &Limits::unlimited()).await.left(), None);
}

#[tokio::test(start_paused = true)]
async fn a_rejection_pauses_the_group_as_long_as_the_server_says() {
    for (wait, expected) in [(Some(7), seconds(7)), (Some(3_600), seconds(120)), (None, HOLD)] {
        let (team, limits) = (new_team(), Limits::published());
        let other = admit(&team, &call("a"), &limits).await;
        let answer = Answer { limited: true, wait: wait.map(Duration::from_secs), limit: None };
        admit(&team, &call("a"), &limits).await.settle_answered(answer);
        other.settle_answered(CLEAN);
        assert_eq!(would_wait(&team, &call("a"), &limits).await, expected);
        assert_eq!(would_wait(&team, &call("b"), &limits).await, Duration::ZERO);
        assert_eq!(would_wait(&team, &call("a"), &Limits::unlimited()).await, Duration::ZERO);
        let groups = team.snapshot();
        let paused = groups.iter().find(|group| group.name == "a").unwrap();
        assert_eq!((paused.limit, paused.held, paused.frozen_for), (60, 2, Some(expected)));
    }
}

#[tokio::test(start_paused = true)]
async fn presets_take_a_short_window() {
    let (team, limits) = (new_team(), Limits::tiered().with_window(seconds(1)));
    for _ in 0..15 {
        admit(&team, &call("a"), &limits).await.settle_answered(CLEAN);
    }
    assert_eq!(would_wait(&team, &call("a"), &limits).await, Duration::from_millis(1_020));
}

#[tokio::test(start_paused = true)]
async fn names_nobody_uses_are_forgotten() {
    let (team, limits) = (new_team(), each_operation(1));
    for number in 0..5_000 {
        let call = CallGroup::new(format!("GET /things/{number}"), Tier::High);
        admit(&team, &call, &limits).await.settle_answered(CLEAN);
        sleep(seconds(1)).await;
    }
    assert!(team.snapshot().len() < 300, "{}", team.snapshot().len());
}

#[test]
fn bad_limits_are_named() {
    let each = |limit| Limit::new(LimitGroup::EachOperation, limit);
    let bad = [
        (Limits::custom(vec![]), "limits must not be empty: use unlimited for no limits"),
        (Limits::custom(vec![each(1), each(0)]), "limits[1].limit must be at least 1"),
        (Limits::custom(vec![each(1).window(Duration::ZERO)]), "limits[0].window must be longer than zero"),
        (Limits::custom(vec![each(1).window(Duration::MAX)]), "limits[0].window must be at most 31 days"),
        (Limits::custom(vec![each(1).max_concurrent(0)]), "limits[0].max_concurrent must be at least 1"),
        (Limits::auto().with_window(Duration::ZERO), "window must be longer than zero"),
        (
            Limits::custom(vec![Limit::new(LimitGroup::Shared("".into()), 1)]),
            "limits[0].group must name a group",
        ),
    ];
    for (limits, text) in bad {
        assert_eq!(limits.validate().unwrap_err().to_string(), text);
    }
    for good in [
        Limits::default(),
        Limits::published(),
        Limits::tiered().with_window(seconds(1)),
        Limits::unlimited(),
    ] {
        good.validate().unwrap();
    }
}

#[test]
fn a_team_is_one_in_its_process() {
    assert!(Arc::ptr_eq(&team([1; 32], &StoreChoice::Process), &team([1; 32], &StoreChoice::Process)));
    assert!(!Arc::ptr_eq(&team([1; 32], &StoreChoice::Process), &team([2; 32], &StoreChoice::Process)));
}
