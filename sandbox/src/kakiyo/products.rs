//! Products, called offerings in the dashboard.

use serde_json::{Value, json};

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::model::Product;
use crate::operation::{Group, Operation, Tier};
use crate::validation::{Members, Problems};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "products.create",
        method: "POST",
        path: "/products",
        group: Group::Tier(Tier::Low),
        handler: create,
    },
    Operation {
        id: "products.list",
        method: "GET",
        path: "/products",
        group: Group::Tier(Tier::Medium),
        handler: list,
    },
];

fn create(call: &mut Call<'_>) -> Verdict {
    call.within_plan("plan_limit_reached", call.world.products.len(), call.world.settings.plan.products)?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let name = members.required_text("name", 3..=usize::MAX);
    let description = members.required_text("description", 10..=usize::MAX);
    call.validated(&problems)?;
    let id = call.world.identifiers.next();
    call.world.products.add(Product {
        id: id.clone(),
        name: name.to_owned(),
        description: description.to_owned(),
        created_at: call.now,
    });
    Ok(Answer::created(json!({"id": id, "message": "Product created successfully"})))
}

fn list(call: &mut Call<'_>) -> Verdict {
    let products: Vec<Value> = call.world.products.all().iter().map(shown).collect();
    Ok(Answer::ok(json!(products)))
}

fn shown(product: &Product) -> Value {
    json!({
        "id": product.id,
        "name": product.name,
        "description": product.description,
        "createdAt": product.created_at.iso(),
    })
}
