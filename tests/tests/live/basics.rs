//! The key, products, models and prompts.

use serde_json::{Value, json};

use super::fixtures::MODEL;
use super::run::Run;

pub(super) async fn scenario(run: &Run) {
    let verified = run.good("verify", json!({})).await;
    assert_eq!(verified["teamId"], run.team.as_str());
    let product = json!({"name": "Nordlicht audit", "description": "A review of a contract portfolio."});
    let product = run.good("products.create", product).await;
    let listed = run.good("products.list", json!({})).await;
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["id"]), (1, &product["id"]));
    let models = run.good("models.list", json!({})).await;
    assert_eq!(run.good("models.get", json!({"modelId": models[0]["id"]})).await, models[0]);
    // Once answered with an id, once found in the list.
    let prompt = json!({"name": "Founder intro", "model": MODEL, "type": "Messages"});
    run.set(json!({"promptId": true}));
    run.good("prompts.create", prompt.clone()).await;
    run.set(json!({"promptId": false}));
    let prompt = run.good("prompts.create", prompt).await;
    let listed = run.good("prompts.list", json!({})).await;
    assert_eq!((listed.as_array().unwrap().len(), &listed[1]["id"]), (2, &prompt["id"]));
    write(run, &prompt["id"]).await;
}

/// The text of a prompt of each kind. Only some servers have it.
async fn write(run: &Run, prompt: &Value) {
    run.set(json!({"promptText": false}));
    let error = run.call("prompts.get", json!({"promptId": prompt})).await.unwrap_err();
    assert_eq!(error.kind().as_str(), "not_found");
    run.set(json!({"promptText": true}));
    let change = json!({
        "promptId": prompt, "context": "You write for {{company}}.", "firstMessage": "Greet the person.", "followUpEnabled": true,
        "followUps": [{"prompt": "Ask one short question.", "delay": 4}],
    });
    run.good("prompts.update", change).await;
    let details = run.good("prompts.get", json!({"promptId": prompt})).await;
    assert_eq!(details["followUps"], json!([{"prompt": "Ask one short question.", "delay": 4}]));
    let wrong = json!({"promptId": prompt, "comment": "Agree."});
    assert_eq!(run.call("prompts.update", wrong).await.unwrap_err().status(), Some(400));
    let comment = json!({"name": "Comments", "model": MODEL, "type": "Comment"});
    let comment = run.good("prompts.create", comment).await;
    let change = json!({"promptId": comment["id"], "comment": "Agree, and add one thought."});
    run.good("prompts.update", change).await;
    let details = run.good("prompts.get", json!({"promptId": comment["id"]})).await;
    assert_eq!(details["comment"], "Agree, and add one thought.");
}
