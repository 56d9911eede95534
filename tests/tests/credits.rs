//! Never overspent: budgets, floors, the latch of a 402 and explanations, judged by the sandbox's own count.
#![cfg(test)]

use std::sync::{Arc, Mutex};

use kakiyo::leads::{self, LeadSource, PlanOptions};
use kakiyo::{
    AddProspectsBatch, Budget, CallOptions, CreateAgent, CreateCampaign, CreateProduct, CreatePrompt, Error,
    ErrorKind, EventKind, Kakiyo, Limits, PageOptions, Per, ProspectInput,
};
use kakiyo_sandbox::Sandbox;

fn builder(sandbox: &Sandbox) -> kakiyo::Builder {
    Kakiyo::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).limits(Limits::unlimited())
}

async fn sandbox(credits: u64) -> Sandbox {
    Sandbox::builder().unlimited().credits(credits).start().await.unwrap()
}

/// So many calls at once; the errors.
async fn at_once(client: &Kakiyo, calls: usize) -> Vec<Error> {
    let calls = (0..calls).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.verify().await.err() })
    });
    futures::future::join_all(calls).await.into_iter().filter_map(|outcome| outcome.unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_callers_never_cross_a_cap() {
    let sandbox = sandbox(100_000).await;
    let client = builder(&sandbox).budget(137).build().unwrap();
    let errors = at_once(&client, 1_000).await;
    assert_eq!((sandbox.calls(), sandbox.spent(), errors.len()), (137, 137, 863));
    assert!(errors.iter().all(|error| error.kind() == ErrorKind::BudgetRefused), "{:?}", errors[0]);
    let text = errors[0].to_string();
    assert!(text.contains("137") && text.contains("nothing was sent") && !text.contains('\n'), "{text}");
}

#[tokio::test]
async fn caps_by_tag_and_period_all_hold() {
    let sandbox = sandbox(100_000).await;
    let client = builder(&sandbox)
        .budget(Budget::new(3).per(Per::Day).tag("spring"))
        .budget(Budget::new(5).per(Per::Month))
        .build()
        .unwrap();
    let mut tagged = CallOptions::new();
    tagged.tag = Some("spring".into());
    let spring = client.with_options(tagged).unwrap();
    for _ in 0..3 {
        spring.verify().await.unwrap();
    }
    let refused = spring.verify().await.unwrap_err();
    assert!(refused.to_string().contains("spring"), "{refused}");
    client.verify().await.unwrap();
    client.verify().await.unwrap();
    assert_eq!(client.verify().await.unwrap_err().kind(), ErrorKind::BudgetRefused);
    assert_eq!(sandbox.calls(), 5);
    let report = client.credits().await.unwrap();
    assert_eq!((report.today.max, report.reserved, report.budgets[0].left), (5, 0, 0));
    assert!(report.to_string().contains("tag:spring"), "{report}");
}

#[tokio::test]
async fn a_budget_below_the_price_of_one_call_says_so() {
    let sandbox = sandbox(100).await;
    let client = builder(&sandbox).budget(0).build().unwrap();
    let refused = client.verify().await.unwrap_err();
    assert_eq!((refused.kind(), sandbox.calls()), (ErrorKind::BudgetRefused, 0));
    assert!(refused.to_string().contains("more than the whole"), "{refused}");
}

#[tokio::test]
async fn a_call_budget_counts_its_own_calls_only() {
    let sandbox = sandbox(1_000).await;
    let client = builder(&sandbox).build().unwrap();
    let mut options = CallOptions::new();
    options.budget = Some(kakiyo::CallBudget::new(2));
    let limited = client.with_options(options).unwrap();
    limited.verify().await.unwrap();
    client.verify().await.unwrap();
    limited.verify().await.unwrap();
    assert_eq!(limited.verify().await.unwrap_err().kind(), ErrorKind::BudgetRefused);
    client.verify().await.unwrap();
    assert_eq!(sandbox.calls(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_floor_holds_but_for_critical_calls() {
    let sandbox = sandbox(200).await;
    let client = builder(&sandbox).balance(200).floor(150).build().unwrap();
    let errors = at_once(&client, 300).await;
    assert_eq!((sandbox.spent(), errors.len()), (50, 250));
    assert!(errors[0].to_string().contains("floor"), "{}", errors[0]);
    // Blocking somebody is a promise to a person.
    client.dnc().add("https://www.linkedin.com/in/stop-writing-me").await.unwrap();
    assert_eq!(sandbox.spent(), 51);
    // A new number from the dashboard counts at once.
    client.declare_balance(152).await.unwrap();
    assert_eq!(at_once(&client, 5).await.len(), 3);
}

#[test]
fn a_floor_without_a_balance_is_refused() {
    let error = Kakiyo::builder().api_key("k".repeat(40)).floor(5).build().unwrap_err();
    assert_eq!((error.kind(), error.details()[0].field.as_str()), (ErrorKind::Config, "floor"));
}

#[tokio::test]
async fn one_402_stops_the_team_until_somebody_says_go() {
    let sandbox = sandbox(2).await;
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let client = builder(&sandbox)
        .on_event(move |event| heard.lock().unwrap().push((event.kind, event.message.clone())))
        .build()
        .unwrap();
    let other = builder(&sandbox).build().unwrap();
    for _ in 0..2 {
        client.verify().await.unwrap();
    }
    assert_eq!(client.verify().await.unwrap_err().kind(), ErrorKind::OutOfCredits);
    for client in [&client, &other] {
        for _ in 0..10 {
            let refused = client.verify().await.unwrap_err();
            assert_eq!((refused.kind(), refused.attempts()), (ErrorKind::OutOfCredits, 0));
        }
    }
    assert_eq!(sandbox.counters().out_of_credits, 1);
    assert!(client.credits().await.unwrap().out_of_credits.is_some());
    sandbox.set_credits(sandbox.team(), 10).unwrap();
    assert_eq!(other.verify().await.unwrap_err().kind(), ErrorKind::OutOfCredits);
    other.resume().await.unwrap();
    client.verify().await.unwrap();
    let events = events.lock().unwrap();
    assert_eq!(events.iter().filter(|(kind, _)| *kind == EventKind::OutOfCredits).count(), 1, "{events:?}");
}

#[tokio::test]
async fn budgets_are_told_at_their_levels() {
    let sandbox = sandbox(1_000).await;
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let client = builder(&sandbox)
        .budget(20)
        .on_event(move |event| heard.lock().unwrap().push(event.clone()))
        .build()
        .unwrap();
    for _ in 0..20 {
        client.verify().await.unwrap();
    }
    let levels: Vec<_> =
        events.lock().unwrap().iter().map(|event| event.details["percent"].clone()).collect();
    assert_eq!(levels, [50, 80, 95]);
}

#[tokio::test]
async fn explanations_equal_the_count() {
    let sandbox = sandbox(10_000).await;
    let client = builder(&sandbox).build().unwrap();
    let options = CallOptions::new();
    let before = sandbox.spent();
    let plan = client.explain("verify", b"{}", &options, None).await.unwrap();
    assert_eq!(sandbox.spent(), before, "explaining costs nothing");
    client.verify().await.unwrap();
    assert_eq!((plan.credits.min, plan.credits.max), (1, Some(1)));
    assert_eq!(sandbox.spent() - before, 1);

    for number in 0..7 {
        let url = format!("https://www.linkedin.com/in/blocked-{number}");
        client.dnc().add(url.as_str()).await.unwrap();
    }
    for (items, size) in [(Some(7), 2), (Some(5), 5), (None, 3), (Some(100), 3)] {
        let mut paging = PageOptions::default();
        (paging.max_items, paging.page_size) = (items, Some(size));
        let plan = client.explain("dnc.list", b"{}", &options, Some(paging)).await.unwrap();
        let before = sandbox.spent();
        let walk = client.dnc().list().page_options(paging);
        let rows: Vec<_> = futures::TryStreamExt::try_collect(walk.into_stream()).await.unwrap();
        let spent = sandbox.spent() - before;
        assert!(
            plan.credits.min <= spent && plan.credits.max.is_none_or(|max| spent <= max),
            "{items:?} {size}: {spent} of {plan}"
        );
        assert_eq!(rows.len(), items.map_or(7, |items: u64| items.min(7) as usize));
    }
    for wrong in ["nothing.here", "emotions.analyze"] {
        let error = client.explain(wrong, b"{}", &options, None).await.unwrap_err();
        assert_eq!(error.details()[0].field, "operation");
    }
    let error = client.explain("prospects.get", b"{}", &options, None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn explanations_of_an_import_equal_the_count() {
    let sandbox = Sandbox::builder()
        .unlimited()
        .credits(10_000)
        .import_delay(std::time::Duration::from_millis(50))
        .start()
        .await
        .unwrap();
    let client = builder(&sandbox).build().unwrap();
    let rows: String =
        (0..230).map(|row| format!("Lead {row},https://www.linkedin.com/in/lead-{row}\n")).collect();
    let source = LeadSource::Bytes(format!("name,url\n{rows}").into_bytes());
    let plan = leads::plan(source, &PlanOptions::default()).unwrap();
    let explained = client.explain_import(&plan, &CallOptions::new()).await.unwrap();
    assert_eq!(sandbox.spent(), 0, "explaining costs nothing");

    let product =
        client.products().create(CreateProduct::new("Audit", "A review of energy contracts.")).await.unwrap();
    let prompt = CreatePrompt::new("Founder intro", "680321c8001e2f527d82", "Messages");
    let prompt = client.prompts().create(prompt).await.unwrap();
    let prompt = prompt.id.as_ref().map_or("", |id| id.as_str());
    let agent = client.agents().create(CreateAgent::new()).await.unwrap();
    let campaign = CreateCampaign::new("Founders, spring", &product.id, prompt, &agent.id);
    let campaign = client.campaigns().create(campaign).await.unwrap();
    let before = sandbox.spent();
    let mut lists = Vec::new();
    for batch in plan.batches() {
        let people: Vec<_> =
            batch.iter().map(|lead| ProspectInput::new(lead.name.as_str(), lead.url())).collect();
        let added = client.prospects().add_batch(AddProspectsBatch::new(&campaign.id, people)).await.unwrap();
        lists.extend(added.into_inner().list_id);
    }
    assert_eq!(sandbox.spent() - before, explained.parts[0].credits.min);
    assert_eq!(explained.parts[0].credits.max, Some(3));
    for list in lists {
        client.prospects().wait_for_import(&list).await.unwrap();
    }
    let spent = sandbox.spent() - before;
    let credits = explained.credits;
    assert!(credits.min <= spent && credits.max.is_some_and(|max| spent <= max), "{spent} of {credits}");
}
