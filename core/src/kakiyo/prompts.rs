//! Writing instructions.

use super::types::{Prompt, PromptChanged, PromptCreated, PromptDetails, PromptId, PromptType};
use crate::client::Client;
use crate::declare::parameters;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{operation, resource};
use crate::options::CallOptions;
use crate::registry::{self, Entry};
use crate::response::Response;
use crate::{call, operation::Operation};

pub(super) const OPERATIONS: &[Entry] = &[
    registry::entry::<CreatePrompt>(),
    registry::entry::<ListPrompts>(),
    registry::entry::<GetPrompt>(),
    registry::entry::<UpdatePrompt>(),
];

resource! {
    /// Writing instructions for the AI.
    Prompts
}

parameters! {
    /// A new prompt.
    pub struct CreatePrompt {
        required {
            /// Name, at least 3 characters. It finds the new prompt, so make it unique.
            name: String where length(min = 3),
            /// Model id, as the model list gives it.
            model: String where length(min = 1),
            /// Kind of prompt: `Messages` for outreach.
            r#type: PromptType,
        }
    }
}

parameters! {
    /// All prompts of the team.
    pub struct ListPrompts {}
}

parameters! {
    /// One prompt.
    pub struct GetPrompt {
        path {
            /// The prompt.
            prompt_id: PromptId,
        }
    }
}

impl<T: Into<PromptId>> From<T> for GetPrompt {
    fn from(prompt_id: T) -> Self {
        Self::new(prompt_id)
    }
}

parameters! {
    /// Changes to the text of a prompt; what is left out stays.
    pub struct UpdatePrompt {
        path {
            /// The prompt.
            prompt_id: PromptId,
        }
        optional, at_least_one {
            /// New context section; outreach prompts only.
            context: String,
            /// New first-message section; outreach prompts only.
            first_message: String,
            /// All follow-ups in order, at most 3: they replace the whole list, and an empty list clears it.
            follow_ups: Vec<FollowUpInput> where length(max = 3),
            /// Whether follow-ups are sent; turning them off keeps the list.
            follow_up_enabled: bool,
            /// New comment section; comment prompts only.
            comment: String,
        }
    }
}

parameters! {
    /// One follow-up to write.
    pub struct FollowUpInput {
        required {
            /// Instruction.
            prompt: String,
            /// Days after the previous message, 1 to 30.
            delay: u32 where range(min = 1, max = 30),
        }
    }
}

operation! {
    /// Adds a prompt and gives its id.
    ///
    /// Most servers answer without the id: then the prompts are listed once and the newest of that name is taken, which
    /// makes it two calls. Only name, model and type can be set here; the text is written in the dashboard.
    /// A repeat makes a second prompt.
    prompts.create: CreatePrompt => PromptCreated {
        POST "/prompts",
        group: per_operation, tier: Low, price: 1, retry: UnsafeWrite, paging: none,
        errors: [validation_error],
        calls: 1 to 2 through create_and_find,
        source: "docs: /api-reference/prompts/create",
    }
}

operation! {
    /// Lists all prompts of the team, without their text.
    prompts.list: ListPrompts => Vec<Prompt> {
        GET "/prompts",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [],
        arguments: none,
        cache: allowed,
        source: "docs: /api-reference/prompts/list",
    }
}

operation! {
    /// Gives the text of one prompt with the rules for writing it.
    ///
    /// Older servers do not know this call and answer `not_found` for every prompt.
    prompts.get: GetPrompt => PromptDetails {
        GET "/prompts/{promptId}",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [not_found],
        cache: allowed,
        source: "docs-new: /api-reference/prompts/get",
    }
}

operation! {
    /// Changes sections of a prompt; nothing is saved when the server refuses any part.
    ///
    /// Follow-ups are replaced as a whole: to change one, read the prompt and send all of them. Mandatory variables have to
    /// stay in `context` or `first_message`. Older servers do not know this call and answer `not_found`.
    prompts.update: UpdatePrompt => PromptChanged {
        PUT "/prompts/{promptId}",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [validation_error, not_found],
        source: "docs-new: /api-reference/prompts/update",
    }
}

/// Creates, and where the answer has no id lists and takes the newest of that name.
async fn create_and_find(
    parameters: &CreatePrompt,
    client: &Client,
    options: &CallOptions,
) -> Result<Response<PromptCreated>> {
    let mut created = call::typed(parameters, client, options).await?;
    if created.value.id.is_some() {
        return Ok(created);
    }
    // The create has been made and paid for, whatever became of the list: a repeat would make a second prompt.
    let (attempts, credits) = (created.meta.attempts, created.meta.credits);
    let lost = |error: Error| {
        let mut sum = credits;
        sum += error.credits();
        let attempts = attempts + error.attempts();
        let kind = match error.kind() {
            // These say what has to be done before anything else.
            kind @ (ErrorKind::OutOfCredits | ErrorKind::Auth | ErrorKind::Permission) => kind,
            _ => ErrorKind::OutcomeUnknown,
        };
        error
            .with_kind(kind)
            .on_behalf_of(CreatePrompt::SPEC.id)
            .with_context(CREATED_BUT_LOST)
            .with_attempts(attempts, sum)
            .with_safe_to_retry(false)
    };
    let prompts = call::typed(&ListPrompts::new(), client, options).await.map_err(lost)?;
    let newest = prompts
        .iter()
        .filter(|prompt| prompt.name.as_deref() == Some(parameters.name.as_str()))
        .max_by_key(|prompt| prompt.created_at.as_ref().and_then(crate::value::Timestamp::to_system_time));
    let Some(prompt) = newest else {
        // The list is behind: it must not be kept.
        client.shared().saving().forget(ListPrompts::SPEC.path);
        let error = Error::new(ErrorKind::OutcomeUnknown, "no prompt of that name is listed yet");
        return Err(lost(error.with_attempts(prompts.meta.attempts, prompts.meta.credits)));
    };
    created.value.id = Some(prompt.id.clone());
    created.document = created.document.with_member("id", prompt.id.as_str());
    let mut meta = created.meta;
    meta.add(&prompts.meta);
    created.meta = meta;
    Ok(created)
}

const CREATED_BUT_LOST: &str =
    "the prompt was created but its id could not be found (list the prompts, do not create again)";
