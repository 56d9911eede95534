//! Control of webhooks: what waits to be delivered, and how deliveries ended.

use serde_json::json;

use super::{Order, Outcome, missing};

/// Carries out what deliveries would do, successes first.
pub(super) fn change(order: &mut Order<'_>) -> Outcome {
    let (id, now) = (order.id, order.shared.clock.now());
    order.in_world(|world, order| {
        let succeeded = order.take::<u16>("succeeded")?.unwrap_or(0);
        let failed = order.take::<u16>("failed")?.unwrap_or(0);
        order.nothing_left()?;
        for success in (0..succeeded).map(|_| true).chain((0..failed).map(|_| false)) {
            // One that is switched off gets no more.
            if !world.delivered(id, success, now) {
                break;
            }
        }
        let webhook = world.webhooks.get(id).ok_or_else(|| missing(format!("There is no webhook {id}")))?;
        Ok(json!({
            "id": webhook.id,
            "active": webhook.active,
            "secret": webhook.secret,
            "successCount": webhook.successes,
            "failureCount": webhook.failures,
            "failuresInARow": webhook.failures_in_a_row,
        }))
    })
}

pub(super) fn waiting(order: &mut Order<'_>) -> Outcome {
    order.in_world(|world, _| Ok(json!({"deliveries": world.outbox.waiting().collect::<Vec<_>>()})))
}
