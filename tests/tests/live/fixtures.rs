//! What a scenario begins with.

use serde_json::{Value, json};

use super::run::Run;

/// A model of the catalogue.
pub(super) const MODEL: &str = "680321c8001e2f527d82";

/// Ids of a campaign and of what it is made of.
pub(super) struct Made {
    pub(super) product: Value,
    pub(super) agent: Value,
    pub(super) campaign: Value,
}

/// Ids of a person in a campaign.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) id: Value,
    pub(super) chat: Value,
}

/// A campaign that runs, with an agent of its own.
pub(super) async fn campaign(run: &Run, name: &str) -> Made {
    let product = json!({"name": "Nordlicht audit", "description": "A review of a contract portfolio."});
    let product = run.good("products.create", product).await["id"].clone();
    let prompt = json!({"name": "Founder intro", "model": MODEL, "type": "Messages"});
    let prompt = run.good("prompts.create", prompt).await["id"].clone();
    let agent = run.good("agents.create", json!({})).await["id"].clone();
    let body = json!({
        "name": name, "productId": product, "promptId": prompt, "agentId": agent, "qualificationAutomatic": 72,
        "qualificationVerification": 48, "variables": {"offer": "audit call"}, "preventAutoStart": false,
    });
    let campaign = run.good("campaigns.create", body).await["id"].clone();
    Made { product, agent, campaign }
}

/// Rows to import.
pub(super) fn rows(slugs: &[&str]) -> Vec<Value> {
    let row = |slug: &&str| json!({"name": "A Person", "url": format!("https://linkedin.com/in/{slug}")});
    slugs.iter().map(row).collect()
}

/// Imports people, and waits until they are there.
pub(super) async fn people(run: &Run, campaign: &Value, slugs: &[&str]) -> Vec<Person> {
    let batch = json!({"campaignId": campaign, "prospects": rows(slugs)});
    let list = run.good("prospects.add_batch", batch).await["listId"].clone();
    run.seconds(5);
    let status = run.good("prospects.import_status", json!({"listId": list})).await;
    assert_eq!((&status["finished"], &status["imported"]), (&json!(true), &json!(slugs.len())), "{status}");
    let report = status["report"].as_array().unwrap();
    let person = |row: &Value| Person { id: row["prospectId"].clone(), chat: row["chatId"].clone() };
    report.iter().map(person).collect()
}
