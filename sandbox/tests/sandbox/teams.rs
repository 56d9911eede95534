//! Teams are worlds of their own.

use std::time::Duration;

use kakiyo_sandbox::{Fault, FaultRule, Sandbox, ScriptedAnswer, Settings, When};
use serde_json::json;

use crate::client::{Client, still};

#[test]
fn limits_credits_faults_and_scripts_stay_within_a_team() {
    let sandbox =
        Sandbox::builder().virtual_clock().limit("verify", Some(1)).credits(1).start_blocking().unwrap();
    let other = sandbox.add_team(Settings::default(), 50).unwrap();
    let (mine, theirs) = (Client::new(&sandbox), Client::with_key(&sandbox, &other.api_key));
    assert_eq!(mine.get("/verify").status, 200);
    assert_eq!(mine.get("/verify").status, 402);
    let rule = FaultRule::new("*", When::Always, Fault::ResetBefore);
    sandbox.fault(sandbox.team(), &rule).unwrap();
    sandbox.script(sandbox.team(), &[ScriptedAnswer::json(500, json!({}))], true).unwrap();
    for _ in 0..3 {
        assert_eq!(theirs.get("/verify").status, 200);
    }
    let state = sandbox.state(&other.team).unwrap();
    assert_eq!((state.counters.calls, state.credits), (3, 47));
    assert_eq!((sandbox.calls(), sandbox.spent()), (1, 1));
    assert_eq!(sandbox.requests(&other.team).unwrap().len(), 3);
    assert_eq!(sandbox.requests(sandbox.team()).unwrap().len(), 2);
}

#[test]
fn records_of_another_team_are_forbidden_and_not_merely_unknown() {
    let sandbox = still();
    let other = sandbox.add_team(Settings::default(), 100).unwrap();
    let (mine, theirs) = (Client::new(&sandbox), Client::with_key(&sandbox, &other.api_key));
    let campaign = theirs.campaign();
    let list = theirs.add(&campaign, &["linkedin.com/in/jonas".to_owned()]);
    sandbox.advance(Duration::from_secs(1));
    let forbidden = (403, "forbidden".to_owned());
    assert_eq!(mine.get(&format!("/campaigns/{campaign}/stats")).refusal(), forbidden);
    assert_eq!(mine.get(&format!("/prospects/imports/{list}")).refusal(), forbidden);
    // Permission comes before validation.
    assert_eq!(mine.get(&format!("/prospects/campaign/{campaign}?limit=x")).refusal(), forbidden);
    let batch = json!({"campaignId": campaign, "prospects": []});
    assert_eq!(mine.post("/prospects/batch", &batch).refusal(), forbidden);
    let product = theirs.product();
    assert_eq!(mine.post("/campaigns", &json!({"productId": product})).refusal(), forbidden);
    let entry = theirs.post("/dnc", &json!({"url": "in/jonas"})).json()["data"]["$id"].clone();
    let entry = format!("/dnc/{}", entry.as_str().unwrap());
    let removed = mine.attempt("DELETE", &entry, None).unwrap();
    assert_eq!(removed.refusal(), (403, "unauthorized_dnc".to_owned()));
    // Their data do not show up anywhere.
    assert_eq!(mine.get("/dnc").json()["data"]["entries"], json!([]));
    assert_eq!(mine.get("/campaigns").json(), json!([]));
    let found = mine.get(&format!("/prospects/search?campaignId={campaign}")).json();
    assert_eq!(found["pagination"]["total"], 0);
    assert_eq!(theirs.get("/prospects/search").json()["pagination"]["total"], 1);
}

#[test]
fn the_same_steps_give_the_same_ids_and_a_seed_the_same_keys() {
    let run = |sandbox: &Sandbox| (sandbox.api_key().to_owned(), Client::new(sandbox).campaign());
    let seeded = || Sandbox::builder().seed(7).start_blocking().unwrap();
    assert_eq!(run(&seeded()), run(&seeded()));
    let (one, two) = (run(&still()), run(&still()));
    assert_eq!(one.1, two.1);
    assert_ne!(one.0, two.0);
    let chosen = Sandbox::builder().api_key("a".repeat(40)).start_blocking().unwrap();
    assert_eq!(chosen.team(), "a".repeat(20));
    assert!(Sandbox::builder().api_key("short").start_blocking().is_err());
}
