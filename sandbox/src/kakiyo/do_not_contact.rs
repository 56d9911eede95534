//! The block list of the team. Its routes have names and limits of their own, and their successes carry
//! `"error": null`. Entries have the names of the storage engine.

use serde_json::{Value, json};

use crate::answer::{Answer, Verdict};
use crate::block_list::Blocked;
use crate::call::Call;
use crate::operation::{Group, Operation};
use crate::profile_url;
use crate::validation::{Members, Parameters, Problems};
use crate::world::World;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "dnc.list",
        method: "GET",
        path: "/dnc",
        group: Group::DoNotContact("dnc.reads"),
        handler: list,
    },
    Operation {
        id: "dnc.check",
        method: "GET",
        path: "/dnc/check",
        group: Group::DoNotContact("dnc.reads"),
        handler: check,
    },
    Operation {
        id: "dnc.add",
        method: "POST",
        path: "/dnc",
        group: Group::DoNotContact("dnc.writes"),
        handler: add,
    },
    Operation {
        id: "dnc.add_batch",
        method: "POST",
        path: "/dnc/batch",
        group: Group::DoNotContact("dnc.batch"),
        handler: add_batch,
    },
    Operation {
        id: "dnc.remove",
        method: "DELETE",
        path: "/dnc/{id}",
        group: Group::DoNotContact("dnc.writes"),
        handler: remove,
    },
];

const DEFAULT_LIMIT: usize = 50;
const LARGEST_LIMIT: usize = 1_000;

/// The service names no maximum and advises 100 to 500.
const MOST_ENTRIES: usize = 500;

fn list(call: &mut Call<'_>) -> Verdict {
    let mut problems = Problems::default();
    let mut query = Parameters::new(call.query, &mut problems);
    let limit = query.limit_up_to(LARGEST_LIMIT, call.world.settings.clamp_limits).unwrap_or(DEFAULT_LIMIT);
    let offset = query.offset().unwrap_or(0);
    call.validated(&problems)?;
    let page = call.world.do_not_contact.newest_first().skip(offset).take(limit);
    let entries: Vec<Value> = page.map(|blocked| shown(call.world, blocked)).collect();
    // The total is that of the page, as in the real service, unless the samples of its page are believed.
    let grand = call.world.settings.forms.dnc_grand_total;
    let total = if grand { call.world.do_not_contact.len() } else { entries.len() };
    Ok(Answer::ok(json!({
        "error": null,
        "data": {"total": total, "entries": entries, "limit": limit, "offset": offset},
    })))
}

fn check(call: &mut Call<'_>) -> Verdict {
    let mut problems = Problems::default();
    let url = Parameters::new(call.query, &mut problems).text("url").unwrap_or_default();
    if url.is_empty() {
        problems.add("url", "Is required");
    }
    call.validated(&problems)?;
    // What is no profile is not blocked: the page has no error for it.
    let slug = profile_url::slug_or_short_form(url);
    let blocked = slug.and_then(|slug| call.world.do_not_contact.of_person(&slug));
    let entry = blocked.map(|blocked| shown(call.world, blocked));
    Ok(Answer::ok(json!({"error": null, "data": {"onList": entry.is_some(), "entry": entry}})))
}

fn add(call: &mut Call<'_>) -> Verdict {
    let body = call.object()?;
    let mut problems = Problems::default();
    let url = Members::new(&body, &mut problems).required_text("url", 1..=usize::MAX);
    call.validated(&problems)?;
    let slug = profile_url::slug_or_short_form(url)
        .ok_or_else(|| Answer::refusal(400, "invalid_url", "Not a LinkedIn profile address"))?;
    if call.world.do_not_contact.blocks(&slug) {
        return Err(Answer::refusal(409, "dnc_entry_exists", "This profile is on the list already"));
    }
    let blocked = Blocked { id: call.world.identifiers.next(), slug, since: call.now };
    let entry = shown(call.world, &blocked);
    call.world.do_not_contact.add(blocked);
    Ok(Answer::created(json!({"error": null, "data": entry, "message": "Added to Do Not Contact list"})))
}

fn remove(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("id");
    call.permit("Entry", Some(id))?;
    if !call.world.do_not_contact.remove(id) {
        return Err(Answer::refusal(404, "dnc_not_found", "Entry not found"));
    }
    Ok(Answer::ok(json!({"error": null, "data": {"message": "DNC entry deleted successfully"}})))
}

/// The stored form of an address, which has a scheme or has not.
fn stored(world: &World, slug: &str) -> String {
    let address = profile_url::address(slug);
    if world.settings.forms.dnc_scheme {
        return address;
    }
    address.trim_start_matches("https://").to_owned()
}

fn shown(world: &World, blocked: &Blocked) -> Value {
    let since = blocked.since.iso();
    json!({
        "$id": blocked.id,
        "teamId": world.team,
        "url": stored(world, &blocked.slug),
        "$createdAt": since,
        "$updatedAt": since,
    })
}

fn add_batch(call: &mut Call<'_>) -> Verdict {
    let body = call.object()?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    if !body.contains_key("entries") {
        members.problem("entries", "Is required");
    }
    let entries = members.list("entries").map_or(&[][..], Vec::as_slice);
    if body.get("entries").is_some_and(Value::is_array) && !(1..=MOST_ENTRIES).contains(&entries.len()) {
        members.problem("entries", format!("Must have 1 to {MOST_ENTRIES} entries"));
    }
    for (index, entry) in entries.iter().enumerate() {
        let path = format!("entries[{index}]");
        match entry.as_object() {
            Some(object) => _ = members.inside(object, &path).required_text("url", 0..=usize::MAX),
            None => members.problem(&path, "Must be an object"),
        }
    }
    call.validated(&problems)?;
    let (mut added, mut duplicates, mut errors) = (0, 0, 0);
    let mut details = Vec::new();
    for url in entries.iter().filter_map(|entry| entry["url"].as_str()) {
        let Some(slug) = profile_url::slug_or_short_form(url) else {
            errors += 1;
            details.push(json!({"url": url, "status": "error", "error": "Not a LinkedIn profile address"}));
            continue;
        };
        let stored = stored(call.world, &slug);
        if call.world.do_not_contact.blocks(&slug) {
            duplicates += 1;
            details.push(json!({"url": stored, "status": "duplicate"}));
        } else {
            added += 1;
            let id = call.world.identifiers.next();
            call.world.do_not_contact.add(Blocked { id, slug, since: call.now });
            details.push(json!({"url": stored, "status": "added"}));
        }
    }
    Ok(Answer::created(json!({
        "error": null,
        "data": {"added": added, "duplicates": duplicates, "errors": errors, "details": details},
        "message": format!("Bulk import completed: {added} added, {duplicates} duplicates, {errors} errors"),
    })))
}
