//! Renders the reference: one page for each resource, an index, the table of what exists in which language, and the
//! examples of all pages as programs that the compilers check.
//!
//! The words are those of the table; the examples are the calls of the conformance cases (`example`), written in each
//! language (`call`).

mod call;
mod example;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

use self::call::{Calls, Methods};
use self::example::Example;
use super::typescript::camel_case;
use super::{Formatter, Rendered, format, words};
use crate::table::{Field, Kind, Operation, Table, Type, TypeRef};

const TEMPLATES: [(&str, &str); 6] = [
    ("page", include_str!("page.md.j2")),
    ("index", include_str!("index.md.j2")),
    ("parity", include_str!("parity.md.j2")),
    ("rust", include_str!("examples.rs.j2")),
    ("python", include_str!("examples.py.j2")),
    ("typescript", include_str!("examples.ts.j2")),
];

pub(super) fn render(table: &Table) -> Result<Vec<Rendered>> {
    let mut templates = Environment::new();
    templates.set_syntax(
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?,
    );
    for (name, text) in TEMPLATES {
        templates.add_template(name, text)?;
    }
    let kinds = kakiyo::ErrorKind::ALL.map(|kind| format!("| `{kind}` |"));
    anyhow::ensure!(
        kinds.iter().all(|kind| include_str!("index.md.j2").contains(kind)),
        "the index of the reference lacks a kind of error"
    );
    let pages = pages(table)?;
    let mut files = Vec::new();
    let mut add = |path: String, template: &str, formatter: Formatter, context: Value| -> Result<()> {
        let text = templates.get_template(template)?.render(context)?;
        files.push(Rendered { path: path.into(), text, formatter });
        Ok(())
    };
    for page in &pages {
        add(
            format!("docs/reference/{}.md", page.name),
            "page",
            Formatter::None,
            context! { page => data(page) },
        )?;
    }
    let all = || context! { pages => data(&pages), admission => admission() };
    add("docs/reference/README.md".to_owned(), "index", Formatter::None, all())?;
    add("docs/parity.md".to_owned(), "parity", Formatter::None, all())?;
    add("tests/tests/reference.rs".to_owned(), "rust", Formatter::Rust, all())?;
    add("bindings-python/tests/reference.py".to_owned(), "python", Formatter::Python, all())?;
    add("bindings-node/test/reference.ts".to_owned(), "typescript", Formatter::TypeScript, all())?;
    Ok(files)
}

/// Budgets, reports, explanations and events by example.
fn admission() -> Value {
    context! {
        python => include_str!("admission.py.txt").trim_end(),
        typescript => include_str!("admission.ts.txt").trim_end(),
        rust => include_str!("admission.rs.txt").trim_end(),
        kinds => kakiyo::EventKind::ALL.map(kakiyo::EventKind::as_str).to_vec(),
    }
}

fn data<T: Serialize>(value: &T) -> Value {
    Value::from(Serde(value))
}

/// One page: a resource, or the operations of the client itself.
#[derive(Debug, Serialize)]
struct Page {
    name: String,
    /// What the resource is.
    docs: Option<String>,
    service: String,
    /// Name of the client class.
    client: &'static str,
    /// Name of the variable in examples.
    variable: &'static str,
    operations: Vec<Entry>,
    types: Vec<Described>,
}

/// One operation on its page.
#[derive(Debug, Serialize)]
struct Entry {
    id: String,
    verb: String,
    /// Where it stands on its page.
    anchor: String,
    summary: String,
    details: Vec<String>,
    route: String,
    facts: Vec<String>,
    arguments: Vec<Row>,
    returns: String,
    errors: Vec<(String, String)>,
    source: String,
    python: String,
    python_async: String,
    typescript: String,
    rust: String,
    paged: bool,
    /// The way to the method in each language.
    methods: Methods,
    /// The body of an answer, as JSON.
    answer: Option<String>,
}

/// An argument or a member.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    r#type: String,
    required: bool,
    docs: String,
}

#[derive(Debug, Serialize)]
struct Described {
    name: String,
    docs: String,
    members: Vec<Row>,
    words: Vec<(String, String)>,
}

fn pages(table: &Table) -> Result<Vec<Page>> {
    let mut grouped: BTreeMap<(String, String), Vec<&Operation>> = BTreeMap::new();
    for operation in table.operations.iter().chain(&table.helpers) {
        let name = operation.resource.clone().unwrap_or_else(|| "client".to_owned());
        grouped.entry((operation.service.clone(), name)).or_default().push(operation);
    }
    let mut pages = Vec::new();
    for ((service, name), operations) in &grouped {
        let (client, variable) = match service.as_str() {
            "kaiko" => ("Kaiko", "kaiko"),
            _ => ("Kakiyo", "kakiyo"),
        };
        let entries: Result<Vec<Entry>> =
            operations.iter().map(|operation| entry(operation, table, variable)).collect();
        let resource =
            table.resources.iter().find(|resource| resource.name == *name && resource.service == *service);
        pages.push(Page {
            name: name.clone(),
            docs: resource.map(|resource| resource.docs.clone()),
            service: service.clone(),
            client,
            variable,
            operations: entries?,
            types: types(operations, table),
        });
    }
    // Kakiyo first: it is what most readers came for.
    let entries = || pages.iter().flat_map(|page| &page.operations);
    let formatted = format::rust_statements(&entries().map(|entry| entry.rust.clone()).collect::<Vec<_>>())?;
    anyhow::ensure!(formatted.len() == entries().count(), "examples were lost while formatting");
    let entries = pages.iter_mut().flat_map(|page| &mut page.operations);
    for (entry, rust) in entries.zip(formatted) {
        entry.rust = rust;
    }
    pages.sort_by_key(|page| (page.service == "kaiko", page.name.clone()));
    Ok(pages)
}

fn entry(operation: &Operation, table: &Table, variable: &str) -> Result<Entry> {
    let example = Example::of(operation).with_context(|| format!("example of {}", operation.id))?;
    let calls = Calls::of(operation, table, &example.arguments, variable)
        .with_context(|| format!("example of {}", operation.id))?;
    Ok(Entry {
        id: operation.id.clone(),
        verb: operation.verb.clone(),
        anchor: operation.id.replace('.', ""),
        summary: operation.summary.clone(),
        details: operation.details.clone(),
        route: format!("{} {}", operation.method, operation.path),
        facts: words::facts(table, operation),
        arguments: operation.arguments.iter().map(|field| row(field, table)).collect(),
        returns: returns(operation, table),
        errors: operation.errors.iter().map(|code| (code.clone(), kind_of(operation, code))).collect(),
        source: operation.source.clone(),
        python: calls.python(false),
        python_async: calls.python(true),
        typescript: calls.typescript(),
        rust: calls.rust(),
        paged: operation.shape == "page",
        methods: calls.methods(),
        answer: example.answer,
    })
}

fn kind_of(operation: &Operation, code: &str) -> String {
    let service = if operation.service == "kaiko" { kakiyo::Service::Kaiko } else { kakiyo::Service::Kakiyo };
    kakiyo::registry::kind_of_code(service, code)
        .map_or_else(|| "by status".to_owned(), |kind| kind.to_string())
}

fn row(field: &Field, table: &Table) -> Row {
    let camel = camel_case(&field.name);
    let name =
        if camel == field.name { format!("`{camel}`") } else { format!("`{}`, `{camel}`", field.name) };
    Row {
        name,
        r#type: type_text(&field.r#type, table),
        required: field.required,
        docs: cell(&super::python::docs::field(field)),
    }
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn type_text(type_ref: &TypeRef, table: &Table) -> String {
    match type_ref {
        TypeRef::Text => "text".to_owned(),
        TypeRef::Integer => "integer".to_owned(),
        TypeRef::Number => "number".to_owned(),
        TypeRef::Boolean => "true or false".to_owned(),
        TypeRef::Time => "time, ISO 8601".to_owned(),
        TypeRef::Secret => "secret text".to_owned(),
        TypeRef::Json => "JSON object".to_owned(),
        TypeRef::Any => "any JSON".to_owned(),
        TypeRef::Named { name, of: Kind::Id } => format!("text ({name})"),
        TypeRef::Named { name, .. } | TypeRef::Object { name } => match described(name, table) {
            true => format!("[{name}](#{})", name.to_lowercase()),
            false => name.clone(),
        },
        TypeRef::List { item } => format!("list of {}", type_text(item, table)),
        TypeRef::Map { value } => format!("map of {}", type_text(value, table)),
    }
}

fn described(name: &str, table: &Table) -> bool {
    table.types.iter().any(|candidate| candidate.name == name && candidate.kind != Kind::Id)
}

fn returns(operation: &Operation, table: &Table) -> String {
    let model = type_text(&TypeRef::Object { name: operation.model.clone() }, table);
    match operation.shape.as_str() {
        "page" => format!("A lazy list of {model}: a page is asked for when its rows are wanted."),
        "list" => format!("A list of {model}, all at once."),
        _ => model,
    }
}

/// The types that the operations of a page use, those that other types use after them.
fn types(operations: &[&Operation], table: &Table) -> Vec<Described> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut add = |name: &str, names: &mut Vec<String>| {
        if seen.insert(name.to_owned()) {
            names.push(name.to_owned());
        }
    };
    for operation in operations {
        add(&operation.model, &mut names);
        for field in &operation.arguments {
            if let Some(name) = name_in(&field.r#type) {
                add(name, &mut names);
            }
        }
    }
    let mut next = 0;
    let mut found = Vec::new();
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        let Some(r#type) = table.types.iter().find(|candidate| candidate.name == name) else { continue };
        for inner in r#type.fields.iter().filter_map(|field| name_in(&field.r#type)) {
            add(inner, &mut names);
        }
        if r#type.kind != Kind::Id {
            found.push(described_type(r#type, table));
        }
    }
    found
}

fn name_in(type_ref: &TypeRef) -> Option<&str> {
    match type_ref {
        TypeRef::Named { name, .. } | TypeRef::Object { name } => Some(name),
        TypeRef::List { item } => name_in(item),
        TypeRef::Map { value } => name_in(value),
        _ => None,
    }
}

fn described_type(r#type: &Type, table: &Table) -> Described {
    Described {
        name: r#type.name.clone(),
        docs: r#type.docs.clone(),
        members: r#type.fields.iter().map(|field| row(field, table)).collect(),
        words: r#type.words.iter().map(|word| (word.word.clone(), cell(&word.docs))).collect(),
    }
}
