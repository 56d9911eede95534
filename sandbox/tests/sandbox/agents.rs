//! Agents: their states, and what is kept of what they were told.

use std::time::Duration;

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, Reply, still};

const LOGIN: &str = "camille@example.org";
pub(crate) const SECRET: &str = "not-a-real-one";

pub(crate) fn set(sandbox: &Sandbox, settings: Value) {
    sandbox.control("POST", "/_sandbox/settings", settings).unwrap();
}

fn steer(sandbox: &Sandbox, agent: &str, change: Value) -> Value {
    sandbox.control("POST", &format!("/_sandbox/agents/{agent}"), change).unwrap()
}

fn send(client: &Client<'_>, method: &str, path: &str) -> Reply {
    client.attempt(method, path, None).unwrap()
}

fn setup(client: &Client<'_>, agent: &str) -> Reply {
    let body = json!({"login": LOGIN, "password": SECRET, "country": "FR"});
    client.post(&format!("/agents/{agent}/setup"), &body)
}

fn status(client: &Client<'_>, agent: &str) -> String {
    client.get(&format!("/agents/{agent}")).json()["status"].as_str().unwrap().to_owned()
}

/// An agent that works.
pub(crate) fn running(sandbox: &Sandbox, client: &Client<'_>) -> String {
    let agent = client.agent();
    setup(client, &agent);
    sandbox.advance(Duration::from_secs(1));
    assert_eq!(status(client, &agent), "running");
    agent
}

pub(crate) fn update(client: &Client<'_>, agent: &str, body: &Value) -> Reply {
    client.attempt("PUT", &format!("/agents/{agent}"), Some(body)).unwrap()
}

#[test]
fn an_agent_signs_in_after_its_setup() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let agent = client.agent();
    let before = client.get("/agents").json()[0].clone();
    let expected =
        json!({"id": agent, "name": "New agent", "status": "setup_needed", "nextTask": null, "alerts": []});
    assert_eq!(before, expected);
    assert_eq!(setup(&client, &agent).json(), json!({"message": "Agent setup successfully"}));
    sandbox.advance(Duration::from_millis(199));
    assert_eq!(status(&client, &agent), "auth_in_progress");
    // A second setup begins again.
    assert_eq!(setup(&client, &agent).status, 200);
    sandbox.advance(Duration::from_millis(199));
    assert_eq!(status(&client, &agent), "auth_in_progress");
    sandbox.advance(Duration::from_millis(1));
    let shown = client.get(&format!("/agents/{agent}")).json();
    assert_eq!((&shown["status"], &shown["login"]), (&json!("running"), &json!(LOGIN)));
    assert_eq!((&shown["country"], &shown["alerts"]), (&json!("FR"), &json!([])));
    // It is a Thursday before working hours.
    assert_eq!(shown["nextTask"], "2026-01-01T09:00:00.000Z");
    let hours = json!({"days": "1:1:1:1:1:0:0", "start": "09:00", "stop": "17:00", "timezone": 0});
    assert_eq!(shown["usage"]["workingHours"], hours);
    let listed = client.get("/agents").json()[0].clone();
    assert_eq!(listed.get("usage"), None);
    assert_eq!(listed["nextTask"], shown["nextTask"]);
}

#[test]
fn a_sign_in_that_fails_leaves_an_alert_that_blocks_a_resume() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    for (outcome, sub_type, severity) in
        [("two_factor", "2fa_required", "warning"), ("refused", "invalid_credentials", "error")]
    {
        set(&sandbox, json!({"profile": "seed", "signIn": outcome, "agentSetupDelay": 60}));
        let agent = client.agent();
        setup(&client, &agent);
        sandbox.advance(Duration::from_secs(60));
        let shown = client.get(&format!("/agents/{agent}")).json();
        assert_eq!(shown["status"], "auth_needed");
        assert_eq!(shown["alerts"][0]["type"], "auth");
        assert_eq!(shown["alerts"][0]["subType"], sub_type);
        assert_eq!(shown["alerts"][0]["severity"], severity);
        let resume = || send(&client, "POST", &format!("/agents/{agent}/resume")).refusal();
        assert_eq!(resume(), (400, "agent_has_alerts".to_owned()));
        set(&sandbox, json!({"profile": "tiered"}));
        assert_eq!(resume(), (400, "validation_error".to_owned()));
        // Another setup forgets what was wrong with the last one.
        set(&sandbox, json!({"signIn": "succeeds"}));
        setup(&client, &agent);
        assert_eq!(client.get(&format!("/agents/{agent}")).json()["alerts"], json!([]));
        sandbox.advance(Duration::from_secs(60));
        assert_eq!(status(&client, &agent), "running");
    }
}

#[test]
fn a_setup_needs_an_address_a_password_and_a_country() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let path = format!("/agents/{}/setup", client.agent());
    let fields = |body: Value| client.post(&path, &body).fields();
    assert_eq!(fields(json!({})), ["login", "password", "country"]);
    assert_eq!(fields(json!({"login": 1, "password": 2, "country": 3})), ["login", "password", "country"]);
    let wrong = json!({"login": "nobody", "password": "12345", "country": "FRA"});
    assert_eq!(fields(wrong), ["login", "password", "country"]);
    assert_eq!(fields(json!({"login": "a@b.c\n", "password": "123456", "country": "FR"})), ["login"]);
    assert_eq!(send(&client, "POST", &path).status, 400);
    assert_eq!(client.get("/agents").json()[0]["status"], "setup_needed");
}

#[test]
fn pausing_and_resuming_may_be_repeated_or_not() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let agent = running(&sandbox, &client);
    let call = |verb: &str| send(&client, "POST", &format!("/agents/{agent}/{verb}"));
    for (verb, message, state) in [
        ("pause", "Agent paused successfully", "paused"),
        ("pause", "Agent paused successfully", "paused"),
        ("resume", "Agent resumed successfully", "running"),
        ("resume", "Agent resumed successfully", "running"),
    ] {
        assert_eq!(call(verb).json(), json!({"message": message}));
        assert_eq!(status(&client, &agent), state);
    }
    for (mode, code) in [("bad_request", 400), ("conflict", 409)] {
        set(&sandbox, json!({"agentStates": mode}));
        let refused = call("resume");
        assert_eq!(refused.refusal(), (code, "invalid_status".to_owned()));
        assert_eq!(refused.json()["currentStatus"], "running");
    }
    // An agent that was never set up does not run because it is told to.
    set(&sandbox, json!({"agentStates": "lenient"}));
    let fresh = client.agent();
    for verb in ["resume", "pause"] {
        assert_eq!(send(&client, "POST", &format!("/agents/{fresh}/{verb}")).status, 200);
        assert_eq!(status(&client, &fresh), "setup_needed");
    }
    // Pausing during the sign-in does not stop it.
    setup(&client, &fresh);
    send(&client, "POST", &format!("/agents/{fresh}/pause"));
    assert_eq!(status(&client, &fresh), "auth_in_progress");
}

#[test]
fn agents_stop_with_the_last_credit_and_go_on_by_a_call_or_by_setting() {
    for (on_top_up, after) in [(false, "paused"), (true, "running")] {
        let sandbox = still();
        let client = Client::new(&sandbox);
        set(&sandbox, json!({"resumeOnTopUp": on_top_up}));
        let agents = [0, 1].map(|_| running(&sandbox, &client));
        send(&client, "POST", &format!("/agents/{}/pause", agents[1]));
        let states = || sandbox.state(sandbox.team()).unwrap().agents;
        sandbox.set_credits(sandbox.team(), 1).unwrap();
        // The last credit pays for this call, which is answered, but the agent stays paused.
        steer(&sandbox, &agents[0], json!({"status": "paused"}));
        assert_eq!(send(&client, "POST", &format!("/agents/{}/resume", agents[0])).status, 200);
        assert_eq!(states()[0].status, "paused");
        assert_eq!(send(&client, "POST", &format!("/agents/{}/resume", agents[0])).status, 402);
        sandbox.set_credits(sandbox.team(), 100).unwrap();
        assert_eq!(states()[0].status, after);
        // What was paused by wish stays so.
        assert_eq!(states()[1].status, "paused");
        assert_eq!(send(&client, "POST", &format!("/agents/{}/resume", agents[0])).status, 200);
        assert_eq!(states()[0].status, "running");
    }
}

#[test]
fn a_sign_in_that_ends_without_credits_ends_in_a_pause() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let agent = client.agent();
    setup(&client, &agent);
    sandbox.set_credits(sandbox.team(), 0).unwrap();
    sandbox.advance(Duration::from_secs(1));
    let shown = sandbox.control("GET", &format!("/_sandbox/agents/{agent}"), Value::Null).unwrap();
    assert_eq!((&shown["status"], &shown["stoppedBySystem"]), (&json!("paused"), &json!(true)));
}

#[test]
fn a_new_agent_can_be_refused() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let agent = client.agent();
    setup(&client, &agent);
    let create = |body: Value| client.post("/agents", &body).refusal();
    let taken = json!({"email": LOGIN.to_uppercase()});
    assert_eq!(create(taken.clone()), (409, "email_exists".to_owned()));
    set(&sandbox, json!({"proxyAvailable": false}));
    assert_eq!(create(json!({"name": "A"})), (500, "proxy_assignment_failed".to_owned()));
    // Without a body there is nothing to assign one to yet.
    assert_eq!(send(&client, "POST", "/agents").status, 201);
    set(&sandbox, json!({"plan": {"agents": 2, "campaigns": null, "products": null}}));
    assert_eq!(create(json!({})), (403, "agent_limit_reached".to_owned()));
    set(&sandbox, json!({"profile": "tiered"}));
    assert_eq!(create(json!({})), (403, "plan_limit_reached".to_owned()));
    set(&sandbox, json!({"plan": "unlimited"}));
    assert_eq!(create(taken), (400, "email_exists".to_owned()));
}

#[test]
fn only_an_ended_agent_is_deleted_and_takes_its_campaigns_along() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (first, second) = (client.campaign(), client.campaign());
    let agent = client.get("/agents").json()[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/agents/{agent}");
    let refused = send(&client, "DELETE", &path);
    assert_eq!(refused.refusal(), (400, "invalid_status".to_owned()));
    assert_eq!(refused.json()["currentStatus"], "setup_needed");
    steer(&sandbox, &agent, json!({"status": "ended"}));
    client.add(&first, &["linkedin.com/in/a".to_owned(), "linkedin.com/in/shared".to_owned()]);
    client.add(&second, &["linkedin.com/in/shared".to_owned()]);
    assert_eq!(send(&client, "DELETE", &path).refusal(), (409, "campaign_busy".to_owned()));
    sandbox.advance(Duration::from_secs(1));
    assert_eq!(send(&client, "DELETE", &path).json(), json!({"message": "Agent deleted successfully"}));
    assert_eq!(send(&client, "DELETE", &path).refusal(), (404, "not_found".to_owned()));
    let records = sandbox.state(sandbox.team()).unwrap().records;
    assert_eq!((records.agents, records.campaigns, records.chats, records.prospects), (1, 1, 1, 1));
    // An account that is run elsewhere goes in any state.
    let external = client.agent();
    steer(&sandbox, &external, json!({"external": true, "status": "running"}));
    assert_eq!(send(&client, "DELETE", &format!("/agents/{external}")).status, 200);
}

#[test]
fn an_ended_agent_starts_over_with_its_id_and_its_past() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let agent = client.get("/agents").json()[0]["id"].as_str().unwrap().to_owned();
    setup(&client, &agent);
    sandbox.advance(Duration::from_secs(1));
    client.add(&campaign, &["linkedin.com/in/a".to_owned()]);
    sandbox.advance(Duration::from_secs(1));
    let chats = client.get(&format!("/prospects/campaign/{campaign}")).json();
    let chat = chats[0]["id"].as_str().unwrap();
    let control = |body: Value| sandbox.control("POST", &format!("/_sandbox/chats/{chat}"), body).unwrap();
    control(json!({"status": 1}));
    control(json!({"messageSent": true}));
    control(json!({"replied": true}));
    let usage = || client.get(&format!("/agents/{agent}")).json()["usage"].clone();
    let counts = |usage: Value| {
        ["invitations", "invitationsDaily", "messages", "messagesDaily"].map(|name| usage[name].clone())
    };
    assert_eq!(counts(usage()), [1, 1, 1, 1].map(Value::from));
    sandbox.advance(Duration::from_secs(86_400));
    assert_eq!(counts(usage()), [1, 0, 1, 0].map(Value::from));
    let path = format!("/agents/{agent}/relaunch");
    let refused = send(&client, "POST", &path);
    assert_eq!(refused.refusal(), (400, "invalid_status".to_owned()));
    assert_eq!(refused.json()["currentStatus"], "running");
    let alert = json!({"type": "network", "message": "Restricted"});
    steer(&sandbox, &agent, json!({"status": "ended", "alerts": [alert]}));
    // An ended agent is not set up again before that.
    assert_eq!(setup(&client, &agent).json()["currentStatus"], "ended");
    let reply = send(&client, "POST", &path);
    assert_eq!(reply.json(), json!({"message": "Agent relaunched successfully", "status": "setup_needed"}));
    let shown = client.get(&format!("/agents/{agent}")).json();
    assert_eq!((shown.get("login"), shown.get("country")), (None, None));
    assert_eq!((&shown["status"], &shown["alerts"]), (&json!("setup_needed"), &json!([])));
    assert_eq!(counts(usage()), [1, 0, 1, 0].map(Value::from));
    assert_eq!(setup(&client, &agent).status, 200);
}

#[test]
fn a_full_day_goes_on_with_the_next_one() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let agent = client.get("/agents").json()[0]["id"].as_str().unwrap().to_owned();
    update(&client, &agent, &json!({"limits": {"messagesMax": 2}}));
    steer(&sandbox, &agent, json!({"status": "running", "timezone": 1}));
    client.add(&campaign, &["linkedin.com/in/a".to_owned()]);
    sandbox.advance(Duration::from_secs(12 * 3_600));
    let chats = client.get(&format!("/prospects/campaign/{campaign}")).json();
    let chat = format!("/_sandbox/chats/{}", chats[0]["id"].as_str().unwrap());
    let next = || client.get(&format!("/agents/{agent}")).json()["usage"]["nextMessage"].clone();
    sandbox.control("POST", &chat, json!({"messageSent": true})).unwrap();
    assert_eq!(next(), "2026-01-01T12:05:00.000Z");
    sandbox.control("POST", &chat, json!({"messageSent": true})).unwrap();
    assert_eq!(next(), "2026-01-02T08:00:00.000Z");
    assert_eq!(client.get(&format!("/agents/{agent}")).json()["nextTask"], "2026-01-01T12:15:00.000Z");
}

#[test]
fn agents_of_another_team_are_forbidden_and_unknown_ones_not_found() {
    let sandbox = still();
    let other = sandbox.add_team(kakiyo_sandbox::Settings::default(), 100).unwrap();
    let theirs = Client::with_key(&sandbox, &other.api_key).agent();
    let client = Client::new(&sandbox);
    let body = json!({"login": LOGIN, "password": SECRET, "country": "FR"});
    let change = json!({"limits": {"messagesMax": 3}});
    for (method, end, body) in [
        ("GET", "", None),
        ("PUT", "", Some(&change)),
        ("DELETE", "", None),
        ("POST", "/setup", Some(&body)),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
        ("POST", "/relaunch", None),
    ] {
        let refusal =
            |id: &str| client.attempt(method, &format!("/agents/{id}{end}"), body).unwrap().refusal();
        assert_eq!(refusal(&theirs), (403, "forbidden".to_owned()), "{method} {end}");
        assert_eq!(refusal("unknown%2Fid%0A"), (404, "not_found".to_owned()), "{method} {end}");
    }
    assert_eq!(client.get("/agents").json(), json!([]));
}

#[test]
fn a_password_is_shown_nowhere() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let agent = client.agent();
    let mut answers = vec![setup(&client, &agent)];
    answers.push(client.post("/agents", &json!({"email": "b@example.org", "password": SECRET})));
    // Also when it is in the wrong place or form.
    answers.push(client.post(&format!("/agents/{agent}/setup"), &json!({"password": {"text": SECRET}})));
    answers.push(client.post("/agents/x/unknown", &json!([{"password": SECRET}])));
    answers.push(client.get(&format!("/agents/{agent}")));
    for reply in answers {
        assert!(!String::from_utf8_lossy(&reply.body).contains(SECRET), "{reply:?}");
    }
    let recorded = sandbox.requests(sandbox.team()).unwrap();
    assert_eq!(recorded[1].body["login"], LOGIN);
    assert_eq!(recorded[1].body["password"], "*".repeat(SECRET.len()));
    let state = sandbox.state(sandbox.team()).unwrap();
    let shown = sandbox.control("GET", &format!("/_sandbox/agents/{agent}"), Value::Null).unwrap();
    assert!(!format!("{recorded:?} {state:?} {shown}").contains(SECRET));
}
