//! Walking lists: one page, all pages, all rows.
//!
//! [`Walk`] decides what the next page is and when there is none, without knowing types or network; [`Paginator`] makes the
//! calls. Every way to the end of a list is here, for all languages.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use futures::Stream;
use futures::stream::{self, StreamExt, TryStreamExt};
use http::HeaderMap;
use serde::Deserialize;

use crate::call;
use crate::client::Client;
use crate::document::{Document, Layout};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{FromDocument, PagedOperation, Paging, PagingStyle, Row, Shape, Undecodable};
use crate::options::{CallOptions, PageOptions};
use crate::response::{Meta, Response};

/// Some rows of many. It derefs to a slice of them.
#[derive(Debug, Clone)]
pub struct Page<T> {
    rows: Vec<T>,
    signs: Signs,
    document: Arc<Document>,
}

impl<T> Page<T> {
    /// The rows.
    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    /// The rows, by value.
    pub fn into_rows(self) -> Vec<T> {
        self.rows
    }

    /// Rows over all pages, where the server says it.
    pub fn total(&self) -> Option<u64> {
        self.signs.total
    }

    /// Whether the server says that there are more rows; `None` where it says nothing.
    pub fn has_more(&self) -> Option<bool> {
        self.signs.has_more
    }

    /// The answer as it came.
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }
}

impl<T> Deref for Page<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.rows
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<T: Row> FromDocument for Page<T> {
    const SHAPE: Shape = Shape::Page;
    const MODEL: &'static str = T::NAME;
    const LAYOUT: Layout = Layout { list: Some(T::PLURAL), normalise: T::NORMALISE };

    #[cfg(feature = "schema")]
    fn model_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<T>()
    }

    fn from_document(document: &Arc<Document>, headers: &HeaderMap) -> Result<Self, Undecodable> {
        let rows = document.decode().map_err(Undecodable)?;
        Ok(Self { rows, signs: Signs::read(headers, document), document: Arc::clone(document) })
    }
}

/// What an answer says of the pages behind it.
#[derive(Debug, Clone, Default)]
struct Signs {
    cursor: Option<String>,
    has_more: Option<bool>,
    total: Option<u64>,
}

/// The members of an enveloped list that speak of paging.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Envelope {
    pagination: Option<Pagination>,
    has_more: Option<bool>,
    next_cursor: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Pagination {
    total: Option<u64>,
    has_more: Option<bool>,
}

impl Signs {
    fn read(headers: &HeaderMap, document: &Document) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let envelope: Envelope = match document.is_enveloped() {
            // Signs of an unexpected type are no signs.
            true => serde_json::from_slice(document.raw()).unwrap_or_default(),
            false => Envelope::default(),
        };
        let pagination = envelope.pagination.unwrap_or_default();
        Self {
            cursor: header("x-next-cursor")
                .map(str::to_owned)
                .or(envelope.next_cursor)
                .filter(|cursor| !cursor.is_empty()),
            has_more: header("x-has-more")
                .and_then(|text| text.to_ascii_lowercase().parse().ok())
                .or(pagination.has_more)
                .or(envelope.has_more),
            total: pagination.total,
        }
    }
}

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Position {
    Offset(u64),
    Cursor(String),
    After(String),
    End,
}

/// A walk over the pages of one list: what to ask next, and when to stop.
#[derive(Debug)]
pub(crate) struct Walk {
    paging: Paging,
    size: u32,
    left: Option<u64>,
    position: Position,
    /// Hashes of ids and cursors that came already: a server that ignores paging is noticed by them.
    seen: HashSet<u64>,
    read: u64,
    offset: u64,
    /// Why the walk cannot go on: told when the rows that came before are with the caller.
    failure: Option<Error>,
}

impl Walk {
    pub(crate) fn new(paging: Paging, options: PageOptions) -> Result<Self> {
        options.validate(paging.cap)?;
        let offset = options.offset.unwrap_or(0);
        let position = if options.max_items == Some(0) { Position::End } else { Position::Offset(offset) };
        Ok(Self {
            paging,
            size: options.page_size.unwrap_or(paging.cap),
            left: options.max_items,
            position,
            seen: HashSet::new(),
            read: 0,
            offset,
            failure: None,
        })
    }

    /// Rows to ask for with the next page.
    fn wanted(&self) -> u32 {
        self.left.map_or(self.size, |left| self.size.min(u32::try_from(left).unwrap_or(u32::MAX)))
    }

    /// The paging part of the next query; `None` at the end.
    pub(crate) fn query(&self) -> Option<Vec<(&'static str, String)>> {
        let limit = ("limit", self.wanted().to_string());
        match &self.position {
            Position::End => None,
            Position::Offset(0) => Some(vec![limit]),
            Position::Offset(offset) => Some(vec![limit, ("offset", offset.to_string())]),
            Position::Cursor(cursor) => Some(vec![limit, ("cursor", cursor.clone())]),
            Position::After(id) => Some(vec![limit, ("after", id.clone())]),
        }
    }

    /// Books a page, cuts what is more than wanted, and finds the next position.
    fn book<T: Row>(&mut self, page: &mut Page<T>) -> Result<()> {
        let wanted = self.wanted();
        let came = page.rows.len();
        let new = page
            .rows
            .iter()
            .filter(|row| row.row_id().is_none_or(|id| self.seen.insert(hash_of("id", id))))
            .count();
        if came > 0 && new == 0 {
            return self.nothing_new(page);
        }
        if let Some(left) = self.left {
            page.rows.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        }
        let kept = page.rows.len() as u64;
        self.left = self.left.map(|left| left - kept);
        self.read += kept;
        self.offset += came as u64;
        self.position = match self.left {
            Some(0) => Position::End,
            _ => self.next(page, came, wanted).unwrap_or_else(|error| {
                self.failure = Some(error);
                Position::End
            }),
        };
        Ok(())
    }

    fn next<T: Row>(&mut self, page: &Page<T>, came: usize, wanted: u32) -> Result<Position> {
        match (&page.signs.cursor, page.signs.has_more) {
            (_, Some(false)) => Ok(Position::End),
            (Some(cursor), _) => {
                if !self.seen.insert(hash_of("cursor", cursor)) {
                    return Err(self.stuck("the server sent the same cursor again"));
                }
                // Where a list knows `after`, that is the name under which it takes a cursor.
                Ok(match self.paging.style {
                    PagingStyle::OffsetOrAfter => Position::After(cursor.clone()),
                    _ => Position::Cursor(cursor.clone()),
                })
            }
            (None, _) if came == 0 => Ok(Position::End),
            (None, Some(true)) => Ok(Position::Offset(self.offset)),
            // More than asked for: the server ignores the limit and has sent everything.
            (None, None) if came != wanted as usize => Ok(Position::End),
            (None, None) => match (&self.position, page.rows.last().and_then(Row::row_id)) {
                // A server that was only moved on by `after` stays with it.
                (Position::After(_), Some(last)) => Ok(Position::After(last.to_owned())),
                _ => Ok(Position::Offset(self.offset)),
            },
        }
    }

    /// A page of rows that came already: the server ignored the offset.
    fn nothing_new<T: Row>(&mut self, page: &mut Page<T>) -> Result<()> {
        let last = page.rows.last().and_then(Row::row_id);
        match (self.paging.style, &self.position, last) {
            (PagingStyle::OffsetOrAfter, Position::Offset(_), Some(last)) => {
                self.position = Position::After(last.to_owned());
                page.rows.clear();
                Ok(())
            }
            _ => Err(self.stuck("the server sent a page that came already")),
        }
    }

    fn stuck(&mut self, what: &str) -> Error {
        self.position = Position::End;
        Error::new(
            ErrorKind::Decode,
            format!("{what}; the walk ends after {} rows, and there may be more", self.read),
        )
    }
}

fn hash_of(kind: &str, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, text).hash(&mut hasher);
    hasher.finish()
}

/// A paged list that waits to be walked: options first, then `page`, `pages`, `into_stream` or `collect`.
///
/// Each page costs a call; full pages are asked for unless `page_size` says otherwise.
#[derive(Debug, Clone)]
#[must_use = "a paginator does nothing before it is walked"]
pub struct Paginator<P> {
    client: Client,
    parameters: P,
    options: CallOptions,
    paging: PageOptions,
}

impl<P: PagedOperation> Paginator<P> {
    pub(crate) fn new(client: Client, parameters: P) -> Self {
        Self { client, parameters, options: CallOptions::default(), paging: PageOptions::default() }
    }

    /// Stop after this many rows.
    pub fn max_items(mut self, items: u64) -> Self {
        self.paging.max_items = Some(items);
        self
    }

    /// Rows a page; the cap of the operation unless set.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.paging.page_size = Some(rows);
        self
    }

    /// Rows to skip before the first page.
    pub fn offset(mut self, rows: u64) -> Self {
        self.paging.offset = Some(rows);
        self
    }

    /// Options of every call of the walk.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// All page options at once.
    pub fn page_options(mut self, paging: PageOptions) -> Self {
        self.paging = paging;
        self
    }

    /// One page: a single call.
    ///
    /// # Errors
    ///
    /// As every call.
    pub async fn page(self) -> Result<Response<Page<P::Item>>> {
        let mut walk = self.start()?;
        match walk.next_page().await {
            Some(page) => page,
            None => {
                Err(Error::invalid("maxItems", "a page needs at least one item").with_operation(P::SPEC.id))
            }
        }
    }

    /// The walk itself, page by page, with the sum of what it cost.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request` when an argument or option breaks a rule.
    pub fn start(self) -> Result<PageWalk<P>> {
        call::requested(&self.parameters, &self.client)?;
        let walk =
            Walk::new(P::SPEC.paging, self.paging).map_err(|error| error.with_operation(P::SPEC.id))?;
        Ok(PageWalk {
            client: self.client,
            parameters: self.parameters,
            options: self.options,
            walk,
            meta: Meta::default(),
        })
    }

    /// All pages, lazily.
    pub fn pages(self) -> impl Stream<Item = Result<Response<Page<P::Item>>>> + Send {
        stream::once(async { self.start() })
            .map_ok(|walk| {
                stream::unfold(walk, |mut walk| async move {
                    let page = walk.next_page().await?;
                    Some((page, walk))
                })
            })
            .try_flatten()
    }

    /// All rows, lazily; pages are fetched as rows are taken.
    pub fn into_stream(self) -> stream::BoxStream<'static, Result<P::Item>> {
        self.pages()
            .map_ok(|page| stream::iter(page.into_inner().into_rows().into_iter().map(Ok)))
            .try_flatten()
            .boxed()
    }

    /// All rows at once, up to `max_items`.
    ///
    /// # Errors
    ///
    /// As every call; rows read before the error are lost, so stream long lists.
    pub async fn collect(self) -> Result<Vec<P::Item>> {
        self.into_stream().try_collect().await
    }

    /// All rows, without an async runtime.
    #[cfg(feature = "blocking")]
    pub fn into_iter_blocking(self) -> impl Iterator<Item = Result<P::Item>> {
        let mut rows = self.into_stream();
        std::iter::from_fn(move || {
            crate::blocking::wait(rows.next()).unwrap_or_else(|error| Some(Err(error)))
        })
    }
}

/// A walk under way.
#[derive(Debug)]
pub struct PageWalk<P> {
    client: Client,
    parameters: P,
    options: CallOptions,
    walk: Walk,
    meta: Meta,
}

impl<P: PagedOperation> PageWalk<P> {
    /// The next page; `None` at the end. After an error the walk has ended, unless the error is safe to retry: then the
    /// same page is asked for again.
    pub async fn next_page(&mut self) -> Option<Result<Response<Page<P::Item>>>> {
        self.next_page_with(&CallOptions::default()).await
    }

    pub(crate) async fn next_page_with(
        &mut self,
        options: &CallOptions,
    ) -> Option<Result<Response<Page<P::Item>>>> {
        loop {
            if let Some(error) = self.walk.failure.take() {
                return Some(Err(self.with_sum(error)));
            }
            let query = self.walk.query()?;
            let mut response = match self.fetch(query, options).await {
                Ok(response) => response,
                Err(error) => {
                    if !error.is_safe_to_retry() {
                        self.walk.position = Position::End;
                    }
                    return Some(Err(error));
                }
            };
            self.meta.add(&response.meta);
            let came = response.value.len();
            if let Err(error) = self.walk.book(&mut response.value) {
                return Some(Err(self.with_sum(error)));
            }
            if response.value.len() < came {
                // Every language has to see the rows that were kept, whichever way it reads them.
                response.document = response.document.first_rows(response.value.len());
                response.value.document = Arc::clone(&response.document);
            }
            // An empty page with a next position is no page for the caller.
            if response.value.is_empty() && (self.walk.read > 0 || self.walk.query().is_some()) {
                continue;
            }
            return Some(Ok(response));
        }
    }

    /// What the walk cost so far: the sum over its calls.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// An error of the walk itself: it tells what all its calls came to.
    fn with_sum(&self, error: Error) -> Error {
        error.with_operation(P::SPEC.id).with_attempts(self.meta.attempts, self.meta.credits)
    }

    async fn fetch(
        &self,
        query: Vec<(&'static str, String)>,
        options: &CallOptions,
    ) -> Result<Response<Page<P::Item>>> {
        let mut request = call::requested(&self.parameters, &self.client)?;
        for (name, value) in &query {
            crate::operation::append_query(&mut request.query, name, value);
        }
        let options = options.or(&self.options).or(self.client.defaults());
        let answer = call::run(&self.client, request, &options).await?;
        call::decoded(P::SPEC.id, answer)
    }
}

#[cfg(test)]
mod tests;
