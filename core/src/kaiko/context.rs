//! Calls in a context: what is said of odd names, of contexts that have ended, and of messages whose answer was lost.

use super::SERVICE;
use super::emotions::AnalyzeInContext;
use super::types::{ContextId, EmotionAnalysis, ExternalId};
use crate::call;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;
use crate::options::CallOptions;
use crate::response::Response;
use crate::warning::{Warning, WarningKind};

/// Arguments that may name a context.
pub(super) trait InContext: Operation {
    fn context(&self) -> Option<&ContextId>;
}

/// Makes the call; warns of a name that cannot be read back.
pub(super) async fn in_context<P: InContext>(
    parameters: &P,
    client: &Client,
    options: &CallOptions,
) -> Result<Response<P::Output>> {
    if parameters.context().is_some_and(ContextId::is_reserved) {
        let message =
            "a context of this name cannot be read back: it is the name of a route; take another one";
        let warning =
            Warning { kind: WarningKind::Argument, message: message.to_owned(), operation: Some(P::SPEC.id) };
        client.shared().warnings().emit_once(SERVICE, "context_id", warning);
    }
    call::typed(parameters, client, options).await.map_err(|error| {
        match error.kind() == ErrorKind::NotFound && parameters.context().is_some() {
            true => error.with_advice("a context ends some time after its last message: start anew"),
            false => error,
        }
    })
}

/// Gives the message an id where the caller gave none, and shows it in the answer or in the error.
pub(super) async fn analyze_and_name(
    parameters: &AnalyzeInContext,
    client: &Client,
    options: &CallOptions,
) -> Result<Response<EmotionAnalysis>> {
    let mut parameters = parameters.clone();
    let made = || ExternalId::from(uuid::Uuid::new_v4().to_string());
    let id = parameters.external_id.get_or_insert_with(made).clone();
    let mut response =
        in_context(&parameters, client, options).await.map_err(|error| with_the_way_back(error, &id))?;
    if response.value.external_id.is_none() {
        response.document = response.document.with_member("externalId", id.as_str());
        response.value.external_id = Some(id);
    }
    Ok(response)
}

fn with_the_way_back(error: Error, id: &ExternalId) -> Error {
    let sent = error.attempts() > 0;
    match error.kind() {
        ErrorKind::Conflict if error.attempts() > 1 => error.with_advice(&format!(
            "an earlier attempt of this call may have stored the message: emotions.message finds it as {id}"
        )),
        ErrorKind::Conflict => error.with_advice("an external id is good for one message of a context"),
        ErrorKind::Timeout
        | ErrorKind::Connection
        | ErrorKind::OutcomeUnknown
        | ErrorKind::Server
        | ErrorKind::Decode
            if sent =>
        {
            error.with_advice(&format!("if the message was stored, emotions.message finds it as {id}"))
        }
        _ => error,
    }
}
