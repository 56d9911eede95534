//! Calls that are spared, by the sandbox's own count: single adds that travel together, shared and kept reads.
#![cfg(test)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use kakiyo::{
    AddProspect, CallOptions, CampaignId, CancelToken, Coalesce, CreateCampaign, CreateProduct, CreatePrompt,
    Credits, Error, ErrorKind, ImportAccepted, Kakiyo, Limits, PromptType, Response,
};
use kakiyo_sandbox::{Fault, FaultRule, Sandbox, When};

/// A model of the sandbox's catalogue.
const MODEL: &str = "680321c8001e2f527d82";

fn builder(sandbox: &Sandbox) -> kakiyo::Builder {
    Kakiyo::builder().base_url(sandbox.base_url()).api_key(sandbox.api_key()).max_retries(0)
}

/// A campaign that takes people.
async fn campaign(sandbox: &Sandbox) -> CampaignId {
    let kakiyo = builder(sandbox).build().unwrap();
    let product = CreateProduct::new("Nordlicht audit", "A review of a contract portfolio.");
    let product = kakiyo.products().create(product).await.unwrap().into_inner().id;
    let prompt = CreatePrompt::new("Founder intro", MODEL, PromptType::Messages);
    let prompt = kakiyo.prompts().create(prompt).await.unwrap().into_inner().id.unwrap();
    let agent = kakiyo.agents().create(kakiyo::CreateAgent::new()).await.unwrap().into_inner().id;
    let campaign = CreateCampaign::new("Spring", &product, &prompt, &agent);
    kakiyo.campaigns().create(campaign).await.unwrap().into_inner().id
}

fn person(campaign: &CampaignId, number: usize) -> AddProspect {
    let url = format!("https://www.linkedin.com/in/person-{number}");
    AddProspect::new(campaign, format!("Person {number}"), url)
}

/// What the sandbox counted for adding: single calls and batches, and the credits of the whole team.
fn added(sandbox: &Sandbox) -> (u64, u64, u64) {
    let counters = sandbox.counters();
    let calls = |operation| counters.operations.get(operation).map_or(0, |counters| counters.calls);
    (calls("prospects.add"), calls("prospects.add_batch"), counters.spent)
}

/// Adds these people at once, each by a call of its own on a task of its own.
async fn add(kakiyo: &Kakiyo, people: Vec<AddProspect>) -> Vec<Result<Response<ImportAccepted>, Error>> {
    let adds = people.into_iter().map(|person| tokio::spawn(kakiyo.prospects().add(person).send()));
    let outcomes = futures::future::join_all(adds.collect::<Vec<_>>()).await;
    outcomes.into_iter().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_single_adds_are_ten_calls() {
    let sandbox = Sandbox::start().await.unwrap();
    let campaign = campaign(&sandbox).await;
    let before = added(&sandbox);
    let coalesce = Coalesce::new().linger(Duration::from_secs(2));
    let kakiyo = builder(&sandbox).limits(Limits::published()).coalesce(coalesce).build().unwrap();
    // The last ten are people who are among the others.
    let people = (0..1_000).map(|number| person(&campaign, number % 990)).collect();
    let outcomes = add(&kakiyo, people).await;
    let (single, batches, spent) = added(&sandbox);
    assert_eq!((single, batches - before.1, spent - before.2, sandbox.rejections()), (0, 10, 10, 0));

    let mut lists = std::collections::BTreeMap::new();
    let (mut credits, mut attempts, mut saved) = (Credits::NONE, 0, 0);
    for outcome in &outcomes {
        let accepted = outcome.as_ref().unwrap();
        *lists.entry(accepted.list_id.clone().unwrap()).or_insert(0) += 1;
        let meta = accepted.meta();
        (credits, attempts, saved) = (
            Credits { min: credits.min + meta.credits.min, max: credits.max + meta.credits.max },
            attempts + meta.attempts,
            saved + meta.saved,
        );
    }
    // Each caller has the list of its batch, and what all were told is what the sandbox counted.
    assert!(lists.len() == 10 && lists.values().all(|&callers| callers == 100), "{lists:?}");
    assert_eq!((credits, attempts, saved), (Credits { min: 10, max: 10 }, 10, 990));
    assert_eq!((kakiyo.saved().coalescing, kakiyo.saved().total()), (990, 990));

    sandbox.advance(Duration::from_secs(3_600));
    let (mut imported, mut existing) = (0, 0);
    for list in lists.into_keys() {
        let status = kakiyo.prospects().import_status(list).await.unwrap();
        assert!(status.finished);
        imported += status.imported.unwrap_or(0);
        existing += status.existing.unwrap_or(0);
    }
    assert_eq!((imported, existing), (990, 10), "nobody is lost, nobody is doubled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_one_among_them_fails_alone() {
    let sandbox = Sandbox::start().await.unwrap();
    let campaign = campaign(&sandbox).await;
    let before = added(&sandbox);
    let kakiyo = builder(&sandbox).coalesce(Coalesce::new().linger(Duration::from_secs(2))).build().unwrap();
    let mut people: Vec<_> = (0..100).map(|number| person(&campaign, number)).collect();
    // The service wants a name that is more than white space; nothing here knows that.
    people[41] = AddProspect::new(&campaign, "   ", "https://www.linkedin.com/in/person-41");
    let outcomes = add(&kakiyo, people).await;
    for (number, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome.is_err(), number == 41, "{number}: {outcome:?}");
    }
    let error = outcomes[41].as_ref().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, Some(400)));
    assert_eq!(error.operation(), Some("prospects.add"));
    assert_eq!(error.details().iter().map(|issue| issue.field.as_str()).collect::<Vec<_>>(), ["name"]);
    // The service named the row, so the others went again at once.
    let (single, batches, _) = added(&sandbox);
    assert_eq!((single, batches - before.1), (0, 2));

    // What is refused here does not linger, and is not among those that are sent.
    let long = person(&campaign, 200).custom_data("x".repeat(3_001));
    let begun = Instant::now();
    let error = kakiyo.prospects().add(long).await.unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidRequest && begun.elapsed() < Duration::from_secs(2));
    assert_eq!((added(&sandbox).1 - before.1, kakiyo.saved().validation), (2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_campaign_that_is_not_there_is_asked_for_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let kakiyo = builder(&sandbox).coalesce(Coalesce::new()).build().unwrap();
    let outcomes =
        add(&kakiyo, (0..50).map(|number| person(&CampaignId::from("gone"), number)).collect()).await;
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap_err().kind() == ErrorKind::NotFound));
    assert_eq!((sandbox.calls(), kakiyo.saved().total()), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_sends_what_lingers_and_waits_for_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let campaign = campaign(&sandbox).await;
    let coalesce = Coalesce::new().linger(Duration::from_secs(60));
    let kakiyo = builder(&sandbox).coalesce(coalesce).build().unwrap();
    let token = Arc::new(CancelToken::new());
    let cancelled = CallOptions::new().cancelled_by(Arc::clone(&token));
    let leaving = tokio::spawn(kakiyo.prospects().add(person(&campaign, 0)).options(cancelled).send());
    let adding: Vec<_> =
        (1..4).map(|number| tokio::spawn(kakiyo.prospects().add(person(&campaign, number)).send())).collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(added(&sandbox).1, 0, "they linger");
    token.cancel();
    assert_eq!(leaving.await.unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    kakiyo.close().await;
    assert_eq!((added(&sandbox).0, added(&sandbox).1), (0, 1));
    let mut lists = Vec::new();
    for add in adding {
        lists.push(add.await.unwrap().unwrap().into_inner().list_id.unwrap());
    }
    sandbox.advance(Duration::from_secs(60));
    let status = kakiyo.prospects().import_status(&lists[0]).await.unwrap();
    assert_eq!((status.total, status.imported), (Some(3), Some(3)), "who left was taken out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_that_is_too_long_is_refused_for_the_whole_batch() {
    let sandbox = Sandbox::start().await.unwrap();
    let campaign = campaign(&sandbox).await;
    let one = Limits::custom(vec![kakiyo::Limit::new(kakiyo::LimitGroup::EachOperation, 1)]);
    let kakiyo = builder(&sandbox)
        .limits(one)
        .max_wait(Duration::from_secs(1))
        .coalesce(Coalesce::new().linger(Duration::from_secs(1)))
        .build()
        .unwrap();
    let first = add(&kakiyo, (0..3).map(|number| person(&campaign, number)).collect()).await;
    assert!(first.iter().all(Result::is_ok), "{first:?}");
    let counted = added(&sandbox);
    let second = add(&kakiyo, (3..6).map(|number| person(&campaign, number)).collect()).await;
    for outcome in second {
        let error = outcome.unwrap_err();
        assert!(error.kind() == ErrorKind::WaitRefused && error.attempts() == 0, "{error:?}");
    }
    assert_eq!(added(&sandbox), counted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_without_an_answer_is_unknown_to_every_caller() {
    let sandbox = Sandbox::start().await.unwrap();
    let campaign = campaign(&sandbox).await;
    let reset = FaultRule::new("prospects.add_batch", When::Always, Fault::ResetAfter);
    sandbox.fault(sandbox.team(), &reset).unwrap();
    let kakiyo = builder(&sandbox).coalesce(Coalesce::new().linger(Duration::from_secs(1))).build().unwrap();
    let outcomes = add(&kakiyo, (0..3).map(|number| person(&campaign, number)).collect()).await;
    for outcome in &outcomes {
        assert_eq!(outcome.as_ref().unwrap_err().kind(), ErrorKind::OutcomeUnknown);
    }
    let attempts: u32 = outcomes.iter().map(|outcome| outcome.as_ref().unwrap_err().attempts()).sum();
    assert_eq!((attempts, added(&sandbox).1), (1, 1));
}

#[test]
fn threads_without_a_runtime_travel_together_too() {
    let sandbox = Sandbox::start_blocking().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let campaign = runtime.block_on(campaign(&sandbox));
    let kakiyo =
        builder(&sandbox).coalesce(Coalesce::new().linger(Duration::from_secs(2)).size(20)).build().unwrap();
    std::thread::scope(|scope| {
        for number in 0..20 {
            let (kakiyo, campaign) = (&kakiyo, &campaign);
            scope.spawn(move || kakiyo.prospects().add(person(campaign, number)).wait().unwrap());
        }
    });
    assert_eq!((added(&sandbox).0, added(&sandbox).1), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_reads_at_the_same_time_are_one_call() {
    let sandbox = Sandbox::start().await.unwrap();
    // The answer takes a while, so that the reads do meet.
    let slow = FaultRule::new("products.list", When::Always, Fault::DelayAfter { ms: 500 });
    sandbox.fault(sandbox.team(), &slow).unwrap();
    let kakiyo = builder(&sandbox).share_reads(true).build().unwrap();
    let reads: Vec<_> = (0..50).map(|_| tokio::spawn(kakiyo.products().list().send())).collect();
    // The first one gives up; the call goes on for the others.
    reads[0].abort();
    let outcomes = futures::future::join_all(reads).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_err()).count(), 1);
    let credits: u32 =
        outcomes.into_iter().flatten().map(|outcome| outcome.unwrap().meta().credits.max).sum();
    assert_eq!((sandbox.calls(), sandbox.spent(), credits), (1, 1, 1));
    assert_eq!(kakiyo.saved().sharing, 48);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kept_answers_cost_nothing_until_they_are_old_or_overtaken() {
    let sandbox = Sandbox::start().await.unwrap();
    let kakiyo = builder(&sandbox).cache(Duration::from_secs(3_600)).build().unwrap();
    for _ in 0..5 {
        kakiyo.models().list().await.unwrap();
        kakiyo.products().list().await.unwrap();
    }
    assert_eq!((sandbox.calls(), sandbox.spent(), kakiyo.saved().caching), (2, 2, 8));
    let product = CreateProduct::new("Nordlicht audit", "A review of a contract portfolio.");
    kakiyo.products().create(product).await.unwrap();
    let names: Vec<_> =
        kakiyo.products().list().await.unwrap().iter().filter_map(|product| product.name.clone()).collect();
    assert!(names.iter().any(|name| name == "Nordlicht audit"), "an own write is seen: {names:?}");
    assert_eq!(sandbox.calls(), 4);
}

#[tokio::test]
async fn a_batch_call_says_what_single_calls_would_have_cost() {
    let sandbox = Sandbox::start().await.unwrap();
    let campaign = campaign(&sandbox).await;
    let kakiyo = builder(&sandbox).build().unwrap();
    let rows = (0..30).map(|number| kakiyo::ProspectInput::new("A Person", format!("in/person-{number}")));
    let batch = kakiyo::AddProspectsBatch::new(&campaign, rows.collect::<Vec<_>>());
    let accepted = kakiyo.prospects().add_batch(batch).await.unwrap();
    assert_eq!((accepted.meta().saved, kakiyo.saved().batching), (29, 29));
}
