//! Agents: made, set up, changed, paused, started over and deleted. What no call can do, the control routes do.

use serde_json::{Value, json};

use super::fixtures::{self, people, rows};
use super::run::{Run, only, text};

pub(super) async fn scenario(run: &Run) {
    create(run).await;
    sign_in(run).await;
    work(run).await;
    end(run).await;
}

async fn create(run: &Run) {
    let camille = json!({
        "name": "Camille Roche", "email": "camille.roche@example.org", "password": "correct horse", "firstName": "Camille",
        "lastName": "Roche", "limits": {"dailyConnections": 15, "dailyMessages": 40, "dailyProfileViews": 80},
        "workingHours": {"start": "08:30", "end": "17:30", "timezone": "Europe/Paris", "days": ["monday", "friday"]},
    });
    let made = run.good("agents.create", camille.clone()).await;
    assert_eq!(made["agent"]["status"], "setup_pending", "{made}");
    let error = run.call("agents.create", camille).await.unwrap_err();
    assert_eq!((error.code(), matches!(error.status(), Some(400 | 409))), (Some("email_exists"), true));
    run.set(json!({"plan": {"agents": 1}}));
    let error = run.call("agents.create", json!({})).await.unwrap_err();
    assert_eq!((error.status(), error.kind().as_str()), (Some(403), "permission"), "{error:?}");
    run.set(json!({"plan": "unlimited"}));
}

/// A sign-in that needs a second factor, then one that succeeds.
async fn sign_in(run: &Run) {
    let agent = run.good("agents.create", json!({})).await["id"].clone();
    let id = only("agentId", &agent);
    let login =
        json!({"agentId": agent, "login": "jonas@example.org", "password": "s3cret-7", "country": "DE"});
    run.set(json!({"signIn": "two_factor", "agentSetupDelay": 60}));
    run.good("agents.setup", login.clone()).await;
    assert_eq!(run.good("agents.get", id.clone()).await["status"], "auth_in_progress");
    run.seconds(60);
    let listed = run.good("agents.list", json!({})).await;
    let listed = listed.as_array().unwrap().iter().find(|listed| listed["id"] == agent).unwrap();
    assert_eq!(listed["status"], "auth_needed");
    assert_eq!((&listed["login"], &listed["country"]), (&json!("jonas@example.org"), &json!("DE")));
    assert_eq!(listed["alerts"][0]["subType"], "2fa_required");
    let details = run.good("agents.get", id.clone()).await;
    assert_eq!(details["alerts"], listed["alerts"]);
    let error = run.call("agents.resume", id.clone()).await.unwrap_err();
    assert_eq!(error.status(), Some(400), "{error:?}");
    run.set(json!({"signIn": "succeeds", "agentSetupDelay": 0.2}));
    run.good("agents.setup", login).await;
    run.seconds(1);
    let details = run.good("agents.get", id).await;
    assert_eq!((&details["status"], &details["alerts"]), (&json!("running"), &json!([])));
    assert!(details["nextTask"].is_string(), "{details}");
}

/// An agent that works: its hours, its numbers, a pause, and what the last credit does to it.
async fn work(run: &Run) {
    let made = fixtures::campaign(run, "Agents at work").await;
    let (agent, id) = (&made.agent, only("agentId", &made.agent));
    let change = json!({
        "agentId": agent, "workingHours": {"start": "08:00", "end": "16:30", "days": ["monday", "tuesday"]},
        "limits": {"invitationsMin": 5, "invitationsMax": 20, "messagesMin": 10, "messagesMax": 40},
        "settings": {"skipInNetwork": true, "invitationsOnly": false},
    });
    run.good("agents.update", change).await;
    run.set(json!({"minAboveMax": false}));
    let wrong = json!({"agentId": agent, "limits": {"messagesMin": 41}});
    run.refused("agents.update", wrong, 400, Some("validation_error")).await;
    run.control(&format!("agents/{}", agent.as_str().unwrap()), json!({"status": "running"}));
    let chat = people(run, &made.campaign, &["ida-holm"]).await[0].chat.clone();
    let chat = format!("chats/{}", chat.as_str().unwrap());
    run.control(&chat, json!({"status": 1}));
    run.control(&chat, json!({"messageSent": true}));
    let details = run.good("agents.get", id.clone()).await;
    let hours = &details["usage"]["workingHours"];
    assert_eq!((&hours["start"], &hours["end"]), (&json!("08:00"), &json!("16:30")), "{details}");
    assert_eq!(hours["days"], json!(["monday", "tuesday"]));
    let usage = |name: &str| details["usage"][name].clone();
    assert_eq!((usage("invitations"), usage("messages")), (json!(1), json!(1)), "{details}");
    for (verb, state) in
        [("pause", "paused"), ("pause", "paused"), ("resume", "running"), ("resume", "running")]
    {
        run.good(&format!("agents.{verb}"), id.clone()).await;
        assert_eq!(run.good("agents.get", id.clone()).await["status"], state);
    }
    let running = |run: &Run| {
        let state = run.sandbox.state(&run.team).unwrap();
        state.agents.iter().filter(|agent| agent.status == "running").count()
    };
    assert_eq!(running(run), 2);
    run.control("credits", json!({"set": 0}));
    assert_eq!(running(run), if run.sandbox.state(&run.team).unwrap().metered { 0 } else { 2 });
    run.control("credits", json!({"set": 10_000}));
}

/// An ended agent starts over, and is deleted with its campaigns.
async fn end(run: &Run) {
    let made = fixtures::campaign(run, "The last one").await;
    let id = only("agentId", &made.agent);
    for verb in ["relaunch", "delete"] {
        let error = run.refused(&format!("agents.{verb}"), id.clone(), 400, Some("invalid_status")).await;
        let body: Value = serde_json::from_slice(error.body().unwrap()).unwrap();
        assert_eq!(text(&body, "currentStatus"), "setup_needed");
    }
    let control = format!("agents/{}", made.agent.as_str().unwrap());
    run.control(&control, json!({"status": "ended"}));
    let login =
        json!({"agentId": made.agent, "login": "a@example.org", "password": "s3cret-7", "country": "FR"});
    run.refused("agents.setup", login, 400, Some("invalid_status")).await;
    assert_eq!(run.good("agents.relaunch", id.clone()).await["status"], "setup_needed");
    run.control(&control, json!({"status": "ended"}));
    let batch = json!({"campaignId": made.campaign, "prospects": rows(&["eva-lind"])});
    run.good("prospects.add_batch", batch).await;
    run.refused("agents.delete", id.clone(), 409, Some("campaign_busy")).await;
    run.seconds(5);
    let before = run.sandbox.state(&run.team).unwrap().records;
    run.good("agents.delete", id.clone()).await;
    let after = run.sandbox.state(&run.team).unwrap().records;
    assert_eq!((before.agents - after.agents, before.campaigns - after.campaigns), (1, 1));
    run.refused("agents.get", id, 404, Some("not_found")).await;
    clear(run).await;
}

/// Ends the campaigns that are left, so that the next scenario begins with none.
async fn clear(run: &Run) {
    for campaign in run.walk("campaigns.list", json!({}), 100).await {
        let id = only("campaignId", &campaign["id"]);
        run.good("campaigns.pause", id.clone()).await;
        run.good("campaigns.delete", id).await;
    }
}
