//! Equal reads at the same time: one call, one answer for all, and everybody leaves alone.

use super::*;
use crate::{CallOptions, CancelToken, ErrorKind};
use tokio::time::Instant;

fn client(server: &Arc<Server>) -> Kakiyo {
    server.builder().share_reads(true).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn equal_reads_make_one_call() {
    let server = Server::willing();
    let client = client(&server);
    let calls = (0..10).map(|_| client.products().list().send());
    let outcomes = futures::future::join_all(calls).await;
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap()[0].id.as_str() == "p0"));
    assert_eq!((server.requests(), told(&outcomes)), (1, (1, Credits::exactly(1), 9)));
    assert_eq!(client.saved().sharing, 9);
    // It is over: the next one asks anew.
    client.products().list().await.unwrap();
    assert_eq!(server.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn it_is_off_unless_asked_for() {
    let server = Server::willing();
    let client = server.builder().build().unwrap();
    futures::future::join_all((0..3).map(|_| client.products().list().send())).await;
    assert_eq!(server.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn only_equals_share() {
    let server = Server::willing();
    let client = client(&server);
    let products = client.products();
    let none = CallOptions::new();
    let (a, b, c, d, e) = tokio::join!(
        products.list().send(),
        products.list().extra_query("page", "2").send(),
        products.list().extra_header("x-view", "2").send(),
        // On other terms it may have to be refused where the first one waits.
        products.list().max_wait(A_SECOND).send(),
        client.raw("GET", "/products", &[], None, &none),
    );
    assert!([a, b, c, d].iter().all(Result::is_ok) && e.is_ok());
    assert_eq!(server.requests(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_shared_and_told_once() {
    let server = Server::new(|_, _| Some((403, json!({"error": "forbidden", "message": "No"}))));
    let outcomes = futures::future::join_all((0..3).map(|_| client(&server).products().list().send())).await;
    assert_eq!(server.requests(), 3, "clients of their own do not share");
    drop(outcomes);
    let client = client(&server);
    let outcomes = futures::future::join_all((0..3).map(|_| client.products().list().send())).await;
    assert_eq!(server.requests(), 4);
    assert!(
        errors(&outcomes)
            .iter()
            .all(|(_, error)| error.kind() == ErrorKind::Permission && error.status() == Some(403))
    );
    assert_eq!((told(&outcomes), client.saved().sharing), ((1, Credits::up_to(1), 0), 0));
}

#[tokio::test(start_paused = true)]
async fn the_first_one_can_leave_and_the_others_are_served() {
    let server = Server::willing();
    let client = client(&server);
    let token = Arc::new(CancelToken::new());
    let cancelled = CallOptions::new().cancelled_by(Arc::clone(&token));
    let begun = Instant::now();
    let (first, second, third, ()) = tokio::join!(
        client.products().list().options(cancelled).send(),
        tokio::time::timeout(Duration::from_millis(500), client.products().list().send()),
        client.products().list().send(),
        async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            token.cancel();
        },
    );
    let first = first.unwrap_err();
    assert_eq!((first.kind(), first.attempts(), first.credits()), (ErrorKind::Cancelled, 0, Credits::NONE));
    assert!(second.is_err(), "it had a deadline of its own");
    let third = third.unwrap();
    assert_eq!((third.meta.attempts, third.meta.credits), (1, Credits::exactly(1)));
    assert_eq!((server.requests(), begun.elapsed()), (1, A_SECOND));
}

#[tokio::test(start_paused = true)]
async fn the_last_one_to_leave_ends_the_call() {
    let server = Server::willing();
    let client = client(&server);
    let tokens: Vec<_> = (0..2).map(|_| Arc::new(CancelToken::new())).collect();
    let calls = tokens.iter().map(|token| {
        client.products().list().options(CallOptions::new().cancelled_by(Arc::clone(token))).send()
    });
    let begun = Instant::now();
    let (outcomes, ()) = tokio::join!(futures::future::join_all(calls), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        tokens.iter().for_each(|token| token.cancel());
    });
    assert!(errors(&outcomes).iter().all(|(_, error)| error.kind() == ErrorKind::Cancelled));
    assert_eq!(errors(&outcomes).len(), 2);
    assert_eq!((told(&outcomes), begun.elapsed()), ((1, Credits::up_to(1), 0), Duration::from_millis(500)));
    // Nobody joins what was ended.
    client.products().list().await.unwrap();
    assert_eq!(server.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_read_after_a_write_is_not_from_before_it() {
    let server = Server::new(|number, (method, _, _)| match method.as_str() {
        "GET" => Some((200, json!([{"id": format!("p{number}"), "name": "Audit"}]))),
        _ => Some((200, json!({"message": "paused"}))),
    });
    let client = client(&server);
    let half = Duration::from_millis(500);
    let (early, late) = tokio::join!(
        async {
            tokio::time::sleep(half).await;
            // Under way from 0.5 s to 1.5 s; the write below ends at 1 s.
            client.products().list().send().await.unwrap()
        },
        async {
            client.campaigns().pause("c").await.unwrap();
            client.products().list().send().await.unwrap()
        },
    );
    assert_eq!((early[0].id.as_str(), late[0].id.as_str()), ("p1", "p2"));
}
