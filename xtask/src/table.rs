//! The operation table as plain data: what `operations.json` holds and what the templates render.
//!
//! It is read from the registry of the core and its JSON Schemas. Nothing is decided here: names, types, rules and words
//! all come from the declarations.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use kakiyo::registry::{self, Entry};
use kakiyo::{Group, OperationSpec, Shape};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

/// Everything the generator knows.
#[derive(Debug, Serialize)]
pub(crate) struct Table {
    /// Sorted by name.
    pub(crate) services: Vec<Service>,
    /// Sorted by name.
    pub(crate) resources: Vec<Resource>,
    /// The operations of the services, sorted by id.
    pub(crate) operations: Vec<Operation>,
    /// Methods that are made of operations, sorted by id: rendered like them, but no operation of a service.
    pub(crate) helpers: Vec<Operation>,
    /// Sorted by name.
    pub(crate) types: Vec<Type>,
    /// Those that stand in bodies alone, which no caller meets.
    #[serde(skip)]
    pub(crate) sent: Vec<Type>,
}

/// One of the services.
#[derive(Debug, Serialize)]
pub(crate) struct Service {
    pub(crate) name: String,
    /// Where a key is limited as a whole, and not by operation: calls a minute, and at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) whole: Option<Whole>,
}

/// The limits of a key as a whole.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Whole {
    pub(crate) calls: u32,
    pub(crate) at_once: u32,
}

/// A group of operations: a property of its client.
#[derive(Debug, Serialize)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) service: String,
    /// One sentence.
    pub(crate) docs: String,
}

/// One operation.
#[derive(Debug, Serialize)]
pub(crate) struct Operation {
    pub(crate) id: String,
    /// `None` for operations of the client itself.
    pub(crate) resource: Option<String>,
    pub(crate) verb: String,
    pub(crate) service: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) group: String,
    pub(crate) tier: String,
    pub(crate) price: u32,
    /// Calls of one use, least and most; a most of 0 means as many as it takes.
    pub(crate) calls: (u32, u32),
    /// Whether answers may be kept (client option `cache`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) cacheable: bool,
    /// The operation that does the work of many of these (client option `coalesce`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) coalesce: Option<String>,
    /// For a helper, the operations that it makes its calls with. Route, quota and price above are those of the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) uses: Vec<String>,
    pub(crate) retry: String,
    pub(crate) paging: String,
    /// Largest page; 0 without pages.
    pub(crate) page_cap: u32,
    pub(crate) timeout: Option<u32>,
    pub(crate) errors: Vec<String>,
    pub(crate) source: String,
    /// First paragraph of the doc comment, in one line.
    pub(crate) summary: String,
    /// The other paragraphs.
    pub(crate) details: Vec<String>,
    /// Name of the parameter struct.
    pub(crate) parameters: String,
    pub(crate) arguments: Vec<Field>,
    /// Members of the body, where it is not made of the arguments as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Vec<Field>>,
    /// `object`, `list` or `page`.
    pub(crate) shape: String,
    /// Name of the model in the answer.
    pub(crate) model: String,
}

/// A model, an input, an id, a set of words or a code.
#[derive(Debug, Serialize)]
pub(crate) struct Type {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) docs: String,
    /// For models and inputs, in the order of declaration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<Field>,
    /// For words and codes: those that are known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) words: Vec<Word>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// An object in answers.
    Model,
    /// An object in arguments.
    Input,
    /// Text that names a record.
    Id,
    /// An open set of words.
    Words,
    /// An open set of numbers.
    Code,
}

#[derive(Debug, Serialize)]
pub(crate) struct Word {
    /// The word or number as it stands in JSON.
    pub(crate) word: String,
    /// Name of a constant for it, in capitals.
    pub(crate) name: String,
    pub(crate) docs: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// An argument or a member.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Field {
    /// Snake case, without Rust's raw prefix.
    pub(crate) name: String,
    /// The name in JSON, as callers and answers have it.
    pub(crate) wire: String,
    /// The name in the request, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sent_as: Option<String>,
    /// Whether the request has it in another form than callers give.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) rewritten: bool,
    pub(crate) required: bool,
    /// Whether it stands in the path.
    pub(crate) in_path: bool,
    /// Whether callers give it without a name: what stands in the path, and the main thing of an operation.
    pub(crate) positional: bool,
    pub(crate) r#type: TypeRef,
    pub(crate) docs: String,
    /// `minLength`, `maxLength`, `minItems`, `maxItems`, `minimum`, `maximum`, as far as declared.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) rules: BTreeMap<String, u64>,
}

impl Field {
    /// The name that the service knows it by.
    pub(crate) fn sent_name(&self) -> &str {
        self.sent_as.as_deref().unwrap_or(&self.wire)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum TypeRef {
    Text,
    Integer,
    Number,
    Boolean,
    /// ISO 8601 text.
    Time,
    /// Text that never prints.
    Secret,
    /// Any JSON object.
    Json,
    /// Any JSON value.
    Any,
    /// An id, words or code type.
    Named {
        name: String,
        of: Kind,
    },
    /// A model or input.
    Object {
        name: String,
    },
    List {
        item: Box<TypeRef>,
    },
    /// An object whose names are data.
    Map {
        value: Box<TypeRef>,
    },
}

impl TypeRef {
    /// Whether a part of it is of this kind.
    pub(crate) fn holds(&self, wanted: &dyn Fn(&Self) -> bool) -> bool {
        wanted(self)
            || match self {
                Self::List { item: inner } | Self::Map { value: inner } => inner.holds(wanted),
                _ => false,
            }
    }
}

impl Table {
    /// All methods of the clients, sorted by id: operations and helpers.
    pub(crate) fn methods(&self) -> Vec<&Operation> {
        let mut methods: Vec<&Operation> = self.operations.iter().chain(&self.helpers).collect();
        methods.sort_by(|left, right| left.id.cmp(&right.id));
        methods
    }

    /// The limits of a key as a whole, where the service of this name has them.
    pub(crate) fn whole(&self, service: &str) -> Option<Whole> {
        self.services.iter().find(|known| known.name == service)?.whole
    }
}

/// Reads the table from the registry.
pub(crate) fn read() -> Result<Table> {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut operations = Vec::new();
    let mut models = Vec::new();
    let mut arguments = Vec::new();
    for entry in registry::entries() {
        let [parameters, body, model] = (entry.schemas)(&mut generator).map(|schema| schema.to_value());
        arguments.push((entry, reference(&parameters)?, reference(&body)?));
        models.push(reference(&model)?);
    }
    let definitions = definitions(&mut generator);
    for (entry, name, body) in &arguments {
        operations.push(operation(entry, name, body, &definitions)?);
    }
    operations.sort_by(|left, right| left.id.cmp(&right.id));
    let parameter_names: Vec<&str> = arguments.iter().map(|(_, name, _)| name.as_str()).collect();
    let (types, sent) = types(&definitions, &parameter_names, &models)?;
    let (helpers, operations) = operations.into_iter().partition(|operation| !operation.uses.is_empty());
    Ok(Table { services: services()?, resources: resources()?, operations, helpers, types, sent })
}

fn services() -> Result<Vec<Service>> {
    [kakiyo::Service::Kaiko, kakiyo::Service::Kakiyo]
        .iter()
        .map(|service| {
            let whole = registry::limits(*service).whole;
            let whole = whole.map(|whole| Whole { calls: whole.calls, at_once: whole.at_once });
            Ok(Service { name: word(service)?, whole })
        })
        .collect()
}

fn resources() -> Result<Vec<Resource>> {
    let mut resources: BTreeMap<&str, Resource> = BTreeMap::new();
    for spec in registry::entries().map(|entry| entry.spec) {
        let Some((name, _)) = spec.id.split_once('.') else { continue };
        let resource = Resource {
            name: name.to_owned(),
            service: word(&spec.service)?,
            docs: one_line(spec.resource_docs),
        };
        anyhow::ensure!(!resource.docs.is_empty(), "{name} has no documentation");
        if let Some(other) = resources.insert(name, resource) {
            anyhow::ensure!(other.service == word(&spec.service)?, "both services have a resource {name}");
        }
    }
    Ok(resources.into_values().collect())
}

fn definitions(generator: &mut SchemaGenerator) -> BTreeMap<String, Value> {
    generator.take_definitions(true).into_iter().collect()
}

fn reference(schema: &Value) -> Result<String> {
    let pointer =
        schema.get("$ref").and_then(Value::as_str).with_context(|| format!("no reference: {schema}"))?;
    Ok(pointer.rsplit('/').next().unwrap_or_default().to_owned())
}

fn operation(
    entry: &Entry,
    parameters: &str,
    body: &str,
    definitions: &BTreeMap<String, Value>,
) -> Result<Operation> {
    let spec: &OperationSpec = entry.spec;
    let (resource, verb) = match spec.id.split_once('.') {
        Some((resource, verb)) => (Some(resource.to_owned()), verb.to_owned()),
        None => (None, spec.id.to_owned()),
    };
    let mut paragraphs = paragraphs(spec.docs);
    anyhow::ensure!(!paragraphs.is_empty(), "{} has no documentation", spec.id);
    let summary = paragraphs.remove(0);
    Ok(Operation {
        id: spec.id.to_owned(),
        resource,
        verb,
        service: word(&spec.service)?,
        method: spec.method.to_owned(),
        path: spec.path.to_owned(),
        group: match spec.group {
            Group::PerOperation => "per_operation".to_owned(),
            Group::Shared(name) => name.to_owned(),
        },
        tier: spec.tier.to_string(),
        price: spec.price,
        calls: spec.calls,
        cacheable: spec.cacheable,
        coalesce: spec.coalesce.map(|coalescing| coalescing.batch.to_owned()),
        uses: spec.uses.iter().map(|&id| id.to_owned()).collect(),
        retry: word(&spec.retry)?,
        paging: word(&spec.paging.style)?,
        page_cap: spec.paging.cap,
        timeout: spec.timeout,
        errors: spec.errors.iter().map(|&code| code.to_owned()).collect(),
        source: spec.source.to_owned(),
        summary,
        details: paragraphs,
        parameters: parameters.to_owned(),
        arguments: fields(&definitions[parameters], definitions)?,
        body: (body != parameters).then(|| fields(&definitions[body], definitions)).transpose()?,
        shape: match entry.shape {
            Shape::Object => "object",
            Shape::List => "list",
            Shape::Page => "page",
        }
        .to_owned(),
        model: entry.model.to_owned(),
    })
}

fn word<T: Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_value(value)?.as_str().context("not a word")?.to_owned())
}

/// Doc comment to paragraphs of one line each.
fn paragraphs(docs: &str) -> Vec<String> {
    docs.split("\n\n")
        .flat_map(|part| part.split("\n \n"))
        .map(|part| part.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn fields(schema: &Value, definitions: &BTreeMap<String, Value>) -> Result<Vec<Field>> {
    let empty = serde_json::Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let order = schema.get("x-order").and_then(Value::as_array).into_iter().flatten();
    let mut fields = Vec::new();
    for entry in order {
        // A name, or a name and the other one that it has in JSON.
        let (rust_name, renamed) = match entry {
            Value::Array(names) => (names.first(), names.get(1).and_then(Value::as_str)),
            name => (Some(name), None),
        };
        let rust_name = rust_name.and_then(Value::as_str).context("a field without a name")?;
        let name = rust_name.trim_start_matches("r#");
        let (wire, property) = properties
            .iter()
            .find(|(wire, _)| match renamed {
                Some(renamed) => *wire == renamed,
                None => snake_case(wire) == name,
            })
            .with_context(|| format!("no property for the field {name}"))?;
        fields.push(Field {
            name: name.to_owned(),
            wire: wire.clone(),
            sent_as: property.get("x-wire").and_then(Value::as_str).map(str::to_owned),
            rewritten: property.get("x-rewritten").and_then(Value::as_bool) == Some(true),
            required: required.contains(&wire.as_str()),
            in_path: property.get("x-in").and_then(Value::as_str) == Some("path"),
            positional: property.get("x-in").is_some(),
            r#type: type_ref(property, definitions).with_context(|| format!("type of {wire}"))?,
            docs: property.get("description").and_then(Value::as_str).map(one_line).unwrap_or_default(),
            rules: rules(property),
        });
    }
    Ok(fields)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn rules(property: &Value) -> BTreeMap<String, u64> {
    ["minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"]
        .into_iter()
        .filter_map(|rule| Some((rule.to_owned(), property.get(rule)?.as_u64()?)))
        // Unsigned integers carry a minimum of 0 that nobody declared.
        .filter(|(rule, limit)| !(rule == "minimum" && *limit == 0 && property.get("maximum").is_none()))
        .collect()
}

fn type_ref(property: &Value, definitions: &BTreeMap<String, Value>) -> Result<TypeRef> {
    if property.as_bool() == Some(true) {
        return Ok(TypeRef::Any);
    }
    if let Some(options) = property.get("anyOf").and_then(Value::as_array) {
        let real = options.iter().find(|option| option.get("type").and_then(Value::as_str) != Some("null"));
        return type_ref(real.context("nothing but null")?, definitions);
    }
    if property.get("$ref").is_some() {
        let name = reference(property)?;
        let target = definitions.get(&name).with_context(|| format!("no definition {name}"))?;
        return Ok(match name.as_str() {
            "Timestamp" => TypeRef::Time,
            _ if target.get("properties").is_some() => TypeRef::Object { name },
            _ => TypeRef::Named { of: named_kind(target), name },
        });
    }
    let kind = match property.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").context("nothing but null")?
        }
        _ => bail!("no type in {property}"),
    };
    Ok(match kind {
        "string" if property.get("format").and_then(Value::as_str) == Some("password") => TypeRef::Secret,
        "string" => TypeRef::Text,
        "integer" => TypeRef::Integer,
        "number" => TypeRef::Number,
        "boolean" => TypeRef::Boolean,
        "object" => match property.get("additionalProperties") {
            Some(value @ Value::Object(rules)) if !rules.is_empty() => {
                TypeRef::Map { value: Box::new(type_ref(value, definitions)?) }
            }
            _ => TypeRef::Json,
        },
        "array" => {
            let item = property.get("items").context("a list without items")?;
            TypeRef::List { item: Box::new(type_ref(item, definitions)?) }
        }
        other => bail!("unexpected type {other}"),
    })
}

fn named_kind(definition: &Value) -> Kind {
    if definition.get("x-open-enum").is_some() {
        return Kind::Words;
    }
    match definition.get("type").and_then(Value::as_str) {
        Some("integer") => Kind::Code,
        _ => Kind::Id,
    }
}

/// All types that callers meet, and those that stand in bodies alone. Parameter structs are neither: they are the
/// operations' arguments.
fn types(
    definitions: &BTreeMap<String, Value>,
    parameters: &[&str],
    models: &[String],
) -> Result<(Vec<Type>, Vec<Type>)> {
    let in_answers = within(models, definitions)?;
    let given: Vec<String> = parameters.iter().map(|&name| name.to_owned()).collect();
    let in_arguments = within(&given, definitions)?;
    let (mut types, mut sent) = (Vec::new(), Vec::new());
    for (name, definition) in definitions {
        if parameters.contains(&name.as_str()) || name == "Timestamp" {
            continue;
        }
        let met = in_answers.contains(name) || in_arguments.contains(name);
        let kind = match definition.get("properties") {
            Some(_) if in_answers.contains(name) => Kind::Model,
            Some(_) => Kind::Input,
            None => named_kind(definition),
        };
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(one_line).unwrap_or_default();
        let list = |key: &str| definition.get(key).and_then(Value::as_array).into_iter().flatten();
        let kept = if met { &mut types } else { &mut sent };
        kept.push(Type {
            name: name.clone(),
            kind,
            docs: text(definition.get("description")),
            fields: fields(definition, definitions)?,
            words: list("x-open-enum")
                .zip(list("x-word-names"))
                .zip(list("x-word-docs"))
                .map(|((word, variant), docs)| Word {
                    name: snake_case(&text(Some(variant))).trim_start_matches('_').to_uppercase(),
                    word: text(Some(word)),
                    docs: text(Some(docs)),
                })
                .chain(list("x-codes").map(|code| Word {
                    word: code["code"].to_string(),
                    name: text(code.get("name")),
                    docs: text(code.get("docs")),
                }))
                .collect(),
        });
    }
    Ok((types, sent))
}

/// These types and all that stand in them.
fn within(types: &[String], definitions: &BTreeMap<String, Value>) -> Result<Vec<String>> {
    let mut found: Vec<String> = types.to_vec();
    let mut next = 0;
    while let Some(name) = found.get(next).cloned() {
        next += 1;
        for field in fields(&definitions[&name], definitions)? {
            if let Some(inner) = type_name(&field.r#type)
                && !found.iter().any(|known| known == inner)
            {
                found.push(inner.to_owned());
            }
        }
    }
    Ok(found)
}

fn type_name(type_ref: &TypeRef) -> Option<&str> {
    match type_ref {
        TypeRef::Object { name } | TypeRef::Named { name, .. } => Some(name),
        TypeRef::List { item: inner } | TypeRef::Map { value: inner } => type_name(inner),
        _ => None,
    }
}

/// Camel case to snake case.
pub(crate) fn snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}
