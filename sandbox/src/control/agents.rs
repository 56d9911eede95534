//! Showing an agent whole, and putting it into a state that no call of the service leads to.

use serde_json::Value;

use super::{Order, Outcome, Refused, missing, wrong};
use crate::agent::Alert;
use crate::clock::Moment;
use crate::kakiyo::agents::picture;
use crate::world::World;

/// The furthest that a place on earth is from UTC, in hours.
const FURTHEST_ZONE: i64 = 14;

pub(super) fn show(order: &mut Order<'_>) -> Outcome {
    let (id, now) = (order.id, order.shared.clock.now());
    order.in_world(|world, _| shown(world, id, now))
}

pub(super) fn change(order: &mut Order<'_>) -> Outcome {
    let (id, now) = (order.id, order.shared.clock.now());
    order.in_world(|world, order| {
        let status = order.take::<String>("status")?;
        let alerts = order.take::<Vec<Alert>>("alerts")?;
        let external = order.take::<bool>("external")?;
        let timezone = order.take::<i64>("timezone")?;
        order.nothing_left()?;
        if timezone.is_some_and(|hours| !(-FURTHEST_ZONE..=FURTHEST_ZONE).contains(&hours)) {
            return Err(wrong("timezone: must be between -14 and 14"));
        }
        let agent = world.agents.get_mut(id).ok_or_else(|| unknown(id))?;
        if let Some(status) = status {
            agent.enter(&status);
        }
        agent.alerts = alerts.unwrap_or_else(|| agent.alerts.clone());
        agent.external = external.unwrap_or(agent.external);
        agent.working_hours.timezone = timezone.unwrap_or(agent.working_hours.timezone);
        shown(world, id, now)
    })
}

fn shown(world: &World, id: &str, now: Moment) -> Result<Value, Refused> {
    let agent = world.agents.get(id).ok_or_else(|| unknown(id))?;
    Ok(picture(world, agent, now))
}

fn unknown(id: &str) -> Refused {
    missing(format!("There is no agent {id}"))
}
