//! The Do Not Contact list.

use serde_json::{Value, json};

use super::run::Run;

pub(super) async fn scenario(run: &Run) {
    let entries =
        json!({"entries": [{"url": "in/blocked"}, {"url": "in/blocked"}, {"url": "not-a-profile"}]});
    run.good("dnc.add_batch", entries).await;
    let url = json!({"url": "www.linkedin.com/in/Amelie-Fournier/"});
    let free = run.good("dnc.check", url.clone()).await;
    assert_eq!((&free["onList"], &free["entry"]), (&json!(false), &Value::Null));
    let added = run.good("dnc.add", url.clone()).await;
    let blocked = run.good("dnc.check", url.clone()).await;
    assert_eq!((&blocked["onList"], &blocked["entry"]["id"]), (&json!(true), &added["id"]));
    let again = run.refused("dnc.add", url.clone(), 409, Some("dnc_entry_exists")).await;
    assert_eq!(again.kind().as_str(), "conflict");
    let listed = run.walk("dnc.list", json!({}), 1).await;
    assert_eq!((listed.len(), &listed[0]), (2, &blocked["entry"]));
    run.good("dnc.remove", json!({"entryId": added["id"]})).await;
    assert_eq!(run.good("dnc.check", url).await["onList"], false);
}
