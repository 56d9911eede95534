//! The vendor's description of the API as a judge of requests and answers.
//!
//! It is read strictly: objects with named members are closed, so that a misspelt or invented member is found on either
//! side. What the public texts contradict each other on is listed by the tests, with the row of the fact file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use jsonschema::Validator;
use kakiyo::Service;
use serde_json::{Map, Value, json};

use crate::case;

/// The description of one service.
#[derive(Debug)]
pub struct Contract {
    document: Value,
}

/// One request on its way, below the base address.
#[derive(Debug, Clone)]
pub struct Sent<'a> {
    pub method: &'a str,
    /// Escaped, as on the wire.
    pub path: &'a str,
    /// Pairs in order, decoded.
    pub query: Vec<(&'a str, &'a str)>,
    /// Null for none.
    pub body: &'a Value,
}

/// A route of the description.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    /// `GET /campaigns/{id}/stats`.
    pub template: &'a str,
    operation: &'a Value,
}

impl Contract {
    /// Reads the description of a service.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn of(service: Service) -> Result<Self, String> {
        let name = match service {
            Service::Kakiyo => "kakiyo",
            Service::Kaiko => "kaiko",
        };
        let path = case::root().join(format!("contract/{name}.openapi.yaml"));
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut document: Value =
            serde_saphyr::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        close(&mut document);
        Ok(Self { document })
    }

    /// The route that a request meets; literal segments win over parameters.
    pub fn route(&self, method: &str, path: &str) -> Option<Route<'_>> {
        let found: Vec<&str> = path.split('/').collect();
        let paths = self.document["paths"].as_object()?;
        paths
            .iter()
            .filter(|(template, methods)| {
                methods.get(method.to_ascii_lowercase()).is_some() && meets(template, &found)
            })
            .min_by_key(|(template, _)| template.matches('{').count())
            .map(|(template, methods)| Route { template, operation: &methods[&method.to_ascii_lowercase()] })
    }

    /// What is wrong with a request.
    pub fn request(&self, sent: &Sent<'_>) -> Vec<String> {
        let Some(route) = self.route(sent.method, sent.path) else {
            return vec![format!("{} {}: there is no such route", sent.method, sent.path)];
        };
        let mut wrong = Vec::new();
        let parameters = list(&route.operation["parameters"]);
        let named = |name: &str| {
            parameters.iter().find(|parameter| parameter["in"] == "query" && parameter["name"] == name)
        };
        for (name, value) in &sent.query {
            match named(name) {
                None => wrong.push(format!("query {name}: is not described")),
                Some(parameter) => {
                    let value = typed(value, &parameter["schema"]);
                    wrong.extend(self.invalid(&format!("query {name}"), &parameter["schema"], &value));
                }
            }
        }
        for parameter in
            parameters.iter().filter(|parameter| parameter["in"] == "query" && parameter["required"] == true)
        {
            let name = parameter["name"].as_str().unwrap_or_default();
            if !sent.query.iter().any(|(sent, _)| *sent == name) {
                wrong.push(format!("query {name}: is required"));
            }
        }
        let body = &route.operation["requestBody"];
        match (sent.body.is_null(), body.is_null()) {
            (true, _) if body["required"] == true => wrong.push("body: is required".to_owned()),
            (false, true) => wrong.push("body: none is described".to_owned()),
            (false, false) => {
                wrong.extend(self.invalid("body", &body["content"]["application/json"]["schema"], sent.body));
            }
            (true, _) => {}
        }
        wrong
    }

    /// What is wrong with an answer to a request that met this route.
    pub fn answer(
        &self,
        route: Route<'_>,
        status: u16,
        headers: &BTreeMap<String, String>,
        body: &Value,
    ) -> Vec<String> {
        let mut response = &route.operation["responses"][status.to_string()];
        if response.is_null() && status == 400 {
            // Any call may be refused for what it says, whether its page speaks of that or not.
            response = &self.document["components"]["responses"]["BadRequest"];
        }
        if response.is_null() {
            response = &route.operation["responses"]["default"];
        }
        if response.is_null() {
            return vec![format!("status {status}: is not described")];
        }
        let response = self.resolved(response);
        let mut wrong = self.invalid("answer", &response["content"]["application/json"]["schema"], body);
        for (name, described) in response["headers"].as_object().into_iter().flatten() {
            let schema = &self.resolved(described)["schema"];
            if let Some(value) = headers.get(&name.to_ascii_lowercase()) {
                wrong.extend(self.invalid(&format!("header {name}"), schema, &typed(value, schema)));
            }
        }
        wrong
    }

    /// Every member that the good answers of a route may have, as paths such as `prospects[].stats.messages`.
    pub fn members(&self, route: Route<'_>) -> BTreeSet<String> {
        let mut members = BTreeSet::new();
        for (status, response) in route.operation["responses"].as_object().into_iter().flatten() {
            if status.starts_with('2') {
                let schema = &self.resolved(response)["content"]["application/json"]["schema"];
                self.collect_members(schema, "", &mut members);
            }
        }
        members
    }

    fn collect_members(&self, schema: &Value, path: &str, members: &mut BTreeSet<String>) {
        let schema = self.resolved(schema);
        if let Some(items) = schema.get("items") {
            self.collect_members(items, &format!("{path}[]"), members);
        }
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            let member = joined(path, name);
            self.collect_members(inner, &member, members);
            members.insert(member);
        }
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        pointer.and_then(|pointer| self.document.pointer(pointer)).unwrap_or(value)
    }

    fn invalid(&self, what: &str, schema: &Value, value: &Value) -> Vec<String> {
        match self.validator(schema) {
            Ok(validator) => validator
                .iter_errors(value)
                .map(|error| format!("{what}{}: {error}", error.instance_path()))
                .collect(),
            Err(error) => vec![format!("{what}: the description is no schema: {error}")],
        }
    }

    fn validator(&self, schema: &Value) -> Result<Validator, String> {
        let whole =
            json!({"allOf": [schema], "components": {"schemas": self.document["components"]["schemas"]}});
        jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&whole)
            .map_err(|error| error.to_string())
    }
}

/// The path of a request below the base address of its service, as descriptions have it. Kaiko's version stands in its paths.
pub fn below_base(service: Service, path: &str) -> &str {
    match service {
        Service::Kakiyo => path.strip_prefix("/v1").unwrap_or(path),
        Service::Kaiko => path,
    }
}

/// Every member that a value has, in the form of [`Contract::members`].
pub fn members_of(value: &Value) -> BTreeSet<String> {
    fn walk(value: &Value, path: &str, members: &mut BTreeSet<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| walk(item, &format!("{path}[]"), members)),
            Value::Object(object) => {
                for (name, inner) in object {
                    let member = joined(path, name);
                    walk(inner, &member, members);
                    members.insert(member);
                }
            }
            _ => {}
        }
    }
    let mut members = BTreeSet::new();
    walk(value, "", &mut members);
    members
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn meets(template: &str, found: &[&str]) -> bool {
    let mut segments = template.split('/');
    found.iter().all(|found| {
        segments
            .next()
            .is_some_and(|segment| segment == *found || (segment.starts_with('{') && !found.is_empty()))
    }) && segments.next().is_none()
}

/// A text of the wire as the type that the schema speaks of.
fn typed(text: &str, schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        _ => json!(text),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Closes every object with named members that does not say otherwise.
fn close(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if is_open(members) {
                members.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn is_open(members: &Map<String, Value>) -> bool {
    members.get("type").is_some_and(|kind| kind == "object")
        && members.get("properties").is_some_and(Value::is_object)
        && !members.contains_key("additionalProperties")
}
