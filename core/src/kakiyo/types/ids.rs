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
    /// Id of an import, as the add calls give it.
    ListId
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
