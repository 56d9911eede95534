//! Adding people one by one, shared between campaigns, and by a search of Sales Navigator.

use std::time::Duration;

use kakiyo_sandbox::{Profile, Sandbox};
use serde_json::{Value, json};

use crate::client::{Client, Reply, still};

fn settings(sandbox: &Sandbox, patch: Value) {
    sandbox.control("POST", "/_sandbox/settings", patch).unwrap();
}

fn put(sandbox: &Sandbox, campaign: &str, state: Value) {
    sandbox.control("POST", &format!("/_sandbox/campaigns/{campaign}"), state).unwrap();
}

fn rows(count: usize) -> Vec<Value> {
    (0..count).map(|n| json!({"name": "Jonas", "url": format!("linkedin.com/in/person-{n}")})).collect()
}

/// Another team and something of its own.
fn stranger(sandbox: &Sandbox) -> (String, String) {
    let key = sandbox.control("POST", "/_sandbox/teams", json!({})).unwrap()["apiKey"].clone();
    let key = key.as_str().unwrap().to_owned();
    let campaign = Client::with_key(sandbox, &key).campaign();
    (key, campaign)
}

#[test]
fn one_person_is_an_import_of_one_row() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let body = json!({
        "campaignId": campaign, "name": "Jonas Weber", "url": "https://linkedin.com/in/jonas-weber",
        "ongoing": true, "customData": "Met in Lyon.", "additionalFields": [{"fieldName": "Event"}],
    });
    let reply = client.post("/prospects", &body);
    assert_eq!((reply.status, &reply.json()["message"]), (201, &json!("Prospect added successfully")));
    let list = reply.json()["listId"].as_str().unwrap().to_owned();
    assert_eq!(client.import(&list)["processed"], 0);
    sandbox.advance(Duration::from_millis(200));
    let import = client.import(&list);
    assert_eq!((&import["status"], &import["total"]), (&json!("completed"), &json!(1)));
    assert_eq!(import["report"][0]["customDataSaved"], true);
    let again = client.post("/prospects", &body).json()["listId"].as_str().unwrap().to_owned();
    sandbox.advance(Duration::from_millis(200));
    assert_eq!(client.import(&again)["existing"], 1);
}

#[test]
fn one_person_is_checked_like_a_row() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let fields = |body: Value| client.post("/prospects", &body).fields();
    assert_eq!(fields(json!({})), ["campaignId", "name", "url"]);
    let wrong = json!({
        "campaignId": 7, "name": " ", "url": null, "ongoing": 1, "customData": "x".repeat(3_001),
        "additionalFields": {},
    });
    assert_eq!(fields(wrong), ["campaignId", "name", "url", "ongoing", "customData", "additionalFields"]);
    let row = json!({"campaignId": "none", "name": "Jonas", "url": "linkedin.com/in/a"});
    assert_eq!(client.post("/prospects", &row).refusal(), (404, "campaign_not_found".to_owned()));
    let (_, theirs) = stranger(&sandbox);
    let row = json!({"campaignId": theirs});
    assert_eq!(client.post("/prospects", &row).refusal(), (403, "forbidden".to_owned()));
    // No address is wrong enough to be refused: the import says so.
    let row = json!({"campaignId": campaign, "name": "Jonas", "url": ""});
    let list = client.post("/prospects", &row).json()["listId"].as_str().unwrap().to_owned();
    sandbox.advance(Duration::from_secs(1));
    assert_eq!(client.import(&list)["invalid"], 1);
}

#[test]
fn switches_of_adding() {
    let sandbox = Sandbox::builder().virtual_clock().profile(Profile::Tiered).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let long = "é".repeat(3_100);
    settings(&sandbox, json!({"cutCustomData": true, "importDoneStatus": "finished", "importRetention": 60}));
    let row = json!({"campaignId": campaign, "url": "linkedin.com/in/jonas-weber", "customData": long});
    let list = client.post("/prospects", &row).json()["listId"].as_str().unwrap().to_owned();
    sandbox.advance(Duration::from_secs(1));
    let import = client.import(&list);
    assert_eq!(import["status"], "finished");
    let chat = import["report"][0]["chatId"].as_str().unwrap();
    let stored = client.get(&format!("/prospects/{chat}")).json();
    assert_eq!(stored["customData"].as_str().unwrap().chars().count(), 3_000);
    let body = json!({"customData": "x".repeat(4_000)});
    let reply = client.attempt("PATCH", &format!("/prospects/{chat}/custom-data"), Some(&body)).unwrap();
    assert_eq!(reply.json()["customDataLength"], 3_000);
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(client.get(&format!("/prospects/imports/{list}")).status, 404);
    settings(&sandbox, json!({"importListIds": false}));
    assert_eq!(client.post("/prospects", &row).json().get("listId"), None);
    let shared = json!({"campaignIds": [campaign, client.campaign()], "prospects": rows(3)});
    let reply = client.post("/prospects/batch/round-robin", &shared).json();
    assert_eq!(reply["message"], "Round Robin distribution completed");
    assert_eq!((reply.get("successfulCampaignIds"), reply["distribution"][0].get("listId")), (None, None));
}

#[test]
fn round_robin_deals_in_turn_from_the_least_loaded_on() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaigns = [client.campaign(), client.campaign(), client.campaign()];
    client.add(&campaigns[0], &["linkedin.com/in/someone".to_owned()]);
    let body = json!({"campaignIds": campaigns, "prospects": rows(4)});
    let reply = client.post("/prospects/batch/round-robin", &body);
    assert_eq!(reply.status, 201);
    let reply = reply.json();
    assert_eq!(reply["message"], "Round Robin distribution processing started");
    assert_eq!((&reply["totalProspects"], &reply["campaignsCount"]), (&json!(4), &json!(3)));
    let order = json!([campaigns[1], campaigns[2], campaigns[0]]);
    assert_eq!(reply["successfulCampaignIds"], order);
    let assigned: Vec<u64> =
        (0..3).map(|place| reply["distribution"][place]["prospectsAssigned"].as_u64().unwrap()).collect();
    assert_eq!(assigned, [2, 1, 1]);
    assert_eq!(reply["distribution"][0]["campaignName"], "Spring");
    sandbox.advance(Duration::from_secs(1));
    let urls = |place: usize| {
        let import = client.import(reply["distribution"][place]["listId"].as_str().unwrap());
        let report = import["report"].as_array().unwrap().clone();
        report.iter().map(|row| row["linkedinSlug"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(urls(0), ["person-0", "person-3"]);
    assert_eq!(urls(2), ["person-2"]);
    // Fewer people than campaigns: only those that got some are named.
    let body = json!({"campaignIds": campaigns, "prospects": rows(1)});
    let reply = client.post("/prospects/batch/round-robin", &body).json();
    assert_eq!(reply["campaignsCount"], 1);
    assert_eq!(reply["successfulCampaignIds"].as_array().unwrap().len(), 1);
}

#[test]
fn round_robin_names_what_it_refuses() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (one, two) = (client.campaign(), client.campaign());
    let send = |ids: Value, count: usize| {
        let body = json!({"campaignIds": ids, "prospects": rows(count)});
        client.post("/prospects/batch/round-robin", &body)
    };
    let refused = |ids: Value| send(ids, 1).refusal();
    for ids in [json!([]), json!([one]), json!([one, one])] {
        assert_eq!(refused(ids), (400, "invalid_campaigns".to_owned()));
    }
    let body = json!({"prospects": rows(1)});
    assert_eq!(
        client.post("/prospects/batch/round-robin", &body).refusal(),
        (400, "invalid_campaigns".to_owned())
    );
    assert_eq!(send(json!([one, 4]), 0).fields(), ["campaignIds[1]", "prospects"]);
    assert_eq!(send(json!("all"), 101).fields(), ["campaignIds", "prospects"]);
    let unknown = send(json!([one, "nothing"]), 1);
    assert!(unknown.json()["message"].as_str().unwrap().contains("nothing"));
    assert_eq!(unknown.refusal(), (404, "campaign_not_found".to_owned()));
    let (_, theirs) = stranger(&sandbox);
    let foreign = send(json!([one, theirs]), 1);
    assert!(foreign.json()["message"].as_str().unwrap().contains(&theirs));
    assert_eq!(foreign.refusal(), (403, "forbidden".to_owned()));
    for (state, refusal) in [
        ("draft", (400, "campaign_not_ready".to_owned())),
        ("disabled", (400, "campaign_not_ready".to_owned())),
        ("uploading", (409, "campaign_busy".to_owned())),
    ] {
        put(&sandbox, &two, json!({"status": state}));
        assert_eq!(refused(json!([one, two])), refusal, "{state}");
    }
    put(&sandbox, &two, json!({"status": "active"}));
    settings(&sandbox, json!({"busyWhileImporting": true}));
    assert_eq!(send(json!([one, two]), 2).status, 201);
    assert_eq!(refused(json!([one, two])), (409, "campaign_busy".to_owned()));
    sandbox.advance(Duration::from_millis(200));
    assert_eq!(send(json!([one, two]), 2).status, 201);
    assert_eq!(sandbox.state(sandbox.team()).unwrap().records.prospects, 2);
}

fn search(client: &Client<'_>, campaign: &str, keywords: &str) -> Reply {
    let address = format!("https://www.linkedin.com/sales/search/people?query=(keywords%3A{keywords})");
    let body = json!({"campaignId": campaign, "searchUrl": address, "requestedCount": 100});
    client.post("/prospects/sales-navigator", &body)
}

#[test]
fn a_search_is_accepted_and_its_people_arrive_later() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let reply = search(&client, &campaign, "fintech");
    assert_eq!(reply.status, 202);
    let body = reply.json();
    assert_eq!(
        (&body["message"], &body["status"], &body["requestedCount"]),
        (&json!("Sales Navigator import queued"), &json!("queued"), &json!(100))
    );
    let run = body["runId"].as_str().unwrap();
    assert_ne!(body["sourceId"], body["runId"]);
    sandbox.advance(Duration::from_secs(2));
    // Nothing asks for a run: it has no list id.
    assert_eq!(client.get(&format!("/prospects/imports/{run}")).status, 404);
    let page = client.get(&format!("/prospects/campaign/{campaign}?limit=100"));
    assert_eq!(page.json().as_array().unwrap().len(), 100);
    let default = json!({
        "campaignId": client.campaign(),
        "searchUrl": "https://linkedin.com/sales/search/people?query=b",
    });
    let reply = client.post("/prospects/sales-navigator", &default);
    assert_eq!(reply.json()["requestedCount"], 250);
    settings(&sandbox, json!({"salesNavigatorMatches": 0, "salesNavigatorDelay": 5}));
    let empty = client.campaign();
    assert_eq!(search(&client, &empty, "nobody").status, 202);
    assert_eq!(search(&client, &empty, "again").refusal(), (409, "campaign_busy".to_owned()));
    sandbox.advance(Duration::from_secs(5));
    assert_eq!(client.get(&format!("/prospects/campaign/{empty}")).json(), json!([]));
    assert_eq!(search(&client, &empty, "again").status, 202);
}

#[test]
fn a_fourth_run_is_refused_without_a_wait() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaigns: Vec<String> = (0..4).map(|_| client.campaign()).collect();
    for campaign in &campaigns[..3] {
        assert_eq!(search(&client, campaign, "fintech").status, 202);
    }
    let reply = search(&client, &campaigns[3], "fintech");
    assert_eq!(reply.refusal(), (429, "sales_navigator_team_limit".to_owned()));
    assert_eq!((reply.header("retry-after"), reply.json().get("retryAfter")), (None, None));
    // It passed the rate limit: a call that failed, not one that came too fast.
    let counters = sandbox.counters();
    assert_eq!(
        (counters.rejections, counters.operations["prospects.import_sales_navigator"].failures),
        (0, 1)
    );
    let (key, theirs) = stranger(&sandbox);
    assert_eq!(search(&Client::with_key(&sandbox, &key), &theirs, "fintech").status, 202);
    sandbox.advance(Duration::from_secs(2));
    assert_eq!(search(&client, &campaigns[3], "fintech").status, 202);
}

#[test]
fn searches_are_checked_one_thing_after_the_other() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let send = |body: Value| client.post("/prospects/sales-navigator", &body);
    assert_eq!(send(json!({})).fields(), ["campaignId", "searchUrl"]);
    let wrong = json!({
        "campaignId": campaign, "searchUrl": "https://linkedin.com/in/jonas", "requestedCount": 99,
        "name": "", "limit": 5,
    });
    assert_eq!(send(wrong).fields(), ["searchUrl", "requestedCount", "name", "limit"]);
    let wrong =
        json!({"campaignId": campaign, "searchUrl": 5, "requestedCount": "100", "name": "x".repeat(121)});
    assert_eq!(send(wrong).fields(), ["searchUrl", "requestedCount", "name"]);
    let long = format!("https://linkedin.com/sales/search/people?query={}", "x".repeat(20_000));
    assert_eq!(send(json!({"campaignId": campaign, "searchUrl": long})).fields(), ["searchUrl"]);
    assert_eq!(search(&client, "nothing", "a").refusal(), (404, "campaign_not_found".to_owned()));
    let (_, theirs) = stranger(&sandbox);
    assert_eq!(search(&client, &theirs, "a").refusal(), (403, "forbidden".to_owned()));
    put(&sandbox, &campaign, json!({"status": "draft", "agent": null}));
    assert_eq!(search(&client, &campaign, "a").refusal(), (400, "campaign_missing_agent".to_owned()));
    put(&sandbox, &campaign, json!({"agent": client.agent()}));
    assert_eq!(search(&client, &campaign, "a").refusal(), (400, "campaign_not_ready".to_owned()));
    put(&sandbox, &campaign, json!({"status": "active"}));
    let path = format!("/_sandbox/campaigns/{campaign}");
    for (path, body, status) in [
        (path.as_str(), json!({"agent": "nobody"}), 400),
        (path.as_str(), json!({"state": "draft"}), 400),
        ("/_sandbox/campaigns/nothing", json!({"status": "draft"}), 404),
    ] {
        assert_eq!(sandbox.control("POST", path, body).unwrap_err().status, status);
    }
    client.add(&campaign, &["linkedin.com/in/jonas".to_owned()]);
    assert_eq!(search(&client, &campaign, "a").refusal(), (409, "campaign_busy".to_owned()));
    sandbox.advance(Duration::from_secs(1));
    assert_eq!(search(&client, &campaign, "a").status, 202);
    sandbox.advance(Duration::from_secs(9));
    assert_eq!(search(&client, &campaign, "a").refusal(), (409, "sales_navigator_source_exists".to_owned()));
    assert_eq!(search(&client, &campaign, "b").status, 202);
    let stranger = Client::with_key(&sandbox, &"x".repeat(40));
    assert_eq!(search(&stranger, &campaign, "a").refusal(), (401, "invalid_api_key".to_owned()));
    let keyless = Client::with_key(&sandbox, "");
    assert_eq!(search(&keyless, &campaign, "a").refusal(), (401, "invalid_api_key".to_owned()));
}
