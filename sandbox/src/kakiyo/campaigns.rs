//! Campaigns: a product, a prompt and an agent joined, and the numbers of what came of it.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::numbers::{Documented, Numbers, share};
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::forms::CampaignPaging;
use crate::model::{Campaign, Chat};
use crate::operation::{Group, Operation, Tier};
use crate::settings::RateForm;
use crate::validation::{Members, Parameters, Problems};
use crate::world::World;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "campaigns.create",
        method: "POST",
        path: "/campaigns",
        group: Group::Tier(Tier::Low),
        handler: create,
    },
    Operation {
        id: "campaigns.list",
        method: "GET",
        path: "/campaigns",
        group: Group::Tier(Tier::Medium),
        handler: list,
    },
    Operation {
        id: "campaigns.update",
        method: "PUT",
        path: "/campaigns/{id}",
        group: Group::Tier(Tier::Low),
        handler: update,
    },
    Operation {
        id: "campaigns.delete",
        method: "DELETE",
        path: "/campaigns/{id}",
        group: Group::Tier(Tier::Low),
        handler: delete,
    },
    Operation {
        id: "campaigns.pause",
        method: "POST",
        path: "/campaigns/{id}/pause",
        group: Group::Tier(Tier::Low),
        handler: |call| set_status(call, "paused", "Campaign paused successfully"),
    },
    Operation {
        id: "campaigns.resume",
        method: "POST",
        path: "/campaigns/{id}/resume",
        group: Group::Tier(Tier::Low),
        handler: |call| set_status(call, "active", "Campaign resumed successfully"),
    },
    Operation {
        id: "campaigns.stats",
        method: "GET",
        path: "/campaigns/{id}/stats",
        group: Group::Tier(Tier::Medium),
        handler: stats,
    },
];

/// The page size once any paging parameter is there.
const DEFAULT_LIMIT: usize = 20;

fn create(call: &mut Call<'_>) -> Verdict {
    let allowed = call.world.settings.plan.campaigns;
    call.within_plan("plan_limit_reached", call.world.campaigns.len(), allowed)?;
    let body = call.object()?;
    for (name, what) in [("productId", "Product"), ("promptId", "Prompt"), ("agentId", "Agent")] {
        call.permit(what, body.get(name).and_then(Value::as_str))?;
    }
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let name = members.required_text("name", 3..=100);
    let product = members.required_text("productId", 1..=usize::MAX);
    let prompt = members.required_text("promptId", 1..=usize::MAX);
    let agent = members.required_text("agentId", 1..=usize::MAX);
    members.integer("qualificationAutomatic", 0..=100);
    members.integer("qualificationVerification", 0..=100);
    members.object("variables");
    let wait = members.boolean("preventAutoStart").unwrap_or(false);
    call.validated(&problems)?;
    let world = &mut *call.world;
    if !world.products.contains(product) {
        return Err(Answer::not_found("Product"));
    }
    if !world.prompts.contains(prompt) {
        return Err(Answer::not_found("Prompt"));
    }
    if !world.agents.contains(agent) {
        return Err(Answer::not_found("Agent"));
    }
    let campaign = Campaign {
        id: world.identifiers.next(),
        name: name.to_owned(),
        status: if wait { "paused" } else { "active" }.to_owned(),
        agent: agent.to_owned(),
        product: product.to_owned(),
        created_at: call.now,
        chats: Vec::new(),
        by_slug: HashMap::new(),
        busy_until: None,
    };
    let answer = json!({
        "id": campaign.id,
        "name": campaign.name,
        "status": campaign.status,
        "preventAutoStart": wait,
    });
    world.campaigns.add(campaign);
    Ok(Answer::created(answer))
}

fn list(call: &mut Call<'_>) -> Verdict {
    let mut problems = Problems::default();
    let mut query = Parameters::new(call.query, &mut problems);
    let limit = query.limit(call.world.settings.clamp_limits);
    let paging = call.world.settings.forms.campaign_paging;
    let offset = if paging == CampaignPaging::After { None } else { query.offset() };
    let after = query.text("after").filter(|_| paging != CampaignPaging::Offset);
    let campaigns = &call.world.campaigns;
    let start = match after {
        // The cursor is the id of the last record seen. It wins over an offset.
        Some(id) => campaigns.place(id).map(|place| campaigns.count_through(place)),
        None => Some(offset.unwrap_or(0)),
    };
    if start.is_none() {
        query.problem("after", "Not the id of a campaign");
    }
    call.validated(&problems)?;
    let named = limit.is_some() || offset.is_some() || after.is_some();
    let paged = named || paging == CampaignPaging::After;
    let size = if paged { limit.unwrap_or(DEFAULT_LIMIT) } else { campaigns.len() };
    let page = campaigns.all().iter().skip(start.unwrap_or(0)).take(size);
    let shown: Vec<Value> = page
        .map(|campaign| {
            json!({
                "id": campaign.id,
                "name": campaign.name,
                "status": campaign.status,
                "agent": campaign.agent,
                "product": campaign.product,
                "createdAt": campaign.created_at.iso(),
                "stats": listed(Numbers::of(call.world, campaign), call.world.settings.forms.messages_sent),
            })
        })
        .collect();
    Ok(Answer::ok(json!(shown)))
}

/// Of what can be changed only the name is ever shown again.
fn update(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("id");
    call.permit("Campaign", Some(id))?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let name = members.text("name", 3..=100);
    members.integer("qualificationAutomatic", 0..=100);
    members.integer("qualificationVerification", 0..=100);
    members.object("variables");
    call.validated(&problems)?;
    let campaign = call.world.campaigns.get_mut(id).ok_or_else(|| Answer::not_found("Campaign"))?;
    if let Some(name) = name {
        name.clone_into(&mut campaign.name);
    }
    Ok(Answer::ok(json!({"id": id, "message": "Campaign updated successfully"})))
}

/// Pausing what is paused, and resuming what runs, changes nothing and is no mistake.
fn set_status(call: &mut Call<'_>, status: &str, message: &str) -> Verdict {
    let id = call.parameter("id");
    call.permit("Campaign", Some(id))?;
    let campaign = call.world.campaigns.get_mut(id).ok_or_else(|| Answer::not_found("Campaign"))?;
    status.clone_into(&mut campaign.status);
    Ok(Answer::ok(json!({"id": id, "message": message})))
}

fn delete(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("id");
    call.permit("Campaign", Some(id))?;
    let world = &mut *call.world;
    let campaign = world.campaigns.get(id).ok_or_else(|| Answer::not_found("Campaign"))?;
    if campaign.status == "active" {
        let status = world.settings.active_status;
        return Err(Answer::refusal(status, "campaign_active", "The campaign runs: pause it first"));
    }
    let name = campaign.name.clone();
    let items = delete_with_all(world, id);
    Ok(Answer::ok(json!({
        "message": "Campaign deleted successfully",
        "deletionSummary": {
            "campaignId": id,
            "campaignName": name,
            "deletedItems": items,
            "deletedAt": call.now.iso(),
        },
    })))
}

/// Removes a campaign with everything that belongs to it, and counts that. People who are in no other campaign go too.
pub(super) fn delete_with_all(world: &mut World, id: &str) -> Value {
    let (own, others): (Vec<&Chat>, Vec<&Chat>) =
        world.chats.all().iter().partition(|chat| chat.campaign == id);
    let messages: u64 = own.iter().map(|chat| u64::from(chat.messages)).sum();
    let kept: HashSet<&str> = others.iter().map(|chat| chat.person.as_str()).collect();
    let leaving: HashSet<String> = own
        .iter()
        .filter(|chat| !kept.contains(chat.person.as_str()))
        .map(|chat| chat.person.clone())
        .collect();
    // What is still to be done here are the rows of its imports.
    let imports = world.imports.all().iter().filter(|import| import.campaign == id);
    let tasks: usize = imports.map(|import| import.rows.len() - import.processed()).sum();
    world.people.remove_where(|person| leaving.contains(&person.id));
    world.people_by_slug.retain(|_, person| !leaving.contains(person));
    world.imports.remove_where(|import| import.campaign == id);
    let imports = &world.imports;
    world.open_imports.retain(|&place| imports.at(place).is_some());
    let chats = world.chats.remove_where(|chat| chat.campaign == id);
    world.campaigns.remove_where(|campaign| campaign.id == id);
    // A campaign has one conversation with each of its people.
    json!({"prospects": chats, "chats": chats, "messages": messages, "tasks": tasks, "webhookEvents": 0})
}

fn stats(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("id");
    call.permit("Campaign", Some(id))?;
    let campaign = call.world.campaigns.get(id).ok_or_else(|| Answer::not_found("Campaign"))?;
    Ok(Answer::ok(json!({
        "id": campaign.id,
        "name": campaign.name,
        "status": campaign.status,
        "stats": detailed(Numbers::of(call.world, campaign), call.world.settings.rate_form),
    })))
}

/// Refuses to fill a campaign that is not set up, or is switched off, or is being filled.
pub(super) fn refuse_unready(campaign: &Campaign) -> Result<(), Answer> {
    let refusal = |status, code, what| {
        Err(Answer::refusal(status, code, format!("Campaign {} is {what}", campaign.id)))
    };
    match campaign.status.as_str() {
        "draft" => refusal(400, "campaign_not_ready", "a draft"),
        "disabled" => refusal(400, "campaign_not_ready", "disabled"),
        "uploading" => refusal(409, "campaign_busy", "being filled"),
        _ => Ok(()),
    }
}

/// As in lists: the documented names and the two invitation counters seen in real answers.
fn listed(numbers: Numbers, messages_sent: bool) -> Value {
    let mut shown = numbers.documented();
    if messages_sent {
        shown["messagesSent"] = shown["messages"].take();
        shown.as_object_mut().and_then(|shown| shown.remove("messages"));
    }
    shown["invitationsSent"] = json!(numbers.invited);
    shown["invitationsAccepted"] = json!(numbers.accepted);
    shown
}

/// As in the statistics: with the two rates, which are text here.
fn detailed(numbers: Numbers, form: RateForm) -> Value {
    let mut shown = numbers.documented();
    shown["conversionRate"] = share(form, Documented::Text, numbers.qualified, numbers.prospects);
    shown["responseRate"] = share(form, Documented::Text, numbers.answered, numbers.prospects);
    shown
}
