//! Figures: what the team, its campaigns, their lists and the sandbox's own records say has to be the same.

use serde_json::{Value, json};

use super::fixtures::{self, people};
use super::run::{Run, only, sum, total};

const DAY: u64 = 86_400;

pub(super) async fn scenario(run: &Run) {
    let made = fixtures::campaign(run, "Counted").await;
    let everyone = people(run, &made.campaign, &["sum-a", "sum-b", "sum-c", "sum-d"]).await;
    let chat = |place: usize, change: Value| {
        run.control(&format!("chats/{}", everyone[place].chat.as_str().unwrap()), change)
    };
    chat(0, json!({"messageSent": true}));
    run.seconds(DAY);
    chat(0, json!({"messageSent": true, "replied": true}));
    chat(1, json!({"messageSent": true}));
    chat(2, json!({"status": 6, "qualification": "unqualified"}));
    run.good("prospects.qualify", only("chatId", &everyone[0].chat)).await;
    let id = only("campaignId", &made.campaign);
    let figures = run.good("analytics.campaign", id.clone()).await;
    one_campaign(run, &figures, &id).await;
    assert_eq!(figures["campaign"]["agent"], made.agent);
    assert_eq!(
        (&figures["metrics"]["totalProspects"], &figures["metrics"]["totalAnswers"]),
        (&json!(4), &json!(1))
    );
    assert_eq!(figures["metrics"]["responseRate"], 25.0, "{figures}");
    let products = run.good("products.list", json!({})).await;
    let product = products.as_array().unwrap().iter().find(|product| product["id"] == made.product).unwrap();
    assert_eq!(figures["campaign"]["product"], product["name"]);
    let report = run.good("campaigns.stats", id.clone()).await;
    for form in ["text", "number", "documented"] {
        run.set(json!({"rateForm": form}));
        assert_eq!(run.good("analytics.campaign", id.clone()).await, figures, "rates as {form}");
        assert_eq!(run.good("campaigns.stats", id.clone()).await, report, "rates as {form}");
    }
    team(run).await;
}

/// The figures of a campaign against those of its statistics, and among themselves.
async fn one_campaign(run: &Run, figures: &Value, id: &Value) {
    let report = run.good("campaigns.stats", id.clone()).await;
    let (metrics, stats) = (&figures["metrics"], &report["stats"]);
    for (analytics, stat) in [
        ("totalProspects", "prospects"),
        ("totalMessages", "messages"),
        ("totalQualified", "qualified"),
        ("totalAnswers", "prospectsAnswers"),
        ("totalClosed", "closed"),
        ("conversionRate", "conversionRate"),
        ("responseRate", "responseRate"),
    ] {
        assert!(metrics[analytics].is_number(), "{analytics}: {metrics}");
        assert_eq!(metrics[analytics], stats[stat], "{analytics}");
    }
    assert_eq!(total(&figures["statusDistribution"]), metrics["totalProspects"]);
    assert_eq!(total(&figures["qualificationBreakdown"]), metrics["totalProspects"]);
    // All of it happened within a week.
    let activity = &figures["activity"];
    for (day, metric) in
        [("messages", "totalMessages"), ("responses", "totalAnswers"), ("qualified", "totalQualified")]
    {
        assert_eq!(sum(&activity["dailyBreakdown"], day), activity["last7Days"][day], "{day}");
        assert_eq!(activity["last7Days"][day], metrics[metric], "{day}");
    }
    let chats = run.walk("prospects.list", id.clone(), 100).await;
    assert_eq!(metrics["totalProspects"], chats.len());
    let qualified = chats.iter().filter(|chat| chat["qualification"] == "qualified").count();
    assert_eq!(metrics["totalQualified"], qualified);
}

/// The team is the sum of its campaigns, and of what the sandbox keeps.
async fn team(run: &Run) {
    let overview = run.good("analytics.overview", json!({})).await;
    let (summary, lines) = (&overview["summary"], &overview["campaigns"]);
    let campaigns = run.walk("campaigns.list", json!({}), 100).await;
    let state = run.sandbox.state(&run.team).unwrap();
    assert_eq!(
        (summary["totalCampaigns"].clone(), campaigns.len()),
        (json!(state.records.campaigns), state.records.campaigns)
    );
    assert_eq!(summary["totalAgents"], state.records.agents);
    let running = state.agents.iter().filter(|agent| agent.status == "running").count();
    assert_eq!(summary["activeAgents"], running);
    // A person counts once in each campaign.
    assert_eq!(summary["totalProspects"], state.records.chats);
    for (name, total) in [
        ("prospects", "totalProspects"),
        ("messages", "totalMessages"),
        ("qualified", "totalQualified"),
        ("answers", "totalAnswers"),
    ] {
        assert_eq!(sum(lines, name), summary[total], "{name}");
    }
    for campaign in &campaigns {
        let line = lines.as_array().unwrap().iter().find(|line| line["id"] == campaign["id"]).unwrap();
        assert_eq!((&line["name"], &line["status"]), (&campaign["name"], &campaign["status"]));
        assert_eq!(
            (&line["prospects"], &line["messages"]),
            (&campaign["stats"]["prospects"], &campaign["stats"]["messages"])
        );
    }
    let active = campaigns.iter().filter(|campaign| campaign["status"] == "active").count();
    assert_eq!(summary["activeCampaigns"], active);
}
