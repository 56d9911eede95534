//! Credits that come back: by hand, at zero, or by the calendar.

use std::time::Duration;

use kakiyo_sandbox::{ForeignTraffic, KaikoProfile, KaikoSettings, Sandbox, TopUp};
use serde_json::json;

use crate::client::{Client, still};
use crate::kaiko;

/// A sandbox with one running agent and so many credits.
fn with_agent(credits: u64) -> (Sandbox, String) {
    let sandbox = Sandbox::builder().virtual_clock().credits(credits + 1).start_blocking().unwrap();
    let agent = Client::new(&sandbox).agent();
    sandbox.control("POST", &format!("/_sandbox/agents/{agent}"), json!({"status": "running"})).unwrap();
    (sandbox, agent)
}

fn agent_of(sandbox: &Sandbox) -> String {
    sandbox.state(sandbox.team()).unwrap().agents[0].status.clone()
}

fn credits(sandbox: &Sandbox) -> u64 {
    sandbox.state(sandbox.team()).unwrap().credits
}

#[test]
fn agents_stay_paused_after_credits_came_by_hand() {
    let (sandbox, agent) = with_agent(1);
    let client = Client::new(&sandbox);
    assert_eq!(client.get("/verify").status, 200);
    assert_eq!((client.get("/verify").status, agent_of(&sandbox)), (402, "paused".to_owned()));
    let answer = sandbox.control("POST", "/_sandbox/credits", json!({"add": 10})).unwrap();
    assert_eq!(answer, json!({"credits": 10}));
    assert_eq!((client.get("/verify").status, agent_of(&sandbox)), (200, "paused".to_owned()));
    assert_eq!(client.post(&format!("/agents/{agent}/resume"), &json!({})).status, 200);
    assert_eq!(agent_of(&sandbox), "running");
    // What was added by hand is not by the rule.
    assert_eq!(sandbox.counters().topped_up, 0);
    // Only what the lack of credits has paused runs again, and only by the switch.
    sandbox.control("POST", "/_sandbox/settings", json!({"resumeOnTopUp": true})).unwrap();
    sandbox.set_credits(sandbox.team(), 0).unwrap();
    assert_eq!(agent_of(&sandbox), "paused");
    sandbox.control("POST", "/_sandbox/credits", json!({"add": 10})).unwrap();
    assert_eq!(agent_of(&sandbox), "running");
}

#[test]
fn a_top_up_at_zero_is_never_noticed() {
    let (sandbox, _) = with_agent(2);
    let client = Client::new(&sandbox);
    let shown = sandbox.control("POST", "/_sandbox/settings", json!({"topUp": {"credits": 3}})).unwrap();
    assert_eq!(shown["topUp"], json!({"credits": 3, "every": null, "delay": 0.0}));
    for left in [1, 3, 2, 1, 3] {
        assert_eq!(client.get("/verify").status, 200);
        assert_eq!((credits(&sandbox), agent_of(&sandbox)), (left, "running".to_owned()));
    }
    let counters = sandbox.counters();
    assert_eq!((counters.topped_up, counters.out_of_credits, counters.spent), (6, 0, 6));
    sandbox.set_credits(sandbox.team(), 0).unwrap();
    assert_eq!(credits(&sandbox), 3);
    // A rule that comes at zero begins at once, and none is the end of it.
    sandbox.control("POST", "/_sandbox/settings", json!({"topUp": null})).unwrap();
    sandbox.set_credits(sandbox.team(), 0).unwrap();
    assert_eq!(credits(&sandbox), 0);
    sandbox.control("POST", "/_sandbox/settings", json!({"topUp": {"credits": 8}})).unwrap();
    assert_eq!(credits(&sandbox), 8);
}

#[test]
fn a_late_top_up_leaves_a_time_without_credits() {
    let (sandbox, _) = with_agent(1);
    let client = Client::new(&sandbox);
    let rule = json!({"topUp": {"credits": 5, "delay": 90}});
    sandbox.control("POST", "/_sandbox/settings", rule).unwrap();
    assert_eq!(client.get("/verify").status, 200);
    sandbox.advance(Duration::from_millis(89_999));
    assert_eq!((client.get("/verify").status, agent_of(&sandbox)), (402, "paused".to_owned()));
    sandbox.advance(Duration::from_millis(1));
    assert_eq!((client.get("/verify").status, agent_of(&sandbox)), (200, "paused".to_owned()));
    assert_eq!((credits(&sandbox), sandbox.counters().topped_up), (4, 5));
    // Whoever is faster makes it needless.
    sandbox.set_credits(sandbox.team(), 0).unwrap();
    sandbox.set_credits(sandbox.team(), 2).unwrap();
    sandbox.advance(Duration::from_secs(100));
    assert_eq!((credits(&sandbox), sandbox.counters().topped_up), (2, 5));
    sandbox.control("POST", "/_sandbox/settings", json!({"resumeOnTopUp": true})).unwrap();
    sandbox.set_credits(sandbox.team(), 0).unwrap();
    sandbox.advance(Duration::from_secs(90));
    assert_eq!(credits(&sandbox), 5);
    assert_eq!(agent_of(&sandbox), "running");
}

#[test]
fn credits_come_by_the_calendar() {
    let month = Duration::from_secs(30 * 86_400);
    let builder = Sandbox::builder().virtual_clock().credits(10).top_up(TopUp::every(1_000, month));
    let sandbox = builder.start_blocking().unwrap();
    sandbox.advance(month - Duration::from_micros(1));
    assert_eq!(credits(&sandbox), 10);
    sandbox.advance(Duration::from_micros(1));
    assert_eq!(credits(&sandbox), 1_010);
    sandbox.advance(month * 3);
    assert_eq!((credits(&sandbox), sandbox.counters().topped_up), (4_010, 4_000));
    let snapshot = sandbox.snapshot().unwrap();
    let fresh = still();
    fresh.load(snapshot).unwrap();
    fresh.advance(month);
    assert_eq!(credits(&fresh), 5_010);
    fresh.control("POST", "/_sandbox/settings", json!({"topUp": {"credits": 1, "every": 1}})).unwrap();
    fresh.control("POST", "/_sandbox/advance", json!({"seconds": 1e10})).unwrap();
    assert_eq!(credits(&fresh), 5_010 + 10_000_000_000);
    // After a reset the time counts from then.
    sandbox.advance(month / 2);
    sandbox.reset();
    sandbox.advance(month / 2);
    assert_eq!(credits(&sandbox), 10);
    sandbox.advance(month / 2);
    assert_eq!(credits(&sandbox), 1_010);
}

#[test]
fn top_ups_and_the_calls_of_others_come_in_the_order_of_time() {
    let mut traffic = ForeignTraffic::default();
    traffic.calls.insert("verify".to_owned(), 60);
    let builder = Sandbox::builder().virtual_clock().credits(100).limit("verify", None).foreign(traffic);
    let sandbox = builder.top_up(TopUp::every(20, Duration::from_secs(60))).start_blocking().unwrap();
    // All at once: 40 of 60 credits of each minute are missing, and the last top-up comes at the very end.
    sandbox.advance(Duration::from_secs(600));
    let counters = sandbox.counters();
    let foreign = &counters.foreign;
    assert_eq!((counters.topped_up, foreign.calls + foreign.out_of_credits), (200, 600));
    assert_eq!(foreign.spent + credits(&sandbox), 300);
    assert!((279..=281).contains(&foreign.spent), "{foreign:?}");
    // As far back as only sums are drawn.
    sandbox.advance(Duration::from_secs(60 * 10_000));
    let later = sandbox.counters();
    assert_eq!(later.topped_up, 200_200);
    assert!((200_260..=200_300).contains(&later.foreign.spent), "{:?}", later.foreign);
}

#[test]
fn a_top_up_at_zero_feeds_the_calls_of_others() {
    let mut traffic = ForeignTraffic::default();
    traffic.calls.insert("verify".to_owned(), 60);
    let builder =
        Sandbox::builder().virtual_clock().credits(5).foreign(traffic).top_up(TopUp::at_zero(1_000));
    let sandbox = builder.start_blocking().unwrap();
    sandbox.advance(Duration::from_secs(60 * 10_000));
    let counters = sandbox.counters();
    assert_eq!((counters.foreign.out_of_credits, counters.out_of_credits), (0, 0));
    assert_eq!(counters.foreign.spent + credits(&sandbox), 5 + counters.topped_up);
    assert!(counters.foreign.calls > 590_000, "{:?}", counters.foreign);
}

#[test]
fn kaiko_keys_are_topped_up_where_calls_cost_credits() {
    let settings = KaikoSettings {
        profile: KaikoProfile::Observed,
        top_up: Some(TopUp::at_zero(2)),
        ..KaikoSettings::default()
    };
    let sandbox = kaiko::sandbox(settings);
    let client = kaiko::Client::new(&sandbox);
    let key = sandbox.kaiko_api_key();
    sandbox.control("POST", "/_sandbox/credits", json!({"team": key, "set": 1})).unwrap();
    for left in [2, 1, 2] {
        assert_eq!(client.analyze("x").status, 200);
        assert_eq!(sandbox.kaiko_state(key).unwrap().credits, left);
    }
    let refused = sandbox
        .set_kaiko_settings(key, KaikoSettings { top_up: Some(TopUp::at_zero(0)), ..Default::default() });
    assert_eq!(refused.unwrap_err().status, 400);
}

#[test]
fn rules_that_cannot_be_are_refused() {
    let sandbox = still();
    for rule in [
        json!({}),
        json!({"credits": 0}),
        json!({"credits": -1}),
        json!({"credits": "many"}),
        json!({"credits": 1, "every": 0}),
        json!({"credits": 1, "every": 1e300}),
        json!({"credits": 1, "delay": -1}),
        json!({"credits": 1, "every": 60, "delay": 1}),
        json!({"credits": 1, "days": 1}),
        json!([]),
    ] {
        let refused = sandbox.control("POST", "/_sandbox/settings", json!({"topUp": rule})).unwrap_err();
        assert_eq!(refused.status, 400, "{rule}");
    }
    assert!(Sandbox::builder().top_up(TopUp::at_zero(0)).start_blocking().is_err());
}
