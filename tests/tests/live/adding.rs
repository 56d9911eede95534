//! People that are added one by one, shared between campaigns, or found by a search; and the wait for an import.

use std::time::Duration;

use kakiyo::CallOptions;
use serde_json::{Value, json};

use super::fixtures::{self, rows};
use super::run::{Run, only, sum};

pub(super) async fn scenario(run: &Run) {
    one(run).await;
    shared(run).await;
    searched(run).await;
}

async fn one(run: &Run) {
    let campaign = fixtures::campaign(run, "One by one").await.campaign;
    let person = json!({
        "campaignId": campaign, "name": "Mats Dahl", "url": "https://linkedin.com/in/mats-dahl", "ongoing": true,
        "customData": "Met in Malmö.",
    });
    let list = run.good("prospects.add", person.clone()).await["listId"].clone();
    let imported = wait_for(run, &list).await;
    assert_eq!((&imported["imported"], &imported["report"][0]["customDataSaved"]), (&json!(1), &json!(true)));
    // Twice is once.
    let list = run.good("prospects.add", person.clone()).await["listId"].clone();
    assert_eq!(wait_for(run, &list).await["existing"], 1);
    run.set(json!({"nameRequired": true}));
    let nameless = json!({"campaignId": campaign, "name": " ", "url": "https://linkedin.com/in/x"});
    run.refused("prospects.add", nameless, 400, Some("validation_error")).await;
    run.set(json!({"nameRequired": null}));
    let unknown = json!({"campaignId": "unknown", "name": "X", "url": "https://linkedin.com/in/x"});
    run.refused("prospects.add", unknown, 404, Some("campaign_not_found")).await;
}

/// Waits while the time of the sandbox goes on; the first look comes before that.
async fn wait_for(run: &Run, list: &Value) -> Value {
    let looks = |run: &Run| {
        let operations = run.sandbox.state(&run.team).unwrap().counters.operations;
        operations.get("prospects.import_status").map_or(0, |operation| operation.calls)
    };
    // Time stands still: the import does not end by itself.
    let early = json!({"listId": list, "intervalSeconds": 0.01, "deadlineSeconds": 0.05});
    let error = run.call("prospects.wait_for_import", early).await.unwrap_err();
    assert_eq!((error.kind().as_str(), error.is_safe_to_retry()), ("timeout", true), "{error:?}");
    let before = looks(run);
    let wait = json!({"listId": list, "intervalSeconds": 0.01, "deadlineSeconds": 30});
    let (delivered, ()) =
        tokio::join!(run.call_with("prospects.wait_for_import", wait, CallOptions::new()), async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            run.seconds(5);
        });
    let delivered = delivered.unwrap();
    assert_eq!(u64::from(delivered.meta.attempts), looks(run) - before);
    let status = delivered.document.tree().clone();
    assert_eq!((&status["finished"], &status["listId"]), (&json!(true), list));
    status
}

async fn shared(run: &Run) {
    let full = fixtures::campaign(run, "Full").await.campaign;
    let empty = fixtures::campaign(run, "Empty").await.campaign;
    let list = json!({"campaignId": full, "prospects": rows(&["first-person"])});
    run.good("prospects.add_batch", list).await;
    run.seconds(5);
    let people = rows(&["round-a", "round-b", "round-c"]);
    let shared = json!({"campaignIds": [full, empty], "prospects": people});
    let dealt = run.good("prospects.add_round_robin", shared.clone()).await;
    assert_eq!((&dealt["totalProspects"], &dealt["campaignsCount"]), (&json!(3), &json!(2)));
    // The one with fewer people comes first, and gets the odd one.
    let first = &dealt["distribution"][0];
    assert_eq!((&first["campaignId"], &first["prospectsAssigned"]), (&empty, &json!(2)));
    assert_eq!(sum(&dealt["distribution"], "prospectsAssigned"), 3);
    run.seconds(5);
    for share in dealt["distribution"].as_array().unwrap() {
        let status = run.good("prospects.import_status", only("listId", &share["listId"])).await;
        assert_eq!(
            (&status["imported"], &status["campaignId"]),
            (&share["prospectsAssigned"], &share["campaignId"])
        );
    }
    run.set(json!({"importListIds": false}));
    let older = run.good("prospects.add_round_robin", shared.clone()).await;
    assert_eq!(older["distribution"].as_array().unwrap().len(), 2, "{older}");
    run.set(json!({"importListIds": true}));
    run.seconds(5);
    let same = json!({"campaignIds": [full, full], "prospects": people});
    run.refused("prospects.add_round_robin", same, 400, Some("invalid_campaigns")).await;
    let unknown = json!({"campaignIds": [full, "unknown"], "prospects": people});
    run.refused("prospects.add_round_robin", unknown, 404, Some("campaign_not_found")).await;
    run.control(&format!("campaigns/{}", full.as_str().unwrap()), json!({"status": "draft"}));
    run.refused("prospects.add_round_robin", shared, 400, Some("campaign_not_ready")).await;
}

async fn searched(run: &Run) {
    let mut campaigns = Vec::new();
    for name in ["Search one", "Search two", "Search three", "Search four"] {
        campaigns.push(fixtures::campaign(run, name).await.campaign);
    }
    let search = |campaign: &Value, keywords: &str| {
        let url = format!("https://www.linkedin.com/sales/search/people?query=(keywords%3A{keywords})");
        json!({"campaignId": campaign, "searchUrl": url, "requestedCount": 100, "name": "Fintech, Nordics"})
    };
    let import = "prospects.import_sales_navigator";
    let queued = run.good(import, search(&campaigns[0], "fintech")).await;
    assert_eq!((&queued["status"], &queued["requestedCount"]), (&json!("queued"), &json!(100)), "{queued}");
    run.refused(import, search(&campaigns[0], "other"), 409, Some("campaign_busy")).await;
    for campaign in &campaigns[1..3] {
        run.good(import, search(campaign, "fintech")).await;
    }
    let full = run.refused(import, search(&campaigns[3], "x"), 429, Some("sales_navigator_team_limit")).await;
    assert_eq!((full.kind().as_str(), full.retry_after()), ("rate_limited", None));
    run.seconds(5);
    assert_eq!(run.walk("prospects.list", only("campaignId", &campaigns[0]), 100).await.len(), 100);
    let again = search(&campaigns[0], "fintech");
    run.refused(import, again, 409, Some("sales_navigator_source_exists")).await;
    let elsewhere =
        json!({"campaignId": campaigns[3], "searchUrl": "https://example.org/sales/search/people?query=x"});
    let error = run.call(import, elsewhere).await.unwrap_err();
    assert_eq!(error.kind().as_str(), "invalid_request", "{error:?}");
    run.refused(import, search(&json!("unknown"), "x"), 404, Some("campaign_not_found")).await;
    let control = format!("campaigns/{}", campaigns[3].as_str().unwrap());
    run.control(&control, json!({"status": "draft"}));
    run.refused(import, search(&campaigns[3], "x"), 400, Some("campaign_not_ready")).await;
    run.control(&control, json!({"agent": null}));
    run.refused(import, search(&campaigns[3], "x"), 400, Some("campaign_missing_agent")).await;
}
