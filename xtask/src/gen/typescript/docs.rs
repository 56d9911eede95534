//! The words of doc comments: what the table says, in the names and the form of TypeScript.

use std::collections::HashSet;

use crate::r#gen::words::facts;
use crate::table::{Operation, Table};

/// Columns of a line, as prettier has them.
const WIDTH: usize = 110;

/// Names of the table that are written differently in TypeScript.
pub(super) struct Words(HashSet<String>);

impl Words {
    pub(super) fn of(table: &Table) -> Self {
        let operations = table.operations.iter().chain(&table.helpers);
        let verbs = operations
            .clone()
            .flat_map(|operation| operation.resource.iter().chain([&operation.verb]))
            .cloned();
        let arguments = operations.flat_map(|operation| &operation.arguments);
        let fields = arguments
            .chain(table.types.iter().flat_map(|r#type| &r#type.fields))
            .map(|field| field.name.clone());
        Self(verbs.chain(fields).collect())
    }

    /// Writes names in backticks, such as `chat_created`, as they are in TypeScript; error codes stay.
    pub(super) fn in_typescript(&self, text: &str) -> String {
        text.split('`')
            .enumerate()
            .map(|(position, part)| {
                let is_name = position % 2 == 1 && part.split('.').all(|name| self.0.contains(name));
                if is_name {
                    part.split('.').map(camel_case).collect::<Vec<_>>().join(".")
                } else {
                    part.to_owned()
                }
            })
            .collect::<Vec<_>>()
            .join("`")
    }
}

/// Paragraphs of the comment of a method.
pub(super) fn of_operation(table: &Table, operation: &Operation, words: &Words) -> Vec<String> {
    let mut paragraphs = vec![words.in_typescript(&operation.summary)];
    paragraphs.extend(operation.details.iter().map(|text| words.in_typescript(text)));
    paragraphs.push(words.in_typescript(&facts(table, operation).join(" ")));
    if !operation.errors.is_empty() {
        let codes: Vec<String> = operation.errors.iter().map(|code| format!("`{code}`")).collect();
        paragraphs.push(format!("Errors beside the common ones: {}.", codes.join(", ")));
    }
    paragraphs.push(format!("Source: {}", operation.source));
    let ids: Vec<String> = operation
        .arguments
        .iter()
        .filter(|field| field.positional)
        .map(|field| format!("@param {} - {}", field.wire, words.in_typescript(&field.docs)))
        .collect();
    if !ids.is_empty() {
        paragraphs.push(ids.join("\n"));
    }
    paragraphs
}

/// A filter: paragraphs as a comment, in one line where that fits.
#[expect(clippy::needless_pass_by_value, reason = "filters own their arguments")]
pub(super) fn comment(paragraphs: Vec<String>, indent: usize) -> String {
    let margin = " ".repeat(indent);
    if let [only] = paragraphs.as_slice()
        && indent + only.chars().count() + "/**  */".len() <= WIDTH
    {
        return format!("{margin}/** {only} */");
    }
    let mut lines = vec![format!("{margin}/**")];
    for (position, paragraph) in paragraphs.iter().enumerate() {
        if position > 0 {
            lines.push(format!("{margin} *"));
        }
        let width = WIDTH - indent - " * ".len();
        lines.extend(
            paragraph.lines().flat_map(|line| wrapped(line, width)).map(|line| format!("{margin} * {line}")),
        );
    }
    lines.push(format!("{margin} */"));
    lines.join("\n")
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Snake case to camel case.
pub(in crate::r#gen) fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + &capitalised(part))
}

/// Snake case to the name of a class.
pub(super) fn pascal_case(name: &str) -> String {
    name.split('_').map(capitalised).collect()
}

fn capitalised(part: &str) -> String {
    let mut characters = part.chars();
    characters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + characters.as_str())
        .unwrap_or_default()
}
