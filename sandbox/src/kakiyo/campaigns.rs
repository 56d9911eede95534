//! Campaigns: a product, a prompt and an agent joined, and the numbers of what came of it.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::model::{Campaign, Chat};
use crate::operation::{Group, Operation, Tier};
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
    let offset = query.offset();
    let after = query.text("after");
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
    let paged = limit.is_some() || offset.is_some() || after.is_some();
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
                "stats": Numbers::of(call.world, campaign).listed(),
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
        return Err(Answer::refusal(409, "campaign_active", "The campaign runs: pause it first"));
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
fn delete_with_all(world: &mut World, id: &str) -> Value {
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
        "stats": Numbers::of(call.world, campaign).detailed(),
    })))
}

/// The counters of one campaign.
#[derive(Default)]
struct Numbers {
    prospects: u64,
    answered: u64,
    messages: u64,
    qualified: u64,
    closed: u64,
    invited: u64,
    accepted: u64,
}

impl Numbers {
    fn of(world: &World, campaign: &Campaign) -> Self {
        let chats = campaign.chats.iter().filter_map(|&place| world.chats.at(place));
        chats.fold(Self::default(), |mut numbers, chat: &Chat| {
            numbers.prospects += 1;
            numbers.answered += u64::from(chat.responses > 0);
            numbers.messages += u64::from(chat.messages);
            numbers.qualified += u64::from(chat.qualification == "qualified");
            numbers.closed += u64::from(matches!(chat.status, 6 | 7));
            numbers.invited += u64::from(matches!(chat.status, 1..=6));
            numbers.accepted += u64::from(matches!(chat.status, 2..=6));
            numbers
        })
    }

    /// As in lists: the documented names and the two invitation counters seen in real answers.
    fn listed(&self) -> Value {
        json!({
            "prospects": self.prospects,
            "prospectsAnswers": self.answered,
            "messages": self.messages,
            "qualified": self.qualified,
            "closed": self.closed,
            "invitationsSent": self.invited,
            "invitationsAccepted": self.accepted,
        })
    }

    /// As in the statistics: with the two rates as text.
    fn detailed(&self) -> Value {
        json!({
            "prospects": self.prospects,
            "prospectsAnswers": self.answered,
            "messages": self.messages,
            "qualified": self.qualified,
            "closed": self.closed,
            "conversionRate": percentage(self.qualified, self.prospects),
            "responseRate": percentage(self.answered, self.prospects),
        })
    }
}

/// A share as the service writes it here: two decimals and a percent sign.
fn percentage(part: u64, whole: u64) -> String {
    // In whole hundredths of a percent, rounded half up.
    let hundredths = (part * 20_000 + whole).checked_div(whole * 2).unwrap_or(0);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::percentage;

    #[test]
    fn shares_have_two_decimals() {
        assert_eq!(percentage(4, 84), "4.76%");
        assert_eq!(percentage(11, 84), "13.10%");
        assert_eq!(percentage(2, 3), "66.67%");
        assert_eq!(percentage(0, 0), "0.00%");
        assert_eq!(percentage(5, 5), "100.00%");
    }
}
