//! Workspaces of an agency: clients come and go, agents are shown and hidden, and the numbers of what moved add up.

use serde_json::{Value, json};

use super::fixtures::{self, people};
use super::run::{Run, only};

pub(super) async fn scenario(run: &Run) {
    assert_eq!(run.good("workspaces.list", json!({})).await, json!([]));
    let workspace = run.good("workspaces.create", json!({"name": "Nordlicht"})).await;
    let other = run.good("workspaces.create", json!({"name": "Südwind"})).await;
    assert_ne!(workspace["clientTeamId"], other["clientTeamId"]);
    assert_eq!(run.good("workspaces.list", json!({})).await, json!([workspace, other]));
    clients(run, &workspace["id"], &other["id"]).await;
    agents(run, &workspace["id"], &other["id"]).await;
    plans(run, &workspace["id"]).await;
    run.good("workspaces.delete", only("workspaceId", &workspace["id"])).await;
    assert_eq!(run.good("workspaces.list", json!({})).await, json!([]));
}

fn inside(run: &Run, workspace: &Value) -> Value {
    let path = format!("/_sandbox/workspaces/{}", workspace.as_str().unwrap());
    run.sandbox.control("GET", &path, Value::Null).unwrap()
}

async fn clients(run: &Run, workspace: &Value, other: &Value) {
    let lena = "lena@nordlicht.example";
    let client = json!({
        "workspaceId": workspace, "email": lena, "roles": ["viewer"], "redirectUrl": "https://portal.example/start",
    });
    let invited = run.good("workspaces.invite_client", client.clone()).await;
    assert_eq!((&invited["email"], &invited["emailSent"]), (&json!(lena), &json!(true)), "{invited}");
    assert_eq!(inside(run, workspace)["clients"][0]["membershipId"], invited["membershipId"]);
    run.refused("workspaces.invite_client", client, 409, Some("already_member")).await;
    let again = run.good("workspaces.invite_client", json!({"workspaceId": other, "email": lena})).await;
    assert_eq!(again["userId"], invited["userId"]);
    // What is no address to the server, but could be one.
    let inner = json!({"workspaceId": workspace, "email": "lena@nordlicht"});
    for verb in ["invite_client", "remove_client"] {
        run.refused(&format!("workspaces.{verb}"), inner.clone(), 400, Some("validation_error")).await;
    }
    let member = json!({"workspaceId": workspace, "email": lena});
    assert_eq!(run.good("workspaces.remove_client", member.clone()).await["email"], lena);
    run.refused("workspaces.remove_client", member, 404, Some("not_found")).await;
    assert_eq!(inside(run, workspace)["clients"], json!([]));
    assert_eq!(inside(run, other)["clients"].as_array().unwrap().len(), 1);
}

async fn agents(run: &Run, workspace: &Value, other: &Value) {
    let made = fixtures::campaign(run, "For a client").await;
    people(run, &made.campaign, &["seen-a", "seen-b"]).await;
    let stats = run.good("campaigns.stats", only("campaignId", &made.campaign)).await["stats"].clone();
    let here = json!({"workspaceId": workspace, "agentId": made.agent});
    run.refused("workspaces.unassign_agent", here.clone(), 404, Some("not_found")).await;
    let shown = run.good("workspaces.assign_agent", here.clone()).await;
    let moved = json!({"campaigns": 1, "chats": 2, "prospects": 2});
    assert_eq!((&shown["propagated"], &stats["prospects"]), (&moved, &moved["chats"]), "{shown}");
    assert_eq!(inside(run, workspace)["agents"], json!([made.agent]));
    let hidden = run.good("workspaces.unassign_agent", here.clone()).await;
    assert_eq!((&hidden["propagated"], &hidden["agentId"]), (&moved, &made.agent));
    let nobody = json!({"workspaceId": workspace, "agentId": "unknown"});
    run.refused("workspaces.assign_agent", nobody, 404, Some("not_found")).await;
    run.good("workspaces.assign_agent", json!({"workspaceId": other, "agentId": made.agent})).await;
    let deleted = run.good("workspaces.delete", only("workspaceId", other)).await;
    let freed = json!({"agentsUnassigned": 1, "campaignsUpdated": 1, "chatsUpdated": 2});
    assert_eq!(deleted["stats"], freed);
    // The agent and its work stay with the team.
    assert_eq!(run.good("agents.get", only("agentId", &made.agent)).await["id"], made.agent);
    run.refused("workspaces.delete", only("workspaceId", other), 404, Some("not_found")).await;
}

/// Without the Agency plan all of it is refused.
async fn plans(run: &Run, workspace: &Value) {
    run.set(json!({"plan": "conqueror"}));
    let client = json!({"workspaceId": workspace, "email": "lena@nordlicht.example"});
    let agent = json!({"workspaceId": workspace, "agentId": "unknown"});
    for (verb, arguments) in [
        ("list", json!({})),
        ("create", json!({"name": "Third"})),
        ("delete", only("workspaceId", workspace)),
        ("invite_client", client.clone()),
        ("remove_client", client),
        ("assign_agent", agent.clone()),
        ("unassign_agent", agent),
    ] {
        let operation = format!("workspaces.{verb}");
        run.refused(&operation, arguments, 403, Some("agency_plan_required")).await;
    }
    run.set(json!({"plan": "unlimited"}));
}
