//! Interactive and bulk calls share the slots.

use super::*;

fn of(class: Class) -> CallGroup {
    call("a").class(class)
}

#[tokio::test(start_paused = true)]
async fn bulk_takes_all_while_nobody_else_is_there() {
    let (team, limits) = (new_team(), each_operation(10));
    for left in (0..10).rev() {
        let lease = admit(&team, &of(Class::Bulk), &limits).await;
        assert_eq!(lease.left(), Some(left));
        lease.settle_answered(CLEAN);
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenth_is_kept_for_interactive_calls_for_one_window() {
    let (team, limits) = (new_team(), each_operation(10));
    admit(&team, &of(Class::Interactive), &limits).await.settle_answered(CLEAN);
    sleep(seconds(59)).await;
    for _ in 0..8 {
        admit(&team, &of(Class::Bulk), &limits).await.settle_answered(CLEAN);
    }
    // The interactive one still holds its slot: nine are held, and a tenth bulk call would be the ninth bulk slot.
    admit(&team, &of(Class::Bulk), &limits).await.settle_answered(CLEAN);
    let refused = team.admit(&of(Class::Bulk), &limits, &SERVICE, Some(Duration::ZERO)).await.unwrap_err();
    assert_eq!(refused.reason, "the slots left on a are for interactive calls");
    sleep(seconds(2)).await;
    // The window of the interactive call has passed: nothing is kept any more, one slot is free.
    admit(&team, &of(Class::Bulk), &limits).await.settle_answered(CLEAN);
}

#[tokio::test(start_paused = true)]
async fn bulk_never_takes_the_last_tenth_while_interactive_calls_come() {
    let (team, limits) = (new_team(), each_operation(10));
    admit(&team, &of(Class::Interactive), &limits).await.settle_answered(CLEAN);
    sleep(Duration::from_millis(59_900)).await;
    for _ in 0..9 {
        admit(&team, &of(Class::Bulk), &limits).await.settle_answered(CLEAN);
    }
    sleep(Duration::from_millis(100)).await;
    // Its slot is still held (margin); then it is free but kept.
    admit_after(&team, Class::Interactive, &limits, Duration::from_millis(60)).await;
    assert!(would_wait(&team, &of(Class::Bulk), &limits).await > seconds(50));
}

async fn admit_after(team: &Arc<Team>, class: Class, limits: &Limits, wait: Duration) {
    sleep(wait).await;
    admit(team, &of(class), limits).await.settle_answered(CLEAN);
}

/// Both classes always want more: who got how many of the slots of ten windows.
async fn shares(limit: u32) -> [u32; 2] {
    let (team, limits) = (new_team(), each_operation(limit));
    let counts = std::rc::Rc::new(std::cell::RefCell::new([0_u32; 2]));
    let tasks = tokio::task::LocalSet::new();
    for (position, class) in [Class::Interactive, Class::Bulk].into_iter().enumerate() {
        // Ten interactive callers press on one bulk caller.
        for _ in 0..[10, 1][position] {
            let (team, limits, counts) = (Arc::clone(&team), limits.clone(), std::rc::Rc::clone(&counts));
            tasks.spawn_local(async move {
                loop {
                    let mut lease = team.admit(&of(class), &limits, &SERVICE, None).await.unwrap();
                    lease.mark_sent();
                    counts.borrow_mut()[position] += 1;
                    sleep(Duration::from_millis(100)).await;
                    lease.settle_answered(CLEAN);
                }
            });
        }
    }
    let _ = tokio::time::timeout(seconds(600), tasks).await;
    counts.take()
}

#[test]
fn bulk_gets_its_fifth_under_pressure() {
    for limit in [10, 60] {
        let [interactive, bulk] = virtually(shares(limit));
        let all = interactive + bulk;
        assert!(all >= limit * 10 - 5, "{all}");
        assert!(bulk * 100 >= all * 9, "bulk got {bulk} of {all}");
    }
}
