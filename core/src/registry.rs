//! The sum of all operation lists, and the door through which bindings call by name.
//!
//! A binding hands over an operation id, arguments as JSON and options; it gets the typed value behind `Any`, the document
//! and the meta. No binding knows more of an operation than its generated façade.

use std::any::Any;
use std::sync::Arc;

use futures::future::BoxFuture;
use serde::de::DeserializeOwned;

use crate::client::Kakiyo;
use crate::document::Document;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{FromDocument, Operation, OperationSpec, PagedOperation, Shape};
use crate::options::{CallOptions, PageOptions};
use crate::paging::{PageWalk, Paginator};
use crate::response::{Meta, Response};

/// A call by name that was started.
pub type Started = BoxFuture<'static, Result<Delivered>>;

type Invoke = fn(Kakiyo, &[u8], CallOptions) -> Result<Started>;
type Open = fn(Kakiyo, &[u8], CallOptions, PageOptions) -> Result<Box<dyn Pages>>;

/// An operation as the registry knows it.
pub struct Entry {
    /// What the table says.
    pub spec: &'static OperationSpec,
    /// Whether the answer is one model, a list or pages.
    pub shape: Shape,
    /// Name of the model in the answer.
    pub model: &'static str,
    invoke: Invoke,
    open: Option<Open>,
    /// Schemas of the arguments and of the model.
    #[cfg(feature = "schema")]
    pub schemas: fn(&mut schemars::SchemaGenerator) -> (schemars::Schema, schemars::Schema),
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
        invoke: invoke::<P>,
        open: None,
        #[cfg(feature = "schema")]
        schemas: |generator| (generator.subschema_for::<P>(), P::Output::model_schema(generator)),
    }
}

/// The entry of a paged operation.
pub(crate) const fn paged<P: PagedOperation>() -> Entry {
    Entry { invoke: first_page::<P>, open: Some(open::<P>), ..entry::<P>() }
}

/// Invoked as a single call, a paged operation gives its first page.
fn first_page<P: PagedOperation>(client: Kakiyo, arguments: &[u8], options: CallOptions) -> Result<Started> {
    let parameters: P = read_arguments(P::SPEC, arguments)?;
    Ok(Box::pin(async move {
        Paginator::new(client, parameters).options(options).page().await.map(Delivered::from)
    }))
}

fn invoke<P: Operation>(client: Kakiyo, arguments: &[u8], options: CallOptions) -> Result<Started> {
    let parameters: P = read_arguments(P::SPEC, arguments)?;
    Ok(Box::pin(async move { parameters.execute(&client, &options).await.map(Delivered::from) }))
}

fn open<P: PagedOperation>(
    client: Kakiyo,
    arguments: &[u8],
    options: CallOptions,
    paging: PageOptions,
) -> Result<Box<dyn Pages>> {
    let parameters: P = read_arguments(P::SPEC, arguments)?;
    Ok(Box::new(Paginator::new(client, parameters).options(options).page_options(paging).start()?))
}

impl Entry {
    /// Starts a call by name. Arguments are a JSON object in the names of the API; empty bytes mean none.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request` when the arguments cannot be read; rules are checked when the call runs.
    pub fn invoke(&self, client: Kakiyo, arguments: &[u8], options: CallOptions) -> Result<Started> {
        (self.invoke)(client, arguments, options)
    }

    /// Opens a walk over the pages of a paged operation.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request` when arguments or options break a rule or the operation has no pages.
    pub fn open(
        &self,
        client: Kakiyo,
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
    crate::kakiyo::OPERATIONS.iter().copied().flatten()
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
pub fn kind_of_code(code: &str) -> Option<ErrorKind> {
    (crate::kakiyo::PROFILE.kind_of_code)(code)
}

/// The operation whose route a raw path meets; literal segments win over arguments.
pub(crate) fn matching(method: &str, path: &str) -> Option<&'static OperationSpec> {
    let literals = |template: &str| template.split('/').filter(|segment| !segment.starts_with('{')).count();
    entries()
        .map(|entry| entry.spec)
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
pub(crate) fn highest_price() -> u32 {
    entries().map(|entry| entry.spec.price).max().unwrap_or(1)
}

/// Reads arguments by name; a wrong type is an error that names the argument.
fn read_arguments<P: DeserializeOwned>(spec: &'static OperationSpec, arguments: &[u8]) -> Result<P> {
    let arguments: &[u8] = if arguments.is_empty() { b"{}" } else { arguments };
    if !arguments.trim_ascii_start().starts_with(b"{") {
        return Err(Error::invalid("arguments", "expected an object").with_operation(spec.id));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(arguments);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { "arguments".to_owned() } else { path };
        Error::invalid(field, crate::document::reason_without_content(error.inner())).with_operation(spec.id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_routes_meet_their_operation() {
        let id = |method, path| matching(method, path).map(|spec| spec.id);
        assert_eq!(id("GET", "/prospects/campaign/abc"), Some("prospects.list"));
        assert_eq!(id("GET", "/campaigns/abc/stats"), Some("campaigns.stats"));
        assert_eq!(id("GET", "/prospects/search"), Some("prospects.search"));
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
        assert!(error.to_string().contains("description"), "{error}");
    }
}
