//! Adding prospects in a batch, and asking what became of it. What happens to the rows is in `import.rs`.

use serde_json::{Value, json};

use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::import::Row;
use crate::operation::{Group, Operation, Tier};
use crate::validation::{Members, Problems};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "prospects.add_batch",
        method: "POST",
        path: "/prospects/batch",
        group: Group::Tier(Tier::Low),
        handler: add_batch,
    },
    Operation {
        id: "prospects.import_status",
        method: "GET",
        path: "/prospects/imports/{listId}",
        group: Group::Tier(Tier::Medium),
        handler: import_status,
    },
];

const MOST_ROWS: usize = 100;
pub(super) const LONGEST_CUSTOM_DATA: usize = 3_000;

fn add_batch(call: &mut Call<'_>) -> Verdict {
    let body = call.object()?;
    call.permit("Campaign", body.get("campaignId").and_then(Value::as_str))?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let campaign = members.required_text("campaignId", 1..=usize::MAX);
    if !body.contains_key("prospects") {
        members.problem("prospects", "Is required");
    }
    let prospects = members.list("prospects").map_or(&[][..], Vec::as_slice);
    if body.get("prospects").is_some_and(Value::is_array) && !(1..=MOST_ROWS).contains(&prospects.len()) {
        members.problem("prospects", format!("Must have 1 to {MOST_ROWS} entries"));
    }
    let named = call.world.settings.is_name_required();
    let rows: Vec<Row> = (0..)
        .zip(prospects)
        .filter_map(|(index, prospect)| read_row(&mut members, index, prospect, named))
        .collect();
    call.validated(&problems)?;
    let message = format!("{} prospects added successfully", rows.len());
    let id = call.world.queue_import(campaign, rows, call.now);
    let id = id.ok_or_else(|| Answer::refusal(404, "campaign_not_found", "Campaign not found"))?;
    Ok(Answer::created(json!({"message": message, "listId": id})))
}

/// One row. A bad address is no problem here: it shows up in the report of the import.
fn read_row(members: &mut Members<'_, '_>, index: usize, prospect: &Value, named: bool) -> Option<Row> {
    let path = format!("prospects[{index}]");
    let Some(object) = prospect.as_object() else {
        members.problem(&path, "Must be an object");
        return None;
    };
    let mut row = members.inside(object, &path);
    let name = row.text("name", 0..=usize::MAX).map(str::trim).filter(|name| !name.is_empty());
    let missing = object.get("name").is_none_or(Value::is_string) && name.is_none();
    if named && missing {
        row.problem("name", "Is required");
    }
    let url = row.required_text("url", 0..=usize::MAX).to_owned();
    let ongoing = row.boolean("ongoing").unwrap_or(false);
    let custom_data = row.text("customData", 0..=LONGEST_CUSTOM_DATA).map(str::to_owned);
    let extra = row.list("additionalFields");
    let well_formed = |field: &Value| {
        let text = |name: &str| field.get(name).is_none_or(Value::is_string);
        field.is_object() && text("fieldName") && text("fieldValue")
    };
    if extra.is_some_and(|fields| !fields.iter().all(well_formed)) {
        row.problem("additionalFields", "Must be objects with fieldName and fieldValue");
    }
    let additional_fields = extra.map(|fields| json!(fields));
    Some(Row { name: name.map(str::to_owned), url, ongoing, custom_data, additional_fields })
}

fn import_status(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("listId");
    call.permit("Import", Some(id))?;
    let import = call.world.imports.get(id).ok_or_else(|| Answer::not_found("Import"))?;
    let processed = import.processed();
    let complete = import.is_complete();
    let reached = (processed > 0).then(|| import.due(processed).iso());
    Ok(Answer::ok(json!({
        "listId": import.id,
        "campaignId": import.campaign,
        "status": if complete { "completed" } else { "processing" },
        "total": import.rows.len(),
        "processed": processed,
        "imported": import.counts.imported,
        "existing": import.counts.existing,
        "invalid": import.counts.invalid,
        "skippedDnc": import.counts.skipped_dnc,
        "enrichmentFailed": import.counts.enrichment_failed,
        "currentIndex": processed,
        "startedAt": import.started_at.iso(),
        "lastProcessedAt": reached,
        "completedAt": if complete { reached } else { None },
        "report": import.report,
    })))
}
