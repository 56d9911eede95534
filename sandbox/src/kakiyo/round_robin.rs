//! Sharing a batch between campaigns: the prospects are dealt out in turn, beginning with the campaign that has
//! the least, and each campaign that gets any starts an import of its own.

use serde_json::{Value, json};

use super::campaigns::refuse_unready;
use super::prospect_input::read_rows;
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::import::Row;
use crate::operation::{Group, Operation, Tier};
use crate::validation::{Members, Problems};
use crate::world::World;

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    id: "prospects.add_round_robin",
    method: "POST",
    path: "/prospects/batch/round-robin",
    group: Group::Tier(Tier::Low),
    handler: add,
}];

/// The fewest campaigns that work can be shared between.
const FEWEST_CAMPAIGNS: usize = 2;

fn add(call: &mut Call<'_>) -> Verdict {
    let body = call.object()?;
    let mut problems = Problems::default();
    let given = Members::new(&body, &mut problems).list("campaignIds").map_or(&[][..], Vec::as_slice);
    let mut campaigns: Vec<&str> = Vec::new();
    for (index, id) in given.iter().enumerate() {
        match id.as_str() {
            Some(id) if campaigns.contains(&id) => {}
            Some(id) => {
                call.permit(&format!("Campaign {id}"), Some(id))?;
                campaigns.push(id);
            }
            None => problems.add(format!("campaignIds[{index}]"), "Must be a text"),
        }
    }
    let rows = read_rows(&body, &mut problems, &call.world.settings);
    call.validated(&problems)?;
    if campaigns.len() < FEWEST_CAMPAIGNS {
        let message = format!("At least {FEWEST_CAMPAIGNS} different campaigns are needed");
        return Err(Answer::refusal(400, "invalid_campaigns", message));
    }
    for id in &campaigns {
        let campaign =
            call.world.campaigns.get(id).ok_or_else(|| {
                Answer::refusal(404, "campaign_not_found", format!("Campaign {id} not found"))
            })?;
        refuse_unready(campaign)?;
        if call.world.settings.busy_while_importing && call.world.is_importing(id, call.now) {
            return Err(Answer::refusal(409, "campaign_busy", format!("Campaign {id} is being filled")));
        }
    }
    let total = rows.len();
    let shares = dealt(call.world, &campaigns, rows);
    let told = call.world.settings.import_list_ids;
    let mut distribution = Vec::new();
    for (campaign, share) in shares.into_iter().filter(|(_, share)| !share.is_empty()) {
        let assigned = share.len();
        let list = call.world.queue_import(campaign, share, call.now);
        let name = call.world.campaigns.get(campaign).map(|campaign| campaign.name.as_str());
        let mut row = json!({"campaignId": campaign, "campaignName": name, "prospectsAssigned": assigned});
        if told {
            row["listId"] = json!(list);
        }
        distribution.push(row);
    }
    let filled: Vec<Value> = distribution.iter().map(|row| row["campaignId"].clone()).collect();
    let message = if told { "processing started" } else { "completed" };
    let answer = Answer::created(json!({
        "message": format!("Round Robin distribution {message}"),
        "totalProspects": total,
        "campaignsCount": distribution.len(),
        "distribution": distribution,
    }));
    Ok(if told { answer.with_member("successfulCampaignIds", json!(filled)) } else { answer })
}

/// The share of each campaign, the least loaded first. Rows that still wait count as load.
fn dealt<'a>(world: &World, campaigns: &[&'a str], rows: Vec<Row>) -> Vec<(&'a str, Vec<Row>)> {
    let load = |id: &str| {
        let waiting = world.imports.all().iter().filter(|import| import.campaign == id);
        let waiting: usize = waiting.map(|import| import.rows.len() - import.processed()).sum();
        world.campaigns.get(id).map_or(0, |campaign| campaign.chats.len()) + waiting
    };
    let mut shares: Vec<(&str, Vec<Row>)> = campaigns.iter().map(|&id| (id, Vec::new())).collect();
    // The sort is stable: equals stay in the order of the request.
    shares.sort_by_key(|&(id, _)| load(id));
    let count = shares.len();
    for (turn, row) in rows.into_iter().enumerate() {
        shares[turn % count].1.push(row);
    }
    shares
}
