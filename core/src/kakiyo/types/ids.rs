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
    /// Id of a team.
    TeamId
}
