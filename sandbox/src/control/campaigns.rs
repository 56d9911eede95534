//! Putting a campaign into a state that no call of the service leads to.

use serde_json::json;

use super::{Order, Outcome, missing, wrong};

pub(super) fn change(order: &mut Order<'_>) -> Outcome {
    let id = order.id;
    order.in_world(|world, order| {
        let status = order.take::<String>("status")?;
        // Null takes the agent away.
        let agent = order.take::<Option<String>>("agent")?;
        order.nothing_left()?;
        if let Some(Some(agent)) = &agent
            && !world.agents.contains(agent)
        {
            return Err(wrong(format!("agent: there is no agent {agent}")));
        }
        let campaign =
            world.campaigns.get_mut(id).ok_or_else(|| missing(format!("There is no campaign {id}")))?;
        campaign.status = status.unwrap_or_else(|| campaign.status.clone());
        campaign.agent = agent.map_or_else(|| campaign.agent.clone(), Option::unwrap_or_default);
        Ok(json!({"id": campaign.id, "status": campaign.status, "agent": campaign.agent}))
    })
}
