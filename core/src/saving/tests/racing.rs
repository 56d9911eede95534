//! Real threads: whoever leaves when, every row is sent at most once, nobody waits for ever, nothing is kept at the end.

use std::collections::HashMap;

use super::*;
use crate::{CallOptions, CancelToken, Coalesce, ErrorKind};

/// Nothing here takes that long unless somebody waits for ever.
const HANG: Duration = Duration::from_secs(60);

/// How a caller behaves.
#[derive(Clone, Copy)]
enum Caller {
    Patient,
    Cancels,
    Drops,
}

impl Caller {
    fn number(number: usize) -> Self {
        match number % 4 {
            0 => Self::Cancels,
            1 => Self::Drops,
            _ => Self::Patient,
        }
    }
}

/// Makes the call as this caller does; `None` where it was dropped.
async fn made<T>(
    caller: Caller,
    call: impl FnOnce(CallOptions) -> BoxFuture<'static, Result<Response<T>>>,
) -> Option<Result<Response<T>>> {
    let token = Arc::new(CancelToken::new());
    let call = call(CallOptions::new().cancelled_by(Arc::clone(&token)));
    let moment = Duration::from_micros(fastrand::u64(0..6_000));
    match caller {
        Caller::Patient => Some(call.await),
        Caller::Drops => tokio::time::timeout(moment, call).await.ok(),
        Caller::Cancels => {
            tokio::spawn(async move {
                tokio::time::sleep(moment).await;
                token.cancel();
            });
            Some(call.await)
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn adds_that_come_and_go_are_sent_at_most_once() {
    const PEOPLE: usize = 2_000;
    // Every fifth request is refused because of its first row, and every seventh answer is lost.
    let server = Server::after(Duration::from_millis(2), |number, (_, _, body)| {
        let details = json!([{"field": "prospects[0].name", "message": "?"}]);
        match body["prospects"].is_array() {
            true if number % 5 == 4 => Some((400, json!({"error": "validation_error", "details": details}))),
            _ if number % 7 == 6 => None,
            _ => Some((201, json!({"message": "done", "listId": "l"}))),
        }
    });
    let coalesce = Coalesce::new().linger(Duration::from_millis(4)).size(30);
    let client = server.builder().coalesce(coalesce).build().unwrap();
    let callers = (0..PEOPLE).map(|number| {
        let prospects = client.prospects();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_micros(number as u64 * 50)).await;
            made(Caller::number(number), |options| {
                Box::pin(prospects.add(person(number)).options(options).send())
            })
            .await
        })
    });
    let callers: Vec<_> = callers.collect();
    let outcomes = tokio::time::timeout(HANG, futures::future::join_all(callers)).await.unwrap();
    tokio::time::timeout(HANG, client.close()).await.unwrap();

    // How often each name reached the server in a request that was not refused, and in any.
    let (mut taken, mut seen) = (HashMap::new(), HashMap::new());
    for (number, (_, _, body)) in server.seen().into_iter().enumerate() {
        let rows = body["prospects"].as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
        let refused = rows.len() > 1 && number % 5 == 4;
        for row in rows {
            let name = row["name"].as_str().unwrap().to_owned();
            *seen.entry(name.clone()).or_insert(0) += 1;
            *taken.entry(name).or_insert(0) += usize::from(!refused);
        }
    }
    let mut kinds: HashMap<Option<ErrorKind>, usize> = HashMap::new();
    for (number, outcome) in outcomes.into_iter().enumerate() {
        let name = format!("Person {number}");
        let (taken, seen) = (taken.get(&name).copied().unwrap_or(0), seen.get(&name).copied().unwrap_or(0));
        assert!(taken <= 1, "{name} was sent twice");
        let Some(outcome) = outcome.unwrap() else { continue };
        let kind = outcome.err().map(|error| error.kind());
        *kinds.entry(kind).or_insert(0) += 1;
        match kind {
            None => assert_eq!(taken, 1, "{name}"),
            Some(ErrorKind::Cancelled | ErrorKind::InvalidRequest) => {
                assert_eq!(taken, 0, "{name}: {kind:?}")
            }
            Some(ErrorKind::OutcomeUnknown) => assert!(seen >= 1, "{name} was never sent"),
            kind => panic!("{name}: {kind:?}"),
        }
    }
    for kind in
        [None, Some(ErrorKind::Cancelled), Some(ErrorKind::InvalidRequest), Some(ErrorKind::OutcomeUnknown)]
    {
        assert!(kinds.contains_key(&kind), "{kind:?} never happened: {kinds:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reads_that_come_and_go_are_answered_and_told_once() {
    let server = Server::after(Duration::from_millis(2), |_, _| Some((200, json!([{"id": "p"}]))));
    let client = server.builder().share_reads(true).build().unwrap();
    let callers = (0..2_000).map(|number| {
        let products = client.products();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_micros(number as u64 * 50)).await;
            made(Caller::number(number), |options| Box::pin(products.list().options(options).send())).await
        })
    });
    let callers: Vec<_> = callers.collect();
    let outcomes = tokio::time::timeout(HANG, futures::future::join_all(callers)).await.unwrap();
    let outcomes: Vec<_> = outcomes.into_iter().filter_map(Result::unwrap).collect();
    for (_, error) in errors(&outcomes) {
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
    // A call that only droppers waited for is told to nobody.
    let requests = u32::try_from(server.requests()).unwrap();
    let (attempts, credits, saved) = told(&outcomes);
    assert!(
        attempts <= requests && credits.max == attempts,
        "{attempts} attempts, {credits:?}, {requests} requests"
    );
    assert!(requests < 1_000, "{requests} requests");
    assert_eq!(u64::from(saved), client.saved().sharing);
    // What is over has left the list.
    let before = server.requests();
    client.products().list().await.unwrap();
    assert_eq!(server.requests(), before + 1);
}
