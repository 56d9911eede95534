//! Lines: first come first served, leaving, dropping, and the log record.

use std::fmt::Debug;
use std::sync::Mutex;

use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

use super::*;

#[tokio::test(start_paused = true)]
async fn first_come_first_served() {
    let (team, limits) = (new_team(), each_operation(1));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for number in 0..8 {
        let (team, limits, order) = (Arc::clone(&team), limits.clone(), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            let lease = team.admit(&call("a"), &limits, &SERVICE, None).await.unwrap();
            order.lock().unwrap().push(number);
            lease.settle_answered(CLEAN);
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..8).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_of_another_line_does_not_overtake() {
    let team = new_team();
    let limits =
        Limits::custom(vec![Limit::new(LimitGroup::Team, 1), Limit::new(LimitGroup::EachOperation, 5)]);
    let held = admit(&team, &call("a"), &limits).await;
    let mut older = waiting(&team, "a", &limits, None);
    assert!(futures::poll!(older.as_mut()).is_pending());
    let mut newer = waiting(&team, "b", &limits, None);
    assert!(futures::poll!(newer.as_mut()).is_pending());
    held.release_unsent();
    assert!(futures::poll!(newer.as_mut()).is_pending());
    assert!(futures::poll!(older.as_mut()).is_ready());
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_does_not_take_a_slot_that_has_just_come_free() {
    let team = new_team();
    let limits =
        Limits::custom(vec![Limit::new(LimitGroup::Team, 1), Limit::new(LimitGroup::EachOperation, 5)]);
    admit(&team, &call("a"), &limits).await.settle_answered(CLEAN);
    let mut older = waiting(&team, "a", &limits, None);
    assert!(futures::poll!(older.as_mut()).is_pending());
    tokio::time::advance(HOLD).await;
    let mut newer = waiting(&team, "b", &limits, None);
    assert!(futures::poll!(newer.as_mut()).is_pending());
    assert!(futures::poll!(older.as_mut()).is_ready());
}

#[tokio::test(start_paused = true)]
async fn one_operation_does_not_hold_up_another() {
    let (team, limits) = (new_team(), each_operation(1));
    admit(&team, &call("a"), &limits).await.settle_answered(CLEAN);
    let mut queued = waiting(&team, "a", &limits, None);
    assert!(futures::poll!(queued.as_mut()).is_pending());
    admit(&team, &call("b"), &limits).await.settle_answered(CLEAN);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_waiter_leaves_and_the_next_moves_up() {
    let (team, limits) = (new_team(), each_operation(1));
    let start = tokio::time::Instant::now();
    admit(&team, &call("a"), &limits).await.settle_answered(CLEAN);
    let mut first = waiting(&team, "a", &limits, None);
    assert!(futures::poll!(first.as_mut()).is_pending());
    let second = {
        let (team, limits) = (Arc::clone(&team), limits.clone());
        tokio::spawn(async move { team.admit(&call("a"), &limits, &SERVICE, None).await })
    };
    sleep(seconds(30)).await;
    drop(first);
    let second = tokio::time::timeout(HOLD * 2, second).await.expect("the second waits for nobody");
    second.unwrap().unwrap().settle_answered(CLEAN);
    assert!(start.elapsed() < HOLD + seconds(1), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_grant_nobody_collects_goes_to_the_next() {
    let (team, limits) = (new_team(), each_operation(1));
    let held = admit(&team, &call("a"), &limits).await;
    let mut first = waiting(&team, "a", &limits, None);
    let mut second = waiting(&team, "a", &limits, None);
    assert!(futures::poll!(first.as_mut()).is_pending());
    assert!(futures::poll!(second.as_mut()).is_pending());
    held.release_unsent();
    drop(first);
    assert!(futures::poll!(second.as_mut()).is_ready());
}

#[tokio::test(start_paused = true)]
async fn dropping_a_lease_releases_before_sending_and_holds_after() {
    let (team, limits) = (new_team(), each_operation(1));
    drop(team.admit(&call("a"), &limits, &SERVICE, None).await.unwrap());
    let sent = admit(&team, &call("a"), &limits).await;
    drop(sent);
    assert_eq!(would_wait(&team, &call("a"), &limits).await, seconds(60) + HOLD);
}

/// Collects the texts of log records.
struct Log(Arc<Mutex<Vec<String>>>);

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "kakiyo::quota"
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Text(&self.0));
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Text<'a>(&'a Mutex<Vec<String>>);

impl Visit for Text<'_> {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        self.0.lock().unwrap().push(format!("{value:?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_is_said_once() {
    let records = Arc::new(Mutex::new(Vec::new()));
    // With a single dispatcher alive, tracing asks only the thread that meets an event first, which may be another test.
    let _second = tracing::Dispatch::new(Log(Arc::clone(&records)));
    let _guard = tracing::subscriber::set_default(Log(Arc::clone(&records)));
    let (team, limits) = (new_team(), Limits::published());
    for _ in 0..60 {
        admit(&team, &call("things.list"), &limits).await.settle_answered(CLEAN);
    }
    sleep(seconds(17)).await;
    let call = call("things.list");
    let (first, second) = futures::join!(
        team.admit(&call, &limits, &SERVICE, None),
        team.admit(&call, &limits, &SERVICE, None)
    );
    first.unwrap().settle_answered(CLEAN);
    second.unwrap().settle_answered(CLEAN);
    assert_eq!(*records.lock().unwrap(), ["waiting 42 s: 60 a minute on things.list"]);
}
