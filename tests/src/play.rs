//! Playing one case: the call, and everything that came of it.
//!
//! Operations are called by name through the registry, the door that bindings use, so that a new operation needs a case
//! file and nothing here.

use std::sync::Arc;
use std::time::Duration;

use kakiyo::registry::{self, Delivered};
use kakiyo::{CallOptions, CancelToken, Client, Error, Meta, PageOptions, Result};
use kakiyo_sandbox::RecordedRequest;
use serde_json::{Value, json};

use crate::case::{Cancel, Case, Walk};
use crate::stage::Stage;

/// A call that takes longer than this hangs.
const HANGS_AFTER: Duration = Duration::from_secs(30);

/// What came of a case.
#[derive(Debug, Default)]
pub struct Played {
    /// The value, or the rows before the error.
    pub value: Option<Value>,
    /// Pages of a walk.
    pub pages: usize,
    /// What is known of the call, or of all calls of a walk.
    pub meta: Option<Meta>,
    /// The error, wherever it came up.
    pub error: Option<Error>,
    /// Kinds of the warnings that came up, in order.
    pub warnings: Vec<&'static str>,
    /// What arrived at the server.
    pub requests: Vec<RecordedRequest>,
}

/// Plays one case on the stage.
///
/// # Errors
///
/// Where the stage itself fails or the call hangs; an error of the library is an outcome.
pub async fn play(stage: &Stage, case: &Case) -> Result<Played, String> {
    let team = stage.team(case)?;
    let mut played = Played::default();
    match stage.client(case, &team) {
        Err(error) => played.error = Some(error),
        Ok(client) => {
            let token = Arc::new(CancelToken::new());
            let expected = case.exchanges.iter().map(|exchange| exchange.answer.times).sum::<u64>();
            let warner = client.clone();
            let arrived = || stage.requests(case, &team).map(|requests| requests.len() as u64 >= expected);
            let cancel = async {
                match case.cancel {
                    None => {}
                    Some(Cancel::BeforeSending) => token.cancel(),
                    Some(Cancel::WhileUnderWay) => {
                        while arrived().is_ok_and(|arrived| !arrived) {
                            tokio::time::sleep(Duration::from_millis(2)).await;
                        }
                        token.cancel();
                    }
                }
            };
            let call = async {
                if case.cancel == Some(Cancel::BeforeSending) {
                    token.cancel();
                }
                let outcome = call(case, client, &token, &mut played).await;
                outcome.err()
            };
            let (error, ()) = tokio::time::timeout(HANGS_AFTER, async { tokio::join!(call, cancel) })
                .await
                .map_err(|_| format!("it hangs: no outcome within {HANGS_AFTER:?}"))?;
            played.error = error;
            played.warnings = warner.take_warnings().iter().map(|warning| warning.kind.as_str()).collect();
        }
    }
    played.requests = stage.requests(case, &team)?;
    Ok(played)
}

async fn call(case: &Case, client: Client, token: &Arc<CancelToken>, played: &mut Played) -> Result<()> {
    let options = options(case, token);
    if case.operation == "raw" {
        return raw(case, &client, &options, played).await;
    }
    let entry = registry::find(&case.operation)?;
    let arguments = Value::from(case.arguments.clone()).to_string();
    let Some(walk) = case.walk else {
        let delivered = entry.invoke(client, arguments.as_bytes(), options)?.await?;
        played.value = Some(json_of(&delivered));
        played.meta = Some(delivered.meta);
        return Ok(());
    };
    let mut paging = PageOptions::default();
    paging.max_items = case.options.max_items;
    paging.page_size = case.options.page_size;
    let mut pages = entry.open(client, arguments.as_bytes(), options, paging)?;
    let mut rows = Vec::new();
    let mut failure = None;
    while let Some(page) = pages.next(&CallOptions::new()).await {
        match page {
            Ok(page) => rows.push(json_of(&page)),
            Err(error) => failure = Some(error),
        }
        if failure.is_some() || walk == Walk::Page {
            break;
        }
    }
    played.pages = rows.len();
    played.meta = Some(pages.meta().clone());
    played.value = Some(match walk {
        Walk::Pages => Value::from(rows),
        Walk::Page | Walk::Items => rows.into_iter().filter_map(into_list).flatten().collect(),
    });
    failure.map_or(Ok(()), Err)
}

async fn raw(case: &Case, client: &Client, options: &CallOptions, played: &mut Played) -> Result<()> {
    let text = |name: &str| case.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    let query: Vec<(&str, &str)> = case
        .arguments
        .get("query")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
        .collect();
    let response =
        client.raw(text("method"), text("path"), &query, case.arguments.get("body"), options).await?;
    played.meta = Some(response.meta().clone());
    let body: &[u8] = &response;
    // A raw answer is bytes: JSON is compared as JSON, anything else as text.
    played.value =
        Some(serde_json::from_slice(body).unwrap_or_else(|_| json!(String::from_utf8_lossy(body))));
    Ok(())
}

fn options(case: &Case, token: &Arc<CancelToken>) -> CallOptions {
    let mut options = CallOptions::new();
    options.timeout = case.options.timeout.map(Duration::from_secs_f64);
    options.max_wait = case.options.max_wait.map(Duration::from_secs_f64);
    options.max_retries = case.options.max_retries;
    options.idempotency_key = case.options.idempotency_key.clone();
    options.fail_on_fallback = case.options.fail_on_fallback;
    options.extra_headers = case.options.extra_headers.clone().into_iter().collect();
    options.extra_query = case.options.extra_query.clone().into_iter().collect();
    match case.cancel {
        Some(_) => options.cancelled_by(Arc::clone(token)),
        None => options,
    }
}

/// The normalised JSON; text that is not JSON stands as text, so that the comparison shows it.
fn json_of(delivered: &Delivered) -> Value {
    let text = delivered.document.json();
    serde_json::from_str(&text).unwrap_or_else(|_| json!(text))
}

fn into_list(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(rows) => Some(rows),
        _ => None,
    }
}
