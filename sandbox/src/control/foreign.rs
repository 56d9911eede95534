//! Calls of somebody else, at once.

use serde_json::json;

use super::{Order, Outcome, wrong};
use crate::foreign::check_calls;

pub(super) fn call(order: &mut Order<'_>) -> Outcome {
    order.in_world(|world, order| {
        let name = order.take::<String>("operation")?.ok_or_else(|| wrong("operation: is required"))?;
        let calls = order.take::<u32>("calls")?.unwrap_or(1);
        order.nothing_left()?;
        check_calls(world.origin.service, &name, calls).map_err(wrong)?;
        let now = order.shared.clock.now();
        let counted = world.foreign_calls(&name, calls, now);
        Ok(json!({
            "calls": counted.calls,
            "rejections": counted.rejections,
            "outOfCredits": counted.out_of_credits,
            "spent": counted.spent,
            "credits": world.credits,
        }))
    })
}
