//! Reads an OpenAPI file of `tests/contract` and finds operations in it.

use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// A parsed description.
pub(crate) struct Contract {
    root: Value,
}

impl Contract {
    /// The description of a service, by its name in the table.
    pub(crate) fn of(service: &str) -> Result<Self> {
        let path = crate::root().join(format!("tests/contract/{service}.openapi.yaml"));
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let root =
            serde_saphyr::from_str(&text).with_context(|| format!("cannot parse {}", path.display()))?;
        Ok(Self { root })
    }

    /// All operations that are not deprecated, as (method in capitals, path template).
    pub(crate) fn operations(&self) -> Vec<(String, String)> {
        let Some(paths) = self.root.get("paths").and_then(Value::as_object) else { return Vec::new() };
        let methods = ["get", "post", "put", "patch", "delete"];
        paths
            .iter()
            .flat_map(|(path, item)| {
                methods
                    .iter()
                    .filter(|method| {
                        let operation = item.get(**method);
                        operation.is_some_and(|operation| operation["deprecated"] != Value::Bool(true))
                    })
                    .map(|method| (method.to_uppercase(), path.clone()))
            })
            .collect()
    }

    /// The operation whose template is the same but for the names of its arguments.
    pub(crate) fn find(&self, method: &str, template: &str) -> Option<&Value> {
        let paths = self.root.get("paths")?.as_object()?;
        let (_, item) = paths.iter().find(|(path, _)| anonymous(path) == anonymous(template))?;
        item.get(method.to_lowercase())
    }

    /// Follows a reference, if it is one.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.root.pointer(reference.trim_start_matches('#')).unwrap_or(value),
            None => value,
        }
    }

    /// All properties of a schema, those of `allOf` included, and the names of the required ones.
    pub(crate) fn members<'a>(&'a self, schema: &'a Value) -> (Map<String, Value>, Vec<String>) {
        let schema = self.resolve(schema);
        let mut properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let mut required: Vec<String> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            let (inner, inner_required) = self.members(part);
            properties.extend(inner);
            required.extend(inner_required);
        }
        (properties, required)
    }
}

/// A template with its arguments unnamed: names are ours, positions are the server's.
pub(crate) fn anonymous(template: &str) -> String {
    template
        .split('/')
        .map(|segment| if segment.starts_with('{') { "{}" } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}
