//! Ids. They are never parsed, and each kind is a type of its own: a chat id is not a prospect id.

use crate::declare::id;

id! {
    /// Id of an agent.
    AgentId
}
id! {
    /// Id of a campaign.
    CampaignId
}
id! {
    /// Id of a conversation.
    ChatId
}
id! {
    /// Id of an entry of the Do Not Contact list.
    DncEntryId
}
id! {
    /// Id of an import, as the add calls give it.
    ListId
}
id! {
    /// Id of the membership of a user in a workspace.
    MembershipId
}
id! {
    /// Id of an AI model.
    ModelId
}
id! {
    /// Id of a product (offering).
    ProductId
}
id! {
    /// Id of a prompt.
    PromptId
}
id! {
    /// Id of a person.
    ProspectId
}
id! {
    /// Id of a run of a Sales Navigator import.
    RunId
}
id! {
    /// Id of a saved Sales Navigator search.
    SourceId
}
id! {
    /// Id of a team.
    TeamId
}
id! {
    /// Id of a user.
    UserId
}
id! {
    /// Id of a webhook.
    WebhookId
}
id! {
    /// Id of a workspace.
    WorkspaceId
}
