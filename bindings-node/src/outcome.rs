//! What a call came to: a value with its meta, or the fields of an error. Both cross as JSON text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use kakiyo::registry::Delivered;
use kakiyo::{Credits, Meta};
use serde::Serialize;

use crate::failure::Failure;
use crate::inbox::Settled;
use crate::sandbox::Started;

/// The result of one entry point, ready to cross.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) value: Option<String>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) meta: Option<String>,
    pub(crate) page: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) sandbox: Option<Started>,
    pub(crate) warnings: Option<String>,
}

/// The warnings that wait in a client, as JSON, where there are some.
pub(crate) fn warnings(client: &kakiyo::Client) -> Option<String> {
    let waiting = client.take_warnings();
    (!waiting.is_empty()).then(|| text(&waiting))
}

impl Outcome {
    /// A value that needs no meta.
    pub(crate) fn value<T: Serialize>(value: &T) -> Self {
        Self { value: Some(text(value)), ..Self::default() }
    }

    /// The answer of an operation.
    pub(crate) fn delivered(answer: &Delivered) -> Self {
        let json = answer.document.json();
        // The untouched body goes along where the value is not the body itself.
        let body = matches!(json, Cow::Owned(_)).then(|| answer.document.raw().to_vec());
        let value = Some(json.into_owned());
        Self { value, body, meta: Some(text(&MetaFields::from(&answer.meta))), ..Self::default() }
    }

    /// A page of a walk, with the sum over the walk.
    pub(crate) fn page(answer: &Delivered, sum: &Meta) -> Self {
        let page = answer.page.map(|facts| {
            let sum = MetaFields::from(sum);
            text(&PageFields { total: facts.total, has_more: facts.has_more, sum })
        });
        Self { page, ..Self::delivered(answer) }
    }

    /// The end of a walk, with the sum over it: the last calls may have brought no rows.
    pub(crate) fn end(sum: &Meta) -> Self {
        Self { meta: Some(text(&MetaFields::from(sum))), ..Self::default() }
    }

    /// The answer of a raw call.
    pub(crate) fn raw(body: Vec<u8>, meta: &Meta) -> Self {
        Self { body: Some(body), meta: Some(text(&MetaFields::from(meta))), ..Self::default() }
    }

    /// As it crosses to JavaScript.
    pub(crate) fn into_settled(self, ticket: u32) -> Settled {
        let Self { value, body, meta, page, error, sandbox, warnings } = self;
        Settled { ticket, value, body: body.map(Into::into), meta, page, error, sandbox, warnings }
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self { error: Some(failure.0), ..Self::default() }
    }
}

/// The fields of a call's meta in TypeScript.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MetaFields<'a> {
    status: u16,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'a str>,
    attempts: u32,
    credits: Credits,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota_left: Option<u32>,
    waited_ms: f64,
    elapsed_ms: f64,
    saved: u32,
}

impl<'a> From<&'a Meta> for MetaFields<'a> {
    fn from(meta: &'a Meta) -> Self {
        Self {
            status: meta.status,
            headers: headers(&meta.headers),
            request_id: meta.request_id.as_deref(),
            idempotency_key: meta.idempotency_key.as_deref(),
            attempts: meta.attempts,
            credits: meta.credits,
            quota_left: meta.quota_left,
            waited_ms: milliseconds(meta.waited),
            elapsed_ms: milliseconds(meta.elapsed),
            saved: meta.saved,
        }
    }
}

/// What a page says beside its rows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageFields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_more: Option<bool>,
    sum: MetaFields<'a>,
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// Names in lower case; a header that came several times is joined by commas.
pub(crate) fn headers(map: &http::HeaderMap) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in map {
        let value = String::from_utf8_lossy(value.as_bytes());
        fields
            .entry(name.as_str().to_owned())
            .and_modify(|joined| {
                joined.push_str(", ");
                joined.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    fields
}

/// JSON of our own types: it cannot fail, and null stands for the impossible.
pub(crate) fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
