//! Conversations: those of one campaign page by page, with the paging data in headers, and one by itself.

use serde_json::{Value, json};

use super::prospect_input::read_custom_data;
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::model::{Chat, Person};
use crate::operation::{Group, Operation, Tier};
use crate::profile_url;
use crate::validation::{Members, Parameters, Problems};
use crate::world::World;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "prospects.list",
        method: "GET",
        path: "/prospects/campaign/{campaignId}",
        group: Group::Tier(Tier::Medium),
        handler: list,
    },
    Operation {
        id: "prospects.get",
        method: "GET",
        path: "/prospects/{chatId}",
        group: Group::Tier(Tier::Medium),
        handler: get,
    },
    Operation {
        id: "prospects.set_custom_data",
        method: "PATCH",
        path: "/prospects/{chatId}/custom-data",
        group: Group::Tier(Tier::Low),
        handler: set_custom_data,
    },
    Operation {
        id: "prospects.pause",
        method: "POST",
        path: "/prospects/{chatId}/pause",
        group: Group::Tier(Tier::Low),
        handler: |call| change(call, "Conversation paused successfully", |chat| chat.paused = true),
    },
    Operation {
        id: "prospects.resume",
        method: "POST",
        path: "/prospects/{chatId}/resume",
        group: Group::Tier(Tier::Low),
        handler: |call| change(call, "Conversation resumed successfully", |chat| chat.paused = false),
    },
    Operation {
        id: "prospects.qualify",
        method: "POST",
        path: "/prospects/{chatId}/qualify",
        group: Group::Tier(Tier::Low),
        handler: |call| change(call, "Prospect marked as qualified successfully", qualify),
    },
];

const DEFAULT_LIMIT: usize = 25;

/// What surrounds the id in a cursor. A cursor is opaque and may hold any character, so this one holds those that
/// a client has to escape.
const CURSOR: (&str, &str) = ("after:", "/+=");

fn list(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("campaignId");
    call.permit("Campaign", Some(id))?;
    if !call.world.settings.forms.prospect_pages {
        return whole_list(call.world, id);
    }
    let mut problems = Problems::default();
    let mut query = Parameters::new(call.query, &mut problems);
    let limit = query.limit(call.world.settings.clamp_limits).unwrap_or(DEFAULT_LIMIT);
    let offset = query.offset().unwrap_or(0);
    let status = query.integer("status", 0..=i64::MAX);
    let paused = query.boolean("isPaused");
    let responded = query.boolean("hasResponded");
    let cursor = query.text("cursor");
    // The last place that the cursor has seen.
    let seen = cursor.and_then(|cursor| {
        let id = cursor.strip_prefix(CURSOR.0)?.strip_suffix(CURSOR.1)?;
        call.world.chats.place(id)
    });
    if cursor.is_some() && seen.is_none() {
        query.problem("cursor", "Not a cursor of this list");
    }
    call.validated(&problems)?;
    let world = &*call.world;
    let campaign = world.campaigns.get(id).ok_or_else(|| Answer::not_found("Campaign"))?;
    let matching = campaign
        .chats
        .iter()
        .filter(|&&place| seen.is_none_or(|seen| place > seen))
        .filter_map(|&place| world.chats.at(place))
        .filter(|chat| status.is_none_or(|status| i64::from(chat.status) == status))
        .filter(|chat| paused.is_none_or(|paused| chat.paused == paused))
        // On this route "responded" means that a time of a last message is stored, whoever wrote it.
        .filter(|chat| responded.is_none_or(|responded| chat.last_message.is_some() == responded));
    let mut page: Vec<&Chat> =
        matching.skip(if seen.is_some() { 0 } else { offset }).take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let rows: Vec<Value> = page.iter().filter_map(|chat| record(world, chat)).collect();
    let mut answer = Answer::ok(json!(rows))
        .with_header("X-Limit", limit.to_string())
        .with_header("X-Has-More", more.to_string());
    if seen.is_none() {
        answer = answer.with_header("X-Offset", offset.to_string());
    }
    if let (true, Some(last)) = (more, page.last()) {
        answer = answer.with_header("X-Next-Cursor", format!("{}{}{}", CURSOR.0, last.id, CURSOR.1));
    }
    Ok(answer)
}

/// The list as the specification has it: no parameters, no headers, everything.
fn whole_list(world: &World, id: &str) -> Verdict {
    let campaign = world.campaigns.get(id).ok_or_else(|| Answer::not_found("Campaign"))?;
    let chats = campaign.chats.iter().filter_map(|&place| world.chats.at(place));
    Ok(Answer::ok(chats.filter_map(|chat| record(world, chat)).collect()))
}

fn get(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("chatId");
    call.permit("Conversation", Some(id))?;
    let world = &*call.world;
    let chat = world.chat_id(id).and_then(|id| world.chats.get(id));
    let details = chat.and_then(|chat| details(world, chat));
    details.map(Answer::ok).ok_or_else(|| Answer::not_found("Conversation"))
}

/// All that is known of a conversation.
fn details(world: &World, chat: &Chat) -> Option<Value> {
    let mut record = record(world, chat)?;
    let profile = &world.people.get(&chat.person)?.profile;
    let campaign = world.campaigns.get(&chat.campaign)?;
    record["campaign"] = json!({"id": campaign.id, "name": campaign.name});
    record["prospect"]["location"] = json!({"city": profile.city, "country": profile.country});
    record["prospect"]["about"] = json!(format!("{} at {}.", profile.title, profile.company));
    let messages = chat.transcript.iter().map(|message| {
        let (role, content) = match message.from_person {
            true => ("user", "Thanks! What do you offer?"),
            false => ("assistant", "Hello, your talk made me curious."),
        };
        json!({"role": role, "content": content, "date": message.date.iso()})
    });
    record["messages"] = messages.collect();
    record["customData"] = json!(chat.custom_data);
    Some(record)
}

fn set_custom_data(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("chatId");
    call.permit("Conversation", Some(id))?;
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let text = read_custom_data(&mut members, &call.world.settings);
    if !body.contains_key("customData") {
        members.problem("customData", "Is required");
    }
    call.validated(&problems)?;
    let text = text.unwrap_or_default();
    let chat = chat_mut(call)?;
    chat.custom_data = (!text.is_empty()).then(|| text.clone());
    Ok(Answer::ok(json!({
        "message": "Conversation customData updated successfully",
        "chatId": chat.id,
        "customDataSaved": chat.custom_data.is_some(),
        "customDataLength": text.chars().count(),
    })))
}

/// The conversation that the path names.
fn chat_mut<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Chat, Answer> {
    let id = call.world.chat_id(call.parameter("chatId")).map(str::to_owned);
    let chat = id.and_then(|id| call.world.chats.get_mut(&id));
    chat.ok_or_else(|| Answer::not_found("Conversation"))
}

/// A change without a body. What is so already stays so and is no mistake.
fn change(call: &mut Call<'_>, message: &str, apply: fn(&mut Chat)) -> Verdict {
    let id = call.parameter("chatId");
    call.permit("Conversation", Some(id))?;
    let now = call.now;
    let chat = chat_mut(call)?;
    apply(chat);
    chat.changed(now);
    Ok(Answer::ok(json!({"message": message})))
}

fn qualify(chat: &mut Chat) {
    "qualified".clone_into(&mut chat.qualification);
    chat.status = 5;
}

/// A conversation with its person, as lists show it.
pub(super) fn record(world: &World, chat: &Chat) -> Option<Value> {
    let person = world.people.get(&chat.person)?;
    let mut record = json!({
        "id": chat.id,
        "status": chat.status,
        "qualification": chat.qualification,
        "paused": chat.paused,
        "prospect": profile(person),
    });
    if let Some(time) = chat.last_message {
        record["lastMessage"] = json!(time.iso());
    }
    Some(record)
}

fn profile(person: &Person) -> Value {
    json!({
        "id": person.id,
        "name": person.name,
        "url": profile_url::address(&person.slug),
        "headline": person.profile.headline(),
        "currentCompanyName": person.profile.company,
        "currentJobTitle": person.profile.title,
        "currentCompanyWebsite": person.profile.website,
        "currentCompanyLinkedInUrl": Value::Null,
    })
}
