//! Deleting people, one or many, with their conversations in all campaigns.
//!
//! What the Do Not Contact list and the reports of old imports say of them stays.

use serde_json::{Map, Value, json};

use super::numbers::Numbers;
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::model::Chat;
use crate::operation::{Group, Operation, Tier};
use crate::validation::{Members, Problems};
use crate::world::World;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "prospects.delete",
        method: "DELETE",
        path: "/prospects/{prospectId}",
        group: Group::Tier(Tier::Low),
        handler: delete,
    },
    Operation {
        id: "prospects.delete_many",
        method: "DELETE",
        path: "/prospects",
        group: Group::Tier(Tier::Low),
        handler: delete_many,
    },
];

const MOST_PEOPLE: usize = 100;

fn delete(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("prospectId");
    call.permit("Prospect", Some(id))?;
    let gone = remove(call.world, id)?;
    let (campaign, name) = gone.campaign.unwrap_or_default();
    Ok(Answer::ok(json!({
        "message": "Prospect deleted successfully",
        "deletionSummary": {
            "prospectId": gone.id,
            "prospectName": gone.name,
            "campaignId": campaign,
            "campaignName": name,
            "deletedItems": gone.items,
            "deletedAt": call.now.iso(),
        },
        "campaignStatsUpdated": left(call.world, &campaign),
    })))
}

fn delete_many(call: &mut Call<'_>) -> Verdict {
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let ids = members.list("prospectIds").map_or(&[][..], Vec::as_slice);
    if ids.is_empty() {
        members.problem("prospectIds", "Must have at least one entry");
    }
    if !ids.iter().all(Value::is_string) {
        members.problem("prospectIds", "Must be texts");
    }
    let guard = members.text("campaignId", 1..=usize::MAX);
    call.permit("Campaign", guard)?;
    call.validated(&problems)?;
    if ids.len() > MOST_PEOPLE {
        let message = format!("At most {MOST_PEOPLE} prospects at once");
        return Err(Answer::refusal(400, "too_many_prospects", message));
    }
    let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
    if let Some(campaign) = guard {
        // What is not known at all fails by itself below.
        let outside = |person: &str| chats_of(call.world, person).all(|chat| chat.campaign != campaign);
        let known = |id: &&&str| call.world.person_id(id).is_some_and(outside);
        if let Some(id) = ids.iter().find(known) {
            let message = format!("Prospect {id} is not in campaign {campaign}");
            return Err(Answer::refusal(400, "campaign_mismatch", message));
        }
    }
    let mut touched: Vec<String> = guard.map(str::to_owned).into_iter().collect();
    let mut results = Vec::new();
    for id in &ids {
        let outcome = call.permit("Prospect", Some(id)).and_then(|()| remove(call.world, id));
        results.push(match outcome {
            Ok(gone) => {
                touched.extend(gone.campaign.map(|(campaign, _)| campaign));
                json!({
                    "prospectId": id,
                    "status": "success",
                    "prospectName": gone.name,
                    "deletedItems": gone.items,
                })
            }
            Err(refusal) => {
                let (code, message) = (refusal.member("error"), refusal.member("message"));
                json!({"prospectId": id, "status": "failed", "error": code, "message": message})
            }
        });
    }
    let successful = results.iter().filter(|row| row["status"] == "success").count();
    touched.dedup();
    let mut answer = json!({
        "message": "Bulk deletion completed",
        "summary": {
            "requested": ids.len(),
            "successful": successful,
            "failed": ids.len() - successful,
            "processedAt": call.now.iso(),
        },
        "results": results,
    });
    // There is room for the numbers of one campaign only.
    if let [campaign] = touched.as_slice()
        && let Some(mut numbers) = left(call.world, campaign)
    {
        numbers.insert("campaignId".to_owned(), json!(campaign));
        answer["campaignStatsUpdated"] = json!(numbers);
    }
    Ok(Answer::ok(answer))
}

/// A person who was deleted.
struct Gone {
    id: String,
    name: String,
    /// Id and name of the campaign that wrote to them first.
    campaign: Option<(String, String)>,
    items: Value,
}

fn chats_of<'a>(world: &'a World, person: &str) -> impl Iterator<Item = &'a Chat> {
    world.chats.all().iter().filter(move |chat| chat.person == person)
}

fn remove(world: &mut World, id: &str) -> Result<Gone, Answer> {
    let not_found = || Answer::not_found("Prospect");
    let id = world.person_id(id).ok_or_else(not_found)?.to_owned();
    let person = world.people.get(&id).ok_or_else(not_found)?;
    let (name, slug) = (person.name.clone(), person.slug.clone());
    if chats_of(world, &id).any(Chat::is_running) {
        let message = "The conversation is running: pause it first";
        return Err(Answer::refusal(world.settings.active_status, "prospect_active", message));
    }
    let first = chats_of(world, &id).next().and_then(|chat| world.campaigns.get(&chat.campaign));
    let campaign = first.map(|campaign| (campaign.id.clone(), campaign.name.clone()));
    let messages: u64 = chats_of(world, &id).map(|chat| u64::from(chat.messages)).sum();
    let tasks = chats_of(world, &id).filter(|chat| chat.has_ahead()).count();
    let chats = world.chats.remove_where(|chat| chat.person == id);
    world.people.remove_where(|person| person.id == id);
    world.people_by_slug.remove(&slug);
    for campaign in world.campaigns.all_mut() {
        if let Some(place) = campaign.by_slug.remove(&slug) {
            campaign.chats.retain(|&kept| kept != place);
        }
    }
    let items = json!({"chats": chats, "messages": messages, "tasks": tasks, "webhookEvents": 0});
    Ok(Gone { id, name, campaign, items })
}

/// What is left in a campaign.
fn left(world: &World, campaign: &str) -> Option<Map<String, Value>> {
    let campaign = world.campaigns.get(campaign)?;
    let numbers = Numbers::of(world, campaign);
    let left = json!({
        "prospectsCount": numbers.prospects,
        "messagesCount": numbers.messages,
        "qualifiedCount": numbers.qualified,
    });
    left.as_object().cloned()
}
