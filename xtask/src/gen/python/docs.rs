//! Docstrings in Google style, from the words of the table.

use crate::r#gen::words;
use crate::table::{Field, Operation, Table, Type};

/// The columns of a docstring inside a method: 100 less its indentation.
const WIDTH: usize = 92;

/// The lines of a method's docstring.
pub(super) fn method(table: &Table, operation: &Operation, options: &str) -> Vec<String> {
    let mut lines = wrapped(&operation.summary, WIDTH);
    for paragraph in &operation.details {
        section(&mut lines, wrapped(paragraph, WIDTH));
    }
    section(&mut lines, wrapped(&words::facts(table, operation).join(" "), WIDTH));

    let mut arguments = Vec::new();
    for argument in &operation.arguments {
        arguments.extend(entry(&format!("{}: {}", argument.name, field(argument))));
    }
    arguments.extend(entry(&format!("**options: Options of this call, see `{options}`.")));
    titled(&mut lines, "Args:", arguments);
    titled(&mut lines, "Returns:", indented(&returns(table, operation), 4));
    titled(&mut lines, "Raises:", raises(operation));
    section(&mut lines, wrapped(&format!("Source: {}", operation.source), WIDTH));
    lines
}

/// A short text as a docstring: one line where it fits, else a first sentence and the rest below.
pub(super) fn docstring(text: &str, indentation: usize) -> String {
    let width = 100 - indentation;
    if text.chars().count() + 6 <= width {
        return text.to_owned();
    }
    let (first, rest) = match (text.split_once(". "), text.split_once(": ")) {
        (Some((first, rest)), _) => (format!("{first}."), rest.to_owned()),
        (None, Some((first, rest))) => (format!("{first}."), capitalised(rest)),
        (None, None) => (text.to_owned(), String::new()),
    };
    let mut lines = wrapped(&first, width - 3);
    if !rest.is_empty() {
        section(&mut lines, wrapped(&rest, width));
    }
    lines.push(String::new());
    let indentation = " ".repeat(indentation);
    let mut text = String::new();
    for (position, line) in lines.iter().enumerate() {
        if position > 0 {
            text.push('\n');
            if !line.is_empty() || position == lines.len() - 1 {
                text.push_str(&indentation);
            }
        }
        text.push_str(line);
    }
    text
}

/// What a field means, with the limits that its words do not name already.
pub(in crate::r#gen) fn field(field: &Field) -> String {
    let mut text = field.docs.clone();
    let unnamed = |name: &str| {
        let limit = *field.rules.get(name)?;
        let grouped = words::grouped(limit);
        (!text.contains(&grouped)).then_some(grouped)
    };
    let mut limits = Vec::new();
    match unnamed("minLength").as_deref() {
        Some("1") => limits.push("not empty".to_owned()),
        Some(limit) => limits.push(format!("at least {limit} characters")),
        None => {}
    }
    for (rule, words) in [
        ("maxLength", "at most {} characters"),
        ("minItems", "at least {}"),
        ("maxItems", "at most {}"),
        ("minimum", "at least {}"),
        ("maximum", "at most {}"),
    ] {
        if let Some(limit) = unnamed(rule) {
            limits.push(words.replace("{}", &limit));
        }
    }
    if !limits.is_empty() {
        text.push_str(&format!(" {}.", capitalised(&limits.join(", "))));
    }
    text
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn returns(table: &Table, operation: &Operation) -> String {
    let model = table.types.iter().find(|candidate| candidate.name == operation.model);
    let docs = model.map(|model: &Type| model.docs.as_str()).unwrap_or_default();
    match operation.shape.as_str() {
        "page" => format!("A paginator, which asks when it is iterated. Each row: {docs}"),
        "list" => format!("All rows, as a sequence. Each row: {docs}"),
        _ => docs.to_owned(),
    }
}

/// The classes of `kakiyo.errors` for the codes that the operation names.
fn raises(operation: &Operation) -> Vec<String> {
    let mut classes: Vec<(&str, Vec<String>)> = Vec::new();
    for code in &operation.errors {
        let class = error_class(operation, code);
        let code = format!("`{code}`");
        match classes.iter_mut().find(|(known, _)| *known == class) {
            Some((_, codes)) => codes.push(code),
            None => classes.push((class, vec![code])),
        }
    }
    let mut lines = Vec::new();
    for (class, codes) in classes {
        let codes = match codes.as_slice() {
            [code] => code.clone(),
            [first @ .., last] => format!("{} or {last}", first.join(", ")),
            [] => continue,
        };
        lines.extend(entry(&format!("{class}: The service answers {codes}.")));
    }
    lines.extend(entry("KakiyoError: Any other failure; its class tells the kind."));
    lines
}

fn error_class(operation: &Operation, code: &str) -> &'static str {
    use kakiyo::ErrorKind;
    let service = kakiyo::Service::named(&operation.service).ok();
    match service.and_then(|service| kakiyo::registry::kind_of_code(service, code)) {
        Some(ErrorKind::InvalidRequest) => "InvalidRequestError",
        Some(ErrorKind::Auth) => "AuthError",
        Some(ErrorKind::Permission) => "PermissionDeniedError",
        Some(ErrorKind::NotFound) => "NotFoundError",
        Some(ErrorKind::Conflict) => "ConflictError",
        Some(ErrorKind::RateLimited) => "RateLimitedError",
        Some(ErrorKind::OutOfCredits) => "OutOfCreditsError",
        Some(ErrorKind::Server) => "ServerError",
        _ => "KakiyoError",
    }
}

fn section(lines: &mut Vec<String>, section: Vec<String>) {
    lines.push(String::new());
    lines.extend(section);
}

fn titled(lines: &mut Vec<String>, title: &str, body: Vec<String>) {
    section(lines, vec![title.to_owned()]);
    lines.extend(body);
}

/// An entry of a list: its first line less indented than the others.
fn entry(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    // The first line may be four columns longer than the ones after it.
    let mut rest = text;
    for width in std::iter::once(WIDTH - 4).chain(std::iter::repeat(WIDTH - 8)) {
        let indentation = if lines.is_empty() { 4 } else { 8 };
        let (line, after) = cut(rest, width);
        lines.push(format!("{}{line}", " ".repeat(indentation)));
        if after.is_empty() {
            break;
        }
        rest = after;
    }
    lines
}

/// An item of a list in the docs of a module.
pub(super) fn item(text: &str) -> Vec<String> {
    let lines = wrapped(text, 98).into_iter().enumerate();
    lines.map(|(position, line)| format!("{}{line}", if position == 0 { "- " } else { "  " })).collect()
}

fn indented(text: &str, indentation: usize) -> Vec<String> {
    wrapped(text, WIDTH - indentation)
        .into_iter()
        .map(|line| format!("{}{line}", " ".repeat(indentation)))
        .collect()
}

/// Lines of at most `width` columns.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let (line, after) = cut(rest, width);
        lines.push(line.to_owned());
        if after.is_empty() {
            return lines;
        }
        rest = after;
    }
}

/// The words that fit, and the rest.
fn cut(text: &str, width: usize) -> (&str, &str) {
    if text.chars().count() <= width {
        return (text, "");
    }
    let limit = text.char_indices().nth(width + 1).map_or(text.len(), |(position, _)| position);
    match text[..limit].rfind(' ') {
        Some(position) => (&text[..position], &text[position + 1..]),
        None => text.split_once(' ').unwrap_or((text, "")),
    }
}
