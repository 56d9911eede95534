//! Importing a search of Sales Navigator. The answer names a source and a run, and no call asks for either.

use serde_json::{Value, json};

use super::campaigns::refuse_unready;
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::operation::{Group, Operation, Tier};
use crate::sales_navigator::{MOST_RUNS, query_of};
use crate::validation::{Members, Problems};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    id: "prospects.import_sales_navigator",
    method: "POST",
    path: "/prospects/sales-navigator",
    group: Group::Tier(Tier::Low),
    handler: import,
}];

const MEMBERS: [&str; 4] = ["campaignId", "searchUrl", "requestedCount", "name"];
const LONGEST_ADDRESS: usize = 20_000;
const SIZES: [i64; 3] = [100, 250, 500];
const DEFAULT_SIZE: i64 = 250;
const DEFAULT_NAME: &str = "Sales Navigator import";

fn import(call: &mut Call<'_>) -> Verdict {
    let body = call.object()?;
    call.permit("Campaign", body.get("campaignId").and_then(Value::as_str))?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let id = members.required_text("campaignId", 1..=usize::MAX);
    let address = members.required_text("searchUrl", 0..=LONGEST_ADDRESS);
    let query = query_of(address);
    if query.is_none() && body.get("searchUrl").is_some_and(Value::is_string) {
        members.problem("searchUrl", "Must be a full address under /sales/search/people with a query");
    }
    let size = members.integer("requestedCount", i64::MIN..=i64::MAX).unwrap_or(DEFAULT_SIZE);
    if !SIZES.contains(&size) {
        members.problem("requestedCount", "Must be 100, 250 or 500");
    }
    let name = members.text("name", 1..=120).unwrap_or(DEFAULT_NAME);
    for unknown in body.keys().filter(|name| !MEMBERS.contains(&name.as_str())) {
        members.problem(unknown, "Is not known");
    }
    call.validated(&problems)?;
    let world = &mut *call.world;
    let not_found = || Answer::refusal(404, "campaign_not_found", "Campaign not found");
    let campaign = world.campaigns.get(id).ok_or_else(not_found)?;
    if !world.agents.contains(&campaign.agent) {
        return Err(Answer::refusal(400, "campaign_missing_agent", "The campaign has no agent"));
    }
    refuse_unready(campaign)?;
    let conflict = |code, message| Err(Answer::refusal(409, code, message));
    let query = query.unwrap_or_default();
    if world.is_importing(id, call.now) {
        return conflict("campaign_busy", "An import into this campaign is running");
    }
    if world.has_source(id, &query) {
        return conflict("sales_navigator_source_exists", "The campaign has a source with this search");
    }
    if world.open_runs(call.now) >= MOST_RUNS {
        // Nobody knows when one of them ends, so no wait is named.
        let message = format!("{MOST_RUNS} Sales Navigator imports of the team are running");
        return Err(Answer::refusal(429, "sales_navigator_team_limit", message));
    }
    let count = usize::try_from(size).unwrap_or(0);
    let (source, run) = world.queue_run(id, name, query, count, call.now).ok_or_else(not_found)?;
    Ok(Answer::json(
        202,
        json!({
            "message": "Sales Navigator import queued",
            "sourceId": source,
            "runId": run,
            "status": "queued",
            "requestedCount": size,
        }),
    ))
}
