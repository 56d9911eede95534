//! People who are deleted: what goes with them, and whom the service keeps.

use serde_json::json;

use super::fixtures::{self, people};
use super::run::{Run, only};

pub(super) async fn scenario(run: &Run) {
    let campaign = fixtures::campaign(run, "Goodbye").await.campaign;
    let everyone = people(run, &campaign, &["gone-a", "gone-b", "gone-c", "gone-d"]).await;
    let chat = |place: usize| format!("chats/{}", everyone[place].chat.as_str().unwrap());
    run.control(&chat(0), json!({"messageSent": true}));
    let first = only("prospectId", &everyone[0].id);
    run.refused("prospects.delete", first.clone(), 409, Some("prospect_active")).await;
    run.good("prospects.pause", only("chatId", &everyone[0].chat)).await;
    let before = run.sandbox.state(&run.team).unwrap().records;
    let gone = run.good("prospects.delete", first.clone()).await;
    let items = &gone["deletionSummary"]["deletedItems"];
    assert_eq!((&items["chats"], &items["messages"]), (&json!(1), &json!(1)), "{gone}");
    assert_eq!(gone["campaignStatsUpdated"]["prospectsCount"], 3);
    let after = run.sandbox.state(&run.team).unwrap().records;
    assert_eq!((before.prospects - after.prospects, before.chats - after.chats), (1, 1));
    run.refused("prospects.delete", first, 404, Some("not_found")).await;

    run.control(&chat(1), json!({"messageSent": true}));
    let ids = json!([everyone[1].id, everyone[2].id, "nobody"]);
    let gone = run.good("prospects.delete_many", json!({"prospectIds": ids, "campaignId": campaign})).await;
    let summary = &gone["summary"];
    assert_eq!(
        (&summary["requested"], &summary["successful"], &summary["failed"]),
        (&json!(3), &json!(1), &json!(2))
    );
    let errors: Vec<_> = gone["results"].as_array().unwrap().iter().map(|row| row["error"].clone()).collect();
    assert_eq!(errors, [json!("prospect_active"), json!(null), json!("not_found")], "{gone}");
    assert_eq!(gone["campaignStatsUpdated"]["prospectsCount"], 2);
    let other = fixtures::campaign(run, "Another one").await.campaign;
    let guarded = json!({"prospectIds": [everyone[3].id], "campaignId": other});
    run.refused("prospects.delete_many", guarded, 400, Some("campaign_mismatch")).await;
    let listed = run.walk("prospects.list", only("campaignId", &campaign), 100).await;
    let stats = run.good("campaigns.stats", only("campaignId", &campaign)).await["stats"].clone();
    assert_eq!((listed.len(), &stats["prospects"]), (2, &json!(2)), "{stats}");
    assert_eq!(stats["messages"], 1, "that of the one who is still there");
}
