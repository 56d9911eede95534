//! The sum of all operation lists, and the door through which bindings call by name.
//!
//! A binding hands over an operation id, arguments as JSON and options; it gets the typed value behind `Any`, the document
//! and the meta. No binding knows more of an operation than its generated façade.

use std::any::Any;
use std::sync::Arc;

use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::client::Client;
use crate::config::{Builder, ServiceProfile};
use crate::document::{Document, Normalise};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{FromDocument, Operation, OperationSpec, PagedOperation, Service, Shape};
use crate::options::{CallOptions, PageOptions};
use crate::paging::{PageWalk, Paginator};
use crate::quota::ServiceLimits;
use crate::response::{Meta, Response};
use crate::rules::Arguments;

/// A call by name that was started.
pub type Started = BoxFuture<'static, Result<Delivered>>;

type Invoke = fn(Client, &[u8], CallOptions) -> Result<Started>;
type Open = fn(Client, &[u8], CallOptions, PageOptions) -> Result<Box<dyn Pages>>;

/// An operation as the registry knows it.
pub struct Entry {
    /// What the table says.
    pub spec: &'static OperationSpec,
    /// Whether the answer is one model, a list or pages.
    pub shape: Shape,
    /// Name of the model in the answer.
    pub model: &'static str,
    invoke: Invoke,
    check: fn(&[u8]) -> Result<()>,
    open: Option<Open>,
    /// Schemas of the arguments, of the body they make, and of the model.
    #[cfg(feature = "schema")]
    pub schemas: fn(&mut schemars::SchemaGenerator) -> [schemars::Schema; 3],
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Entry").field(&self.spec.id).finish()
    }
}

/// What a call by name gives back.
pub struct Delivered {
    /// The typed value: `Arc<Model>`, `Arc<Vec<Model>>` or `Arc<Page<Model>>`.
    pub value: Box<dyn Any + Send + Sync>,
    /// The answer as it came, and its normalised JSON.
    pub document: Arc<Document>,
    /// Status, headers, attempts, credits, waiting.
    pub meta: Meta,
    /// What a page of a walk says beside its rows.
    pub page: Option<PageFacts>,
}

/// What is known of a page without knowing its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageFacts {
    /// Rows over all pages, where the server says it.
    pub total: Option<u64>,
    /// Whether the server says that there are more rows.
    pub has_more: Option<bool>,
}

impl std::fmt::Debug for Delivered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivered").field("meta", &self.meta).finish_non_exhaustive()
    }
}

impl<T: Send + Sync + 'static> From<Response<T>> for Delivered {
    fn from(response: Response<T>) -> Self {
        let Response { value, meta, document } = response;
        Self { value: Box::new(Arc::new(value)), meta, document, page: None }
    }
}

/// A walk over pages, by name.
pub trait Pages: Send {
    /// The next page, or `None` at the end.
    fn next<'a>(&'a mut self, options: &'a CallOptions) -> BoxFuture<'a, Option<Result<Delivered>>>;

    /// The sum over the calls so far.
    fn meta(&self) -> &Meta;
}

impl<P: PagedOperation> Pages for PageWalk<P> {
    fn next<'a>(&'a mut self, options: &'a CallOptions) -> BoxFuture<'a, Option<Result<Delivered>>> {
        Box::pin(async move {
            Some(self.next_page_with(options).await?.map(|response| {
                let facts = PageFacts { total: response.total(), has_more: response.has_more() };
                Delivered { page: Some(facts), ..Delivered::from(response) }
            }))
        })
    }

    fn meta(&self) -> &Meta {
        PageWalk::meta(self)
    }
}

/// The entry of an operation with one answer.
pub(crate) const fn entry<P: Operation>() -> Entry {
    Entry {
        spec: P::SPEC,
        shape: P::Output::SHAPE,
        model: P::Output::MODEL,
        check: check::<P>,
        invoke: invoke::<P>,
        open: None,
        #[cfg(feature = "schema")]
        schemas: |generator| {
            let (arguments, body) = (generator.subschema_for::<P>(), generator.subschema_for::<P::Body>());
            [arguments, body, P::Output::model_schema(generator)]
        },
    }
}

/// The entry of a paged operation.
pub(crate) const fn paged<P: PagedOperation>() -> Entry {
    Entry { invoke: first_page::<P>, open: Some(open::<P>), ..entry::<P>() }
}

/// Invoked as a single call, a paged operation gives its first page.
fn first_page<P: PagedOperation>(client: Client, arguments: &[u8], options: CallOptions) -> Result<Started> {
    let parameters: P = read_arguments(P::SPEC, arguments)?;
    Ok(Box::pin(async move {
        Paginator::new(client, parameters).options(options).page().await.map(Delivered::from)
    }))
}

fn check<P: Operation>(arguments: &[u8]) -> Result<()> {
    let parameters: P = read_arguments(P::SPEC, arguments)?;
    let checked = match P::SPEC.is_helper() {
        true => parameters.validate(),
        // What stands in the path is judged when it is filled in.
        false => parameters.request().map(drop),
    };
    checked.map_err(|error| error.with_operation(P::SPEC.id))
}

fn invoke<P: Operation>(client: Client, arguments: &[u8], options: CallOptions) -> Result<Started> {
    let parameters: P = read_arguments(P::SPEC, arguments)?;
    Ok(Box::pin(async move { parameters.execute(&client, &options).await.map(Delivered::from) }))
}

fn open<P: PagedOperation>(
    client: Client,
    arguments: &[u8],
    options: CallOptions,
    paging: PageOptions,
) -> Result<Box<dyn Pages>> {
    let parameters: P = read_arguments(P::SPEC, arguments)?;
    Ok(Box::new(Paginator::new(client, parameters).options(options).page_options(paging).start()?))
}

impl Entry {
    /// Checks arguments without making the call.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request`, naming the field and the rule.
    pub fn check(&self, arguments: &[u8]) -> Result<()> {
        (self.check)(arguments)
    }

    /// Starts a call by name. Arguments are a JSON object in the names of the API; empty bytes mean none.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request` when the arguments cannot be read; rules are checked when the call runs.
    pub fn invoke(&self, client: Client, arguments: &[u8], options: CallOptions) -> Result<Started> {
        (self.invoke)(client, arguments, options)
    }

    /// Opens a walk over the pages of a paged operation.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request` when arguments or options break a rule or the operation has no pages.
    pub fn open(
        &self,
        client: Client,
        arguments: &[u8],
        options: CallOptions,
        paging: PageOptions,
    ) -> Result<Box<dyn Pages>> {
        match self.open {
            Some(open) => open(client, arguments, options, paging),
            None => Err(Error::invalid("operation", "it has no pages").with_operation(self.spec.id)),
        }
    }
}

/// All operations of both services, in the order of their resources.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    [crate::kakiyo::OPERATIONS, crate::kaiko::OPERATIONS].into_iter().flatten().copied().flatten()
}

/// The operation of this id.
///
/// # Errors
///
/// Kind `internal`: a façade names an operation that this library does not have.
pub fn find(id: &str) -> Result<&'static Entry> {
    entries().find(|entry| entry.spec.id == id).ok_or_else(|| {
        Error::new(
            ErrorKind::Internal,
            format!("there is no operation `{id}`: package and library do not fit"),
        )
    })
}

/// The kind of error that a code of the service stands for, for the documentation of the façades.
#[doc(hidden)]
pub fn kind_of_code(service: Service, code: &str) -> Option<ErrorKind> {
    (profile(service).kind_of_code)(code)
}

/// The limits of a service, for the documentation of the façades.
#[doc(hidden)]
pub fn limits(service: Service) -> &'static ServiceLimits {
    profile(service).quota
}

/// Builds a client of a service that is known by name only.
pub fn builder(service: Service) -> Builder<Client> {
    Builder::new(profile(service))
}

fn profile(service: Service) -> &'static ServiceProfile {
    match service {
        Service::Kakiyo => &crate::kakiyo::PROFILE,
        Service::Kaiko => &crate::kaiko::PROFILE,
    }
}

/// The operation whose route a raw path meets; literal segments win over arguments.
pub(crate) fn matching(service: Service, method: &str, path: &str) -> Option<&'static OperationSpec> {
    let literals = |template: &str| template.split('/').filter(|segment| !segment.starts_with('{')).count();
    entries()
        .map(|entry| entry.spec)
        .filter(|spec| !spec.is_helper() && spec.service == service)
        .filter(|spec| spec.method == method && meets(spec.path, path))
        .max_by_key(|spec| literals(spec.path))
}

fn meets(template: &str, path: &str) -> bool {
    let (mut expected, mut found) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return true,
            (Some(segment), Some(text))
                if segment == text || (segment.starts_with('{') && !text.is_empty()) => {}
            _ => return false,
        }
    }
}

/// What an unknown route may cost: never less than the dearest known one.
pub(crate) fn highest_price(service: Service) -> u32 {
    entries().filter(|entry| entry.spec.service == service).map(|entry| entry.spec.price).max().unwrap_or(1)
}

/// Reads arguments by name; a wrong type is an error that names the argument.
fn read_arguments<P: DeserializeOwned + Arguments>(
    spec: &'static OperationSpec,
    arguments: &[u8],
) -> Result<P> {
    let arguments: &[u8] = if arguments.is_empty() { b"{}" } else { arguments };
    if !arguments.trim_ascii_start().starts_with(b"{") {
        return Err(Error::invalid("arguments", "expected an object").with_operation(spec.id));
    }
    let read = match P::NORMALISE {
        None => serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(arguments)),
        Some(normalise) => normalised(arguments, normalise).and_then(serde_path_to_error::deserialize),
    };
    read.map_err(|error| {
        let path = Some(error.path().to_string()).filter(|path| path != ".");
        let reason = crate::document::reason_without_content(error.inner());
        let missing = reason.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        let refused = match (path, missing) {
            (None, Some(name)) => Error::invalid(name, "it is required"),
            (Some(path), Some(name)) => Error::invalid(format!("{path}.{name}"), "it is required"),
            (path, None) => Error::invalid(path.unwrap_or_else(|| "arguments".to_owned()), reason),
        };
        refused.with_operation(spec.id)
    })
}

/// Arguments by name in the one form that the fields have.
fn normalised(
    arguments: &[u8],
    normalise: Normalise,
) -> std::result::Result<Value, serde_path_to_error::Error<serde_json::Error>> {
    let mut deserializer = serde_json::Deserializer::from_slice(arguments);
    let mut members: Map<String, Value> = serde_path_to_error::deserialize(&mut deserializer)?;
    normalise(&mut members);
    Ok(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_routes_meet_their_operation() {
        let id = |method, path| matching(Service::Kakiyo, method, path).map(|spec| spec.id);
        assert_eq!(id("GET", "/prospects/campaign/abc"), Some("prospects.list"));
        assert_eq!(id("GET", "/campaigns/abc/stats"), Some("campaigns.stats"));
        assert_eq!(id("GET", "/prospects/search"), Some("prospects.search"));
        // Helpers have no route of their own.
        assert_eq!(id("GET", "/prospects/imports/abc"), Some("prospects.import_status"));
        assert_eq!(id("GET", "/nowhere"), None);
        assert_eq!(id("GET", "/campaigns//stats"), None);
    }

    #[test]
    fn ids_are_unique_and_say_resource_and_verb() {
        let mut ids: Vec<_> = entries().map(|entry| entry.spec.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn wrong_arguments_name_the_field() {
        let spec = find("products.create").unwrap().spec;
        let error =
            read_arguments::<crate::kakiyo::CreateProduct>(spec, br#"{"name": 7, "description": "x"}"#)
                .unwrap_err();
        assert_eq!(error.details()[0].field, "name");
        assert!(error.to_string().contains("expected text"), "{error}");
        let error = read_arguments::<crate::kakiyo::CreateProduct>(spec, br#"{"name": "x"}"#).unwrap_err();
        assert_eq!(error.details()[0].field, "description");
    }
}
