//! Batches: the order of their answers, and the way around a server that has no batch route.

use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::emotions::{AnalyzeBatch, AnalyzeText};
use super::types::{BatchAnalysis, EmotionAnalysis, EmotionMessage, ExternalId};
use crate::call;
use crate::client::Client;
use crate::document::Document;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{FromDocument, Operation};
use crate::options::CallOptions;
use crate::response::{Meta, Response};

/// Single analyses under way at once where a batch is taken apart.
const AT_ONCE: usize = 10;

/// Makes the call and gives the emotions in the order of the messages.
pub(super) async fn in_order(
    parameters: &AnalyzeBatch,
    client: &Client,
    options: &CallOptions,
) -> Result<Response<BatchAnalysis>> {
    match call::typed(parameters, client, options).await {
        Ok(response) => Ok(ordered(response, &parameters.messages)),
        Err(error) if !matches!(error.status(), Some(404 | 405)) => Err(error),
        Err(error) if parameters.fan_out == Some(true) => {
            one_by_one(parameters, client, options, &error).await
        }
        Err(error) => {
            Err(error
                .with_advice("this server may have no batch route: fan_out analyses the texts one by one"))
        }
    }
}

/// An answer that was keyed by message ids has them at its emotions: then they tell the order.
fn ordered(mut response: Response<BatchAnalysis>, messages: &[EmotionMessage]) -> Response<BatchAnalysis> {
    let wanted: Option<Vec<&ExternalId>> =
        messages.iter().map(|message| message.external_id.as_ref()).collect();
    let found: Option<Vec<&ExternalId>> =
        response.value.emotions.iter().map(|emotion| emotion.external_id.as_ref()).collect();
    let (Some(wanted), Some(found)) = (wanted, found) else { return response };
    let places: Option<Vec<usize>> =
        wanted.iter().map(|id| found.iter().position(|candidate| candidate == id)).collect();
    let Some(places) = places.filter(|places| places.len() == found.len()) else { return response };
    if places.iter().enumerate().all(|(index, place)| index == *place) {
        return response;
    }
    response.document = response.document.amended(|tree| {
        if let Some(Value::Array(items)) = tree.get_mut("emotions") {
            *items = places.iter().filter_map(|place| items.get(*place).cloned()).collect();
        }
    });
    let emotions = &response.value.emotions;
    let sorted = places.iter().filter_map(|place| emotions.get(*place).cloned()).collect();
    response.value.emotions = sorted;
    response
}

/// Each text in a call of its own; the answer looks as if the batch had been answered.
async fn one_by_one(
    parameters: &AnalyzeBatch,
    client: &Client,
    options: &CallOptions,
    refused: &Error,
) -> Result<Response<BatchAnalysis>> {
    let id = AnalyzeBatch::SPEC.id;
    // One key is good for one request: here each gets its own.
    let options = CallOptions { idempotency_key: None, ..options.clone() };
    let single = |message: &EmotionMessage| AnalyzeText {
        role: message.role.clone(),
        external_id: message.external_id.clone(),
        timestamp: message.timestamp.clone(),
        audio_url: message.audio_url.clone(),
        model: parameters.model.clone(),
        params: parameters.params.clone(),
        ..AnalyzeText::new(message.text.clone())
    };
    let singles: Vec<AnalyzeText> = parameters.messages.iter().map(single).collect();
    let answers: Vec<Response<EmotionAnalysis>> = futures::stream::iter(singles)
        .map(|single| {
            let (client, options) = (client.clone(), options.clone());
            async move { call::typed(&single, &client, &options).await }
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
        .map_err(|error| error.on_behalf_of(id))?;

    let mut meta = Meta { attempts: refused.attempts(), credits: refused.credits(), ..Meta::default() };
    answers.iter().for_each(|answer| meta.add(&answer.meta));
    let emotions: Vec<Value> = answers
        .iter()
        .map(|answer| answer.document.tree().get("primary").cloned().unwrap_or_else(|| json!({})))
        .collect();
    let tokens = |name: &str| {
        let of = |answer: &Response<EmotionAnalysis>| answer.document.tree()["usage"][name].as_i64();
        answers.iter().filter_map(of).reduce(|sum, tokens| sum.saturating_add(tokens))
    };
    let mut tree = json!({
        "emotions": emotions,
        "isFallback": answers.iter().any(|answer| answer.value.is_fallback),
    });
    for name in ["analyseTokens", "totalTokens"] {
        if let Some(tokens) = tokens(name) {
            tree["usage"][name] = tokens.into();
        }
    }
    if let Some(model) = answers.first().and_then(|answer| answer.value.model.clone()) {
        tree["model"] = model.into();
    }
    let document: Arc<Document> = Document::restored(Bytes::from(tree.to_string()), tree);
    match BatchAnalysis::from_document(&document, &meta.headers) {
        Ok(value) => Ok(Response { value, meta, document }),
        Err(failure) => Err(Error::new(ErrorKind::Internal, failure.0.reason).on_behalf_of(id)),
    }
}
