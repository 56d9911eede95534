//! Products, called offerings in the dashboard.

use serde_json::json;

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::model::Product;
use crate::operation::{Group, Operation, Tier};
use crate::validation::{Members, Problems};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    id: "products.create",
    method: "POST",
    path: "/products",
    group: Group::Tier(Tier::Low),
    handler: create,
}];

fn create(call: &mut Call<'_>) -> Verdict {
    call.within_plan("plan_limit_reached", call.world.products.len(), call.world.settings.plan.products)?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    members.required_text("name", 3..=usize::MAX);
    members.required_text("description", 10..=usize::MAX);
    call.validated(&problems)?;
    let id = call.world.identifiers.next();
    call.world.products.add(Product { id: id.clone() });
    Ok(Answer::created(json!({"id": id, "message": "Product created successfully"})))
}
