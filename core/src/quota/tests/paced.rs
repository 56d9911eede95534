//! Spaced rules, and what is learned from rejections that no preset explains.

use super::*;
use crate::quota::restraint::{Lesson, Restraint};

fn paced(limit: u32, pace: Pace) -> Limits {
    Limits::custom(vec![Limit::new(LimitGroup::EachOperation, limit).pace(pace)])
}

#[tokio::test(start_paused = true)]
async fn paced_calls_go_one_at_a_time_and_evenly() {
    let (team, limits) = (new_team(), paced(60, Pace::Paced));
    let start = tokio::time::Instant::now();
    let first = admit(&team, &call("a"), &limits).await;
    assert_eq!(first.left(), Some(57));
    assert!(is_blocked(&team, &limits).await, "two at once");
    sleep(Duration::from_millis(400)).await;
    first.settle_answered(CLEAN);
    // Counted from the sending, not from the answer.
    let second = team.admit(&call("a"), &limits, &SERVICE, None).await.unwrap();
    let gap = Duration::from_secs(60) / 58;
    assert!(
        start.elapsed() >= gap && start.elapsed() < gap + Duration::from_millis(5),
        "{:?}",
        start.elapsed()
    );
    second.settle_answered(CLEAN);
}

#[tokio::test(start_paused = true)]
async fn serial_calls_wait_for_the_answer_first() {
    let (team, limits) = (new_team(), paced(60, Pace::Serial));
    let first = admit(&team, &call("a"), &limits).await;
    sleep(seconds(3)).await;
    assert!(is_blocked(&team, &limits).await, "two at once");
    first.settle_answered(CLEAN);
    assert_eq!(would_wait(&team, &call("a"), &limits).await, seconds(1));
}

#[tokio::test(start_paused = true)]
async fn presets_can_be_spaced() {
    let (team, limits) = (new_team(), Limits::published().with_pace(Pace::Paced));
    assert_eq!(admit(&team, &call("a"), &limits).await.left(), Some(57));
    assert!(Limits::unlimited().with_pace(Pace::Paced).validate().is_err());
}

async fn is_blocked(team: &Arc<Team>, limits: &Limits) -> bool {
    team.admit(&call("a"), limits, &SERVICE, Some(Duration::ZERO)).await.is_err()
}

/// Restraints of a group with 60 a minute.
fn learn(restraint: &mut Restraint, at: u64, taken: u64, admitted: u32) -> Option<Lesson> {
    restraint.learn(seconds(at), seconds(taken), admitted, 60, seconds(60))
}

#[test]
fn a_sum_that_is_too_large_is_lowered_for_an_hour_then_two() {
    let mut restraint = Restraint::default();
    let hour = 3_600;
    assert_eq!(learn(&mut restraint, 100, 99, 47), Some(Lesson::Ceiling { calls: 46, span: seconds(hour) }));
    assert_eq!(restraint.ceiling(seconds(100 + hour - 1)), Some(46));
    assert_eq!(restraint.ceiling(seconds(100 + hour)), None);
    let later = 100 + hour + 10;
    let again = learn(&mut restraint, later, later - 1, 50);
    assert_eq!(again, Some(Lesson::Ceiling { calls: 49, span: seconds(2 * hour) }));
    // After a day of peace it begins anew.
    let peace = later + 2 * hour + 25 * hour;
    assert_eq!(
        learn(&mut restraint, peace, peace - 1, 50),
        Some(Lesson::Ceiling { calls: 49, span: seconds(hour) })
    );
}

#[test]
fn two_rejections_within_ten_windows_make_it_paced() {
    let mut restraint = Restraint::default();
    learn(&mut restraint, 100, 99, 59);
    let lesson = learn(&mut restraint, 100 + 599, 698, 58);
    assert_eq!(lesson, Some(Lesson::Paced { pace: Pace::Paced, calls: Some(57) }));
    assert_eq!(restraint.pace, Pace::Paced);
}

#[test]
fn rejections_far_apart_do_not() {
    let mut restraint = Restraint::default();
    learn(&mut restraint, 100, 99, 59);
    learn(&mut restraint, 100 + 601, 700, 58);
    assert_eq!(restraint.pace, Pace::Free);
}

#[test]
fn a_refused_burst_is_spaced_and_not_lowered() {
    let mut restraint = Restraint::default();
    assert_eq!(learn(&mut restraint, 10, 9, 10), Some(Lesson::Paced { pace: Pace::Paced, calls: None }));
    assert_eq!(restraint.ceiling(seconds(11)), None);
    assert_eq!(learn(&mut restraint, 80, 79, 3), Some(Lesson::Paced { pace: Pace::Serial, calls: None }));
}

#[test]
fn a_bunch_of_rejections_is_one() {
    let mut restraint = Restraint::default();
    learn(&mut restraint, 100, 90, 50);
    for admitted in [49, 48, 47] {
        assert_eq!(learn(&mut restraint, 101, 95, admitted), None);
    }
    assert_eq!((restraint.pace, restraint.ceiling(seconds(102))), (Pace::Free, Some(46)));
}

#[tokio::test(start_paused = true)]
async fn foreign_use_is_met_with_a_ceiling_and_said() {
    let (team, published) = (new_team(), Limits::published());
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    for _ in 0..46 {
        admit(&team, &call("a"), &published).await.settle_answered(CLEAN);
    }
    let hook = Arc::clone(&heard);
    let ask = Ask {
        call: call("a"),
        limits: published.clone(),
        service: SERVICE,
        lease: LEASE,
        money: None,
        ears: Some(Arc::new(move |notice| hook.lock().unwrap().push(notice.message()))),
    };
    team.enter(Arc::new(ask), None).await.unwrap().settle_answered(LIMITED);
    let said = heard.lock().unwrap().join("\n");
    assert!(said.contains("about 14 of 60 calls a minute on a are made by somebody else"), "{said}");
    sleep(HOLD).await;
    assert_eq!(admit(&team, &call("a"), &published).await.left(), Some(44));
    // Others are not concerned.
    assert_eq!(admit(&team, &call("b"), &published).await.left(), Some(59));
}
