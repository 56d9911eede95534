//! The control routes for Kaiko keys, and what is recorded of them.

use kakiyo_sandbox::{KaikoSettings, Sandbox};
use serde_json::{Value, json};

use super::{ANALYSIS, Client, contract, said};

fn control(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> Value {
    sandbox.control(method, &format!("/_sandbox/{path}"), body).unwrap()
}

#[test]
fn a_key_is_a_world_of_its_own() {
    let sandbox = contract();
    let made = sandbox.add_kaiko_key(KaikoSettings::default()).unwrap();
    assert_eq!(made.team, made.api_key);
    let other = Client { sandbox: &sandbox, key: made.api_key.clone() };
    let client = Client::new(&sandbox);
    client.say("c1", "I am happy");
    assert_eq!(other.get("/v2/emotions/c1").status, 404);
    other.set(json!({"limits": {"key": 1}}));
    assert_eq!(other.get("/v2/emotions/c1").status, 429);
    assert_eq!(client.get("/v2/emotions/c1").status, 200);
    let calls = |key: &str| sandbox.kaiko_state(key).unwrap().counters.calls;
    assert_eq!((calls(sandbox.kaiko_api_key()), calls(&made.api_key), sandbox.calls()), (2, 1, 0));
    assert!(sandbox.kaiko_state(sandbox.team()).is_err());
}

#[test]
fn a_key_is_made_steered_and_asked_over_http() {
    let sandbox = contract();
    let wanted = json!({"service": "kaiko", "apiKey": "kaiko_test_abc", "profile": "observed",
        "sides": {"text": "contract"}});
    let made = control(&sandbox, "POST", "teams", wanted);
    assert_eq!(made, json!({"team": "kaiko_test_abc", "apiKey": "kaiko_test_abc", "service": "kaiko"}));
    let client = Client { sandbox: &sandbox, key: "kaiko_test_abc".to_owned() };
    assert_eq!(client.analyze("I am happy").json()["emotions"]["_default"]["text"], "I am happy");
    let state = control(&sandbox, "GET", "state?team=kaiko_test_abc", Value::Null);
    assert_eq!((&state["service"], &state["tokens"]), (&json!("kaiko"), &json!(3)));
    assert_eq!(state["counters"]["operations"]["emotions.analyze"]["calls"], 1);
    assert_eq!(state["settings"]["sides"], json!({"text": "contract"}));
    let teams = control(&sandbox, "GET", "teams", Value::Null);
    let services: Vec<&Value> =
        teams["teams"].as_array().unwrap().iter().map(|team| &team["service"]).collect();
    assert_eq!(services, ["kakiyo", "kaiko", "kaiko"]);
    control(&sandbox, "POST", "reset", json!({"team": "kaiko_test_abc"}));
    let state = sandbox.kaiko_state("kaiko_test_abc").unwrap();
    assert_eq!((state.counters.calls, state.tokens), (0, 0));
    assert_eq!(serde_json::to_value(&state.settings).unwrap()["profile"], "observed");
    for wrong in [
        json!({"service": "kaiko", "apiKey": "kaiko_live_"}),
        json!({"service": "kaiko", "apiKey": "kaiko_live_a b"}),
        json!({"service": "kaiko", "apiKey": "kaiko_test_abc"}),
        json!({"service": "kaiko", "plan": "hunter"}),
        json!({"service": "else"}),
    ] {
        assert!(sandbox.control("POST", "/_sandbox/teams", wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn requests_are_recorded_without_the_key() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    client.with_headers(ANALYSIS, &[("Idempotency-Key", "k1")], &said(&[]));
    let key = sandbox.kaiko_api_key();
    let requests = sandbox.requests(key).unwrap();
    let shown = |name: &str| requests[0].headers.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!(shown("idempotency-key"), "k1");
    assert_eq!(shown("x-api-key"), format!("kaiko_live_…{}", &key[key.len() - 4..]));
    assert_eq!((requests[0].operation.as_deref(), requests[0].status), (Some("emotions.analyze"), Some(400)));
    assert!(requests[0].counted && !format!("{requests:?}").contains(key));
    // Strangers are recorded apart.
    Client { sandbox: &sandbox, key: "kaiko_live_unknown".to_owned() }.analyze("a");
    let strays = control(&sandbox, "GET", "requests?team=", Value::Null);
    assert_eq!(strays["requests"][0]["status"], 401);
}

#[test]
fn faults_and_scripts_work_on_a_key() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    let key = sandbox.kaiko_api_key();
    let fault = json!({"kind": "status", "status": 503, "headers": {"retry-after": "1"}, "body": {"a": 1}});
    control(
        &sandbox,
        "POST",
        "faults",
        json!({"team": key, "operation": "emotions.analyze", "when": {"nth": 1}, "fault": fault}),
    );
    assert_eq!(client.analyze("a").status, 503);
    assert_eq!(client.analyze("a").status, 200);
    let answers = json!([{"status": 418, "bodyText": "data: {}\n\n"}]);
    control(&sandbox, "POST", "script", json!({"team": key, "answers": answers, "strict": true}));
    assert_eq!((client.analyze("a").status, client.analyze("a").status), (418, 599));
    // The other service is not touched.
    assert_eq!(crate::client::Client::new(&sandbox).get("/verify").status, 200);
}

#[test]
fn a_route_can_be_about_to_end() {
    let sandbox = contract();
    let client = Client::new(&sandbox);
    assert_eq!(client.analyze("a").header("sunset"), None);
    client.set(json!({"deprecation": true}));
    let reply = client.analyze("a");
    assert_eq!(reply.header("deprecation"), Some("true"));
    assert_eq!(reply.header("kaiko-deprecation"), Some("2026-03-31"));
    assert_eq!(reply.header("kaiko-replacement"), Some("v3/emotions/analysis"));
    assert_eq!(reply.header("sunset"), Some("Tue, 31 Mar 2026 00:00:00 GMT"));
    assert_eq!(reply.header("link"), Some("</v3>; rel=\"successor-version\""));
    assert!(reply.header("x-api-migration-guide").is_some());
}

#[test]
fn both_services_have_their_address() {
    let sandbox = contract();
    assert_eq!(sandbox.base_url(), format!("{}/v1", sandbox.kaiko_base_url()));
}
