//! Analytics: numbers that agree with each other and with the conversations.

use std::time::Duration;

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, still};

const DAY: Duration = Duration::from_secs(86_400);

fn chats(client: &Client<'_>, campaign: &str) -> Vec<String> {
    let listed = client.get(&format!("/prospects/campaign/{campaign}?limit=100")).json();
    listed.as_array().unwrap().iter().map(|chat| chat["id"].as_str().unwrap().to_owned()).collect()
}

fn change(sandbox: &Sandbox, chat: &str, body: Value) {
    sandbox.control("POST", &format!("/_sandbox/chats/{chat}"), body).unwrap();
}

/// A campaign with that many people.
fn filled(sandbox: &Sandbox, client: &Client<'_>, people: usize) -> (String, Vec<String>) {
    let campaign = client.campaign();
    let urls: Vec<String> = (0..people).map(|number| format!("linkedin.com/in/p{number}")).collect();
    client.add(&campaign, &urls);
    sandbox.advance(Duration::from_secs(1));
    let chats = chats(client, &campaign);
    (campaign, chats)
}

fn sum(days: &Value, name: &str) -> u64 {
    days.as_array().unwrap().iter().map(|day| day[name].as_u64().unwrap()).sum()
}

#[test]
fn a_campaign_is_counted_by_states_and_days() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (campaign, chats) = filled(&sandbox, &client, 8);
    // Nine days of one message a day; the third person answers on the last but one.
    for day in 0..9 {
        change(&sandbox, &chats[0], json!({"messageSent": true}));
        if day == 7 {
            change(&sandbox, &chats[2], json!({"messageSent": true}));
            change(&sandbox, &chats[2], json!({"replied": true}));
        }
        if day < 8 {
            sandbox.advance(DAY);
        }
    }
    client.attempt("POST", &format!("/prospects/{}/qualify", chats[1]), None).unwrap();
    change(&sandbox, &chats[3], json!({"status": 6, "qualification": "unqualified"}));
    change(&sandbox, &chats[4], json!({"status": 1}));
    change(&sandbox, &chats[5], json!({"status": 503}));
    let body = client.get(&format!("/analytics/campaigns/{campaign}")).json();
    let agent = client.get("/agents").json()[0]["id"].clone();
    let expected = json!({
        "id": campaign, "name": "Spring", "status": "active", "createdAt": "2026-01-01T00:00:00.000Z",
        "agent": agent, "product": "Audit",
    });
    assert_eq!(body["campaign"], expected);
    let expected = json!({
        "totalProspects": 8, "totalMessages": 11, "totalQualified": 1, "totalAnswers": 1, "totalClosed": 1,
        "conversionRate": 12.5, "responseRate": 12.5, "qualificationRate": 100.0,
        "averageMessagesPerProspect": 1.38,
    });
    assert_eq!(body["metrics"], expected);
    let statuses = json!({"pending": 4, "contacted": 1, "responded": 1, "qualified": 1, "closed": 1});
    assert_eq!(body["statusDistribution"], statuses);
    let qualifications = json!({"pending": 6, "qualified": 1, "disqualified": 1});
    assert_eq!(body["qualificationBreakdown"], qualifications);
    let days = &body["activity"]["dailyBreakdown"];
    let today = json!({"date": "2026-01-09", "messages": 1, "responses": 0, "qualified": 1});
    assert_eq!((days.as_array().unwrap().len(), &days[0]), (7, &today));
    assert_eq!(days[1], json!({"date": "2026-01-08", "messages": 3, "responses": 1, "qualified": 0}));
    assert_eq!(days[6]["date"], "2026-01-03");
    let week = json!({"messages": 9, "responses": 1, "qualified": 1});
    assert_eq!(body["activity"]["last7Days"], week);
    for name in ["messages", "responses", "qualified"] {
        assert_eq!(sum(days, name), week[name].as_u64().unwrap());
    }
    // The other profile lists every day of the last thirty on which something happened.
    sandbox.control("POST", "/_sandbox/settings", json!({"profile": "tiered"})).unwrap();
    sandbox.advance(DAY * 3);
    let body = client.get(&format!("/analytics/campaigns/{campaign}")).json();
    let days = &body["activity"]["dailyBreakdown"];
    assert_eq!((days.as_array().unwrap().len(), &days[0]), (9, &today));
    assert_eq!(sum(days, "messages"), 11);
    assert_eq!(body["activity"]["last7Days"]["messages"], 6);
}

#[test]
fn the_overview_is_the_sum_of_the_campaigns() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (first, chats) = filled(&sandbox, &client, 3);
    let (second, others) = filled(&sandbox, &client, 4);
    change(&sandbox, &chats[0], json!({"replied": true, "qualification": "qualified"}));
    sandbox.advance(DAY * 6);
    change(&sandbox, &others[0], json!({"replied": true}));
    change(&sandbox, &others[1], json!({"status": 7}));
    change(&sandbox, &others[2], json!({"messageSent": true}));
    sandbox.advance(DAY - Duration::from_secs(1));
    client.attempt("POST", &format!("/campaigns/{second}/pause"), None).unwrap();
    let agent = client.get("/agents").json()[0]["id"].as_str().unwrap().to_owned();
    sandbox.control("POST", &format!("/_sandbox/agents/{agent}"), json!({"status": "running"})).unwrap();
    let body = client.get("/analytics/overview").json();
    let summary = json!({
        "totalCampaigns": 2, "activeCampaigns": 1, "pausedCampaigns": 1, "completedCampaigns": 0,
        "totalAgents": 2, "activeAgents": 1, "totalProspects": 7, "totalMessages": 3, "totalQualified": 1,
        "totalAnswers": 2, "totalClosed": 1,
    });
    assert_eq!(body["summary"], summary);
    let metrics = json!({
        "conversionRate": 14.29, "responseRate": 28.57, "qualificationRate": 50.0,
        "averageMessagesPerProspect": 0.43,
    });
    assert_eq!(body["metrics"], metrics);
    let line = json!({
        "id": first, "name": "Spring", "status": "active", "prospects": 3, "messages": 1, "qualified": 1,
        "answers": 1, "conversionRate": 33.33, "responseRate": 33.33,
    });
    assert_eq!(body["campaigns"][0], line);
    for (line, total) in
        [("prospects", "totalProspects"), ("messages", "totalMessages"), ("answers", "totalAnswers")]
    {
        assert_eq!(sum(&body["campaigns"], line), summary[total].as_u64().unwrap());
    }
    let activity = |hours: u64, week: [u64; 2]| {
        json!({
            "last24Hours": {"messages": hours, "qualified": 0},
            "lastWeek": {"messages": week[0], "qualified": week[1]},
        })
    };
    assert_eq!(body["activity"], activity(2, [3, 1]));
    // A second later the first reply is a week old, and the others a day.
    sandbox.advance(Duration::from_secs(1));
    assert_eq!(client.get("/analytics/overview").json()["activity"], activity(0, [2, 0]));
    sandbox
        .control("POST", &format!("/_sandbox/campaigns/{second}"), json!({"status": "completed"}))
        .unwrap();
    let summary = client.get("/analytics/overview?from=never").json()["summary"].clone();
    assert_eq!((&summary["completedCampaigns"], &summary["pausedCampaigns"]), (&json!(1), &json!(0)));
}

#[test]
fn who_is_no_longer_qualified_is_no_longer_counted() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (campaign, chats) = filled(&sandbox, &client, 1);
    change(&sandbox, &chats[0], json!({"qualification": "qualified"}));
    sandbox.advance(DAY);
    let qualified = || {
        let body = client.get(&format!("/analytics/campaigns/{campaign}")).json();
        (
            body["activity"]["dailyBreakdown"][0]["qualified"].clone(),
            body["metrics"]["totalQualified"].clone(),
        )
    };
    // Qualifying twice does not move the day.
    change(&sandbox, &chats[0], json!({"qualification": "qualified"}));
    assert_eq!(qualified(), (json!(0), json!(1)));
    change(&sandbox, &chats[0], json!({"qualification": "unqualified"}));
    assert_eq!(qualified(), (json!(0), json!(0)));
    change(&sandbox, &chats[0], json!({"qualification": "qualified"}));
    assert_eq!(qualified(), (json!(1), json!(1)));
}

#[test]
fn nothing_is_counted_as_nothing() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let body = client.get("/analytics/overview").json();
    assert_eq!((&body["campaigns"], &body["summary"]["totalProspects"]), (&json!([]), &json!(0)));
    let metrics = json!({
        "conversionRate": 0.0, "responseRate": 0.0, "qualificationRate": 0.0, "averageMessagesPerProspect": 0.0,
    });
    assert_eq!(body["metrics"], metrics);
    assert_eq!(client.get("/analytics/campaigns/unknown").refusal(), (404, "not_found".to_owned()));
    let other = sandbox.add_team(kakiyo_sandbox::Settings::default(), 100).unwrap();
    let theirs = Client::with_key(&sandbox, &other.api_key).campaign();
    let refusal = client.get(&format!("/analytics/campaigns/{theirs}")).refusal();
    assert_eq!(refusal, (403, "forbidden".to_owned()));
}

#[test]
fn shares_are_written_as_documented_or_in_one_form() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (campaign, chats) = filled(&sandbox, &client, 25);
    for chat in &chats[..3] {
        change(&sandbox, chat, json!({"replied": true}));
    }
    for (form, stats, analytics) in [
        ("documented", json!("12.00%"), json!(12.0)),
        ("text", json!("12.00%"), json!("12.00%")),
        ("number", json!(12.0), json!(12.0)),
    ] {
        sandbox.control("POST", "/_sandbox/settings", json!({"rateForm": form})).unwrap();
        let body = client.get(&format!("/campaigns/{campaign}/stats")).json();
        assert_eq!(body["stats"]["responseRate"], stats, "{form}");
        let body = client.get("/analytics/overview").json();
        assert_eq!(body["metrics"]["responseRate"], analytics, "{form}");
        assert_eq!(body["campaigns"][0]["responseRate"], analytics, "{form}");
        let body = client.get(&format!("/analytics/campaigns/{campaign}")).json();
        assert_eq!(body["metrics"]["responseRate"], analytics, "{form}");
    }
}
