//! The canary against both profiles of the sandbox: it has to see the side that each of them takes.

use std::collections::BTreeMap;

use kakiyo::{CreateCampaign, Kakiyo, Limits, Service};
use kakiyo_sandbox::{Profile, Sandbox};

use super::{Sung, sing};

async fn sung(profile: Profile, write: bool, calls: u32) -> (Sung, u64) {
    let sandbox = Sandbox::builder().profile(profile).start().await.unwrap();
    let kakiyo = Kakiyo::builder()
        .base_url(sandbox.base_url())
        .api_key(sandbox.api_key())
        .limits(Limits::unlimited())
        .build()
        .unwrap();
    let product = kakiyo
        .products()
        .create(kakiyo::CreateProduct::new("Audit", "A review of contracts."))
        .await
        .unwrap();
    let prompt =
        kakiyo.prompts().create(kakiyo::CreatePrompt::new("Intro", "680321c8001e2f527d82", "Messages"));
    let prompt = prompt.await.unwrap().id.clone().unwrap();
    let agent = kakiyo.agents().create(kakiyo::CreateAgent::new()).await.unwrap();
    kakiyo.campaigns().create(CreateCampaign::new("Spring", &product.id, prompt, &agent.id)).await.unwrap();
    let before = sandbox.calls();
    let sung = sing(&kakiyo.into(), Service::Kakiyo, write, calls).await.unwrap();
    (sung, sandbox.calls() - before)
}

fn by_question(sung: &Sung) -> BTreeMap<&str, &str> {
    sung.findings.iter().map(|finding| (finding.question, finding.seen.as_str())).collect()
}

#[tokio::test]
async fn it_sees_the_side_of_each_profile_in_ten_calls() {
    for (profile, text) in [(Profile::Seed, "not known to this server"), (Profile::Tiered, "there")] {
        let (sung, calls) = sung(profile, false, 10).await;
        assert_eq!((u64::from(sung.calls), calls), (10, 10), "{profile:?}");
        let seen = by_question(&sung);
        assert_eq!(seen["reading the text of a prompt"], text, "{profile:?}");
        assert_eq!(seen["`teamId` in the key check"], "there");
        assert_eq!(seen["envelope of a list"], "a bare array");
        assert!(sung.recordings.iter().all(|recording| recording.method == "GET"));
        let report = super::report::markdown(Service::Kakiyo, &sung);
        assert!(!report.contains("Spring") && report.contains("10 calls"), "{report}");
    }
}

#[tokio::test]
async fn it_stops_at_the_calls_it_is_given() {
    let (sung, calls) = sung(Profile::Seed, false, 3).await;
    assert_eq!((sung.calls, calls), (3, 3));
    assert_eq!(sung.left_out.len(), 7);
}
