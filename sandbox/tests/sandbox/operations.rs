//! What each operation answers, and what it refuses.

use kakiyo_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, Connection, still};

#[test]
fn verify_names_the_team() {
    let sandbox = still();
    let reply = Client::new(&sandbox).get("/verify");
    assert_eq!(reply.status, 200);
    let expected = json!({"status": "success", "message": "API key is valid", "teamId": sandbox.team()});
    assert_eq!(reply.json(), expected);
}

#[test]
fn products_need_a_name_and_a_description() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let reply = client.post("/products", &json!({"name": "Abc", "description": "0123456789"}));
    assert_eq!((reply.status, reply.json()["message"].clone()), (201, json!("Product created successfully")));
    let reply = client.post("/products", &json!({"name": "ab", "description": "012345678"}));
    assert_eq!(reply.refusal(), (400, "validation_error".to_owned()));
    assert_eq!(reply.fields(), ["name", "description"]);
    assert_eq!(client.post("/products", &json!({"name": 5})).fields(), ["name", "description"]);
    assert_eq!(sandbox.state(sandbox.team()).unwrap().records.products, 1);
    let listed = client.get("/products").json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(
        (listed[0]["name"].clone(), listed[0]["description"].clone()),
        (json!("Abc"), json!("0123456789"))
    );
}

#[test]
fn a_new_prompt_shows_up_in_the_list_and_its_id_only_by_switch() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let body = json!({"name": "Intro", "model": "m1", "type": "Messages"});
    let reply = client.post("/prompts", &body);
    assert_eq!((reply.status, reply.json()), (201, json!({"message": "Prompt created successfully"})));
    let listed = client.get("/prompts").json();
    assert_eq!(listed[0]["name"], "Intro");
    assert_eq!((listed[0]["type"].clone(), listed[0]["model"].clone()), (json!("Messages"), json!("m1")));
    assert_eq!(listed[0]["createdAt"], "2026-01-01T00:00:00.000Z");
    sandbox.control("POST", "/_sandbox/settings", json!({"promptId": true})).unwrap();
    let id = client.post("/prompts", &body).json()["id"].clone();
    assert_eq!(client.get("/prompts").json()[1]["id"], id);
}

#[test]
fn prompts_know_their_kinds() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let of_kind = |kind: Value| client.post("/prompts", &json!({"name": "Abc", "model": "m", "type": kind}));
    assert_eq!(of_kind(json!("Comment")).status, 201);
    assert_eq!(of_kind(json!("Poem")).fields(), ["type"]);
    assert_eq!(of_kind(json!(1)).fields(), ["type"]);
    assert_eq!(client.post("/prompts", &json!({"name": "Abc"})).fields(), ["model", "type"]);
}

#[test]
fn an_agent_without_a_body_gets_the_short_answer() {
    let sandbox = still();
    let reply = Client::new(&sandbox).attempt("POST", "/agents", None).unwrap();
    assert_eq!(reply.status, 201);
    let mut names: Vec<String> = reply.json().as_object().unwrap().keys().cloned().collect();
    names.sort();
    assert_eq!(names, ["id", "message"]);
    assert_eq!(sandbox.state(sandbox.team()).unwrap().agents[0].status, "setup_needed");
}

#[test]
fn an_agent_with_a_body_gets_the_long_answer() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let body = json!({
        "name": "Camille Roche", "email": "camille@example.org", "password": "12345678",
        "firstName": "Camille", "lastName": "Roche", "workingHours": {"start": "08:30"},
    });
    let reply = client.post("/agents", &body).json();
    assert_eq!(reply["agent"]["status"], "setup_pending");
    assert_eq!(reply["agent"]["workingHours"]["start"], "08:30");
    assert_eq!(reply["agent"]["workingHours"]["end"], "17:00");
    assert_eq!(reply["agent"]["profile"]["firstName"], "Camille");
    assert_eq!(reply["agent"]["teamId"], sandbox.team());
    assert_eq!(reply.get("id"), None);
    assert_eq!(client.post("/agents", &body).refusal(), (409, "email_exists".to_owned()));
    let refused = |body: Value| client.post("/agents", &body).refusal();
    assert_eq!(refused(json!({"email": "nobody"})), (400, "invalid_email".to_owned()));
    assert_eq!(refused(json!({"password": "1234567"})), (400, "weak_password".to_owned()));
    let reply = client.post("/agents", &json!({"workingHours": {"start": "25:00", "days": ["Mon"]}}));
    assert_eq!(reply.fields(), ["workingHours.start", "workingHours.days"]);
}

#[test]
fn campaigns_join_what_exists() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let (product, prompt, agent) = (client.product(), client.prompt(), client.agent());
    let body = json!({
        "name": "Spring", "productId": product, "promptId": prompt, "agentId": agent,
        "variables": {"offer": "call"}, "qualificationAutomatic": 72,
    });
    let reply = client.post("/campaigns", &body);
    assert_eq!(reply.status, 201);
    assert_eq!(reply.json()["status"], "active");
    assert_eq!(reply.json()["preventAutoStart"], false);
    let mut waiting = body.clone();
    waiting["preventAutoStart"] = json!(true);
    assert_eq!(client.post("/campaigns", &waiting).json()["status"], "paused");
    for name in ["productId", "promptId", "agentId"] {
        let mut missing = body.clone();
        missing[name] = json!("00000000000000000000");
        assert_eq!(client.post("/campaigns", &missing).refusal(), (404, "not_found".to_owned()), "{name}");
    }
    let listed = client.get("/campaigns").json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["product"], json!(product));
    assert_eq!(listed[0]["agent"], json!(agent));
    assert_eq!(listed[0]["stats"]["prospects"], 0);
}

#[test]
fn campaign_fields_are_checked() {
    let sandbox = still();
    let reply = Client::new(&sandbox).post(
        "/campaigns",
        &json!({
            "name": "x".repeat(101), "productId": 4, "promptId": "a", "qualificationAutomatic": 101,
            "qualificationVerification": 0.5, "variables": [], "preventAutoStart": "no",
        }),
    );
    assert_eq!(reply.refusal(), (400, "validation_error".to_owned()));
    let expected = [
        "name",
        "productId",
        "agentId",
        "qualificationAutomatic",
        "qualificationVerification",
        "variables",
        "preventAutoStart",
    ];
    assert_eq!(reply.fields(), expected);
}

#[test]
fn statistics_count_conversations_and_write_rates_as_text() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let urls: Vec<String> = (0..3).map(|number| format!("linkedin.com/in/p{number}")).collect();
    client.add(&campaign, &urls);
    sandbox.advance(std::time::Duration::from_secs(1));
    let listed = client.get(&format!("/prospects/campaign/{campaign}")).json();
    let chat = listed[0]["id"].as_str().unwrap();
    let change = json!({"replied": true, "qualification": "qualified"});
    sandbox.control("POST", &format!("/_sandbox/chats/{chat}"), change).unwrap();
    let stats = client.get(&format!("/campaigns/{campaign}/stats")).json();
    let expected = json!({
        "prospects": 3, "prospectsAnswers": 1, "messages": 1, "qualified": 1, "closed": 0,
        "conversionRate": "33.33%", "responseRate": "33.33%",
    });
    assert_eq!(stats["stats"], expected);
    assert_eq!((stats["id"].clone(), stats["name"].clone()), (json!(campaign), json!("Spring")));
    assert_eq!(client.get("/campaigns").json()[0]["stats"]["prospects"], 3);
    let unknown = client.get("/campaigns/00000000000000000000/stats");
    assert_eq!(unknown.refusal(), (404, "not_found".to_owned()));
}

#[test]
fn search_filters_and_has_two_shapes() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let campaign = client.campaign();
    let rows = json!([
        {"name": "Amélie Fournier", "url": "linkedin.com/in/amelie"},
        {"name": "Jonas Weber", "url": "linkedin.com/in/jonas"},
    ]);
    client.post("/prospects/batch", &json!({"campaignId": campaign, "prospects": rows}));
    sandbox.advance(std::time::Duration::from_secs(1));
    let found = client.get("/prospects/search?query=AM%C3%89L").json();
    assert_eq!(found["pagination"], json!({"total": 1, "limit": 50, "offset": 0, "hasMore": false}));
    let hit = &found["prospects"][0];
    assert_eq!((&hit["name"], &hit["isPaused"]), (&json!("Amélie Fournier"), &json!(false)));
    assert_eq!(hit["campaign"], json!({"id": campaign, "name": "Spring"}));
    assert_eq!(found["filters"]["applied"], json!({"query": "AMÉL"}));
    let person = hit["id"].clone();

    sandbox.control("POST", "/_sandbox/settings", json!({"searchForm": "spec"})).unwrap();
    let found = client.get("/prospects/search?query=amélie".replace('é', "%C3%A9").as_str()).json();
    let hit = &found["prospects"][0];
    assert_eq!(hit["prospect"]["id"], person);
    assert_ne!(hit["id"], person);
    assert_eq!(found.get("filters"), None);

    let chat = hit["id"].as_str().unwrap();
    let change = json!({"replied": true, "paused": true, "qualification": "unqualified"});
    sandbox.control("POST", &format!("/_sandbox/chats/{chat}"), change).unwrap();
    let total = |query: &str| {
        client.get(&format!("/prospects/search?{query}")).json()["pagination"]["total"].as_u64().unwrap()
    };
    for (query, expected) in [
        ("", 2),
        ("status=4", 1),
        ("hasResponded=true", 1),
        ("isPaused=false", 1),
        ("qualification=disqualified", 1),
        ("qualification=pending", 1),
        ("campaignId=nothing", 0),
        ("city=Atlantis", 0),
    ] {
        assert_eq!(total(query), expected, "{query}");
    }
    let wrong =
        client.get("/prospects/search?status=replied&isPaused=1&qualification=good&limit=101&offset=-1");
    assert_eq!(wrong.fields(), ["limit", "offset", "qualification", "status", "isPaused"]);
}

#[test]
fn blocking_many_reports_every_entry() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let entries = json!([
        {"url": "https://www.LinkedIn.com/in/Am%C3%A9lie/"}, {"url": "in/jonas-weber"},
        {"url": "linkedin.com/in/jonas-weber?x=1"}, {"url": "not-a-profile"},
    ]);
    let reply = client.post("/dnc/batch", &json!({"entries": entries}));
    assert_eq!(reply.status, 201);
    let body = reply.json();
    assert_eq!(body["error"], Value::Null);
    assert!(body.as_object().unwrap().contains_key("error"));
    assert_eq!(body["message"], "Bulk import completed: 2 added, 1 duplicates, 1 errors");
    let details = json!([
        {"url": "https://linkedin.com/in/amélie", "status": "added"},
        {"url": "https://linkedin.com/in/jonas-weber", "status": "added"},
        {"url": "https://linkedin.com/in/jonas-weber", "status": "duplicate"},
        {"url": "not-a-profile", "status": "error", "error": "Not a LinkedIn profile address"},
    ]);
    assert_eq!(body["data"]["details"], details);
}

#[test]
fn the_block_list_is_read_newest_first_and_totals_its_page_only() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let entries: Vec<Value> = (0..60).map(|number| json!({"url": format!("in/p{number}")})).collect();
    client.post("/dnc/batch", &json!({"entries": entries}));
    let page = |query: &str| client.get(&format!("/dnc{query}")).json()["data"].clone();
    let (first, second) = (page(""), page("?limit=1000&offset=50"));
    assert_eq!((first["total"].clone(), first["limit"].clone()), (json!(50), json!(50)));
    assert_eq!(first["entries"][0]["url"], "https://linkedin.com/in/p59");
    assert_eq!((second["total"].clone(), second["offset"].clone()), (json!(10), json!(50)));
    assert_eq!(second["entries"][9]["url"], "https://linkedin.com/in/p0");
    assert_eq!(page("?offset=60")["entries"], json!([]));
    let wrong = client.get("/dnc?limit=1001&offset=-1");
    assert_eq!(
        (wrong.refusal().1, wrong.fields()),
        ("invalid_request".to_owned(), ["limit", "offset"].map(str::to_owned).to_vec())
    );
}

#[test]
fn a_profile_is_blocked_found_in_every_spelling_and_let_go() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let check = |url: &str| client.get(&format!("/dnc/check?url={url}")).json()["data"].clone();
    assert_eq!(check("in/jonas-weber"), json!({"onList": false, "entry": null}));
    let reply = client.post("/dnc", &json!({"url": "www.linkedin.com/in/Jonas-Weber/"}));
    let body = reply.json();
    assert_eq!((reply.status, body["error"].clone()), (201, Value::Null));
    let time = "2026-01-01T00:00:00.000Z";
    let entry = json!({
        "$id": body["data"]["$id"], "teamId": sandbox.team(), "url": "https://linkedin.com/in/jonas-weber",
        "$createdAt": time, "$updatedAt": time,
    });
    assert_eq!(body["data"], entry);
    assert_eq!(check("linkedin.com%2Fin%2Fjonas-weber%3Fx=1"), json!({"onList": true, "entry": entry}));
    let add = |body: Value| client.post("/dnc", &body).refusal();
    assert_eq!(add(json!({"url": "in/jonas-weber"})), (409, "dnc_entry_exists".to_owned()));
    assert_eq!(add(json!({"url": "not-a-profile"})), (400, "invalid_url".to_owned()));
    assert_eq!(add(json!({})), (400, "invalid_request".to_owned()));
    assert_eq!(client.get("/dnc/check").refusal(), (400, "invalid_request".to_owned()));
    let path = format!("/dnc/{}", entry["$id"].as_str().unwrap());
    let remove = || client.attempt("DELETE", &path, None).unwrap();
    assert_eq!(
        remove().json(),
        json!({"error": null, "data": {"message": "DNC entry deleted successfully"}})
    );
    assert_eq!(remove().refusal(), (404, "dnc_not_found".to_owned()));
    assert_eq!(check("in/jonas-weber")["onList"], false);
    assert_eq!(client.post("/dnc", &json!({"url": "in/jonas-weber"})).status, 201);
    assert_eq!(sandbox.state(sandbox.team()).unwrap().records.do_not_contact, 1);
}

#[test]
fn models_are_a_catalogue_of_which_only_active_ones_are_listed() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let listed = client.get("/models").json();
    let models = listed["models"].as_array().unwrap();
    assert_eq!(listed["total"], models.len());
    assert!(
        models.iter().all(|model| model["status"] == "active" && model["id"].as_str().unwrap().len() == 20)
    );
    assert_eq!(client.get("/models/680321c8001e2f527d82").json(), models[0]);
    assert_eq!(client.get("/models/67fb02d4002c6a91e573").json()["status"], "inactive");
    assert_eq!(client.get("/models/unknown").refusal(), (404, "not_found".to_owned()));
}

#[test]
fn a_malformed_block_list_is_refused_under_its_own_code() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let too_many: Vec<Value> = (0..501).map(|number| json!({"url": format!("in/p{number}")})).collect();
    for body in [json!({}), json!({"entries": []}), json!({"entries": [{}]}), json!({"entries": too_many})] {
        assert_eq!(client.post("/dnc/batch", &body).refusal(), (400, "invalid_request".to_owned()));
    }
}

#[test]
fn bodies_have_to_be_json_objects_of_a_sensible_size() {
    let sandbox = still();
    let key = format!("Bearer {}", sandbox.api_key());
    let send = |kind: &str, body: &[u8]| {
        let mut connection = Connection::open(&sandbox);
        let headers = [("Authorization", key.as_str()), ("Content-Type", kind)];
        connection.request("POST", "/v1/products", &headers, body);
        connection.reply().unwrap()
    };
    assert_eq!(send("application/json", b"{\"name\": ").fields(), ["body"]);
    assert_eq!(send("application/json", b"[]").fields(), ["body"]);
    assert_eq!(send("application/json", b"").fields(), ["body"]);
    assert_eq!(send("text/plain", b"{}").fields(), ["Content-Type"]);
    let large = vec![b' '; 8 * 1024 * 1024 + 1];
    assert_eq!(send("application/json", &large).refusal(), (413, "payload_too_large".to_owned()));
    assert_eq!(send("application/json", &large[1..]).fields(), ["body"]);
}

#[test]
fn the_async_start_works_within_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sandbox = runtime.block_on(async { Sandbox::start().await.unwrap() });
    assert_eq!(Client::new(&sandbox).get("/verify").status, 200);
    let address = sandbox.origin();
    runtime.block_on(async { drop(sandbox) });
    assert!(std::net::TcpStream::connect(address.trim_start_matches("http://")).is_err());
}
