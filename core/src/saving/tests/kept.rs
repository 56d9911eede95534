//! Answers that are kept: for how long, and what makes them forgotten.

use super::*;
use crate::{CallOptions, CreateProduct, ErrorKind};

const AN_HOUR: Duration = Duration::from_secs(3_600);

fn client(server: &Arc<Server>) -> Kakiyo {
    server.builder().cache(AN_HOUR).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_for_its_time() {
    let server = Server::willing();
    let client = client(&server);
    let first = client.products().list().await.unwrap();
    assert_eq!((first.meta.attempts, first.meta.saved), (1, 0));
    let again = client.products().list().await.unwrap();
    assert_eq!(again[0].id, first[0].id);
    let meta = again.meta();
    assert_eq!((meta.attempts, meta.credits, meta.saved, meta.status), (0, Credits::NONE, 1, 200));
    assert_eq!((meta.quota_left, meta.waited), (None, Duration::ZERO));
    // All copies share what is kept.
    client.with_options(CallOptions::new()).unwrap().products().list().await.unwrap();
    assert_eq!((server.requests(), client.saved().caching), (1, 2));
    tokio::time::advance(AN_HOUR).await;
    assert_eq!(client.products().list().await.unwrap()[0].id.as_str(), "p1");
}

#[tokio::test(start_paused = true)]
async fn only_what_stays_good_is_kept() {
    let server = Server::new(|_, (_, path, _)| {
        Some(match path.as_str() {
            "/v1/models/gone" => (404, json!({"error": "not_found", "message": "?"})),
            "/v1/models/odd" => (200, json!([])),
            "/v1/models/m" => (200, json!({"id": "m", "name": "M"})),
            _ => (200, json!([])),
        })
    });
    let client = client(&server);
    let twice = async |path: &str| {
        let before = server.requests();
        for _ in 0..2 {
            client.raw("GET", path, &[], None, &CallOptions::new()).await.map_err(|error| error.kind()).ok();
        }
        server.requests() - before
    };
    assert_eq!(twice("/models/m").await, 1, "a raw call of a known route is that route");
    assert_eq!(twice("/models/gone").await, 2, "a refusal is not kept");
    assert_eq!(twice("/campaigns").await, 2);
    assert_eq!(twice("/nowhere").await, 2);
    // An answer that cannot be read is asked for again.
    for _ in 0..2 {
        assert_eq!(client.models().get("odd").await.unwrap_err().kind(), ErrorKind::Decode);
    }
    assert_eq!(server.seen().iter().filter(|(_, path, _)| path == "/v1/models/odd").count(), 2);
}

#[tokio::test(start_paused = true)]
async fn own_writes_to_a_resource_make_it_forgotten() {
    let server = Server::willing();
    let client = client(&server);
    client.products().list().await.unwrap();
    client.prompts().list().await.unwrap();
    client.campaigns().pause("c").await.ok();
    client.products().list().await.unwrap();
    assert_eq!(server.requests(), 3, "a write to something else changes nothing");
    client.products().create(CreateProduct::new("Audit", "A review of contracts.")).await.unwrap();
    client.products().list().await.unwrap();
    client.prompts().list().await.unwrap();
    assert_eq!(server.requests(), 5);
    // A raw write as well, whether the table knows its route or not.
    client.raw("DELETE", "/products/p", &[], None, &CallOptions::new()).await.unwrap();
    client.products().list().await.unwrap();
    assert_eq!(server.requests(), 7);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_a_write_overtook_is_not_kept() {
    let server = Server::willing();
    let client = client(&server);
    let create = CreateProduct::new("Audit", "A review of contracts.");
    let (created, listed) = tokio::join!(client.products().create(create).send(), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        client.products().list().await
    });
    assert!(created.is_ok() && listed.is_ok());
    client.products().list().await.unwrap();
    assert_eq!(server.requests(), 3);
    // A write that was given up may have been done.
    let create = client.products().create(CreateProduct::new("Audit", "A review of contracts.")).send();
    assert!(tokio::time::timeout(Duration::from_millis(500), create).await.is_err());
    client.products().list().await.unwrap();
    assert_eq!(server.requests(), 5);
}

#[tokio::test(start_paused = true)]
async fn shared_and_kept_go_together() {
    let server = Server::willing();
    let client = server.builder().cache(AN_HOUR).share_reads(true).build().unwrap();
    let outcomes = futures::future::join_all((0..3).map(|_| client.products().list().send())).await;
    let kept = client.products().list().await.unwrap();
    assert_eq!((server.requests(), told(&outcomes)), (1, (1, Credits::exactly(1), 2)));
    assert_eq!((kept.meta.saved, client.saved().sharing, client.saved().caching), (1, 2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_caller_gets_no_kept_answer() {
    let server = Server::willing();
    let client = client(&server);
    client.products().list().await.unwrap();
    let token = Arc::new(crate::CancelToken::new());
    token.cancel();
    let error = client.products().list().options(CallOptions::new().cancelled_by(token)).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Cancelled, Some("products.list")));
}
