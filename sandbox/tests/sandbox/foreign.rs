//! Somebody else's calls on the same team.

use std::time::{Duration, Instant};

use kakiyo_sandbox::{ForeignCounters, ForeignTraffic, Sandbox};
use serde_json::{Value, json};

use crate::client::{Client, still};
use crate::kaiko;

fn set(sandbox: &Sandbox, settings: Value) -> Value {
    sandbox.control("POST", "/_sandbox/settings", settings).unwrap()
}

fn foreign(sandbox: &Sandbox) -> ForeignCounters {
    sandbox.counters().foreign
}

fn traffic(name: &str, calls: u32, burst: u32) -> ForeignTraffic {
    let mut traffic = ForeignTraffic::default();
    traffic.calls.insert(name.to_owned(), calls);
    traffic.burst = burst;
    traffic
}

#[test]
fn calls_of_others_use_up_the_window_and_the_credits() {
    let sandbox =
        Sandbox::builder().virtual_clock().credits(100).limit("verify", Some(5)).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let body = json!({"operation": "verify", "calls": 3});
    let counted = sandbox.control("POST", "/_sandbox/foreign", body.clone()).unwrap();
    assert_eq!(counted, json!({"calls": 3, "rejections": 0, "outOfCredits": 0, "spent": 3, "credits": 97}));
    assert_eq!((client.get("/verify").status, client.get("/verify").status), (200, 200));
    assert_eq!(client.get("/verify").status, 429);
    let counted = sandbox.control("POST", "/_sandbox/foreign", body).unwrap();
    assert_eq!(counted["rejections"], 3);
    // Own numbers are own.
    let counters = sandbox.counters();
    assert_eq!((counters.calls, counters.rejections, counters.spent), (2, 1, 2));
    let operation = &counters.operations["verify"];
    assert_eq!((operation.calls, operation.rejections), (2, 1));
    assert_eq!((counters.foreign.calls, counters.foreign.rejections, counters.foreign.spent), (3, 3, 3));
    assert_eq!(counters.foreign.names["verify"], 3);
    assert_eq!(sandbox.state(sandbox.team()).unwrap().credits, 95);
    assert_eq!(sandbox.requests(sandbox.team()).unwrap().len(), 3);
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(client.get("/verify").status, 200);
}

#[test]
fn others_can_empty_the_purse() {
    let sandbox = Sandbox::builder().virtual_clock().credits(4).start_blocking().unwrap();
    let client = Client::new(&sandbox);
    let agent = client.agent();
    sandbox.control("POST", &format!("/_sandbox/agents/{agent}"), json!({"status": "running"})).unwrap();
    sandbox.foreign_calls(sandbox.team(), "verify", 5).unwrap();
    let counted = foreign(&sandbox);
    assert_eq!((counted.calls, counted.out_of_credits, counted.spent), (3, 2, 3));
    assert_eq!(client.get("/verify").refusal(), (402, "insufficient_credits".to_owned()));
    assert_eq!(sandbox.state(sandbox.team()).unwrap().agents[0].status, "paused");
    assert_eq!((sandbox.spent(), sandbox.counters().out_of_credits), (1, 1));
    // Without prices nothing is taken, and the window still fills.
    set(&sandbox, json!({"metered": false, "limits": {"verify": 3}}));
    sandbox.advance(Duration::from_secs(60));
    sandbox.foreign_calls(sandbox.team(), "verify", 2).unwrap();
    assert_eq!((client.get("/verify").status, client.get("/verify").status), (200, 429));
    // Nobody calls on a lapsed subscription.
    set(&sandbox, json!({"subscriptionActive": false}));
    sandbox.foreign_calls(sandbox.team(), "verify", 2).unwrap();
    assert_eq!(foreign(&sandbox).calls, 5);
}

#[test]
fn even_traffic_leaves_the_rest_of_the_minute() {
    let start = |seed| {
        let traffic = ForeignTraffic { seed, ..traffic("verify", 30, 1) };
        let sandbox = Sandbox::builder().virtual_clock().foreign(traffic).start_blocking().unwrap();
        sandbox.advance(Duration::from_secs(60));
        sandbox
    };
    let sandbox = start(7);
    assert_eq!(foreign(&sandbox).calls, 30);
    let client = Client::new(&sandbox);
    let own = (0..60).filter(|_| client.get("/verify").status == 200).count();
    assert_eq!((own, foreign(&sandbox).calls), (30, 30));
    // The same seed calls at the same moments, another one at others.
    let moments = |seed| {
        let sandbox = start(seed);
        let counts = (0..600).map(|_| {
            sandbox.advance(Duration::from_millis(100));
            foreign(&sandbox).calls
        });
        counts.collect::<Vec<u64>>()
    };
    assert_eq!(moments(7), moments(7));
    assert_ne!(moments(7), moments(8));
    // One in two seconds, so three seconds bring one to three.
    for three in moments(7).chunks(30) {
        assert!((0..=3).contains(&(three[29] - three[0])), "{three:?}");
    }
}

#[test]
fn bursts_come_all_at_once() {
    let builder = Sandbox::builder().virtual_clock().foreign(traffic("verify", 40, 20));
    let sandbox = builder.limit("verify", None).start_blocking().unwrap();
    let mut last = 0;
    for _ in 0..300 {
        sandbox.advance(Duration::from_secs(1));
        let calls = foreign(&sandbox).calls;
        assert!(calls == last || calls == last + 20, "{last} {calls}");
        last = calls;
    }
    assert_eq!(last, 200);
}

#[test]
fn traffic_is_steered_by_settings() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    sandbox.advance(Duration::from_secs(600));
    let shown =
        set(&sandbox, json!({"profile": "tiered", "foreign": {"calls": {"tier.low": 15, "tier.high": 6}}}));
    assert_eq!(shown["foreign"], json!({"calls": {"tier.high": 6, "tier.low": 15}, "burst": 1, "seed": 0}));
    assert_eq!(foreign(&sandbox).calls, 0);
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(foreign(&sandbox).names, [("tier.high".to_owned(), 6), ("tier.low".to_owned(), 15)].into());
    // All calls of the tier are used up.
    assert_eq!(client.post("/prompts", &json!({})).status, 429);
    assert_eq!(client.get("/verify").status, 200);
    // What is not named stays; an operation with a limit of its own counts there.
    set(&sandbox, json!({"limits": {"prompts.list": 10}, "foreign": {"burst": 10}}));
    set(&sandbox, json!({"foreign": {"calls": {"prompts.list": 10}}}));
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(foreign(&sandbox).names["prompts.list"], 10);
    assert_eq!(client.get("/prompts").status, 429);
    // No call draws on the bucket of a tier under this profile.
    set(&sandbox, json!({"profile": "seed", "foreign": {"calls": {"tier.low": 10}}}));
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(foreign(&sandbox).calls, 31);
    set(&sandbox, json!({"foreign": {"calls": {}}}));
    sandbox.advance(Duration::from_secs(600));
    assert_eq!(foreign(&sandbox).calls, 31);
    sandbox.reset();
    assert_eq!(foreign(&sandbox), ForeignCounters::default());
}

#[test]
fn a_kaiko_key_has_other_users_too() {
    let sandbox = kaiko::contract();
    let key = sandbox.kaiko_api_key();
    let client = kaiko::Client::new(&sandbox);
    client.set(json!({"limits": {"key": 10}, "foreign": {"calls": {"key": 6}}}));
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(client.analyze("x").header("x-ratelimit-remaining"), Some("3"));
    sandbox.foreign_calls(key, "emotions.analyze", 2).unwrap();
    assert_eq!(client.analyze("x").header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(client.analyze("x").status, 429);
    let counters = sandbox.kaiko_state(key).unwrap().counters;
    assert_eq!((counters.calls, counters.foreign.calls, counters.foreign.spent), (2, 8, 0));
    // Where calls cost credits writing ones do.
    client.set(json!({"sides": {"credits": "observed"}, "limits": {"key": null}, "foreign": {"calls": {}}}));
    sandbox.foreign_calls(key, "emotions.analyze", 3).unwrap();
    sandbox.foreign_calls(key, "emotions.state", 3).unwrap();
    let state = sandbox.kaiko_state(key).unwrap();
    assert_eq!((state.credits, state.counters.foreign.spent), (9_997, 3));
}

#[test]
fn months_of_traffic_are_drawn_at_once() {
    let builder = Sandbox::builder().virtual_clock().credits(u64::MAX).foreign(traffic("verify", 14, 1));
    let sandbox = builder.start_blocking().unwrap();
    let began = Instant::now();
    sandbox.advance(Duration::from_secs(30 * 86_400));
    let month = foreign(&sandbox);
    let expected = 14 * 60 * 24 * 30;
    assert!((expected - 1..=expected + 1).contains(&month.calls), "{month:?}");
    assert_eq!(month.rejections, 0);
    for _ in 0..100 {
        sandbox.control("POST", "/_sandbox/advance", json!({"seconds": 1e10})).unwrap();
    }
    set(&sandbox, json!({"foreign": {"calls": {"verify": 10_000}}}));
    sandbox.advance(Duration::from_secs(86_400));
    let flood = foreign(&sandbox);
    assert_eq!(flood.rejections, (10_000 - 60) * 60 * 24);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn traffic_goes_on_from_a_snapshot() {
    let builder =
        Sandbox::builder().virtual_clock().foreign(ForeignTraffic { seed: 3, ..traffic("verify", 50, 5) });
    let sandbox = builder.start_blocking().unwrap();
    sandbox.advance(Duration::from_secs(17));
    let snapshot = sandbox.snapshot().unwrap();
    sandbox.advance(Duration::from_secs(100));
    let fresh = still();
    fresh.load(snapshot).unwrap();
    fresh.advance(Duration::from_secs(100));
    assert!(foreign(&fresh).calls > 50);
    assert_eq!(foreign(&fresh), foreign(&sandbox));
    let wait = |sandbox: &Sandbox| {
        let client = Client::new(sandbox);
        let refused = (0..60).map(|_| client.get("/verify")).find(|reply| reply.status == 429).unwrap();
        (sandbox.calls(), refused.header("retry-after").unwrap().to_owned())
    };
    assert_eq!(wait(&fresh), wait(&sandbox));
}

#[test]
fn what_means_nothing_is_refused() {
    let sandbox = still();
    let team = sandbox.team();
    for body in [
        json!({}),
        json!({"operation": ""}),
        json!({"operation": 3}),
        json!({"operation": "a\nb"}),
        json!({"operation": "key"}),
        json!({"operation": "emotions.analyze"}),
        json!({"operation": "verify", "calls": -1}),
        json!({"operation": "verify", "calls": 1e12}),
        json!({"operation": "verify", "calls": 10_001}),
        json!({"operation": "verify", "call": 1}),
    ] {
        let refused = sandbox.control("POST", "/_sandbox/foreign", body.clone()).unwrap_err();
        assert_eq!(refused.status, 400, "{body}");
    }
    assert_eq!(sandbox.foreign_calls("nobody", "verify", 1).unwrap_err().status, 404);
    assert_eq!(sandbox.foreign_calls(team, "tier.low", 1), Ok(()));
    for foreign in [
        json!({"calls": {"nothing": 1}}),
        json!({"calls": {"verify": 10_001}}),
        json!({"calls": {"verify": -1}}),
        json!({"calls": null}),
        json!({"burst": 1_001}),
        json!({"bursts": 1}),
    ] {
        let refused = sandbox.control("POST", "/_sandbox/settings", json!({"foreign": foreign}));
        assert_eq!(refused.unwrap_err().status, 400, "{foreign}");
    }
    assert!(Sandbox::builder().foreign(traffic("nothing", 1, 1)).start_blocking().is_err());
    assert!(Sandbox::builder().foreign(traffic("verify", 1, 0)).start_blocking().is_err());
}
