//! The control routes over HTTP, as clients in other languages use them.

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, Connection, Reply, still};

fn control(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Reply {
    let mut connection = Connection::open(sandbox);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    connection.request(method, &format!("/_sandbox/{path}"), &[], body.as_bytes());
    connection.reply().unwrap()
}

#[test]
fn an_unknown_route_lists_those_that_exist() {
    let sandbox = still();
    for (method, path) in [("GET", "nothing"), ("PUT", "state"), ("POST", "agents/")] {
        let reply = control(&sandbox, method, path, &Value::Null);
        assert_eq!(reply.refusal(), (404, "unknown_control_route".to_owned()));
        let routes = reply.json()["routes"].clone();
        assert!(routes.as_array().unwrap().contains(&json!("POST /_sandbox/reset")), "{routes}");
    }
}

#[test]
fn a_team_is_made_steered_and_asked_over_http() {
    let sandbox = still();
    let team = json!({"profile": "tiered", "credits": 7, "limits": {"tier.low": 2}, "importDelay": 0});
    let made = control(&sandbox, "POST", "teams", &team).json();
    let (team, key) = (made["team"].as_str().unwrap(), made["apiKey"].as_str().unwrap());
    assert_eq!(&key[..20], team);
    let client = Client::with_key(&sandbox, key);
    client.product();
    assert_eq!(client.post("/products", &json!({})).status, 400);
    assert_eq!(client.post("/products", &json!({})).status, 429);
    let state = control(&sandbox, "GET", &format!("state?team={team}"), &Value::Null).json();
    assert_eq!((&state["counters"]["calls"], &state["counters"]["rejections"]), (&json!(2), &json!(1)));
    assert_eq!(state["counters"]["operations"]["products.create"]["failures"], 1);
    assert_eq!((&state["credits"], &state["metered"]), (&json!(7), &json!(false)));
    let settings = json!({"team": team, "metered": true, "window": 0.001});
    assert_eq!(control(&sandbox, "POST", "settings", &settings).json()["metered"], true);
    let credits = control(&sandbox, "POST", "credits", &json!({"team": team, "add": -6})).json();
    assert_eq!(credits, json!({"credits": 1}));
    let requests = format!("requests?team={team}&operation=products.create&limit=1");
    let requests = control(&sandbox, "GET", &requests, &Value::Null).json();
    assert_eq!(requests["requests"].as_array().unwrap().len(), 1);
    assert_eq!(requests["requests"][0]["status"], 429);
    let teams = control(&sandbox, "GET", "teams", &Value::Null).json();
    assert_eq!(teams["teams"].as_array().unwrap().len(), 3);
    assert_eq!(sandbox.calls(), 0);
}

#[test]
fn reset_returns_to_the_beginning_and_keeps_the_key() {
    let sandbox = Sandbox::builder().virtual_clock().credits(20).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    client.campaign();
    control(&sandbox, "POST", "settings", &json!({"promptId": true}));
    control(&sandbox, "POST", "faults", &json!({"fault": {"kind": "reset_before"}}));
    control(&sandbox, "POST", "reset", &json!({}));
    let state = sandbox.state(sandbox.team()).unwrap();
    assert_eq!((state.credits, state.records.campaigns, state.counters.calls), (20, 0, 0));
    assert!(!state.settings.prompt_id && state.faults.is_empty());
    assert_eq!(client.get("/verify").status, 200);
    control(&sandbox, "POST", "reset", &json!({"all": true}));
    assert_eq!(sandbox.calls(), 0);
}

#[test]
fn time_is_moved_over_http() {
    let sandbox = still();
    let moved = control(&sandbox, "POST", "advance", &json!({"seconds": 90.5})).json();
    assert_eq!(moved, json!({"now": "2026-01-01T00:01:30.500Z"}));
    assert_eq!(control(&sandbox, "POST", "advance", &json!({"seconds": -1})).status, 400);
}

#[test]
fn what_is_misspelt_is_refused() {
    let sandbox = still();
    for (path, body) in [
        ("settings", json!({"windows": 1})),
        ("credits", json!({"ad": 1})),
        ("faults", json!({"fault": {"kind": "explode"}})),
        ("faults", json!({"fault": {"kind": "reset_before"}, "operation": "prospects.fly"})),
        ("faults", json!({"fault": {"kind": "status", "status": 100}})),
        ("script", json!({"answers": [{"statsu": 200}]})),
        ("teams", json!({"apiKey": "short"})),
        ("advance", json!({})),
        ("reset", json!([])),
    ] {
        assert_eq!(control(&sandbox, "POST", path, &body).status, 400, "{path} {body}");
    }
    assert_eq!(control(&sandbox, "POST", "credits", &json!({"team": "nobody"})).status, 404);
    assert_eq!(control(&sandbox, "POST", "agents/nobody", &json!({"status": "running"})).status, 404);
}

#[test]
fn requests_without_a_known_team_are_kept_apart() {
    let sandbox = still();
    Client::with_key(&sandbox, &"x".repeat(40)).get("/verify");
    let strays = control(&sandbox, "GET", "requests?team=", &Value::Null).json();
    assert_eq!(strays["requests"][0]["status"], 401);
    assert!(sandbox.requests(sandbox.team()).unwrap().is_empty());
}

#[test]
fn faults_are_listed_and_removed_by_number() {
    let sandbox = still();
    let add = |fault: Value| control(&sandbox, "POST", "faults", &fault).json()["id"].clone();
    let first = add(json!({"operation": "verify", "when": {"every": 2}, "fault": {"kind": "hang"}}));
    add(json!({"when": {"probability": {"chance": 0.5, "seed": 3}}, "fault": {"kind": "cut_body", "at": 1}}));
    let state = sandbox.state(sandbox.team()).unwrap();
    assert_eq!(state.faults[0]["rule"]["when"], json!({"every": 2}));
    let removed = control(&sandbox, "DELETE", &format!("faults?id={first}"), &Value::Null).json();
    assert_eq!(removed, json!({"removed": 1}));
    assert_eq!(control(&sandbox, "DELETE", "faults", &Value::Null).json(), json!({"removed": 1}));
}

#[test]
fn every_example_of_the_readme_is_accepted() {
    let readme = include_str!("../../README.md");
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (agent, campaign) = (client.agent(), client.campaign());
    client.add(&campaign, &["linkedin.com/in/jonas".to_owned()]);
    sandbox.advance(std::time::Duration::from_secs(1));
    let listed = client.get(&format!("/prospects/campaign/{campaign}")).json();
    let chat = listed[0]["id"].as_str().unwrap();
    let hook = json!({"name": "CRM feed", "url": "https://hooks.example.org/", "events": ["*"]});
    let webhook = client.made("/webhooks", &hook);
    let workspace = client.made("/workspaces", &json!({"name": "Nordlicht"}));
    let mut tried = 0;
    for line in readme.lines() {
        let Some((method, rest)) = line.split_once(" /_sandbox/") else { continue };
        if !matches!(method, "GET" | "POST" | "DELETE") {
            continue;
        }
        let (path, body) = rest.split_once(' ').unwrap_or((rest, "null"));
        let fill = |text: &str| {
            let text = text.replace("AGENT", &agent).replace("CHAT", chat).replace("TEAM", sandbox.team());
            let text = text.replace("WEBHOOK", &webhook).replace("WORKSPACE", &workspace);
            let text = text.replace("CAMPAIGN", &campaign).replace("KAIKO", sandbox.kaiko_api_key());
            let text = text.replace("SNAPSHOT", &sandbox.snapshot().unwrap().to_string());
            text.replace("PORTRAIT", &sandbox.snapshot_of(sandbox.team()).unwrap().to_string())
        };
        let body: Value = serde_json::from_str(&fill(body)).unwrap_or_else(|error| panic!("{line}: {error}"));
        let reply = control(&sandbox, method, &fill(path), &body);
        assert_eq!(reply.status, 200, "{line}: {}", String::from_utf8_lossy(&reply.body));
        tried += 1;
    }
    assert!(tried >= 20, "only {tried} examples");
}
