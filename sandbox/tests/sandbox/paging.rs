//! Pages, their ends and their cursors.

use std::time::Duration;

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, still};

fn ids(page: &Value) -> Vec<String> {
    page.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn campaigns(client: &Client<'_>, count: usize) -> Vec<String> {
    let (product, prompt, agent) = (client.product(), client.prompt(), client.agent());
    let body = json!({"name": "Spring", "productId": product, "promptId": prompt, "agentId": agent});
    (0..count).map(|_| client.made("/campaigns", &body)).collect()
}

#[test]
fn campaigns_come_whole_or_by_offset_or_after_an_id() {
    let sandbox = Sandbox::builder().virtual_clock().unlimited().start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let all = campaigns(&client, 25);
    let page = |query: &str| ids(&client.get(&format!("/campaigns{query}")).json());
    assert_eq!(page(""), all);
    assert_eq!(page("?limit=10"), all[..10]);
    assert_eq!(page("?limit=10&offset=20"), all[20..]);
    assert_eq!(page("?limit=10&offset=25"), [""; 0]);
    assert_eq!(page("?offset=3"), all[3..23]);
    assert_eq!(page(&format!("?after={}", all[2])), all[3..23]);
    assert_eq!(page(&format!("?limit=2&offset=9&after={}", all[2])), all[3..5]);
    assert_eq!(page(&format!("?after={}", all[24])), [""; 0]);
    assert_eq!(client.get("/campaigns?limit=0").fields(), ["limit"]);
    assert_eq!(client.get("/campaigns?limit=101&offset=x&after=none").fields(), ["limit", "offset", "after"]);
    sandbox.control("POST", "/_sandbox/settings", json!({"clampLimits": true})).unwrap();
    assert_eq!(page("?limit=101"), all);
}

fn filled(sandbox: &Sandbox, count: usize) -> String {
    let client = Client::new(sandbox);
    let campaign = client.campaign();
    let urls: Vec<String> = (0..count).map(|number| format!("linkedin.com/in/p{number}")).collect();
    client.add(&campaign, &urls);
    sandbox.advance(Duration::from_secs(1));
    campaign
}

#[test]
fn prospects_are_walked_by_offset_until_the_header_says_so() {
    let sandbox = still();
    let campaign = filled(&sandbox, 60);
    let client = Client::new(&sandbox);
    let page = |query: &str| client.get(&format!("/prospects/campaign/{campaign}{query}"));
    let first = page("");
    assert_eq!(ids(&first.json()).len(), 25);
    let seen = |name: &str| first.header(name).map(str::to_owned);
    assert_eq!(seen("x-limit").as_deref(), Some("25"));
    assert_eq!(seen("x-offset").as_deref(), Some("0"));
    assert_eq!(seen("x-has-more").as_deref(), Some("true"));
    assert!(seen("x-next-cursor").is_some());
    let last = page("?limit=20&offset=40");
    assert_eq!(ids(&last.json()).len(), 20);
    assert_eq!((last.header("x-has-more"), last.header("x-next-cursor")), (Some("false"), None));
    assert_eq!(ids(&page("?offset=60").json()).len(), 0);
    assert_eq!(page("?limit=101&offset=-1&status=x&isPaused=2&hasResponded=").fields().len(), 5);
}

#[test]
fn cursors_hold_characters_that_have_to_be_escaped() {
    let sandbox = still();
    let campaign = filled(&sandbox, 60);
    let client = Client::new(&sandbox);
    let mut seen = Vec::new();
    let mut query = "?limit=25&offset=7".to_owned();
    loop {
        let page = client.get(&format!("/prospects/campaign/{campaign}{query}"));
        seen.extend(ids(&page.json()));
        let Some(cursor) = page.header("x-next-cursor") else { break };
        if seen.len() > 25 {
            assert_eq!(page.header("x-offset"), None);
        }
        let raw = client.get(&format!("/prospects/campaign/{campaign}?cursor={cursor}"));
        assert_eq!(raw.fields(), ["cursor"], "an unescaped + is a space");
        query = format!("?limit=25&offset=99&cursor={}", cursor.replace('+', "%2B").replace('/', "%2F"));
    }
    let all = ids(&client.get(&format!("/prospects/campaign/{campaign}?limit=100")).json());
    assert_eq!(seen, all[7..]);
}

#[test]
fn prospect_filters_narrow_the_pages() {
    let sandbox = still();
    let campaign = filled(&sandbox, 5);
    let client = Client::new(&sandbox);
    let all = ids(&client.get(&format!("/prospects/campaign/{campaign}")).json());
    let change =
        |chat: &str, body| sandbox.control("POST", &format!("/_sandbox/chats/{chat}"), body).unwrap();
    change(&all[1], json!({"messageSent": true}));
    change(&all[2], json!({"replied": true}));
    change(&all[3], json!({"paused": true, "status": 505}));
    let page = |query: &str| ids(&client.get(&format!("/prospects/campaign/{campaign}?{query}")).json());
    assert_eq!(page("status=4"), all[2..3]);
    assert_eq!(page("status=505"), all[3..4]);
    assert_eq!(page("isPaused=true"), all[3..4]);
    assert_eq!(page("isPaused=false&status=0"), [all[0].clone(), all[4].clone()]);
    // A recorded time of a last message, not a reply.
    assert_eq!(page("hasResponded=true"), all[1..3]);
    let row = &client.get(&format!("/prospects/campaign/{campaign}")).json()[2];
    assert_eq!(row["lastMessage"], "2026-01-01T00:00:01.000Z");
    let unknown = client.get("/prospects/campaign/none");
    assert_eq!(unknown.refusal(), (404, "not_found".to_owned()));
}

#[test]
fn search_pages_end_with_a_flag() {
    let sandbox = still();
    filled(&sandbox, 60);
    let client = Client::new(&sandbox);
    let page = |query: &str| client.get(&format!("/prospects/search?{query}")).json();
    assert_eq!(page("")["pagination"], json!({"total": 60, "limit": 50, "offset": 0, "hasMore": true}));
    let last = page("limit=20&offset=40");
    assert_eq!(last["prospects"].as_array().unwrap().len(), 20);
    assert_eq!(last["pagination"]["hasMore"], false);
}
