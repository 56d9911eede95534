//! The canary against both profiles of the sandbox: it has to see the side that each of them takes.

use std::collections::BTreeMap;

use kakiyo::{CreateCampaign, Kaiko, Kakiyo, Limits, Service};
use kakiyo_sandbox::{KaikoProfile, Profile, Sandbox};

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

#[tokio::test]
async fn it_sees_the_side_of_each_profile_of_kaiko_in_one_call() {
    for (profile, key, window, text) in [
        (KaikoProfile::Contract, "`user`", "1000", "the input"),
        (KaikoProfile::Observed, "`_default`", "60", "something else"),
    ] {
        let sandbox = Sandbox::builder().kaiko_profile(profile).start().await.unwrap();
        let kaiko = Kaiko::builder()
            .base_url(sandbox.kaiko_base_url())
            .api_key(sandbox.kaiko_api_key())
            .limits(Limits::unlimited())
            .build()
            .unwrap();
        let sung = sing(&kaiko.into(), Service::Kaiko, false, 10).await.unwrap();
        let calls = sandbox.kaiko_state(sandbox.kaiko_api_key()).unwrap().counters.calls;
        assert_eq!((u64::from(sung.calls), calls), (1, 1), "{profile:?}");
        let seen = by_question(&sung);
        assert_eq!(seen["key of the emotion map (14.3)"], key, "{profile:?}");
        assert_eq!(seen["requests in a window (14.7)"], window, "{profile:?}");
        assert_eq!(seen["`text` of an emotion (14.10)"], text, "{profile:?}");
        assert_eq!(seen["request id header"], "there", "{profile:?}");
    }
}
