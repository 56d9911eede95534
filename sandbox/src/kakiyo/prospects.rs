//! The conversations of one campaign, page by page, with the paging data in headers.

use serde_json::{Value, json};

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::model::{Chat, Person};
use crate::operation::{Group, Operation, Tier};
use crate::profile_url;
use crate::validation::{Parameters, Problems};
use crate::world::World;

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    id: "prospects.list",
    method: "GET",
    path: "/prospects/campaign/{campaignId}",
    group: Group::Tier(Tier::Medium),
    handler: list,
}];

const DEFAULT_LIMIT: usize = 25;

/// What surrounds the id in a cursor. A cursor is opaque and may hold any character, so this one holds those that
/// a client has to escape.
const CURSOR: (&str, &str) = ("after:", "/+=");

fn list(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("campaignId");
    call.permit("Campaign", Some(id))?;
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
