//! Kaiko: texts are analysed alone, in a context and by the batch, read back, and talked about.

use kakiyo::CallOptions;
use kakiyo_sandbox::{KaikoProfile, KaikoState};
use serde_json::{Value, json};

use super::run::Run;

/// Ids of messages; some servers take no other form.
pub(super) const FIRST: &str = "9f3c5c0e-6a6d-4c3b-8a11-5a3a2b1f7e02";
const SECOND: &str = "0b7f0a54-2f6f-4a9a-9a5e-6c1d0f3f1c11";

pub(super) async fn scenario(run: &Run, profile: KaikoProfile) {
    alone(run, profile).await;
    in_context(run, profile).await;
    history(run, profile).await;
    batch(run, profile).await;
    repeated(run, profile).await;
    chat(run, profile).await;
    let state = state(run);
    let replayed = u64::from(profile == KaikoProfile::Contract);
    assert_eq!((state.counters.rejections, state.replayed), (0, replayed));
}

pub(super) fn state(run: &Run) -> KaikoState {
    run.sandbox.kaiko_state(&run.team).unwrap()
}

async fn alone(run: &Run, profile: KaikoProfile) {
    let text = "What a relief, I am so happy";
    let said = json!({"text": text, "role": "user", "externalId": FIRST, "params": {}});
    let answer = run.good("emotions.analyze", said).await;
    assert_eq!((&answer["primary"]["category"], &answer["isFallback"]), (&json!("joy"), &json!(false)));
    let role = if profile == KaikoProfile::Contract { "user" } else { "_default" };
    assert_eq!(answer["emotions"], json!({role: answer["primary"]}), "{answer}");
    let echoed = answer["primary"]["text"] == text;
    assert_eq!(echoed, profile == KaikoProfile::Contract, "{answer}");
    assert!(answer["usage"]["analyseTokens"].as_i64().is_some_and(|tokens| tokens > 0), "{answer}");
    run.set(json!({"fallback": true}));
    let answer = run.good("emotions.analyze", json!({"text": text})).await;
    assert_eq!((&answer["isFallback"], &answer["primary"]["intensity"]), (&json!(true), &json!(0.0)));
    run.set(json!({"fallback": false}));
    assert_eq!(state(run).contexts, 0);
}

async fn in_context(run: &Run, profile: KaikoProfile) {
    let said = |id: &str, text: &str| json!({"contextId": "coach:7", "externalId": id, "text": text});
    let first = run.good("emotions.analyze_in_context", said(FIRST, "I am afraid of my manager")).await;
    assert_eq!((&first["contextId"], &first["externalId"]), (&json!("coach:7"), &json!(FIRST)), "{first}");
    assert_eq!(first["primary"]["category"], "fear");
    assert_eq!(first["conversationMode"]["crisisDetected"], false, "{first}");
    let unnamed = json!({"contextId": "coach:7", "text": "I feel better now, thank you"});
    let second = run.good("emotions.analyze_in_context", unnamed).await;
    assert_eq!((state(run).contexts, state(run).messages), (1, 2));
    let read = run.good("emotions.state", json!({"contextId": "coach:7"})).await;
    assert_eq!(read["primary"]["category"], second["primary"]["category"]);
    assert_eq!(read["contextId"], "coach:7", "{read}");
    for (id, answer) in [(FIRST, &first), (second["externalId"].as_str().unwrap(), &second)] {
        let message = json!({"contextId": "coach:7", "externalId": id});
        let read = run.good("emotions.message", message).await;
        assert!(read["primary"]["scores"]["joy"].is_number(), "{read}");
        assert_eq!(read["primary"]["scores"], answer["primary"]["scores"]);
        assert_eq!((&read["contextId"], &read["externalId"]), (&json!("coach:7"), &json!(id)), "{read}");
    }
    let again = said(FIRST, "I am sad");
    match profile {
        KaikoProfile::Contract => {
            let error = run.refused("emotions.analyze_in_context", again, 409, Some("duplicate_id")).await;
            assert_eq!(error.kind().as_str(), "conflict");
        }
        KaikoProfile::Observed => {
            run.good("emotions.analyze_in_context", again).await;
            let message = json!({"contextId": "coach:7", "externalId": FIRST});
            let read = run.good("emotions.message", message).await;
            assert_eq!(read["primary"]["category"], "sadness");
        }
    }
    assert_eq!(state(run).messages, 2);
}

/// Weeks of messages, each with its time: enough to see how somebody grows, what is believed, and a crisis.
async fn history(run: &Run, profile: KaikoProfile) {
    let said = |time: String, text: &str| json!({"contextId": "weeks", "timestamp": time, "text": text});
    for day in 1..=6 {
        let sad = said(format!("2025-11-1{day}T08:00:00Z"), "I am sad and lonely");
        run.good("emotions.analyze_in_context", sad).await;
        let happy = said(format!("2025-12-2{day}T08:00:00Z"), "I am happy");
        run.good("emotions.analyze_in_context", happy).await;
    }
    let text = "I feel hopeless and worthless, I want to end it all. I believe nobody would notice";
    let last = run.good("emotions.analyze_in_context", json!({"contextId": "weeks", "text": text})).await;
    assert_eq!(last["conversationMode"]["crisisDetected"], true, "{last}");
    assert!(
        last["growth"]["dimensions"].as_array().is_some_and(|dimensions| dimensions.len() == 5),
        "{last}"
    );
    assert!(last["beliefs"]["totalBeliefs"].as_i64().is_some_and(|beliefs| beliefs > 0), "{last}");
    let angry = json!({"contextId": "weeks", "text": "This is spam"});
    let angry = run.good("emotions.analyze_in_context", angry).await;
    let hostility = &angry["primary"]["hostilityState"];
    assert_eq!(hostility["recommendedResponse"], "defensive", "{angry}");
    assert!(hostility["lastEscalation"].is_string(), "{angry}");
    run.good("emotions.state", json!({"contextId": "weeks"})).await;
    run.set(json!({"modeAsText": true}));
    let worded = run.good("emotions.analyze_in_context", json!({"contextId": "weeks", "text": text})).await;
    assert_eq!(worded["conversationMode"]["mode"], last["conversationMode"]["mode"]);
    run.set(json!({"modeAsText": false}));
    // The end of a context: kept for a day, or for ever.
    run.seconds(86_400);
    let read = run.call("emotions.state", json!({"contextId": "weeks"})).await;
    match profile {
        KaikoProfile::Contract => assert_eq!(read.unwrap_err().kind().as_str(), "not_found"),
        KaikoProfile::Observed => assert!(read.unwrap()["primary"].is_object()),
    }
}

async fn batch(run: &Run, profile: KaikoProfile) {
    let texts = [(FIRST, "I am happy", "joy"), (SECOND, "I am sad", "sadness")];
    let messages: Vec<Value> =
        texts.iter().map(|(id, text, _)| json!({"text": text, "externalId": id})).collect();
    let together = json!({"messages": messages});
    let apart = json!({"messages": messages, "fanOut": true});
    let (before, spent) = (state(run).counters.calls, state(run).tokens);
    let answer = match profile {
        KaikoProfile::Contract => run.good("emotions.analyze_batch", together).await,
        KaikoProfile::Observed => {
            let error = run.refused("emotions.analyze_batch", together, 404, None).await;
            assert!(error.message().contains("fan_out"), "{error}");
            run.good("emotions.analyze_batch", apart.clone()).await
        }
    };
    let categories: Vec<&Value> =
        answer["emotions"].as_array().unwrap().iter().map(|emotion| &emotion["category"]).collect();
    assert_eq!(categories, texts.map(|(_, _, category)| category), "{answer}");
    // Without a batch route two that are refused, and one for each text.
    let calls = if profile == KaikoProfile::Contract { 1 } else { 4 };
    assert_eq!(state(run).counters.calls - before, calls);
    let usage = &answer["usage"];
    let tokens = [&usage["analyseTokens"], &usage["totalTokens"]].into_iter().find_map(Value::as_u64);
    assert_eq!(tokens, Some(state(run).tokens - spent), "{answer}");
    run.good("emotions.analyze_batch", apart).await;
}

/// The same request twice under one key: the answer is given again, or the request is done again.
async fn repeated(run: &Run, profile: KaikoProfile) {
    let options = || {
        let mut options = CallOptions::new();
        options.idempotency_key = Some("one-relief".to_owned());
        options
    };
    let said = json!({"contextId": "twice", "externalId": FIRST, "text": "What a relief"});
    let before = state(run);
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.push(run.call_with("emotions.analyze_in_context", said.clone(), options()).await.unwrap());
    }
    let replayed = answers[1].meta.headers.get("idempotency-replayed").is_some();
    assert_eq!(replayed, profile == KaikoProfile::Contract);
    let after = state(run);
    let processed = if replayed { 1 } else { 2 };
    assert_eq!((after.counters.calls - before.counters.calls, after.messages - before.messages), (2, 1));
    let tokens = |document: &Value| {
        document["usage"]["analyseTokens"].as_u64().unwrap_or_else(|| panic!("{document}"))
    };
    assert_eq!(after.tokens - before.tokens, processed * tokens(answers[0].document.tree()));
    if replayed {
        assert_eq!(answers[0].document.raw(), answers[1].document.raw());
        let other = json!({"contextId": "twice", "text": "Something else"});
        let error = run.call_with("emotions.analyze_in_context", other, options()).await.unwrap_err();
        let found = (error.kind().as_str(), error.code());
        assert_eq!(found, ("conflict", Some("idempotency_key_reused")));
    }
}

async fn chat(run: &Run, profile: KaikoProfile) {
    let asked = json!({
        "model": "gpt-4-turbo", "messages": [{"role": "user", "content": "I am sad and so lonely"}], "contextId": "talk",
        "temperature": 0.4, "maxTokens": 300, "modelParams": {"top_k": 20},
    });
    let reply = run.good("chat.complete", asked).await;
    assert!(reply["text"].as_str().is_some_and(|text| !text.is_empty()), "{reply}");
    assert_eq!(reply["emotions"]["user"]["category"], "sadness", "{reply}");
    let documented = profile == KaikoProfile::Contract;
    assert_eq!(reply["conversationMode"].is_object(), documented, "{reply}");
    let read = run.good("emotions.state", json!({"contextId": "talk"})).await;
    assert_eq!(read["primary"]["category"], "sadness");
    let told = json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]);
    let folded = json!({"model": "gpt-4-turbo", "messages": told, "foldSystem": true});
    run.good("chat.complete", folded).await;
    let plain = run.call("chat.complete", json!({"model": "gpt-4-turbo", "messages": told})).await;
    match plain {
        Ok(reply) => assert!(documented && reply["text"].is_string(), "{reply}"),
        Err(error) => {
            assert_eq!((documented, error.status()), (false, Some(422)), "{error:?}");
            assert!(error.message().contains("fold_system"), "{error}");
        }
    }
    let tools = if documented {
        json!([{"type": "function", "function": {"name": "look_up"}}])
    } else {
        json!(["look_up"])
    };
    let equipped =
        json!({"model": "gpt-4-turbo", "messages": [{"role": "user", "content": "Hi"}], "tools": tools});
    run.good("chat.complete", equipped).await;
}
