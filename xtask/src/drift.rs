//! `cargo xtask drift`: the operation table against the contract files.
//!
//! Paths, methods, parameters and body members are compared both ways. A difference is mended, or it stands in
//! [`EXPLAINED`] with its reason; an explanation that explains nothing is an error too.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::contract::{Contract, anonymous};
use crate::table::{self, Field, Operation, Table, Type, TypeRef};

/// Differences that are meant: operation, difference, reason.
const EXPLAINED: &[(&str, &str, &str)] = &[
    (
        "prospects.add",
        "body member `additionalFields` is not offered",
        "gone from the service's documentation since June 2026; customData took its place (contradiction 16)",
    ),
    ("prospects.add_batch", "body member `prospects[].additionalFields` is not offered", "as prospects.add"),
    (
        "prospects.add_round_robin",
        "body member `prospects[].additionalFields` is not offered",
        "as prospects.add",
    ),
    (
        "agents.create",
        "body member `workingHours` is given in another form",
        "one type for new agents and settings, which the service describes in two forms (contradiction 22)",
    ),
    (
        "agents.create",
        "body member `limits` is given in another form",
        "members that only some servers know pass through `extra` (contradiction 21)",
    ),
    (
        "agents.update",
        "body member `workingHours` is given in another form",
        "days by name and `end`, written as flags and `stop` (contradiction 22)",
    ),
    (
        "agents.update",
        "body member `settings` is given in another form",
        "an object of switches, written as the list of keys and values that the service takes",
    ),
    (
        "workspaces.remove_client",
        "body member `userId` is not in the contract",
        "the assistant's way to name the client (contradiction 36): sent beside the e-mail address where the caller gives it",
    ),
    (
        "chat.complete",
        "body member `stream` is not offered",
        "no text shows the form of a stream: the whole reply comes at once",
    ),
    (
        "chat.complete",
        "body member `stream_options` is not offered",
        "seen by one observer, without effect; not to be sent",
    ),
    (
        "chat.complete",
        "body member `model_params` has a different type",
        "its documented members are arguments of their own; others pass through the open object",
    ),
    (
        "chat.complete",
        "body member `emotion_model_params` has a different type",
        "servers differ in its members (contradiction 14.27): any object is passed on",
    ),
];

pub(crate) fn run() -> Result<()> {
    let table = table::read()?;
    let mut found = BTreeSet::new();
    for service in ["kakiyo", "kaiko"] {
        found.extend(of_service(service, &table)?);
    }
    let explained: BTreeSet<(String, String)> =
        EXPLAINED.iter().map(|(id, difference, _)| ((*id).to_owned(), (*difference).to_owned())).collect();
    for (id, difference) in found.difference(&explained) {
        println!("drift: {id}: {difference}");
    }
    for (id, difference) in explained.difference(&found) {
        println!("drift: {id}: explained, but not so: {difference}");
    }
    println!("drift: {} differences explained", explained.len());
    if found != explained {
        bail!("the table and the contracts differ");
    }
    Ok(())
}

/// The differences of one service as (operation, difference); says how many operations are declared.
fn of_service(service: &str, table: &Table) -> Result<Vec<(String, String)>> {
    let contract = Contract::of(service)?;
    let own: Vec<&Operation> =
        table.operations.iter().filter(|operation| operation.service == service).collect();
    let declared: BTreeSet<(&str, String)> =
        own.iter().map(|operation| (operation.method.as_str(), anonymous(&operation.path))).collect();
    let all = contract.operations();
    let missing =
        all.iter().filter(|(method, path)| !declared.contains(&(method.as_str(), anonymous(path)))).count();
    println!(
        "drift: {} of {} operations of {service} are declared, {missing} not yet",
        all.len() - missing,
        all.len()
    );
    let of = |operation: &&Operation| -> Vec<(String, String)> {
        let differences = differences(operation, table, &contract).into_iter();
        differences.map(|difference| (operation.id.clone(), difference)).collect()
    };
    Ok(own.iter().flat_map(of).collect())
}

fn differences(operation: &Operation, table: &Table, contract: &Contract) -> Vec<String> {
    let Some(described) = contract.find(&operation.method, &operation.path) else {
        return vec![format!("the contract has no {} {}", operation.method, operation.path)];
    };
    let mut differences = parameters(operation, described, contract);
    differences.extend(body(operation, described, table, contract));
    differences
}

fn parameters(operation: &Operation, described: &Value, contract: &Contract) -> Vec<String> {
    let paging: &[&str] = match operation.paging.as_str() {
        "none" => &[],
        "headers" => &["limit", "offset", "cursor"],
        "offset_or_after" => &["limit", "offset", "after"],
        _ => &["limit", "offset"],
    };
    let list = described.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut expected = BTreeSet::new();
    let mut in_path = 0;
    for parameter in &list {
        let parameter = contract.resolve(parameter);
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        match parameter.get("in").and_then(Value::as_str) {
            Some("query") => {
                expected.insert(name.to_owned());
            }
            Some("path") => in_path += 1,
            _ => {}
        }
    }
    let mut offered: BTreeSet<String> = paging.iter().map(|&name| name.to_owned()).collect();
    if takes_query(operation) {
        offered.extend(
            operation
                .arguments
                .iter()
                .filter(|field| !field.in_path)
                .map(|field| field.sent_name().to_owned()),
        );
    }
    let mut differences: Vec<String> = expected
        .difference(&offered)
        .map(|name| format!("query parameter `{name}` is not offered"))
        .collect();
    differences.extend(
        offered.difference(&expected).map(|name| format!("query parameter `{name}` is not in the contract")),
    );
    if operation.arguments.iter().filter(|field| field.in_path).count() != in_path {
        differences.push("the number of path arguments differs".to_owned());
    }
    differences
}

fn takes_query(operation: &Operation) -> bool {
    operation.method == "GET"
}

fn body(operation: &Operation, described: &Value, table: &Table, contract: &Contract) -> Vec<String> {
    let schema = described.get("requestBody").map(|body| contract.resolve(body));
    let schema = schema.and_then(|body| body.pointer("/content/application~1json/schema"));
    let offered: Vec<&Field> = match takes_query(operation) {
        true => Vec::new(),
        false => {
            let members = operation.body.as_ref().unwrap_or(&operation.arguments);
            members.iter().filter(|field| !field.in_path).collect()
        }
    };
    match schema {
        None if offered.is_empty() => Vec::new(),
        None => vec!["the contract has no body".to_owned()],
        Some(schema) => members("", &offered, schema, table, contract),
    }
}

fn members(
    prefix: &str,
    offered: &[&Field],
    schema: &Value,
    table: &Table,
    contract: &Contract,
) -> Vec<String> {
    let (properties, required) = contract.members(schema);
    let mut differences = Vec::new();
    for name in properties.keys().filter(|name| !offered.iter().any(|field| field.sent_name() == *name)) {
        differences.push(format!("body member `{prefix}{name}` is not offered"));
    }
    for field in offered {
        let name = format!("{prefix}{}", field.sent_name());
        let Some(property) = properties.get(field.sent_name()).map(|property| contract.resolve(property))
        else {
            differences.push(format!("body member `{name}` is not in the contract"));
            continue;
        };
        if field.required != required.iter().any(|name| name == field.sent_name()) {
            differences.push(format!(
                "body member `{name}`: required here {}, there {}",
                field.required, !field.required
            ));
        }
        if field.rewritten {
            // Its form on the wire is not declared: the requests of the cases are held against the contract instead.
            differences.push(format!("body member `{name}` is given in another form"));
            continue;
        }
        differences.extend(of_type(&name, &field.r#type, property, table, contract));
        for (rule, limit) in &field.rules {
            // Rules of ours that the contract does not state come from other pages; those that it states must agree.
            if let Some(stated) = property.get(rule).and_then(Value::as_u64).filter(|stated| stated != limit)
            {
                differences.push(format!("body member `{name}`: {rule} {limit} here, {stated} there"));
            }
        }
    }
    differences
}

fn of_type(
    name: &str,
    offered: &TypeRef,
    property: &Value,
    table: &Table,
    contract: &Contract,
) -> Vec<String> {
    let stated = property.get("type").and_then(Value::as_str).unwrap_or_default();
    let inner = |name: &str, prefix: String, schema: &Value| match table
        .types
        .iter()
        .chain(&table.sent)
        .find(|known| known.name == name)
    {
        Some(Type { fields, .. }) => {
            members(&prefix, &fields.iter().collect::<Vec<_>>(), schema, table, contract)
        }
        None => vec![format!("type {name} is unknown")],
    };
    let agrees = match offered {
        TypeRef::Text | TypeRef::Time | TypeRef::Secret => stated == "string",
        TypeRef::Named { of, .. } => stated == if *of == table::Kind::Code { "integer" } else { "string" },
        TypeRef::Integer => stated == "integer",
        TypeRef::Number => stated == "number",
        TypeRef::Boolean => stated == "boolean",
        TypeRef::Json => stated == "object" && property.get("properties").is_none(),
        TypeRef::Any => true,
        TypeRef::Map { value } => {
            let values = property.get("additionalProperties").filter(|values| values.is_object());
            return match values.map(|values| contract.resolve(values)) {
                Some(values) => of_type(&format!("{name}{{}}"), value, values, table, contract),
                None => vec![format!("body member `{name}` has a different type")],
            };
        }
        TypeRef::Object { name: object } => return inner(object, format!("{name}."), property),
        TypeRef::List { item } => {
            let Some(items) = property.get("items").map(|items| contract.resolve(items)) else {
                return vec![format!("body member `{name}` has a different type")];
            };
            return match &**item {
                TypeRef::Object { name: object } => inner(object, format!("{name}[]."), items),
                other => of_type(&format!("{name}[]"), other, items, table, contract),
            };
        }
    };
    if agrees { Vec::new() } else { vec![format!("body member `{name}` has a different type")] }
}
