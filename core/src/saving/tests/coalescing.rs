//! Who travels together, when a batch leaves, and what its callers are told.

use super::*;
use crate::{CallOptions, CancelToken, Coalesce, ErrorKind, Limit, LimitGroup};
use tokio::time::Instant;

fn client(server: &Arc<Server>) -> Kakiyo {
    server.builder().coalesce(Coalesce::new()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn adds_made_together_travel_together() {
    let server = Server::willing();
    let client = client(&server);
    let outcomes = add(&client, 250).await;
    assert_eq!(server.rows(), [100, 100, 50]);
    assert!(
        server
            .seen()
            .iter()
            .all(|(method, path, _)| (method.as_str(), path.as_str()) == ("POST", "/v1/prospects/batch"))
    );
    // Every row once, each caller the list of its batch.
    let sent: Vec<_> = server
        .seen()
        .into_iter()
        .flat_map(|(_, _, body)| body["prospects"].as_array().unwrap().clone())
        .collect();
    for (number, row) in sent.iter().enumerate() {
        assert_eq!(
            row,
            &json!({"name": format!("Person {number}"), "url": format!("https://linkedin.com/in/person-{number}")})
        );
    }
    let lists: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.as_ref().unwrap().list_id.clone().unwrap().to_string())
        .collect();
    assert!(
        lists[..100].iter().all(|list| list == "list-0") && lists[200..].iter().all(|list| list == "list-2")
    );
    assert_eq!(told(&outcomes), (3, Credits::exactly(3), 247));
    assert_eq!((client.saved().coalescing, client.saved().total()), (247, 247));
}

#[tokio::test(start_paused = true)]
async fn a_batch_leaves_when_it_is_full_or_late() {
    let server = Server::willing();
    let coalesce = Coalesce::new().linger(Duration::from_secs(10)).size(3);
    let client = server.builder().coalesce(coalesce).build().unwrap();
    let begun = Instant::now();
    add(&client, 3).await;
    assert_eq!(begun.elapsed(), A_SECOND);
    add(&client, 2).await;
    assert_eq!(begun.elapsed().as_secs(), 12);
    assert_eq!(server.rows(), [3, 2]);
}

#[tokio::test(start_paused = true)]
async fn one_alone_is_the_call_that_it_was() {
    let server = Server::willing();
    let client = client(&server);
    let outcomes = add(&client, 1).await;
    assert_eq!(server.seen()[0].1, "/v1/prospects");
    assert_eq!((told(&outcomes), client.saved().total()), ((1, Credits::exactly(1), 0), 0));
    // A lot of one is none at all: it does not linger.
    let client = server.builder().coalesce(Coalesce::new().size(1)).build().unwrap();
    let begun = Instant::now();
    add(&client, 2).await;
    assert_eq!((server.rows(), begun.elapsed()), (vec![0, 0, 0], A_SECOND));
}

#[tokio::test(start_paused = true)]
async fn only_equals_travel_together() {
    let server = Server::willing();
    let client = client(&server);
    let prospects = client.prospects();
    let other_campaign = AddProspect::new("d", "Person 9", "in/person-9");
    let (a, b, c, d, e, f) = tokio::join!(
        prospects.add(person(1)).send(),
        prospects.add(person(2).ongoing(true)).send(),
        prospects.add(other_campaign).send(),
        prospects.add(person(4)).timeout(Duration::from_secs(7)).send(),
        prospects.add(person(5)).extra_header("x-job", "a").send(),
        prospects.add(person(6)).extra_header("x-job", "b").send(),
    );
    assert!([a, b, c, d, e, f].iter().all(Result::is_ok));
    let mut rows = server.rows();
    rows.sort_unstable();
    assert_eq!(rows, [0, 0, 0, 0, 2]);
}

#[tokio::test(start_paused = true)]
async fn what_breaks_a_rule_fails_at_once_and_alone() {
    let server = Server::willing();
    let client = client(&server);
    let begun = Instant::now();
    let bad = client.prospects().add(person(1).custom_data("x".repeat(3_001))).await.unwrap_err();
    assert_eq!((bad.kind(), begun.elapsed()), (ErrorKind::InvalidRequest, Duration::ZERO));
    let keyed = client.prospects().add(person(1)).idempotency_key("k").await.unwrap_err();
    assert_eq!((keyed.details()[0].field.as_str(), begun.elapsed()), ("idempotencyKey", Duration::ZERO));
    assert_eq!((server.requests(), client.saved().validation), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn closing_sends_what_lingers() {
    let server = Server::willing();
    let coalesce = Coalesce::new().linger(Duration::from_secs(60));
    let client = server.builder().coalesce(coalesce).build().unwrap();
    let begun = Instant::now();
    let (outcomes, ()) = tokio::join!(add(&client, 2), async {
        tokio::time::sleep(A_SECOND).await;
        client.close().await;
        // It waits until the callers have their outcomes.
        assert_eq!((server.rows(), begun.elapsed()), (vec![2], A_SECOND * 2));
    });
    assert!(errors(&outcomes).is_empty());
    // Nobody would send what lingers now.
    add(&client, 2).await;
    assert_eq!((server.rows(), begun.elapsed()), (vec![2, 0, 0], A_SECOND * 3));
}

#[tokio::test(start_paused = true)]
async fn the_last_copy_of_a_client_takes_no_add_with_it() {
    let server = Server::willing();
    let client = client(&server);
    let adds =
        (0..2).map(|number| tokio::spawn(client.prospects().add(person(number)).send())).collect::<Vec<_>>();
    drop(client);
    for add in adds {
        assert!(add.await.unwrap().is_ok());
    }
    assert_eq!(server.rows(), [2]);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_before_the_batch_is_not_in_it() {
    let server = Server::willing();
    let client = client(&server);
    let token = Arc::new(CancelToken::new());
    let cancelled = CallOptions::new().cancelled_by(Arc::clone(&token));
    let (one, two, dropped, ()) = tokio::join!(
        client.prospects().add(person(1)).options(cancelled).send(),
        client.prospects().add(person(2)).send(),
        tokio::time::timeout(Duration::from_millis(20), client.prospects().add(person(3)).send()),
        async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            token.cancel();
        },
    );
    let error = one.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Cancelled, 0));
    assert!(error.is_safe_to_retry() && dropped.is_err() && two.is_ok());
    // Person 2 alone is left.
    assert_eq!((server.rows(), server.seen()[0].2["name"].clone()), (vec![0], json!("Person 2")));
    // Nobody at all: nothing is sent, later either.
    let token = Arc::new(CancelToken::new());
    token.cancel();
    let cancelled = CallOptions::new().cancelled_by(token);
    let error = client.prospects().add(person(1)).options(cancelled).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    let late = client.prospects().add(person(4)).send();
    assert!(tokio::time::timeout(Duration::from_millis(20), late).await.is_err());
    tokio::time::sleep(A_SECOND * 3).await;
    client.close().await;
    assert_eq!(server.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_a_batch_under_way_does_not_know_its_outcome() {
    let server = Server::willing();
    let client = client(&server);
    let token = Arc::new(CancelToken::new());
    let cancelled = CallOptions::new().cancelled_by(Arc::clone(&token));
    let (one, two, ()) = tokio::join!(
        client.prospects().add(person(1)).options(cancelled).send(),
        client.prospects().add(person(2)).send(),
        async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            token.cancel();
        },
    );
    let error = one.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::OutcomeUnknown, Some("prospects.add")));
    assert!(!error.is_safe_to_retry());
    // The first caller has gone: the second one is told what the batch cost.
    let two = two.unwrap();
    assert_eq!((two.meta.attempts, two.meta.credits), (1, Credits::exactly(1)));
    assert_eq!(server.rows(), [2]);
}

#[tokio::test(start_paused = true)]
async fn the_last_one_to_leave_ends_the_call() {
    let server = Server::willing();
    let client = client(&server);
    let tokens: Vec<_> = (0..2).map(|_| Arc::new(CancelToken::new())).collect();
    let begun = Instant::now();
    let calls = tokens.iter().enumerate().map(|(number, token)| {
        let options = CallOptions::new().cancelled_by(Arc::clone(token));
        client.prospects().add(person(number)).options(options).send()
    });
    let (outcomes, ()) = tokio::join!(futures::future::join_all(calls), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        tokens.iter().for_each(|token| token.cancel());
    });
    assert!(errors(&outcomes).iter().all(|(_, error)| error.kind() == ErrorKind::OutcomeUnknown));
    // The attempt that may be charged is told once.
    assert_eq!(told(&outcomes), (1, Credits::up_to(1), 0));
    assert_eq!(begun.elapsed(), Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_lost_to_all() {
    let server = Server::new(|_, _| None);
    let client = client(&server);
    let outcomes = add(&client, 3).await;
    assert_eq!(server.rows(), [3]);
    assert_eq!(errors(&outcomes).len(), 3);
    assert!(errors(&outcomes).iter().all(|(_, error)| error.kind() == ErrorKind::OutcomeUnknown));
    assert_eq!((told(&outcomes), client.saved().total()), ((1, Credits::up_to(1), 0), 0));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_too_long_refuses_all_at_no_cost() {
    let server = Server::willing();
    let one = Limits::custom(vec![Limit::new(LimitGroup::EachOperation, 1)]);
    let client = server.builder().limits(one).max_wait(A_SECOND).coalesce(Coalesce::new()).build().unwrap();
    assert!(errors(&add(&client, 2).await).is_empty());
    let outcomes = add(&client, 2).await;
    assert_eq!(errors(&outcomes).len(), 2);
    for (_, error) in errors(&outcomes) {
        assert!(error.kind() == ErrorKind::WaitRefused && error.is_safe_to_retry(), "{error:?}");
    }
    assert_eq!((told(&outcomes), server.rows()), ((0, Credits::NONE, 0), vec![2]));
}
