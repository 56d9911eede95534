//! Plays every case of `conformance/cases` in Rust, and checks that the set of cases is complete and well formed.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use kakiyo::registry;
use kakiyo_tests::case::{self, Case};
use kakiyo_tests::compare::differences;
use kakiyo_tests::play::play;
use kakiyo_tests::stage::Stage;
use serde_json::Value;

/// Cases under way at once: most of their time is waiting.
const AT_ONCE: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_holds() {
    let cases = case::all().unwrap();
    let stage = Stage::new().await.unwrap();
    let chosen: Vec<&Case> = match std::env::var("KAKIYO_CASE") {
        Ok(part) => cases.iter().filter(|case| title(case).contains(&part)).collect(),
        Err(_) => cases.iter().collect(),
    };
    assert!(!chosen.is_empty(), "no case bears the name that KAKIYO_CASE asks for");
    let failed: Vec<String> = futures::stream::iter(chosen)
        .map(|case| async {
            let found = match play(&stage, case).await {
                Ok(played) => differences(case, &played),
                Err(problem) => vec![problem],
            };
            (!found.is_empty()).then(|| format!("{}\n    {}", title(case), found.join("\n    ")))
        })
        .buffered(AT_ONCE)
        .filter_map(|failure| async { failure })
        .collect()
        .await;
    assert!(
        failed.is_empty(),
        "{} of {} cases failed:\n\n{}\n",
        failed.len(),
        cases.len(),
        failed.join("\n")
    );
}

fn title(case: &Case) -> String {
    format!("{}: {}: {}", case.file.display(), case.operation, case.name)
}

/// Operations and helpers of `operations.json`.
fn table() -> Vec<Value> {
    let text = std::fs::read_to_string(case::root().join("../core/operations.json")).unwrap();
    let table: Value = serde_json::from_str(&text).unwrap();
    ["operations", "helpers"].iter().filter_map(|list| table[list].as_array()).flatten().cloned().collect()
}

#[test]
fn operations_json_is_up_to_date() {
    let table = table();
    let registered: BTreeSet<_> = registry::entries().map(|entry| entry.spec.id).collect();
    let listed: BTreeSet<_> = table.iter().map(|operation| operation["id"].as_str().unwrap()).collect();
    assert_eq!(listed, registered, "operations.json is stale: run cargo xtask gen");
}

#[test]
fn every_operation_has_cases_of_both_kinds() {
    let cases = case::all().unwrap();
    let mut codes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for case in &cases {
        let error = case.expect.error.as_ref();
        codes
            .entry(&case.operation)
            .or_default()
            .extend(error.and_then(|error| error.code.as_ref()?.as_deref()));
    }
    for spec in registry::entries().map(|entry| entry.spec) {
        let id = spec.id;
        case::sample(&cases, id).unwrap_or_else(|problem| panic!("{problem}"));
        assert!(cases.iter().any(|case| case.operation == id && !case.succeeds()), "{id} has no error case");
        for code in spec.errors {
            assert!(codes[id].contains(code), "{id} has no case for its error code {code}");
        }
    }
}

#[test]
fn every_argument_is_given_in_a_success_case() {
    let cases = case::all().unwrap();
    let mut never = Vec::new();
    for operation in table() {
        let id = operation["id"].as_str().unwrap();
        let given = |name: &str| {
            cases
                .iter()
                .any(|case| case.operation == id && case.succeeds() && case.arguments.contains_key(name))
        };
        for argument in operation["arguments"].as_array().unwrap() {
            let name = argument["wire"].as_str().unwrap();
            if !given(name) {
                never.push(format!("{id}: {name}"));
            }
        }
    }
    assert!(never.is_empty(), "arguments that no success case gives: {never:?}");
}

#[test]
fn every_case_file_keeps_the_schema() {
    let text = std::fs::read_to_string(case::root().join("conformance/case.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    for (file, json) in case::files().unwrap() {
        let wrong: Vec<String> =
            validator.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{}:\n{}", file.display(), wrong.join("\n"));
    }
}

#[test]
fn names_are_unique_in_their_file() {
    let mut seen = BTreeSet::new();
    for case in case::all().unwrap() {
        assert!(seen.insert(title(&case)), "twice: {}", title(&case));
    }
}
