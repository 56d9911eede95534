//! Whatever a server answers, a call ends with a value or an error and never with a panic.
//!
//! Arguments and the names in the answers come from the conformance cases, so that a new operation needs no line here.
#![cfg(test)]

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use futures::future::BoxFuture;
use kakiyo::registry::Entry;
use kakiyo::transport::{Failure, Incoming, Outgoing, Transport};
use kakiyo::{CallOptions, Client, ErrorKind, Limits, Service, registry};
use kakiyo_tests::case::{self, Case};
use proptest::prelude::*;
use serde_json::{Value, json};

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| case::all().unwrap());

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

/// The names of all members in these answers: the words of one operation, whichever form its answer takes.
fn words(cases: &[&Case]) -> Vec<String> {
    fn collect(value: &Value, words: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, inner)| {
                words.insert(name.clone());
                collect(inner, words);
            }),
            Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
            _ => {}
        }
    }
    // What errors and envelopes are made of belongs to every operation.
    let mut words = BTreeSet::from(["data", "error", "message", "details", "pagination"].map(str::to_owned));
    for exchange in cases.iter().flat_map(|case| &case.exchanges) {
        collect(exchange.answer.body.as_ref().unwrap_or(&Value::Null), &mut words);
    }
    words.into_iter().collect()
}

/// The words of each operation of the table.
fn vocabularies() -> Vec<Vec<String>> {
    let own =
        |id: &str| words(&CASES.iter().filter(|case| case.file == case::file_of(id)).collect::<Vec<_>>());
    registry::entries().map(|entry| own(entry.spec.id)).collect()
}

/// JSON of any shape, with the names that one of the operations knows among its members.
fn any_json() -> impl Strategy<Value = Value> {
    prop::sample::select(vocabularies()).prop_flat_map(json_of)
}

fn json_of(words: Vec<String>) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("12.00%")),
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(prop::sample::select(words.clone()), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
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

fn client(service: Service, server: &Arc<dyn Transport>) -> Client {
    registry::builder(service)
        .api_key("k".repeat(40))
        .base_url("http://127.0.0.1:9/v1")
        .limits(Limits::unlimited())
        .max_retries(0)
        .transport(Arc::clone(server))
        .build()
        .unwrap()
}

/// Every operation with the arguments of its first success case.
fn calls() -> Vec<(&'static Entry, String)> {
    let arguments = |id| Value::from(case::sample(&CASES, id).unwrap().arguments.clone()).to_string();
    registry::entries().map(|entry| (entry, arguments(entry.spec.id))).collect()
}

#[test]
fn no_answer_makes_a_call_panic() {
    let calls = calls();
    let status = prop_oneof![4 => 200_u16..=202, 1 => 300_u16..600];
    let more = prop::option::of("\\PC{0,6}");
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(body in any_body(), status in status, more in more)| {
        // Virtual time: a helper that rests between its calls takes none.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let mut headers = http::HeaderMap::new();
        if let Some(value) = more.and_then(|text| http::HeaderValue::from_str(&text).ok()) {
            headers.insert("x-has-more", value.clone());
            headers.insert("retry-after", value);
        }
        let server: Arc<dyn Transport> = Arc::new(Fixed { status, headers, body });
        for (entry, arguments) in &calls {
            let client = client(entry.spec.service, &server);
            let call = entry.invoke(client, arguments.as_bytes(), CallOptions::new());
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
    });
}
