//! The operation table: what an operation is, what is known of it, and how it becomes a request.
//!
//! Each resource file declares its operations with [`operation!`] and lists them; the registry is the sum of the lists.
//! Everything else (typed methods, bindings, generator, documentation) reads this table and adds no knowledge of its own.

mod macros;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::macros::{operation, resource};
use crate::call::Request;
use crate::document::{DecodeFailure, Describe, Document, Layout, Model};
use crate::error::{Error, Result};
use crate::paging::Page;
use crate::rules::{Arguments, FieldPath};
use crate::saving::Coalescing;

/// Which of the two services an operation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// LinkedIn outreach.
    Kakiyo,
    /// Emotion analysis.
    Kaiko,
}

impl Service {
    /// The service of this name, as it stands in the operation table.
    ///
    /// # Errors
    ///
    /// Kind `internal`: a façade names a service that this library does not have.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "kakiyo" => Ok(Self::Kakiyo),
            "kaiko" => Ok(Self::Kaiko),
            _ => Err(Error::new(
                crate::ErrorKind::Internal,
                format!("there is no service `{name}`: package and library do not fit"),
            )),
        }
    }
}

impl Service {
    /// Time-out of one attempt where nobody says otherwise: a little more than a server takes that gives up after 30 s.
    pub(crate) fn timeout(self) -> Duration {
        match self {
            Self::Kakiyo => Duration::from_secs(30),
            Self::Kaiko => Duration::from_secs(35),
        }
    }
}

/// Which calls share a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Each operation has its own.
    PerOperation,
    /// Named groups are shared by several operations.
    Shared(&'static str),
}

/// What may be done when an attempt fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryClass {
    /// Changes nothing: tried again after connection failures, time-outs, 408, 429 and 5xx.
    Read,
    /// A repeat gives the same answer: tried again like a read.
    SafeWrite,
    /// Carries an idempotency key, the same on every attempt, so that the server does the work once: tried again like a read.
    KeyedWrite,
    /// A repeat would do the work twice: tried again only when it surely never arrived, or after 429.
    UnsafeWrite,
    /// Queues an import; as an unsafe write. What is lost is resolved from the row report.
    Import,
}

impl RetryClass {
    /// Whether a call that may have arrived can be sent again.
    pub fn repeatable(self) -> bool {
        matches!(self, Self::Read | Self::SafeWrite | Self::KeyedWrite)
    }
}

/// How a list is cut into pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PagingStyle {
    /// One answer holds everything.
    None,
    /// `limit` and `offset`; a short page is the last one.
    Offset,
    /// `limit` and `offset`; where the server ignores the offset, `after` with the last id.
    OffsetOrAfter,
    /// `X-Next-Cursor` where it is sent, else `X-Has-More` with `offset`.
    Headers,
    /// `pagination.hasMore` in the body, with `offset`.
    HasMore,
}

/// Style and cap of a paged operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Paging {
    /// How the next page is found.
    pub style: PagingStyle,
    /// The largest page; asked for unless the caller wants less.
    pub cap: u32,
}

impl Paging {
    /// An operation without pages.
    pub const NONE: Self = Self { style: PagingStyle::None, cap: 0 };
}

/// All that is known of an operation.
#[derive(Debug, Clone, Serialize)]
pub struct OperationSpec {
    /// `resource.verb`, the same in every language.
    pub id: &'static str,
    /// The service it belongs to.
    pub service: Service,
    /// HTTP method.
    pub method: &'static str,
    /// Path template below the base address.
    pub path: &'static str,
    /// Quota group of the published limits.
    pub group: Group,
    /// Tier of the tiered limits.
    #[serde(serialize_with = "tier_name")]
    pub tier: crate::quota::Tier,
    /// Credits of one attempt.
    pub price: u32,
    /// What may be done when an attempt fails.
    pub retry: RetryClass,
    /// How the list is cut into pages.
    pub paging: Paging,
    /// Error codes that this operation answers beside the common ones.
    pub errors: &'static [&'static str],
    /// Where the facts come from.
    pub source: &'static str,
    /// What it does, in Markdown: the doc comment.
    pub docs: &'static str,
    /// What its resource is: the doc comment of that; empty for an operation of the client itself.
    pub resource_docs: &'static str,
    /// Time-out in seconds where that of the service is too short.
    pub timeout: Option<u32>,
    /// Calls that one use of the operation may make, least and most; a most of 0 means as many as it takes.
    pub calls: (u32, u32),
    /// Whether its answers change so seldom that they may be kept for a while.
    pub cacheable: bool,
    /// How calls of one row become a call of many.
    pub coalesce: Option<&'static Coalescing>,
    /// For a helper, the operations that it makes its calls with; empty for an operation of the service.
    pub uses: &'static [&'static str],
}

/// An operation with its arguments: each parameter struct is one.
pub trait Operation:
    Serialize + DeserializeOwned + Describe + Arguments + Clone + Send + Sync + 'static
{
    /// What the table knows of it.
    const SPEC: &'static OperationSpec;
    /// What the answer becomes.
    type Output: FromDocument;
    /// What is sent as body: the arguments themselves, or made from them where callers say it more simply.
    type Body: Serialize + Describe;

    /// Checks the arguments against the rules of the service, before anything is sent.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request`, naming the field and the rule.
    fn validate(&self) -> Result<()> {
        self.check(FieldPath::root())
    }

    /// Makes the call; helpers that need more than one request replace it.
    #[doc(hidden)]
    fn execute(
        &self,
        client: &crate::Client,
        options: &crate::CallOptions,
    ) -> impl Future<Output = Result<crate::Response<Self::Output>>> + Send {
        crate::call::typed(self, client, options)
    }

    /// Turns the checked arguments into a request.
    fn request(&self) -> Result<Request> {
        self.validate()?;
        let spec = Self::SPEC;
        let path = fill(spec.path, &self.path_arguments())?;
        let (query, body) = match spec.method {
            "GET" => (query_of(self)?, None),
            _ => (String::new(), self.body()?),
        };
        let rows = u32::try_from(self.rows()).unwrap_or(u32::MAX);
        Ok(Request { rows, ..Request::new(spec, path, query, body) })
    }

    /// How many calls of one row this one stands for.
    #[doc(hidden)]
    fn rows(&self) -> usize {
        1
    }

    /// The body of the request, when it has one.
    #[doc(hidden)]
    fn body(&self) -> Result<Option<Bytes>> {
        body_of(self)
    }
}

/// A paged operation and its rows.
pub trait PagedOperation: Operation<Output = Page<Self::Item>> {
    /// One row.
    type Item: Row;
}

/// A model that stands in pages: rows that come twice are noticed by their id.
pub trait Row: Model {
    /// The id of the row, when it has one.
    fn row_id(&self) -> Option<&str>;
}

/// What an answer can become: one model, a list of them, or a page.
pub trait FromDocument: Sized + Send + Sync + 'static {
    /// Whether it is a single model, a list or a page.
    const SHAPE: Shape;
    /// Name of the model.
    const MODEL: &'static str;
    /// How it lies in the body.
    const LAYOUT: Layout;

    /// The schema of the model.
    #[cfg(feature = "schema")]
    #[doc(hidden)]
    fn model_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema;

    /// Decodes it.
    #[doc(hidden)]
    fn from_document(
        document: &std::sync::Arc<Document>,
        headers: &http::HeaderMap,
    ) -> Result<Self, Undecodable>;

    /// Whether the server says that the answer holds no result of its model.
    #[doc(hidden)]
    fn is_placeholder(&self) -> bool {
        false
    }
}

/// Why an answer cannot become what it should.
#[derive(Debug)]
#[doc(hidden)]
pub struct Undecodable(pub(crate) DecodeFailure);

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// One object.
    Object,
    /// All rows at once.
    List,
    /// Some rows of many.
    Page,
}

impl<T: Model> FromDocument for Vec<T> {
    const SHAPE: Shape = Shape::List;
    const MODEL: &'static str = T::NAME;
    const LAYOUT: Layout = Layout { list: Some(T::PLURAL), normalise: T::NORMALISE };

    #[cfg(feature = "schema")]
    fn model_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<T>()
    }

    fn from_document(document: &std::sync::Arc<Document>, _: &http::HeaderMap) -> Result<Self, Undecodable> {
        document.decode().map_err(Undecodable)
    }
}

/// Puts the path arguments into the template, escaped; refuses what would change the path.
fn fill(template: &str, arguments: &[(&'static str, &str)]) -> Result<String> {
    let mut path = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        path.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        rest = after;
        // The template names arguments as the API writes them, the structs as Rust does.
        let value = arguments
            .iter()
            .find(|(argument, _)| crate::document::camel_case_equals(argument, name))
            .map_or("", |(_, value)| value);
        path.push_str(&escaped_segment(name, value)?);
    }
    path.push_str(rest);
    Ok(path)
}

/// An id as a path segment: `/`, `%` and friends escaped; what would change the path is refused.
pub(crate) fn escaped_segment<'a>(name: &str, value: &'a str) -> Result<Cow<'a, str>> {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

    if value.is_empty() {
        return Err(Error::invalid(name, "an id must not be empty"));
    }
    if value == "." || value == ".." {
        return Err(Error::invalid(name, "`.` and `..` are not ids"));
    }
    if value.chars().any(char::is_control) {
        return Err(Error::invalid(name, "an id must not hold control characters"));
    }
    if value.len() > 1_024 {
        return Err(Error::invalid(name, "an id has at most 1,024 bytes"));
    }
    Ok(utf8_percent_encode(value, SEGMENT).into())
}

fn query_of<T: Serialize>(parameters: &T) -> Result<String> {
    let Value::Object(members) = to_value(parameters)? else { return Ok(String::new()) };
    let mut query = String::new();
    for (name, value) in &members {
        match value {
            Value::Null => {}
            Value::String(text) => append_query(&mut query, name, text),
            Value::Array(items) => {
                for item in items {
                    append_query(&mut query, name, item.as_str().unwrap_or(&item.to_string()));
                }
            }
            other => append_query(&mut query, name, &other.to_string()),
        }
    }
    Ok(query)
}

/// Adds one pair to a query, escaped.
pub(crate) fn append_query(query: &mut String, name: &str, value: &str) {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

    if !query.is_empty() {
        query.push('&');
    }
    // Writing into a String cannot fail.
    let _ =
        write!(query, "{}={}", utf8_percent_encode(name, COMPONENT), utf8_percent_encode(value, COMPONENT));
}

pub(crate) fn body_of<T: Serialize>(parameters: &T) -> Result<Option<Bytes>> {
    let body = serde_json::to_vec(parameters).map_err(not_json)?;
    // Arguments that all stand in the path, or are all left out, make no body.
    Ok((body != b"{}").then(|| Bytes::from(body)))
}

fn to_value<T: Serialize>(parameters: &T) -> Result<Value> {
    serde_json::to_value(parameters).map_err(not_json)
}

fn not_json(error: serde_json::Error) -> Error {
    Error::invalid("arguments", format!("they cannot be written as JSON: {error}"))
}

fn tier_name<S: serde::Serializer>(tier: &crate::quota::Tier, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(tier)
}

impl OperationSpec {
    /// Whether it is a method of this library made of other operations, and none of the service's own.
    pub fn is_helper(&self) -> bool {
        !self.uses.is_empty()
    }

    /// Time-out of one attempt where the caller names none.
    pub fn default_timeout(&self) -> Duration {
        self.timeout.map_or(self.service.timeout(), |seconds| Duration::from_secs(u64::from(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_escaped() {
        let path = fill("/prospects/imports/{listId}", &[("list_id", "a/b%c d?é")]).unwrap();
        assert_eq!(path, "/prospects/imports/a%2Fb%25c%20d%3F%C3%A9");
    }

    #[test]
    fn ids_that_change_the_path_are_refused() {
        for bad in ["", ".", "..", "a\nb", "\u{7f}"] {
            let error = fill("/campaigns/{id}/stats", &[("id", bad)]).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidRequest, "{bad:?}");
            assert_eq!(error.details()[0].field, "id");
        }
    }
}
