//! Workspaces: clients come and go, agents are assigned, and the plan decides who has any.

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, Reply, still};

fn set(sandbox: &Sandbox, settings: Value) {
    sandbox.control("POST", "/_sandbox/settings", settings).unwrap();
}

fn call(client: &Client<'_>, method: &str, path: &str) -> Reply {
    client.attempt(method, path, None).unwrap()
}

fn remove(client: &Client<'_>, workspace: &str, body: &Value) -> Reply {
    client.attempt("DELETE", &format!("/workspaces/{workspace}/clients"), Some(body)).unwrap()
}

fn workspace(client: &Client<'_>) -> String {
    client.made("/workspaces", &json!({"name": "Nordlicht"}))
}

/// An agent with two campaigns, and three conversations with two people.
fn busy_agent(sandbox: &Sandbox, client: &Client<'_>) -> String {
    let (product, prompt, agent) = (client.product(), client.prompt(), client.agent());
    for slugs in [&["a", "b"][..], &["b"]] {
        let body = json!({"name": "Spring", "productId": product, "promptId": prompt, "agentId": agent});
        let campaign = client.made("/campaigns", &body);
        let urls: Vec<String> = slugs.iter().map(|slug| format!("linkedin.com/in/{slug}")).collect();
        client.add(&campaign, &urls);
    }
    sandbox.advance(std::time::Duration::from_secs(1));
    agent
}

fn inside(sandbox: &Sandbox, workspace: &str) -> Value {
    sandbox.control("GET", &format!("/_sandbox/workspaces/{workspace}"), Value::Null).unwrap()
}

#[test]
fn a_workspace_is_made_listed_and_deleted() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    assert_eq!(client.get("/workspaces").json(), json!({"workspaces": [], "total": 0}));
    let made = client.post("/workspaces", &json!({"name": "Nordlicht"}));
    assert_eq!(made.status, 201);
    let shown = made.json();
    assert_eq!(
        (&shown["name"], &shown["createdAt"]),
        (&json!("Nordlicht"), &json!("2026-01-01T00:00:00.000Z"))
    );
    assert_ne!(shown["clientTeamId"], shown["id"]);
    assert_eq!(shown.as_object().unwrap().len(), 4);
    assert_eq!(client.get("/workspaces").json(), json!({"workspaces": [shown], "total": 1}));
    for body in [json!({}), json!({"name": ""}), json!({"name": 7})] {
        let refused = client.post("/workspaces", &body);
        assert_eq!(
            (refused.refusal().1, refused.fields()),
            ("validation_error".to_owned(), vec!["name".to_owned()])
        );
    }
    let path = format!("/workspaces/{}", shown["id"].as_str().unwrap());
    let stats = json!({"agentsUnassigned": 0, "campaignsUpdated": 0, "chatsUpdated": 0});
    let expected = json!({"message": "Workspace deleted successfully", "stats": stats});
    assert_eq!(call(&client, "DELETE", &path).json(), expected);
    assert_eq!(call(&client, "DELETE", &path).refusal(), (404, "not_found".to_owned()));
    assert_eq!(sandbox.state(sandbox.team()).unwrap().records.workspaces, 0);
}

#[test]
fn agents_are_assigned_once_and_counted_with_what_they_work_on() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (workspace, agent) = (workspace(&client), busy_agent(&sandbox, &client));
    let path = format!("/workspaces/{workspace}/agents/{agent}");
    let all = json!({"campaigns": 2, "chats": 3, "prospects": 2});
    let none = json!({"campaigns": 0, "chats": 0, "prospects": 0});
    assert_eq!(call(&client, "DELETE", &path).refusal(), (404, "not_found".to_owned()));
    for propagated in [&all, &none] {
        let assigned = call(&client, "POST", &path);
        let expected = json!({"agentId": agent, "workspaceId": workspace, "propagated": propagated});
        assert_eq!((assigned.status, assigned.json()), (200, expected));
    }
    assert_eq!(inside(&sandbox, &workspace)["agents"], json!([agent]));
    let freed = json!({"message": "Agent unassigned from workspace", "agentId": agent, "propagated": all});
    assert_eq!(call(&client, "DELETE", &path).json(), freed);
    assert_eq!(call(&client, "DELETE", &path).refusal(), (404, "not_found".to_owned()));
    let nobody = "00000000000000000000";
    for path in
        [format!("/workspaces/{nobody}/agents/{agent}"), format!("/workspaces/{workspace}/agents/{nobody}")]
    {
        assert_eq!(call(&client, "POST", &path).refusal().0, 404, "{path}");
        assert_eq!(call(&client, "DELETE", &path).refusal().0, 404, "{path}");
    }
    // The agent and its work are still there.
    assert_eq!(client.get("/campaigns").json().as_array().unwrap().len(), 2);
}

#[test]
fn an_agent_of_another_workspace_moves_or_is_refused() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (first, second, agent) = (workspace(&client), workspace(&client), busy_agent(&sandbox, &client));
    let assign = |workspace: &str| call(&client, "POST", &format!("/workspaces/{workspace}/agents/{agent}"));
    assign(&first);
    assert_eq!(assign(&second).json()["propagated"]["campaigns"], 2);
    assert_eq!(inside(&sandbox, &first)["agents"], json!([]));
    assert_eq!(inside(&sandbox, &second)["agents"], json!([agent]));
    assert_eq!(call(&client, "DELETE", &format!("/workspaces/{first}/agents/{agent}")).refusal().0, 404);
    set(&sandbox, json!({"agentMoves": false}));
    assert_eq!(assign(&first).refusal(), (409, "agent_assigned".to_owned()));
    assert_eq!(assign(&second).status, 200);
    assert_eq!(inside(&sandbox, &second)["agents"], json!([agent]));
}

#[test]
fn deleting_a_workspace_frees_its_agents_and_ends_the_access_of_its_clients() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (first, second, agent) = (workspace(&client), workspace(&client), busy_agent(&sandbox, &client));
    client.post(&format!("/workspaces/{first}/invite"), &json!({"email": "lena@nordlicht.example"}));
    call(&client, "POST", &format!("/workspaces/{first}/agents/{agent}"));
    let deleted = call(&client, "DELETE", &format!("/workspaces/{first}"));
    let stats = json!({"agentsUnassigned": 1, "campaignsUpdated": 2, "chatsUpdated": 3});
    assert_eq!(deleted.json()["stats"], stats);
    assert_eq!(remove(&client, &first, &json!({"email": "lena@nordlicht.example"})).refusal().0, 404);
    set(&sandbox, json!({"agentMoves": false}));
    assert_eq!(call(&client, "POST", &format!("/workspaces/{second}/agents/{agent}")).status, 200);
    let records = sandbox.state(sandbox.team()).unwrap().records;
    assert_eq!((records.workspaces, records.agents, records.campaigns, records.chats), (1, 1, 2, 3));
}

#[test]
fn a_client_is_invited_once_and_removed_by_a_body() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (first, second) = (workspace(&client), workspace(&client));
    let invite =
        |workspace: &str, body: Value| client.post(&format!("/workspaces/{workspace}/invite"), &body);
    let invited =
        invite(&first, json!({"email": "Lena@nordlicht.example", "redirectUrl": "https://a.example"}));
    let body = invited.json();
    assert_eq!((invited.status, &body["emailSent"]), (201, &json!(true)));
    assert_eq!(body["email"], "Lena@nordlicht.example");
    assert!(body["portalUrl"].as_str().unwrap().starts_with("https://"));
    let again = invite(&first, json!({"email": "lena@Nordlicht.example", "roles": ["owner"]}));
    assert_eq!(again.refusal(), (409, "already_member".to_owned()));
    let elsewhere = invite(&second, json!({"email": "lena@nordlicht.example", "roles": ["viewer"]})).json();
    assert_eq!(elsewhere["userId"], body["userId"]);
    assert_ne!(elsewhere["membershipId"], body["membershipId"]);
    assert_eq!(inside(&sandbox, &second)["clients"][0]["roles"], json!(["viewer"]));
    assert_eq!(
        inside(&sandbox, &first)["clients"],
        json!([{
            "membershipId": body["membershipId"], "userId": body["userId"], "email": "Lena@nordlicht.example",
            "roles": ["member"], "redirectUrl": "https://a.example",
        }])
    );
    let removed = remove(&client, &first, &json!({"email": "lena@nordlicht.example"}));
    let expected = json!({"message": "Client removed from workspace", "email": "Lena@nordlicht.example"});
    assert_eq!((removed.status, removed.json()), (200, expected));
    let gone = remove(&client, &first, &json!({"email": "lena@nordlicht.example"}));
    assert_eq!(gone.refusal(), (404, "not_found".to_owned()));
    assert_eq!(inside(&sandbox, &second)["clients"].as_array().unwrap().len(), 1);
    assert_eq!(invite("00000000000000000000", json!({"email": "a@b.example"})).refusal().0, 404);
}

#[test]
fn client_fields_are_checked() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let id = workspace(&client);
    let invite = |body: Value| client.post(&format!("/workspaces/{id}/invite"), &body);
    for email in [json!(""), json!("lena"), json!("a@b.example\n"), json!(4), Value::Null] {
        assert_eq!(invite(json!({"email": email})).fields(), ["email"], "{email}");
        assert_eq!(remove(&client, &id, &json!({"email": email})).fields(), ["email"], "{email}");
    }
    assert_eq!(invite(json!({})).fields(), ["email"]);
    for roles in [json!("member"), json!([]), json!([1]), json!([""]), json!(["member", null])] {
        let body = json!({"email": "a@b.example", "roles": roles, "redirectUrl": 1});
        assert_eq!(invite(body).fields(), ["roles", "redirectUrl"], "{roles}");
    }
    // Without a body there is no type either.
    let bare = call(&client, "DELETE", &format!("/workspaces/{id}/clients"));
    assert_eq!(
        (bare.refusal(), bare.fields()),
        ((400, "validation_error".to_owned()), vec!["Content-Type".to_owned()])
    );
}

#[test]
fn a_client_is_removed_by_the_id_of_the_user_only_behind_the_switch() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let id = workspace(&client);
    let invited = client.post(&format!("/workspaces/{id}/invite"), &json!({"email": "a@b.example"})).json();
    let user = json!({"userId": invited["userId"]});
    assert_eq!(remove(&client, &id, &user).fields(), ["email"]);
    set(&sandbox, json!({"removeByUserId": true}));
    assert_eq!(remove(&client, &id, &json!({})).fields(), ["email"]);
    assert_eq!(remove(&client, &id, &json!({"userId": "nobody"})).refusal().0, 404);
    assert_eq!(remove(&client, &id, &user).json()["email"], "a@b.example");
}

#[test]
fn workspaces_belong_to_the_agency_plan() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (id, agent) = (workspace(&client), client.agent());
    let calls = [
        ("GET", "/workspaces".to_owned()),
        ("POST", "/workspaces".to_owned()),
        ("POST", format!("/workspaces/{id}/invite")),
        ("DELETE", format!("/workspaces/{id}/clients")),
        ("POST", format!("/workspaces/{id}/agents/{agent}")),
        ("DELETE", format!("/workspaces/{id}/agents/{agent}")),
        ("DELETE", format!("/workspaces/{id}")),
    ];
    let tried = || calls.clone().map(|(method, path)| call(&client, method, &path).refusal().0);
    set(&sandbox, json!({"plan": "conqueror"}));
    assert_eq!(tried(), [403; 7]);
    assert_eq!(client.get("/workspaces").refusal(), (403, "agency_plan_required".to_owned()));
    set(&sandbox, json!({"agencyForAll": false}));
    assert_eq!(tried(), [200, 403, 400, 400, 200, 200, 200]);
    set(&sandbox, json!({"plan": "agency"}));
    workspace(&client);
    set(&sandbox, json!({"plan": {"workspaces": 1}}));
    let refused = client.post("/workspaces", &json!({"name": "b"}));
    assert_eq!(refused.refusal(), (403, "plan_limit_reached".to_owned()));
}

#[test]
fn workspaces_and_agents_of_other_teams_are_forbidden() {
    let sandbox = still();
    let other = sandbox.control("POST", "/_sandbox/teams", json!({})).unwrap();
    let stranger = Client::with_key(&sandbox, other["apiKey"].as_str().unwrap());
    let client = Client::new(&sandbox);
    let (id, agent) = (workspace(&client), client.agent());
    let (theirs, their_agent) = (workspace(&stranger), stranger.agent());
    for (method, path) in [
        ("DELETE", format!("/workspaces/{id}")),
        ("POST", format!("/workspaces/{id}/invite")),
        ("DELETE", format!("/workspaces/{id}/clients")),
        ("POST", format!("/workspaces/{id}/agents/{their_agent}")),
        ("POST", format!("/workspaces/{theirs}/agents/{agent}")),
        ("DELETE", format!("/workspaces/{theirs}/agents/{agent}")),
    ] {
        assert_eq!(
            call(&stranger, method, &path).refusal(),
            (403, "forbidden".to_owned()),
            "{method} {path}"
        );
    }
    assert_eq!(stranger.get("/workspaces").json()["total"], 1);
}
