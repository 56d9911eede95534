//! Whatever a server answers, a call ends with a value or an error and never with a panic.
#![cfg(test)]

use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use kakiyo::transport::{Failure, Incoming, Outgoing, Transport};
use kakiyo::{CallOptions, ErrorKind, Kakiyo, Limits, registry};
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Debug)]
struct Fixed {
    status: u16,
    headers: http::HeaderMap,
    body: Bytes,
}

impl Transport for Fixed {
    fn send(&self, _: Outgoing) -> BoxFuture<'_, Result<Incoming, Failure>> {
        let answer = Incoming { status: self.status, headers: self.headers.clone(), body: self.body.clone() };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

/// Arguments that each operation accepts.
fn arguments(operation: &str) -> Value {
    match operation {
        "products.create" => json!({"name": "Name", "description": "A description."}),
        "prompts.create" => json!({"name": "Name", "model": "m", "type": "Messages"}),
        "campaigns.create" => json!({"name": "Name", "productId": "p", "promptId": "p", "agentId": "a"}),
        "prompts.get" => json!({"promptId": "p"}),
        "prompts.update" => json!({"promptId": "p", "context": "x"}),
        "campaigns.update" => json!({"campaignId": "c", "name": "Name"}),
        "campaigns.stats" | "campaigns.delete" | "campaigns.pause" | "campaigns.resume"
        | "prospects.list" => {
            json!({"campaignId": "c"})
        }
        "prospects.get" | "prospects.pause" | "prospects.resume" | "prospects.qualify" => {
            json!({"chatId": "c"})
        }
        "prospects.set_custom_data" => json!({"chatId": "c", "customData": "x"}),
        "prospects.import_status" => json!({"listId": "l"}),
        "prospects.add_batch" => json!({"campaignId": "c", "prospects": [{"name": "A", "url": "u"}]}),
        "dnc.add_batch" => json!({"entries": [{"url": "u"}]}),
        "dnc.check" | "dnc.add" => json!({"url": "u"}),
        "dnc.remove" => json!({"entryId": "e"}),
        "models.get" => json!({"modelId": "m"}),
        _ => json!({}),
    }
}

/// JSON of any shape, with the names that the models know among its members.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("12.00%")),
    ];
    let names = [
        "id",
        "data",
        "prospects",
        "campaigns",
        "prompts",
        "agent",
        "stats",
        "report",
        "details",
        "prospect",
        "status",
        "pagination",
        "hasMore",
        "total",
        "processed",
        "conversionRate",
        "error",
        "message",
        "location",
        "next_cursor",
        "lastMessage",
        "chatCreated",
        "createdAt",
        "isPaused",
        "paused",
        "$id",
        "entries",
        "entry",
        "onList",
        "models",
        "pricing",
        "deletionSummary",
        "deletedItems",
        "messages",
        "followUps",
        "guidelines",
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(prop::sample::select(names.to_vec()), inner, 0..8).prop_map(
                |members| {
                    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
                }
            ),
        ]
    })
}

fn any_body() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        8 => any_json().prop_map(|json| Bytes::from(json.to_string())),
        1 => any_json().prop_flat_map(|json| {
            let text = json.to_string();
            let length = text.len();
            (Just(text), 0..=length).prop_map(|(text, cut)| Bytes::from(text.into_bytes()[..cut].to_vec()))
        }),
        1 => prop::collection::vec(any::<u8>(), 0..64).prop_map(Bytes::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_makes_a_call_panic(
        body in any_body(),
        status in prop_oneof![4 => 200_u16..=202, 1 => 300_u16..600],
        more in prop::option::of("\\PC{0,6}"),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut headers = http::HeaderMap::new();
        if let Some(value) = more.and_then(|text| http::HeaderValue::from_str(&text).ok()) {
            headers.insert("x-has-more", value.clone());
            headers.insert("retry-after", value);
        }
        let kakiyo = Kakiyo::builder()
            .api_key("k".repeat(40))
            .base_url("http://127.0.0.1:9/v1")
            .limits(Limits::unlimited())
            .max_retries(0)
            .transport(Arc::new(Fixed { status, headers, body }))
            .build()
            .unwrap();
        for entry in registry::entries() {
            let call = entry.invoke(kakiyo.clone(), arguments(entry.spec.id).to_string().as_bytes(), CallOptions::new());
            match runtime.block_on(call.unwrap()) {
                // Every language reads the document: it has to be JSON whatever came.
                Ok(delivered) => {
                    prop_assert!((200..300).contains(&status));
                    prop_assert!(serde_json::from_str::<Value>(&delivered.document.json()).is_ok());
                }
                Err(error) => {
                    prop_assert!(error.kind() != ErrorKind::Internal);
                    prop_assert!(!error.to_string().contains('\n'));
                }
            }
        }
    }
}
