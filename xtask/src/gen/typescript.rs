//! Renders the TypeScript façade: ids, enums, models, inputs, one class for each resource, and the client.
//!
//! What a piece looks like is in the templates beside this file; what it says is in `docs`; here the table is put into the
//! order and the words of TypeScript. `xtask/golden/typescript` holds hand-written files that this has to reproduce.

mod docs;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

use self::docs::Words;
pub(super) use self::docs::camel_case;
use super::{Formatter, Rendered};
use crate::table::{self, Field, Kind, Operation, Table, Type, TypeRef};

const TEMPLATES: [(&str, &str); 7] = [
    ("client", include_str!("typescript/client.ts.j2")),
    ("enums", include_str!("typescript/enums.ts.j2")),
    ("ids", include_str!("typescript/ids.ts.j2")),
    ("index", include_str!("typescript/index.ts.j2")),
    ("interfaces", include_str!("typescript/interfaces.ts.j2")),
    ("method", include_str!("typescript/method.ts.j2")),
    ("resource", include_str!("typescript/resource.ts.j2")),
];

pub(super) fn render(table: &Table) -> Result<Vec<Rendered>> {
    render_with(table, &Words::of(table))
}

fn render_with(table: &Table, words: &Words) -> Result<Vec<Rendered>> {
    let mut templates = Environment::new();
    templates.set_syntax(
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?,
    );
    templates.add_filter("comment", docs::comment);
    for (name, text) in TEMPLATES {
        templates.add_template(name, text)?;
    }
    let of_kind = |kinds: &[Kind]| -> Vec<&Type> {
        table.types.iter().filter(|r#type| kinds.contains(&r#type.kind)).collect()
    };
    let interfaces = |kind: Kind| -> Vec<Interface> {
        let side = if kind == Kind::Input { Side::Arguments } else { Side::Answers };
        of_kind(&[kind])
            .into_iter()
            .map(|r#type| Interface::of(&r#type.name, &r#type.docs, &r#type.fields, side, words))
            .collect()
    };

    let mut files = Vec::new();
    let mut add = |name: &str, template: &str, context: Value| -> Result<()> {
        let text = templates.get_template(template)?.render(context)?;
        let path = format!("bindings-node/ts/generated/{name}.ts").into();
        files.push(Rendered { path, text, formatter: Formatter::TypeScript });
        Ok(())
    };

    add("ids", "ids", context! { ids => data(&of_kind(&[Kind::Id])) })?;
    add("enums", "enums", context! { enums => data(&of_kind(&[Kind::Words, Kind::Code])) })?;
    // Not "models": each resource has a file of its name, and one is called that.
    for (name, kind) in [("answers", Kind::Model), ("inputs", Kind::Input)] {
        let interfaces = interfaces(kind);
        let imports = Imports::of(interfaces.iter().flat_map(|interface| &interface.uses), name);
        add(name, "interfaces", context! { interfaces => data(&interfaces), imports => data(&imports) })?;
    }
    let services: Vec<Service> =
        table.services.iter().map(|service| Service::of(table, &service.name, words)).collect();
    let resources: Vec<&Resource> = services.iter().flat_map(|service| &service.resources).collect();
    for resource in &resources {
        add(&resource.name, "resource", context! { resource => data(resource) })?;
    }
    let own = services.iter().flat_map(|service| &service.methods);
    let imports = Imports::of(own.flat_map(|method| &method.uses), "client");
    add(
        "client",
        "client",
        context! { services => data(&services), resources => data(&resources), imports => data(&imports) },
    )?;
    add("index", "index", context! { resources => data(&resources) })?;
    Ok(files)
}

fn data<T: Serialize>(value: &T) -> Value {
    Value::from(Serde(value))
}

/// Members of answers may be null where the server sends null; arguments may be left undefined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Arguments,
    Answers,
}

#[derive(Debug, Serialize)]
struct Interface {
    name: String,
    docs: Vec<String>,
    members: Vec<Member>,
    #[serde(skip)]
    uses: Vec<(&'static str, String)>,
}

#[derive(Debug, Serialize)]
struct Member {
    name: String,
    required: bool,
    r#type: String,
    docs: Vec<String>,
}

impl Interface {
    fn of<'a>(
        name: &str,
        docs: &str,
        fields: impl IntoIterator<Item = &'a Field>,
        side: Side,
        words: &Words,
    ) -> Self {
        let fields: Vec<&Field> = fields.into_iter().collect();
        Self {
            name: name.to_owned(),
            docs: vec![words.in_typescript(docs)],
            uses: fields.iter().filter_map(|field| used(&field.r#type)).collect(),
            members: fields
                .iter()
                .map(|field| Member {
                    name: field.wire.clone(),
                    required: field.required,
                    r#type: match (field.required, side) {
                        (true, _) => type_text(&field.r#type, side),
                        (false, Side::Arguments) => format!("{} | undefined", type_text(&field.r#type, side)),
                        (false, Side::Answers) => format!("{} | null", type_text(&field.r#type, side)),
                    },
                    docs: vec![words.in_typescript(&field.docs)],
                })
                .collect(),
        }
    }
}

fn type_text(type_ref: &TypeRef, side: Side) -> String {
    match type_ref {
        TypeRef::Text | TypeRef::Secret => "string".to_owned(),
        TypeRef::Integer | TypeRef::Number => "number".to_owned(),
        TypeRef::Boolean => "boolean".to_owned(),
        TypeRef::Time => "Timestamp".to_owned(),
        TypeRef::Json => "JsonObject".to_owned(),
        TypeRef::Named { name, .. } | TypeRef::Object { name } => name.clone(),
        TypeRef::List { item } => {
            let readonly = if side == Side::Arguments { "readonly " } else { "" };
            format!("{readonly}{}[]", type_text(item, side))
        }
        TypeRef::Any => "unknown".to_owned(),
        TypeRef::Map { value } => {
            let record = format!("Record<string, {}>", type_text(value, side));
            if side == Side::Arguments { format!("Readonly<{record}>") } else { record }
        }
    }
}

/// The type that has to be imported for this one, and the file it lies in; `interfaces` stands for models or inputs.
fn used(type_ref: &TypeRef) -> Option<(&'static str, String)> {
    match type_ref {
        TypeRef::Time => Some(("../values", "Timestamp".to_owned())),
        TypeRef::Json => Some(("../values", "JsonObject".to_owned())),
        TypeRef::Named { name, of: Kind::Id } => Some(("./ids", name.clone())),
        TypeRef::Named { name, .. } => Some(("./enums", name.clone())),
        TypeRef::Object { name } => Some(("interfaces", name.clone())),
        TypeRef::List { item: inner } | TypeRef::Map { value: inner } => used(inner),
        _ => None,
    }
}

/// Type imports of a file, sorted: from where, and which names.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Imports(BTreeMap<&'static str, BTreeSet<String>>);

impl Imports {
    /// Models stand in `answers`, inputs in `inputs`; what is in the file itself is not imported.
    fn of<'a>(uses: impl Iterator<Item = &'a (&'static str, String)>, file: &str) -> Self {
        let mut imports: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
        for (from, name) in uses {
            let from = match (*from, file) {
                ("interfaces", "answers" | "inputs") => continue,
                ("interfaces", _) => "./inputs",
                (from, _) => from,
            };
            imports.entry(from).or_default().insert(name.clone());
        }
        Self(imports)
    }
}

/// A service and what its client offers.
#[derive(Debug, Serialize)]
struct Service {
    /// Name of the client.
    class: String,
    resources: Vec<Resource>,
    /// Methods of the client itself.
    methods: Vec<Method>,
}

#[derive(Debug, Serialize)]
struct Resource {
    /// File and property.
    name: String,
    class: String,
    docs: Vec<String>,
    arguments: Vec<Interface>,
    methods: Vec<Method>,
    imports: Imports,
}

#[derive(Debug, Serialize)]
struct Method {
    id: String,
    name: String,
    docs: Vec<String>,
    path: Vec<Member>,
    /// Name of the arguments object, when there is one.
    arguments: Option<String>,
    /// Whether all of its members can be left out.
    arguments_optional: bool,
    paged: bool,
    returns: String,
    #[serde(skip)]
    uses: Vec<(&'static str, String)>,
}

/// The methods of a client, or of one of its resources.
fn methods_of<'a>(table: &'a Table, service: &str, resource: Option<&str>) -> Vec<&'a Operation> {
    let own =
        |operation: &&Operation| operation.service == service && operation.resource.as_deref() == resource;
    table.methods().into_iter().filter(own).collect()
}

impl Service {
    fn of(table: &Table, name: &str, words: &Words) -> Self {
        let resources = table.resources.iter().filter(|resource| resource.service == name);
        let methods = methods_of(table, name, None);
        Self {
            class: docs::pascal_case(name),
            resources: resources.map(|resource| Resource::of(table, resource, words)).collect(),
            methods: methods.into_iter().map(|operation| Method::of(table, operation, words)).collect(),
        }
    }
}

impl Resource {
    fn of(table: &Table, resource: &table::Resource, words: &Words) -> Self {
        let name = &resource.name;
        let class = docs::pascal_case(name);
        let operations = methods_of(table, &resource.service, Some(name));
        let methods: Vec<Method> =
            operations.iter().map(|operation| Method::of(table, operation, words)).collect();
        let arguments: Vec<Interface> = operations
            .into_iter()
            .filter(|operation| operation.arguments.iter().any(|field| !field.positional))
            .map(|operation| {
                let docs = format!("Arguments of {{@link {class}.{}}}.", camel_case(&operation.verb));
                let fields = operation.arguments.iter().filter(|field| !field.positional);
                Interface::of(&operation.parameters, &docs, fields, Side::Arguments, words)
            })
            .collect();
        let uses = methods.iter().flat_map(|method| &method.uses);
        let imports = Imports::of(uses.chain(arguments.iter().flat_map(|interface| &interface.uses)), name);
        let docs = vec![words.in_typescript(&resource.docs)];
        Self { name: name.clone(), class, docs, arguments, methods, imports }
    }
}

impl Method {
    fn of(table: &Table, operation: &Operation, words: &Words) -> Self {
        let (path, others): (Vec<&Field>, Vec<&Field>) =
            operation.arguments.iter().partition(|field| field.positional);
        let mut uses: Vec<(&'static str, String)> =
            path.iter().filter_map(|field| used(&field.r#type)).collect();
        uses.push(("./answers", operation.model.clone()));
        let paged = operation.shape == "page";
        let model = &operation.model;
        let returns = match operation.shape.as_str() {
            "page" => format!("Paginator<{model}>"),
            "list" => format!("ApiPromise<{model}[]>"),
            _ => format!("ApiPromise<{model}>"),
        };
        if paged {
            uses.push(("../options", "PageOptions".to_owned()));
            uses.push(("../paginator", "Paginator".to_owned()));
        } else {
            uses.push(("../options", "CallOptions".to_owned()));
            uses.push(("../api-promise", "ApiPromise".to_owned()));
        }
        Self {
            id: operation.id.clone(),
            name: camel_case(&operation.verb),
            docs: docs::of_operation(table, operation, words),
            path: Interface::of("", "", path, Side::Arguments, words).members,
            arguments_optional: others.iter().all(|field| !field.required),
            arguments: (!others.is_empty()).then(|| operation.parameters.clone()),
            paged,
            returns,
            uses,
        }
    }
}
