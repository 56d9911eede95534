//! Client and sandbox read profile addresses with code of their own; here they must agree.
#![cfg(test)]

use std::time::Duration;

use kakiyo::{
    AddProspectsBatch, CreateAgent, CreateCampaign, CreateProduct, CreatePrompt, Kakiyo, Limits,
    ProspectInput,
};
use kakiyo_sandbox::Sandbox;
use serde_json::Value;

#[tokio::test]
async fn the_sandbox_takes_every_address_that_the_client_sends() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/profile_urls.json")).unwrap();
    let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut urls: Vec<String> = vectors
        .iter()
        .filter_map(|vector| kakiyo::leads::Identity::parse(vector["input"].as_str()?).ok())
        .map(|identity| identity.url())
        .collect();
    // The sandbox writes all slugs in lower case, as the service says of itself; member ids differ there by more than case.
    urls.sort_unstable_by_key(|url| url.to_lowercase());
    urls.dedup_by_key(|url| url.to_lowercase());
    assert!(urls.len() >= 30, "{} addresses", urls.len());

    let sandbox = Sandbox::builder().unlimited().import_delay(Duration::ZERO).start().await.unwrap();
    let kakiyo = Kakiyo::builder()
        .api_key(sandbox.api_key())
        .base_url(sandbox.base_url())
        .limits(Limits::unlimited())
        .build()
        .unwrap();
    let product =
        kakiyo.products().create(CreateProduct::new("Product", "A description to sell from.")).await.unwrap();
    let prompt = kakiyo.prompts().create(CreatePrompt::new("Prompt", "model", "Messages")).await.unwrap();
    let agent = kakiyo.agents().create(CreateAgent::new()).await.unwrap();
    let prompt = prompt.id.clone().unwrap();
    let campaign = kakiyo
        .campaigns()
        .create(CreateCampaign::new("Campaign", &product.id, prompt, &agent.id))
        .await
        .unwrap();

    let mut imported = 0;
    for batch in urls.chunks(100) {
        let prospects: Vec<_> =
            batch.iter().map(|url| ProspectInput::new("Some Body", url.as_str())).collect();
        let accepted =
            kakiyo.prospects().add_batch(AddProspectsBatch::new(&campaign.id, prospects)).await.unwrap();
        let status = kakiyo.prospects().import_status(accepted.list_id.as_ref().unwrap()).await.unwrap();
        let report = status.report.as_deref().unwrap_or_default();
        let refused: Vec<_> = report.iter().filter(|row| row.chat_created != Some(true)).collect();
        assert!(status.finished && refused.is_empty(), "{refused:#?}");
        imported += report.len();
    }
    assert_eq!(imported, urls.len());
}
