//! The main job: a messy list of leads into a campaign, on the embedded sandbox. No account is needed.
//!
//! `cargo run --bin import_leads [FILE] [--dnc FILE] [--json]`. The same program stands in `examples/python` and
//! `examples/node`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use kakiyo::leads::{self, LeadPlan, PlanOptions, ProfileList};
use kakiyo::{
    AddDncBatch, AddProspectsBatch, CampaignId, CreateAgent, CreateCampaign, CreateProduct, CreatePrompt,
    Kakiyo, ListId, ProspectInput,
};
use kakiyo_sandbox::Sandbox;

/// The sandbox takes this long for an import, so that one poll confirms it.
const IMPORT_DELAY: Duration = Duration::from_millis(500);
/// Profiles of one Do-Not-Contact call.
const DNC_BATCH: usize = 500;

/// Loads leads into a campaign on the embedded sandbox and reports what became of them.
#[derive(Parser)]
struct Arguments {
    /// CSV with the leads; the example's own unless given.
    file: Option<PathBuf>,
    /// CSV with the people who must not be contacted; with the example's own leads its own list.
    #[arg(long)]
    dnc: Option<PathBuf>,
    /// Print one JSON object instead of a report.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let data = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../data"));
    let dnc_file = match (&arguments.file, arguments.dnc) {
        (_, Some(file)) => Some(file),
        (None, None) => Some(data.join("do-not-contact.csv")),
        (Some(_), None) => None,
    };
    let file = arguments.file.unwrap_or_else(|| data.join("leads.csv"));

    // Reading costs nothing: what is wrong with the files shows before anything is sent.
    let plan = leads::plan(file, &PlanOptions::default())?;
    let blocked = dnc_file.map(|file| leads::read_profile_urls(file, &PlanOptions::default())).transpose()?;
    if !arguments.json {
        print_plan(&plan, blocked.as_ref());
    }

    let sandbox = Sandbox::builder().import_delay(IMPORT_DELAY).start().await?;
    let kakiyo = Kakiyo::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    let campaign = new_campaign(&kakiyo).await?;
    if let Some(blocked) = &blocked {
        block(&kakiyo, blocked).await?;
    }
    let lists = add(&kakiyo, &campaign, &plan).await?;
    let outcome = confirm(&kakiyo, &lists).await?;

    if arguments.json {
        println!("{}", outcome.json(&plan, &sandbox));
    } else {
        outcome.print(&plan, &sandbox);
    }
    Ok(())
}

async fn new_campaign(kakiyo: &Kakiyo) -> kakiyo::Result<CampaignId> {
    let product = kakiyo
        .products()
        .create(CreateProduct::new("Contract audit", "A two-week review of energy contracts."));
    let product = product.await?;
    let prompt = kakiyo
        .prompts()
        .create(CreatePrompt::new("Founder intro", "680321c8001e2f527d82", "Messages"))
        .await?;
    let prompt = prompt.id.as_ref().map_or("", |id| id.as_str());
    let agent = kakiyo.agents().create(CreateAgent::new()).await?;
    let campaign = CreateCampaign::new("Founders, spring", &product.id, prompt, &agent.id);
    Ok(kakiyo.campaigns().create(campaign).await?.id.clone())
}

async fn block(kakiyo: &Kakiyo, blocked: &ProfileList) -> kakiyo::Result<()> {
    for profiles in blocked.profiles.chunks(DNC_BATCH) {
        let entries: Vec<_> = profiles.iter().map(|profile| profile.url.as_str().into()).collect();
        kakiyo.dnc().add_batch(AddDncBatch::new(entries)).await?;
    }
    Ok(())
}

async fn add(kakiyo: &Kakiyo, campaign: &CampaignId, plan: &LeadPlan) -> kakiyo::Result<Vec<ListId>> {
    let mut lists = Vec::new();
    for batch in plan.batches() {
        let prospects: Vec<_> =
            batch.iter().map(|lead| ProspectInput::new(lead.name.as_str(), lead.url())).collect();
        let accepted = kakiyo.prospects().add_batch(AddProspectsBatch::new(campaign, prospects)).await?;
        lists.extend(accepted.into_inner().list_id);
    }
    Ok(lists)
}

#[derive(Default)]
struct Outcome {
    imported: i64,
    existing: i64,
    dnc: i64,
}

/// Asks for each import until it has ended.
async fn confirm(kakiyo: &Kakiyo, lists: &[ListId]) -> kakiyo::Result<Outcome> {
    let mut outcome = Outcome::default();
    tokio::time::sleep(IMPORT_DELAY).await;
    for list in lists {
        let mut status = kakiyo.prospects().import_status(list).await?;
        while !status.finished {
            tokio::time::sleep(IMPORT_DELAY).await;
            status = kakiyo.prospects().import_status(list).await?;
        }
        outcome.imported += status.imported.unwrap_or(0);
        outcome.existing += status.existing.unwrap_or(0);
        outcome.dnc += status.skipped_dnc.unwrap_or(0);
    }
    Ok(outcome)
}

fn print_plan(plan: &LeadPlan, blocked: Option<&ProfileList>) {
    println!("Plan");
    println!("  rows        {:>6}", plan.rows);
    println!("  unique      {:>6}", plan.unique);
    println!("  duplicates  {:>6}", plan.duplicates);
    println!("  invalid     {:>6}", plan.invalid);
    for (reason, count) in &plan.invalid_reasons {
        println!("    {reason:<20} {count:>4}");
    }
    if let Some(blocked) = blocked {
        println!("  to block    {:>6}", blocked.unique);
    }
    println!(
        "  calls       {:>6} to {} (adding {}, the rest confirms)",
        plan.calls.min, plan.calls.max, plan.submit_calls
    );
    println!("  credits     {:>6} to {}", plan.credits.min, plan.credits.max);
}

impl Outcome {
    fn print(&self, plan: &LeadPlan, sandbox: &Sandbox) {
        println!("\nReport");
        println!("  imported    {:>6}", self.imported);
        println!("  existing    {:>6}", self.existing);
        println!("  blocked     {:>6}", self.dnc);
        println!("  duplicates  {:>6}", plan.duplicates);
        println!("  invalid     {:>6}", plan.invalid);
        println!(
            "\nThe sandbox counted {} calls, {} credits and {} answers of 429.",
            sandbox.calls(),
            sandbox.spent(),
            sandbox.rejections()
        );
    }

    fn json(&self, plan: &LeadPlan, sandbox: &Sandbox) -> serde_json::Value {
        serde_json::json!({
            "rows": plan.rows,
            "unique": plan.unique,
            "duplicates": plan.duplicates,
            "invalid": plan.invalid,
            "dnc": self.dnc,
            "imported": self.imported,
            "existing": self.existing,
            "calls": sandbox.calls(),
            "credits": sandbox.spent(),
            "rejected_429": sandbox.rejections(),
        })
    }
}
