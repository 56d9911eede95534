//! Adding prospects to one campaign, and asking what became of them. What happens to the rows is in `import.rs`.

use serde_json::{Value, json};

use super::prospect_input::{read_row, read_rows};
use crate::answer::{Answer, Verdict};
use crate::call::Call;
use crate::import::Row;
use crate::operation::{Group, Operation, Tier};
use crate::validation::{Members, Problems};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "prospects.add",
        method: "POST",
        path: "/prospects",
        group: Group::Tier(Tier::Low),
        handler: add,
    },
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

fn add(call: &mut Call<'_>) -> Verdict {
    let body = call.object()?;
    call.permit("Campaign", body.get("campaignId").and_then(Value::as_str))?;
    let mut problems = Problems::default();
    let mut members = Members::new(&body, &mut problems);
    let campaign = members.required_text("campaignId", 1..=usize::MAX);
    let row = read_row(&mut members, &body, &call.world.settings);
    call.validated(&problems)?;
    queue(call, campaign, vec![row], "Prospect added successfully".to_owned())
}

fn add_batch(call: &mut Call<'_>) -> Verdict {
    let body = call.object()?;
    call.permit("Campaign", body.get("campaignId").and_then(Value::as_str))?;
    let mut problems = Problems::default();
    let campaign = Members::new(&body, &mut problems).required_text("campaignId", 1..=usize::MAX);
    let rows = read_rows(&body, &mut problems, &call.world.settings);
    call.validated(&problems)?;
    let message = format!("{} prospects added successfully", rows.len());
    queue(call, campaign, rows, message)
}

fn queue(call: &mut Call<'_>, campaign: &str, rows: Vec<Row>, message: String) -> Verdict {
    let id = call.world.queue_import(campaign, rows, call.now);
    let id = id.ok_or_else(|| Answer::refusal(404, "campaign_not_found", "Campaign not found"))?;
    let answer = Answer::created(json!({"message": message}));
    let told = call.world.settings.import_list_ids;
    Ok(if told { answer.with_member("listId", json!(id)) } else { answer })
}

fn import_status(call: &mut Call<'_>) -> Verdict {
    let id = call.parameter("listId");
    call.permit("Import", Some(id))?;
    let settings = &call.world.settings;
    // The run of a search has no list id, and reports may be thrown away after a while.
    let import = call.world.imports.get(id).filter(|import| {
        let gone = |kept| import.is_complete() && import.due(import.rows.len()).plus(kept) <= call.now;
        import.search.is_none() && !settings.import_retention.is_some_and(gone)
    });
    let import = import.ok_or_else(|| Answer::not_found("Import"))?;
    let processed = import.processed();
    let complete = import.is_complete();
    let reached = (processed > 0).then(|| import.due(processed).iso());
    Ok(Answer::ok(json!({
        "listId": import.id,
        "campaignId": import.campaign,
        "status": if complete { &settings.import_done_status } else { "processing" },
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
