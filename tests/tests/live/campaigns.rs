//! A campaign from its beginning to its end, with all that belongs to it.

use serde_json::json;

use super::fixtures::{self, people};
use super::run::{Run, only};

pub(super) async fn scenario(run: &Run) {
    let made = fixtures::campaign(run, "DACH founders, spring").await;
    let id = only("campaignId", &made.campaign);
    let person = people(run, &made.campaign, &["camille-moreau", "lena-brandt"]).await[0].clone();
    let chat = format!("chats/{}", person.chat.as_str().unwrap());
    run.control(&chat, json!({"messageSent": true, "replied": true}));
    let listed = run.walk("campaigns.list", json!({}), 1).await;
    assert_eq!((listed.len(), &listed[0]["id"]), (1, &made.campaign));
    let change = json!({
        "campaignId": made.campaign, "name": "DACH founders, summer", "qualificationAutomatic": 80,
        "qualificationVerification": 40, "variables": {"offer": "audit call"},
    });
    run.good("campaigns.update", change).await;
    run.refused("campaigns.delete", id.clone(), 409, Some("campaign_active")).await;
    for verb in ["pause", "resume", "pause", "pause"] {
        run.good(&format!("campaigns.{verb}"), id.clone()).await;
    }
    let report = run.good("campaigns.stats", id.clone()).await;
    assert_eq!((&report["name"], &report["status"]), (&json!("DACH founders, summer"), &json!("paused")));
    assert_eq!(report["stats"]["responseRate"], 50.0, "{report}");
    let deleted = run.good("campaigns.delete", id).await;
    assert_eq!(
        deleted["deletionSummary"]["deletedItems"],
        json!({"prospects": 2, "chats": 2, "messages": 2, "tasks": 0, "webhookEvents": 0})
    );
    assert_eq!(run.walk("prospects.search", json!({}), 100).await.len(), 0);
    assert_eq!(run.walk("campaigns.list", json!({}), 100).await.len(), 0);
}
