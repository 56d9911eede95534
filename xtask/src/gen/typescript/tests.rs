//! The generator reproduces the hand-written golden files, byte for byte.

use std::collections::HashSet;
use std::fs;

use super::*;

const GOLDEN: [&str; 3] = ["products.create", "prospects.list", "prospects.add_batch"];

/// The golden operations and the types that they reach.
fn golden_table(mut table: Table) -> Table {
    table.operations.retain(|operation| GOLDEN.contains(&operation.id.as_str()));
    table.helpers.clear();
    let in_use: HashSet<String> =
        table.operations.iter().filter_map(|operation| operation.resource.clone()).collect();
    table.resources.retain(|resource| in_use.contains(&resource.name));
    let mut reached: HashSet<String> = HashSet::new();
    let mut next: Vec<String> = Vec::new();
    for operation in &table.operations {
        next.push(operation.model.clone());
        next.extend(operation.arguments.iter().filter_map(|field| used(&field.r#type)).map(|(_, name)| name));
    }
    while let Some(name) = next.pop() {
        if reached.insert(name.clone()) {
            let fields =
                table.types.iter().filter(|r#type| r#type.name == name).flat_map(|r#type| &r#type.fields);
            next.extend(fields.filter_map(|field| used(&field.r#type)).map(|(_, name)| name));
        }
    }
    table.types.retain(|r#type| reached.contains(&r#type.name));
    table
}

#[test]
fn golden_files_are_reproduced() {
    let folder = crate::root().join("xtask/golden/typescript");
    let table = table::read().unwrap();
    let words = Words::of(&table);
    let mut files = render_with(&golden_table(table), &words).unwrap();
    super::super::format::all(&mut files).unwrap();
    assert_eq!(files.len(), fs::read_dir(&folder).unwrap().count());
    let differing: Vec<String> = files
        .into_iter()
        .filter(|file| fs::read_to_string(folder.join(file.path.file_name().unwrap())).unwrap() != file.text)
        .map(|file| format!("=== {}\n{}", file.path.display(), file.text))
        .collect();
    assert!(differing.is_empty(), "generated differently:\n{}", differing.join("\n"));
}

#[test]
fn names_are_those_of_typescript() {
    let words = Words::of(&table::read().unwrap());
    assert_eq!(
        words.in_typescript("see `add_batch` of `prospects.list` or `not_a_name`"),
        "see `addBatch` of `prospects.list` or `not_a_name`"
    );
    assert_eq!(camel_case("import_status"), "importStatus");
    assert_eq!(docs::pascal_case("do_not_contact"), "DoNotContact");
}
