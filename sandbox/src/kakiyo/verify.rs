//! The connection test.

use serde_json::json;

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::operation::{Group, Operation, Tier};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    id: "verify",
    method: "GET",
    path: "/verify",
    group: Group::Tier(Tier::High),
    handler: verify,
}];

fn verify(call: &mut Call<'_>) -> Verdict {
    let answer = Answer::ok(json!({"status": "success", "message": "API key is valid"}));
    let named = call.world.settings.forms.verify_team_id;
    Ok(if named { answer.with_member("teamId", json!(call.world.team)) } else { answer })
}
