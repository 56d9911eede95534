//! A row that the service refuses fails alone, and the others are accepted.

use super::*;
use crate::{Coalesce, ErrorKind};

fn client(server: &Arc<Server>) -> Kakiyo {
    server.builder().coalesce(Coalesce::new()).build().unwrap()
}

/// The people of a request, by number.
fn people(body: &Value) -> Vec<usize> {
    let number = |row: &Value| row["name"].as_str().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    match body["prospects"].as_array() {
        Some(rows) => rows.iter().map(number).collect(),
        None => vec![number(body)],
    }
}

/// A server that refuses these people; `details` says how it names them, if at all.
fn strict(bad: &'static [usize], details: fn(usize) -> Option<String>) -> Arc<Server> {
    Server::new(move |_, (_, _, body)| {
        let people = people(body);
        let alone = body["prospects"].is_null();
        let issues: Vec<Value> = people
            .iter()
            .enumerate()
            .filter(|(_, number)| bad.contains(number))
            .map(|(place, _)| {
                let field = if alone { Some("name".to_owned()) } else { details(place) };
                json!({"field": field, "message": "Is required"})
            })
            .collect();
        Some(match issues.is_empty() {
            true => (201, json!({"message": "done", "listId": "l"})),
            false => (
                400,
                json!({"error": "validation_error", "message": "Some fields are not valid", "details": issues}),
            ),
        })
    })
}

#[tokio::test(start_paused = true)]
async fn a_named_row_costs_one_more_call() {
    let server = strict(&[17, 63], |place| Some(format!("prospects[{place}].name")));
    let client = client(&server);
    let outcomes = add(&client, 100).await;
    assert_eq!(server.rows(), [100, 98]);
    let errors = errors(&outcomes);
    assert_eq!(errors.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [17, 63]);
    for (_, error) in &errors {
        assert_eq!(
            (error.kind(), error.status(), error.operation()),
            (ErrorKind::InvalidRequest, Some(400), Some("prospects.add"))
        );
        // As if it had been sent alone.
        assert_eq!(error.details().iter().map(|issue| issue.field.as_str()).collect::<Vec<_>>(), ["name"]);
    }
    // Two calls: the refused one may be charged.
    assert_eq!(told(&outcomes), (2, Credits { min: 1, max: 2 }, 97));
    assert_eq!(client.saved().coalescing, 97);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_is_not_named_is_found_by_halving() {
    for details in [|_| None, |_| Some("prospects".to_owned()), |_| Some("prospects[100].name".to_owned())] {
        let server = strict(&[17], details);
        let outcomes = add(&client(&server), 100).await;
        let errors = errors(&outcomes);
        assert_eq!(errors.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [17]);
        assert_eq!(errors[0].1.details()[0].field, "name");
        let calls = u32::try_from(server.requests()).unwrap();
        assert!(calls <= 15, "{calls} calls");
        let (attempts, credits, _) = told(&outcomes);
        assert_eq!((attempts, credits.max), (calls, calls));
    }
}

#[tokio::test(start_paused = true)]
async fn all_rows_named_leaves_nothing_to_send() {
    let server = strict(&[0, 1], |place| Some(format!("prospects.{place}.name")));
    let outcomes = add(&client(&server), 2).await;
    assert_eq!((errors(&outcomes).len(), server.rows()), (2, vec![2]));
    assert_eq!(told(&outcomes), (1, Credits::up_to(1), 0));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_another_kind_is_everybodys() {
    for (status, body, kind) in [
        (404, json!({"error": "campaign_not_found", "message": "?"}), ErrorKind::NotFound),
        (402, json!({"error": "insufficient_credits", "message": "?"}), ErrorKind::OutOfCredits),
        (400, json!({"error": "invalid_status", "message": "?"}), ErrorKind::InvalidRequest),
        (
            400,
            json!({"error": "validation_error", "message": "?", "details": [{"field": "campaignId", "message": "?"}]}),
            ErrorKind::InvalidRequest,
        ),
    ] {
        let server = Server::new(move |_, _| Some((status, body.clone())));
        let outcomes = add(&client(&server), 40).await;
        assert_eq!((errors(&outcomes).len(), server.rows()), (40, vec![40]), "{status}");
        for (_, error) in errors(&outcomes) {
            // Only the code decides between two kinds of 400.
            assert!(error.kind() == kind || error.status() == Some(400), "{error:?}");
        }
        assert_eq!(told(&outcomes).0, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_refuses_everything_is_not_asked_for_each_row() {
    let server = Server::new(|_, _| Some((400, json!({"error": "validation_error", "message": "No"}))));
    let outcomes = add(&client(&server), 100).await;
    assert_eq!(errors(&outcomes).len(), 100);
    assert!(server.requests() <= 12, "{} calls", server.requests());
    assert_eq!(told(&outcomes).0 as usize, server.requests());
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_too_large_is_halved() {
    let server = Server::new(|_, (_, _, body)| {
        Some(match people(body).len() {
            0..=40 => (201, json!({"message": "done", "listId": "l"})),
            _ => (413, json!({"message": "too large"})),
        })
    });
    let outcomes = add(&client(&server), 100).await;
    assert!(errors(&outcomes).is_empty());
    assert_eq!(server.rows(), [100, 50, 25, 25, 50, 25, 25]);
    assert_eq!(told(&outcomes), (7, Credits { min: 4, max: 7 }, 96));
}
