//! What is refused whatever it is: unknown records, those of others, keys, limits, credits and subscriptions.

use kakiyo_sandbox::{Profile, Settings};
use serde_json::{Value, json};

use super::fixtures::{self, people, rows};
use super::run::Run;

pub(super) async fn scenario(run: &Run, profile: Profile) {
    unknown(run).await;
    of_others(run).await;
    for (operation, arguments) in [
        ("prospects.search", json!({"qualification": "archived"})),
        ("dnc.add", json!({"url": "not-a-profile"})),
        ("campaigns.create", json!({"name": " ", "productId": "a", "promptId": "b", "agentId": "c"})),
    ] {
        let error = run.call(operation, arguments).await.unwrap_err();
        assert_eq!(error.kind().as_str(), "invalid_request", "{operation}");
    }
    the_team(run, profile).await;
}

/// Calls about single records, where the record is one of these.
fn about(
    campaign: &Value,
    agent: &Value,
    chat: &Value,
    person: &Value,
    list: &Value,
) -> Vec<(&'static str, Value)> {
    let login = json!({"agentId": agent, "login": "a@example.org", "password": "s3cret-7", "country": "FR"});
    vec![
        ("campaigns.stats", json!({"campaignId": campaign})),
        ("campaigns.update", json!({"campaignId": campaign, "name": "Another name"})),
        ("campaigns.delete", json!({"campaignId": campaign})),
        ("campaigns.pause", json!({"campaignId": campaign})),
        ("campaigns.resume", json!({"campaignId": campaign})),
        ("analytics.campaign", json!({"campaignId": campaign})),
        ("agents.get", json!({"agentId": agent})),
        ("agents.update", json!({"agentId": agent, "limits": {"messagesMax": 3}})),
        ("agents.setup", login),
        ("agents.pause", json!({"agentId": agent})),
        ("agents.resume", json!({"agentId": agent})),
        ("agents.delete", json!({"agentId": agent})),
        ("agents.relaunch", json!({"agentId": agent})),
        ("prospects.list", json!({"campaignId": campaign})),
        ("prospects.get", json!({"chatId": chat})),
        ("prospects.set_custom_data", json!({"chatId": chat, "customData": "x"})),
        ("prospects.pause", json!({"chatId": chat})),
        ("prospects.resume", json!({"chatId": chat})),
        ("prospects.qualify", json!({"chatId": chat})),
        ("prospects.delete", json!({"prospectId": person})),
        ("prospects.import_status", json!({"listId": list})),
    ]
}

/// Calls about webhooks, workspaces and prompts, which have ids of their own.
fn about_others(webhook: &Value, workspace: &Value, prompt: &Value) -> Vec<(&'static str, Value)> {
    let client = json!({"workspaceId": workspace, "email": "lena@nordlicht.example"});
    vec![
        ("webhooks.update", json!({"webhookId": webhook, "active": true})),
        ("webhooks.delete", json!({"webhookId": webhook})),
        ("workspaces.delete", json!({"workspaceId": workspace})),
        ("workspaces.invite_client", client.clone()),
        ("workspaces.remove_client", client),
        ("prompts.get", json!({"promptId": prompt})),
        ("prompts.update", json!({"promptId": prompt, "context": "x"})),
    ]
}

async fn unknown(run: &Run) {
    let nobody = json!("unknown");
    let mut calls = about(&nobody, &nobody, &nobody, &nobody, &nobody);
    calls.extend(about_others(&nobody, &nobody, &nobody));
    calls.push(("models.get", json!({"modelId": nobody})));
    calls.push(("dnc.remove", json!({"entryId": nobody})));
    let batch = json!({"campaignId": nobody, "prospects": rows(&["x"])});
    calls.push(("prospects.add_batch", batch));
    for (operation, arguments) in calls {
        let error = run.call(operation, arguments).await.unwrap_err();
        assert_eq!(
            (error.kind().as_str(), error.status()),
            ("not_found", Some(404)),
            "{operation}: {error:?}"
        );
    }
}

async fn of_others(run: &Run) {
    let made = fixtures::campaign(run, "Ours").await;
    let ours = people(run, &made.campaign, &["ours-alone"]).await[0].clone();
    let batch = json!({"campaignId": made.campaign, "prospects": rows(&["ours-too"])});
    let list = run.good("prospects.add_batch", batch.clone()).await["listId"].clone();
    run.seconds(5);
    let webhook = json!({"name": "Ours", "url": "https://hooks.example.org/ours", "events": ["*"]});
    let webhook = run.good("webhooks.create", webhook).await["id"].clone();
    let workspace = run.good("workspaces.create", json!({"name": "Ours"})).await["id"].clone();
    let prompts = run.good("prompts.list", json!({})).await;
    let settings = Settings { prompt_text: Some(true), ..Settings::default() };
    let they = run.caller(run.sandbox.add_team(settings, 1_000).unwrap());
    let theirs = fixtures::campaign(&they, "Theirs").await;

    let mut calls = about(&made.campaign, &made.agent, &ours.chat, &ours.id, &list);
    calls.extend(about_others(&webhook, &workspace, &prompts[0]["id"]));
    calls.push(("workspaces.assign_agent", json!({"workspaceId": workspace, "agentId": theirs.agent})));
    calls.push(("workspaces.unassign_agent", json!({"workspaceId": workspace, "agentId": theirs.agent})));
    calls.push(("prospects.add_batch", batch));
    let url = "https://www.linkedin.com/in/x";
    calls.push(("prospects.add", json!({"campaignId": made.campaign, "name": "X", "url": url})));
    let shared = json!({"campaignIds": [made.campaign, theirs.campaign], "prospects": rows(&["x"])});
    calls.push(("prospects.add_round_robin", shared));
    let search = "https://www.linkedin.com/sales/search/people?query=x";
    let search = json!({"campaignId": made.campaign, "searchUrl": search});
    calls.push(("prospects.import_sales_navigator", search));
    for (operation, arguments) in calls {
        let error = they.call(operation, arguments).await.unwrap_err();
        assert_eq!(
            (error.kind().as_str(), error.status()),
            ("permission", Some(403)),
            "{operation}: {error:?}"
        );
    }
    // Among many, each has its own result.
    let gone = they.good("prospects.delete_many", json!({"prospectIds": [ours.id]})).await;
    assert_eq!(gone["results"][0]["error"], "forbidden");
}

/// Key, limits, credits and subscription. After it nothing is answered any more.
async fn the_team(run: &Run, profile: Profile) {
    let error = run.stranger(&"x".repeat(40)).call("verify", json!({})).await.unwrap_err();
    assert_eq!((error.kind().as_str(), error.status()), ("auth", Some(401)));
    let counters = run.sandbox.state(&run.team).unwrap().counters;
    let paid = if profile == Profile::Seed { counters.calls + 4 } else { 0 };
    assert_eq!(counters.spent, paid, "a credit a call, and two for each of two deliveries");

    run.set(json!({"unlimited": false, "limits": {"verify": 1, "dnc.add_batch": 0}}));
    run.seconds(120);
    run.good("verify", json!({})).await;
    let batch = json!({"entries": [{"url": "in/a"}]});
    for (operation, arguments) in [("verify", json!({})), ("dnc.add_batch", batch)] {
        let error = run.refused(operation, arguments, 429, Some("rate_limit_exceeded")).await;
        assert_eq!(error.kind().as_str(), "rate_limited");
    }
    run.control("credits", json!({"set": 0}));
    let broke = run.call("prompts.list", json!({})).await;
    match profile {
        Profile::Seed => assert_eq!(broke.unwrap_err().kind().as_str(), "out_of_credits"),
        Profile::Tiered => _ = broke.unwrap(),
    }
    run.resume().await;
    run.set(json!({"subscriptionActive": false}));
    run.refused("prompts.list", json!({}), 403, Some("subscription_inactive")).await;
}
