//! One call in the words of each language.

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::r#gen::typescript::camel_case;
use crate::table::{Field, Operation, Table, TypeRef};

/// A call with its arguments, ready to be written down.
#[derive(Debug)]
pub(super) struct Calls {
    /// The way to the method, without the arguments.
    variable: String,
    resource: Option<String>,
    verb: String,
    paged: bool,
    positional: Vec<Written>,
    named: Vec<Written>,
    /// Name of Rust's parameter struct; none where there is nothing to say.
    parameters: Option<String>,
    /// Arguments of Rust's `new`.
    rust_new: Vec<String>,
    /// Rust's setters with their arguments.
    rust_setters: Vec<(String, String)>,
}

/// The way to a method in each language.
#[derive(Debug, Serialize)]
pub(super) struct Methods {
    rust: String,
    python: String,
    python_async: String,
    node: String,
}

/// An argument in two languages; the third has its own order.
#[derive(Debug)]
struct Written {
    name: String,
    python: String,
    typescript: String,
}

impl Calls {
    pub(super) fn of(
        operation: &Operation,
        table: &Table,
        arguments: &Map<String, Value>,
        variable: &str,
    ) -> Result<Self> {
        let language = Language { table };
        let (mut positional, mut named) = (Vec::new(), Vec::new());
        let (mut rust_new, mut rust_setters) = (Vec::new(), Vec::new());
        for field in &operation.arguments {
            let Some(value) = arguments.get(&field.wire) else { continue };
            let written = Written {
                name: field.name.clone(),
                python: language.python(&field.r#type, value)?,
                typescript: language.typescript(&field.r#type, value)?,
            };
            if field.positional {
                positional.push(written)
            } else {
                named.push(written)
            }
            let rust = language.rust(&field.r#type, value, field.required)?;
            match field.required {
                true => rust_new.push(rust),
                false => rust_setters.push((rust_name(&field.name), rust)),
            }
        }
        Ok(Self {
            variable: variable.to_owned(),
            resource: operation.resource.clone(),
            verb: operation.verb.clone(),
            paged: operation.shape == "page",
            positional,
            named,
            parameters: (!operation.arguments.is_empty()).then(|| operation.parameters.clone()),
            rust_new,
            rust_setters,
        })
    }

    pub(super) fn methods(&self) -> Methods {
        let (variable, verb) = (&self.variable, &self.verb);
        let resource = |name: fn(&str) -> String, call: &str| {
            self.resource.as_ref().map_or_else(String::new, |resource| format!("{}{call}.", name(resource)))
        };
        let python = format!("{variable}.{}{verb}", resource(str::to_owned, ""));
        Methods {
            rust: format!("{variable}.{}{}", resource(str::to_owned, "()"), rust_name(verb)),
            python_async: format!("{} {python}", if self.paged { "async for" } else { "await" }),
            python,
            node: format!("{variable}.{}{}", resource(camel_case, ""), camel_case(verb)),
        }
    }

    pub(super) fn python(&self, awaited: bool) -> String {
        let resource = self.resource.as_ref().map_or_else(String::new, |name| format!("{name}."));
        let positional = self.positional.iter().map(|argument| argument.python.clone());
        let named = self.named.iter().map(|argument| format!("{}={}", argument.name, argument.python));
        let arguments: Vec<String> = positional.chain(named).collect();
        let call = format!("{}.{resource}{}{}", self.variable, self.verb, listed("(", &arguments, ")", 4));
        match (self.paged, awaited) {
            (true, false) => format!("for row in {call}:\n    print(row)"),
            (true, true) => format!("async for row in {call}:\n    print(row)"),
            (false, false) => format!("result = {call}"),
            (false, true) => format!("result = await {call}"),
        }
    }

    pub(super) fn typescript(&self) -> String {
        let resource =
            self.resource.as_ref().map_or_else(String::new, |name| format!("{}.", camel_case(name)));
        let mut arguments: Vec<String> =
            self.positional.iter().map(|argument| argument.typescript.clone()).collect();
        if !self.named.is_empty() {
            let members: Vec<String> = self
                .named
                .iter()
                .map(|argument| format!("{}: {}", camel_case(&argument.name), argument.typescript))
                .collect();
            arguments.push(listed("{ ", &members, " }", 2));
        }
        let call =
            format!("{}.{resource}{}({})", self.variable, camel_case(&self.verb), arguments.join(", "));
        match self.paged {
            true => format!("for await (const row of {call}) {{\n  console.log(row);\n}}"),
            false => format!("const result = await {call};"),
        }
    }

    pub(super) fn rust(&self) -> String {
        let resource = self.resource.as_ref().map_or_else(String::new, |name| format!(".{name}()"));
        let argument = match &self.parameters {
            None => String::new(),
            Some(name) => {
                let setters: String = self
                    .rust_setters
                    .iter()
                    .map(|(setter, value)| format!("\n    .{setter}({value})"))
                    .collect();
                let new = format!("{name}::new({})", self.rust_new.join(", "));
                match setters.is_empty() {
                    true => new,
                    false => format!("\n    {new}{}\n", setters.replace('\n', "\n    ")),
                }
            }
        };
        let call = format!("{}{resource}.{}({argument})", self.variable, rust_name(&self.verb));
        match self.paged {
            true => format!(
                "let mut rows = {call}.into_stream();\nwhile let Some(row) = rows.try_next().await? {{\n    println!(\"{{row:?}}\");\n}}"
            ),
            false => format!("let result = {call}.await?;"),
        }
    }
}

/// In one line where that is short, else one argument a line.
fn listed(open: &str, items: &[String], close: &str, indent: usize) -> String {
    let line = items.join(", ");
    if line.len() <= 72 && !line.contains('\n') {
        return if items.is_empty() {
            format!("{}{}", open.trim(), close.trim())
        } else {
            format!("{open}{line}{close}")
        };
    }
    let margin = " ".repeat(indent);
    let lines: String = items
        .iter()
        .map(|item| format!("{margin}{},\n", item.replace('\n', &format!("\n{margin}"))))
        .collect();
    format!("{}\n{lines}{}", open.trim_end(), close.trim_start())
}

/// Words that Rust keeps for itself get their prefix.
fn rust_name(name: &str) -> String {
    match name {
        "type" | "move" | "ref" | "match" | "use" => format!("r#{name}"),
        _ => name.to_owned(),
    }
}

/// How values are written.
struct Language<'a> {
    table: &'a Table,
}

impl Language<'_> {
    fn fields(&self, name: &str) -> Result<&[Field]> {
        let found = self.table.types.iter().find(|candidate| candidate.name == name);
        Ok(&found.with_context(|| format!("no type {name}"))?.fields)
    }

    fn python(&self, type_ref: &TypeRef, value: &Value) -> Result<String> {
        Ok(match (type_ref, value) {
            (_, Value::Null) => "None".to_owned(),
            (_, Value::Bool(truth)) => if *truth { "True" } else { "False" }.to_owned(),
            (_, Value::String(_) | Value::Number(_)) => value.to_string(),
            (TypeRef::List { item }, Value::Array(values)) => {
                let items: Result<Vec<String>> =
                    values.iter().map(|value| self.python(item, value)).collect();
                listed("[", &items?, "]", 4)
            }
            (TypeRef::Object { name }, Value::Object(members)) => {
                let fields = self.fields(name)?;
                let mut items = Vec::new();
                for (wire, value) in members {
                    let field = fields.iter().find(|field| field.wire == *wire);
                    let field = field.with_context(|| format!("{name} has no member {wire}"))?;
                    items.push(format!("\"{}\": {}", field.name, self.python(&field.r#type, value)?));
                }
                listed("{", &items, "}", 4)
            }
            (TypeRef::Map { value: inner }, Value::Object(members)) => {
                let items: Result<Vec<String>> = members
                    .iter()
                    .map(|(key, value)| {
                        Ok(format!("{}: {}", Value::from(key.as_str()), self.python(inner, value)?))
                    })
                    .collect();
                listed("{", &items?, "}", 4)
            }
            (_, Value::Object(members)) => {
                let items: Result<Vec<String>> = members
                    .iter()
                    .map(|(key, value)| {
                        Ok(format!("{}: {}", Value::from(key.as_str()), self.python(&TypeRef::Json, value)?))
                    })
                    .collect();
                listed("{", &items?, "}", 4)
            }
            (_, Value::Array(values)) => {
                let items: Result<Vec<String>> =
                    values.iter().map(|value| self.python(&TypeRef::Json, value)).collect();
                listed("[", &items?, "]", 4)
            }
        })
    }

    fn typescript(&self, type_ref: &TypeRef, value: &Value) -> Result<String> {
        Ok(match (type_ref, value) {
            (_, Value::Null | Value::Bool(_) | Value::String(_) | Value::Number(_)) => value.to_string(),
            (TypeRef::List { item }, Value::Array(values)) => {
                let items: Result<Vec<String>> =
                    values.iter().map(|value| self.typescript(item, value)).collect();
                listed("[", &items?, "]", 2)
            }
            (TypeRef::Object { name }, Value::Object(members)) => {
                let fields = self.fields(name)?;
                let mut items = Vec::new();
                for (wire, value) in members {
                    let field = fields.iter().find(|field| field.wire == *wire);
                    let field = field.with_context(|| format!("{name} has no member {wire}"))?;
                    items.push(format!(
                        "{}: {}",
                        camel_case(&field.name),
                        self.typescript(&field.r#type, value)?
                    ));
                }
                listed("{ ", &items, " }", 2)
            }
            (_, Value::Object(members)) => {
                let items: Result<Vec<String>> = members
                    .iter()
                    .map(|(key, value)| {
                        Ok(format!("{}: {}", property(key), self.typescript(&TypeRef::Json, value)?))
                    })
                    .collect();
                listed("{ ", &items?, " }", 2)
            }
            (_, Value::Array(values)) => {
                let items: Result<Vec<String>> =
                    values.iter().map(|value| self.typescript(&TypeRef::Json, value)).collect();
                listed("[", &items?, "]", 2)
            }
        })
    }

    fn rust(&self, type_ref: &TypeRef, value: &Value, required: bool) -> Result<String> {
        Ok(match (type_ref, value) {
            (TypeRef::List { item }, Value::Array(values)) => {
                let items: Result<Vec<String>> = values
                    .iter()
                    .map(|value| match (item.as_ref(), value) {
                        (TypeRef::Text, Value::String(_)) if required => Ok(format!("{value}.to_owned()")),
                        (TypeRef::Named { name, .. }, _) if required => Ok(format!("{name}::from({value})")),
                        _ => self.rust(item, value, required),
                    })
                    .collect();
                format!("vec![{}]", items?.join(", "))
            }
            (TypeRef::Object { name }, Value::Object(members)) => {
                let (mut new, mut setters) = (Vec::new(), String::new());
                for field in self.fields(name)? {
                    let Some(value) = members.get(&field.wire) else { continue };
                    let rust = self.rust(&field.r#type, value, field.required)?;
                    match field.required {
                        true => new.push(rust),
                        false => setters.push_str(&format!(".{}({rust})", rust_name(&field.name))),
                    }
                }
                format!("{name}::new({}){setters}", new.join(", "))
            }
            (TypeRef::Json, Value::Object(_)) => {
                format!("json!({value}).as_object().cloned().unwrap_or_default()")
            }
            (TypeRef::Map { value: inner }, Value::Object(members)) => {
                let items: Result<Vec<String>> = members
                    .iter()
                    .map(|(key, value)| {
                        Ok(format!(
                            "({}.to_owned(), {})",
                            Value::from(key.as_str()),
                            self.rust(inner, value, required)?
                        ))
                    })
                    .collect();
                format!("BTreeMap::from([{}])", items?.join(", "))
            }
            (TypeRef::Any, value) => format!("json!({value})"),
            (TypeRef::Number, Value::Number(number)) => {
                let text = number.to_string();
                if text.contains('.') { text } else { format!("{text}.0") }
            }
            // `new` converts, so it has to be told what a number is.
            (_, Value::Number(number)) if required && number.is_u64() => format!("{number}_u32"),
            (_, Value::Bool(_) | Value::String(_) | Value::Number(_)) => value.to_string(),
            (type_ref, value) => bail!("a value of type {type_ref:?} cannot be written: {value}"),
        })
    }
}

/// A member name, quoted where it is no identifier.
fn property(name: &str) -> String {
    let plain = name.chars().enumerate().all(|(position, character)| {
        character == '_' || character.is_ascii_alphabetic() || (position > 0 && character.is_ascii_digit())
    });
    if plain && !name.is_empty() { name.to_owned() } else { Value::from(name).to_string() }
}
