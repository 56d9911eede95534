//! Control of workspaces: the clients and agents in them, which the service itself never lists.

use serde_json::{Value, json};

use super::{Order, Outcome, missing};

pub(super) fn show(order: &mut Order<'_>) -> Outcome {
    let id = order.id;
    order.in_world(|world, _| {
        let workspace = world.workspaces.get(id);
        let workspace = workspace.ok_or_else(|| missing(format!("There is no workspace {id}")))?;
        let clients = workspace.clients.iter().map(|client| {
            json!({
                "membershipId": client.membership,
                "userId": client.user,
                "email": client.email,
                "roles": client.roles,
                "redirectUrl": client.redirect_url,
            })
        });
        Ok(json!({
            "id": workspace.id,
            "name": workspace.name,
            "clients": clients.collect::<Vec<Value>>(),
            "agents": workspace.agents_in(world).collect::<Vec<&str>>(),
        }))
    })
}
