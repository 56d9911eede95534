//! The settings of agents: merged member by member, checked before anything is saved.

use serde_json::{Value, json};

use crate::agents::{SECRET, running, set, update};
use crate::client::{Client, still};

#[test]
fn settings_are_merged_member_by_member() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let agent = running(&sandbox, &client);
    let kept = || sandbox.control("GET", &format!("/_sandbox/agents/{agent}"), Value::Null).unwrap();
    let reply = update(&client, &agent, &json!({"limits": {"invitationsMin": 10, "invitationsMax": 18}}));
    assert_eq!(reply.json(), json!({"id": agent, "message": "Agent settings updated successfully"}));
    let switch = |key: &str, value: bool| json!({"settings": [{"key": key, "value": value}]});
    update(&client, &agent, &switch("skipInNetwork", true));
    update(&client, &agent, &switch("invitationsOnly", true));
    update(&client, &agent, &json!({"workingHours": {"start": "8:30", "days": "1:1:1:1:0:0:1"}}));
    update(&client, &agent, &json!({"limits": {"messagesMax": 30}, "settings": []}));
    let shown = kept();
    let limits = json!({"invitationsMin": 10, "invitationsMax": 18, "messagesMin": 1, "messagesMax": 30});
    assert_eq!(shown["limits"], limits);
    assert_eq!(shown["settings"], json!({"skipInNetwork": true, "invitationsOnly": true}));
    let hours = json!({"days": "1:1:1:1:0:0:1", "start": "8:30", "stop": "17:00", "timezone": 0});
    assert_eq!(client.get(&format!("/agents/{agent}")).json()["usage"]["workingHours"], hours);
    // A running agent is rescheduled.
    let usage = client.get(&format!("/agents/{agent}")).json()["usage"].clone();
    assert_eq!(usage["nextInvitation"], "2026-01-01T08:30:00.000Z");
    assert_eq!(usage["nextMessage"], Value::Null);
    // The other reading: what is not named is off.
    set(&sandbox, json!({"replaceAgentSettings": true}));
    update(&client, &agent, &json!({"limits": {"messagesMin": 2}}));
    assert_eq!(kept()["settings"], json!({"skipInNetwork": true, "invitationsOnly": true}));
    update(&client, &agent, &switch("skipInNetwork", true));
    assert_eq!(kept()["settings"], json!({"skipInNetwork": true, "invitationsOnly": false}));
}

#[test]
fn wrong_settings_are_named_and_nothing_is_saved() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let agent = client.agent();
    let fields = |body: Value| update(&client, &agent, &body).fields();
    assert_eq!(fields(json!({})), ["body"]);
    assert_eq!(fields(json!({"nothing": 1})), ["nothing", "body"]);
    assert_eq!(
        fields(json!({"workingHours": null, "limits": [], "settings": {}})),
        ["workingHours", "limits", "settings"]
    );
    let hours = json!({"days": "0:0:0:0:0:0:0", "start": "24:00", "stop": 5, "end": "18:00"});
    assert_eq!(
        fields(json!({"workingHours": hours})),
        ["workingHours.end", "workingHours.days", "workingHours.start", "workingHours.stop"]
    );
    for days in ["", "1:1:1:1:1:0", "1:1:1:1:1:0:2", "monday", "1:1:1:1:1:0:0\n"] {
        assert_eq!(fields(json!({"workingHours": {"days": days}})), ["workingHours.days"], "{days}");
    }
    let limits = json!({
        "invitationsMin": 0, "invitationsMax": 1, "messagesMin": 501, "messagesMax": 1e300, "other": 1,
    });
    assert_eq!(
        fields(json!({"limits": limits}))[..3],
        ["limits.other", "limits.invitationsMin", "limits.invitationsMax"]
    );
    assert_eq!(fields(json!({"limits": {"messagesMax": 2.5}})), ["limits.messagesMax"]);
    let settings = json!([1, {}, {"key": "fly", "value": true}, {"key": "skipInNetwork", "value": "yes"}]);
    assert_eq!(
        fields(json!({"settings": settings})),
        ["settings[0]", "settings[1].key", "settings[1].value", "settings[2].key", "settings[3].value"]
    );
    // The most that is kept counts, too: 20.
    let high = json!({"limits": {"invitationsMin": 21}, "workingHours": {"start": "10:00"}});
    assert_eq!(fields(high.clone()), ["limits.invitationsMin"]);
    let hours = client.get(&format!("/agents/{agent}")).json()["usage"]["workingHours"].clone();
    assert_eq!(hours["start"], "09:00");
    set(&sandbox, json!({"profile": "tiered"}));
    assert_eq!(update(&client, &agent, &high).status, 200);
    set(&sandbox, json!({"minAboveMax": false}));
    assert_eq!(
        fields(json!({"limits": {"messagesMin": 51}})),
        ["limits.invitationsMin", "limits.messagesMin"]
    );
}

#[test]
fn both_forms_of_working_hours_can_be_given_at_creation() {
    let sandbox = still();
    let client = Client::new(&sandbox);
    let body = |hours: Value| json!({"workingHours": hours, "limits": {"dailyConnections": 7}});
    for (hours, days, stop) in [
        (json!({"days": ["sunday", "monday"], "end": "12:00"}), "1:0:0:0:0:0:1", "12:00"),
        (json!({"days": "0:1:0:0:0:0:0", "stop": "13:00"}), "0:1:0:0:0:0:0", "13:00"),
        (json!({"password": SECRET}), "1:1:1:1:1:0:0", "17:00"),
    ] {
        let reply = client.post("/agents", &body(hours));
        assert!(!String::from_utf8_lossy(&reply.body).contains(SECRET));
        let id = reply.json()["agent"]["id"].as_str().unwrap().to_owned();
        let shown = client.get(&format!("/agents/{id}")).json();
        assert_eq!(shown["status"], "setup_pending");
        assert_eq!(shown["usage"]["workingHours"]["days"], days);
        assert_eq!(shown["usage"]["workingHours"]["stop"], stop);
    }
    set(&sandbox, json!({"profile": "tiered"}));
    let id = client.get("/agents").json()[0]["id"].as_str().unwrap().to_owned();
    // What is done in a day in one profile is the most that may be done in the other.
    let usage = client.get(&format!("/agents/{id}")).json()["usage"].clone();
    assert_eq!((&usage["invitationsDaily"], &usage["messagesDaily"]), (&json!(7), &json!(50)));
}
