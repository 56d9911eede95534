//! Plays every case of `conformance/cases` in Rust, and checks that the set of cases is complete and well formed.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
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

#[test]
fn every_operation_has_cases_of_both_kinds() {
    let table: Value =
        serde_json::from_str(&std::fs::read_to_string(case::root().join("../core/operations.json")).unwrap())
            .unwrap();
    let mut kinds: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for case in case::all().unwrap() {
        let kind = if case.expect.error.is_some() { "error" } else { "success" };
        kinds.entry(case.operation.clone()).or_default().insert(kind);
        let code = case.expect.error.and_then(|error| error.code).flatten();
        codes.entry(case.operation).or_default().extend(code);
    }
    let operations = table["operations"].as_array().unwrap();
    let registered: BTreeSet<_> = kakiyo::registry::entries().map(|entry| entry.spec.id).collect();
    let listed: BTreeSet<_> = operations.iter().map(|operation| operation["id"].as_str().unwrap()).collect();
    assert_eq!(listed, registered, "operations.json is stale: run cargo xtask gen");
    for operation in operations {
        let id = operation["id"].as_str().unwrap();
        let found = kinds.get(id).cloned().unwrap_or_default();
        assert_eq!(found, BTreeSet::from(["error", "success"]), "{id} lacks a success or an error case");
        for code in operation["errors"].as_array().unwrap() {
            let code = code.as_str().unwrap();
            assert!(codes[id].contains(code), "{id} has no case for its error code {code}");
        }
        let file = case::root().join("conformance/cases").join(format!("{}.json", id.replace('.', "/")));
        assert!(file.exists(), "{id} has no case file of its own: {}", file.display());
    }
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
