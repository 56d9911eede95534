//! The block list of the team. Its routes have names and limits of their own, and their successes carry
//! `"error": null`.

use serde_json::{Value, json};

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::operation::{Group, Operation};
use crate::profile_url;
use crate::validation::{Members, Problems};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    id: "dnc.add_batch",
    method: "POST",
    path: "/dnc/batch",
    group: Group::DoNotContact("dnc.batch"),
    handler: add_batch,
}];

/// The service names no maximum and advises 100 to 500.
const MOST_ENTRIES: usize = 500;

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
        let stored = profile_url::address(&slug);
        if call.world.do_not_contact.contains_key(&slug) {
            duplicates += 1;
            details.push(json!({"url": stored, "status": "duplicate"}));
        } else {
            added += 1;
            call.world.do_not_contact.insert(slug, call.now);
            details.push(json!({"url": stored, "status": "added"}));
        }
    }
    Ok(Answer::created(json!({
        "error": null,
        "data": {"added": added, "duplicates": duplicates, "errors": errors, "details": details},
        "message": format!("Bulk import completed: {added} added, {duplicates} duplicates, {errors} errors"),
    })))
}
