//! People in one campaign: imported, searched, listed, read and changed.

use serde_json::{Value, json};

use super::fixtures::{self, rows};
use super::run::{Run, text};

pub(super) async fn scenario(run: &Run) {
    let campaign = fixtures::campaign(run, "DACH founders, autumn").await.campaign;
    import(run, &campaign).await;
    read(run, &campaign).await;
    converse(run, &campaign).await;
}

/// One of each: new, with context, twice, blocked, no profile.
async fn import(run: &Run, campaign: &Value) {
    let mut rows = rows(&["amelie-fournier", "jonas-weber", "jonas-weber", "blocked"]);
    rows[0]["ongoing"] = json!(true);
    rows[0]["customData"] = json!("Met in Lyon.");
    rows.push(json!({"name": "X", "url": "https://example.org/x"}));
    let batch = json!({"campaignId": campaign, "prospects": rows});
    let list = json!({"listId": run.good("prospects.add_batch", batch).await["listId"]});
    assert_eq!(run.good("prospects.import_status", list.clone()).await["finished"], false);
    run.seconds(5);
    let status = run.good("prospects.import_status", list).await;
    assert_eq!((&status["finished"], &status["imported"]), (&json!(true), &json!(2)), "{status}");
    let rows = ["imported", "existing", "invalid", "skippedDnc", "enrichmentFailed"];
    let counted: i64 = rows.iter().map(|name| status[*name].as_i64().unwrap()).sum();
    assert_eq!((counted, &status["processed"]), (5, &json!(5)), "{status}");
}

async fn read(run: &Run, campaign: &Value) {
    let chats = run.walk("prospects.list", json!({"campaignId": campaign}), 1).await;
    assert_eq!(chats.len(), 2);
    run.control(&format!("chats/{}", text(&chats[0], "id")), json!({"messageSent": true, "replied": true}));
    for form in ["flat", "spec"] {
        run.set(json!({"searchForm": form}));
        assert_eq!(run.walk("prospects.search", json!({}), 1).await.len(), 2);
    }
    let filters = json!({
        "query": "a", "campaignId": campaign, "qualification": "pending", "status": 4, "city": "Lyon", "country": "France",
        "hasResponded": true, "isPaused": false,
    });
    run.walk("prospects.search", filters, 100).await;
    let filters = json!({"campaignId": campaign, "status": 4, "isPaused": false, "hasResponded": true});
    assert_eq!(run.walk("prospects.list", filters, 100).await.len(), 1);
}

/// One conversation, read and changed.
async fn converse(run: &Run, campaign: &Value) {
    let chats = run.walk("prospects.list", json!({"campaignId": campaign}), 100).await;
    let chat = json!({"chatId": chats[0]["id"]});
    for text in ["", "Wants a call after 15 September."] {
        let change = json!({"chatId": chats[0]["id"], "customData": text});
        let saved = run.good("prospects.set_custom_data", change).await;
        assert_eq!(saved["customDataLength"], text.len(), "{saved}");
    }
    // What is paused already can be paused.
    for verb in ["pause", "pause", "resume", "pause", "qualify"] {
        run.good(&format!("prospects.{verb}"), chat.clone()).await;
    }
    let details = run.good("prospects.get", chat).await;
    assert_eq!((&details["paused"], &details["qualification"]), (&json!(true), &json!("qualified")));
    assert_eq!(details["customData"], "Wants a call after 15 September.");
    assert_eq!(&details["campaign"]["id"], campaign);
    assert_eq!(details["messages"].as_array().unwrap().len(), 2, "{details}");
}
