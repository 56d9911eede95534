//! How the types and names of the table are written in Python.

use crate::table::{Kind, TypeRef, snake_case};

/// The type of an argument: what is easy to give.
pub(super) fn argument(type_ref: &TypeRef) -> String {
    match type_ref {
        TypeRef::Time => "datetime | str".to_owned(),
        TypeRef::Json => "Mapping[str, Any]".to_owned(),
        TypeRef::Object { name } => format!("{name} | Mapping[str, object]"),
        TypeRef::List { item } => format!("Iterable[{}]", argument(item)),
        TypeRef::Map { value } => format!("Mapping[str, {}]", argument(value)),
        other => plain(other),
    }
}

/// The type of a member of an answer.
pub(super) fn result(type_ref: &TypeRef) -> String {
    match type_ref {
        TypeRef::Time => "datetime".to_owned(),
        TypeRef::Json => "dict[str, Any]".to_owned(),
        TypeRef::Object { name } => name.clone(),
        TypeRef::List { item } => format!("list[{}]", result(item)),
        TypeRef::Map { value } => format!("Mapping[str, {}]", result(value)),
        other => plain(other),
    }
}

fn plain(type_ref: &TypeRef) -> String {
    match type_ref {
        TypeRef::Any => "Any",
        TypeRef::Integer => "int",
        TypeRef::Number => "float",
        TypeRef::Boolean => "bool",
        TypeRef::Named { of: Kind::Code, .. } => "int",
        TypeRef::Named { of: Kind::Words, name } => name,
        _ => "str",
    }
    .to_owned()
}

/// The input that a type holds, if it holds one.
pub(super) fn input_name(type_ref: &TypeRef) -> Option<&str> {
    match type_ref {
        TypeRef::Object { name } => Some(name),
        TypeRef::List { item: inner } | TypeRef::Map { value: inner } => input_name(inner),
        _ => None,
    }
}

/// The set of words that a type holds, if it holds one.
pub(super) fn word_name(type_ref: &TypeRef) -> Option<&str> {
    match type_ref {
        TypeRef::Named { of: Kind::Words, name } => Some(name),
        TypeRef::List { item: inner } | TypeRef::Map { value: inner } => word_name(inner),
        _ => None,
    }
}

/// `ProspectInput` to `PROSPECT_INPUT`.
pub(super) fn constant_name(class: &str) -> String {
    snake_case(class).trim_start_matches('_').to_uppercase()
}

/// `do_not_contact` to `DoNotContact`.
pub(super) fn class_name(resource: &str) -> String {
    resource
        .split('_')
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_uppercase() + rest
        })
        .collect()
}

pub(super) fn is_rust_keyword(name: &str) -> bool {
    ["type", "ref", "match", "move", "use", "where", "loop", "mod", "enum", "struct"].contains(&name)
}
