//! What was measured, as tables and pictures in `docs`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use kakiyo_sandbox::LimitModel;

use crate::cell::{Cell, Demand, promised};
use crate::judge::{Findings, kind};
use crate::latency::Latency;
use crate::limiter::Rule;
use crate::plot::{self, Field};
use crate::traffic::Load;

const BEGIN: &str = "<!-- measured: written by cargo xtask sim --write-docs -->";
const END: &str = "<!-- end of measured -->";

/// Everything that was found, by the name of its cell.
struct Figures<'a> {
    by_name: HashMap<&'a str, &'a Findings>,
    all: &'a [(Cell, Findings)],
}

/// Replaces the measured part of `docs/admission.md` and writes the pictures beside it.
///
/// # Errors
///
/// Fails when a cell was not run or a file cannot be written.
pub fn write(docs: &Path, all: &[(Cell, Findings)], seed: u64) -> Result<()> {
    let by_name = all.iter().map(|(cell, findings)| (cell.name.as_str(), findings)).collect();
    let figures = Figures { by_name, all };
    let measured = figures.text(seed)?;
    let path = docs.join("admission.md");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let (head, rest) = text.split_once(BEGIN).context("docs/admission.md has no measured part")?;
    let (_, tail) = rest.split_once(END).context("the measured part of docs/admission.md has no end")?;
    fs::write(&path, format!("{head}{BEGIN}\n\n{measured}\n{END}{tail}"))?;
    fs::write(docs.join("admission-servers.svg"), figures.servers()?)?;
    fs::write(docs.join("admission-day.svg"), figures.day()?)?;
    Ok(())
}

impl Figures<'_> {
    fn of(&self, name: &str) -> Result<&Findings> {
        self.by_name.get(name).copied().with_context(|| format!("cell {name} was not run"))
    }

    fn text(&self, seed: u64) -> Result<String> {
        let mut text = String::new();
        let kept = self.all.iter().filter(|(cell, _)| matches!(cell.demand, Demand::Promise { .. }));
        let (cells, calls, rejected) = kept.fold((0, 0, 0), |(cells, calls, rejected), (_, findings)| {
            (cells + 1, calls + findings.calls, rejected + findings.rejected)
        });
        writeln!(
            text,
            "What is promised, seed {seed}: {cells} cells, {} calls, **{rejected} rejected**. Calls a minute that were let through:\n",
            thousands(calls)
        )?;
        self.loads(&mut text)?;
        text.push_str("\nServers for which a rule promises nothing, 10,000 calls without a pause:\n\n");
        self.others(&mut text)?;
        text.push_str("\nLonger stories:\n\n");
        self.stories(&mut text)?;
        let budgets = self.all.iter().filter(|(cell, _)| matches!(cell.demand, Demand::Cap(_)));
        let (calls, spent) =
            budgets.fold((0, 0), |(calls, spent), (_, found)| (calls + found.calls, spent + found.spent));
        writeln!(
            text,
            "\nBudgets of 2,000 credits, calls of one to three credits, ten runs of each load: {} calls for {} credits of 100,000, never a budget \
             crossed. What is missing was under way when its caller vanished.",
            thousands(calls),
            thousands(usize::try_from(spent)?)
        )?;
        Ok(text)
    }

    /// Rates of the promised cells.
    fn loads(&self, text: &mut String) -> Result<()> {
        text.push_str("| rule | latency |");
        Load::ALL.iter().try_for_each(|load| write!(text, " {load} |"))?;
        text.push_str("\n| --- | --- | ---: | ---: | ---: | ---: | ---: |\n");
        for rule in Rule::ALL {
            for latency in Latency::ALL {
                write!(text, "| `{rule}` | {latency} |")?;
                for load in Load::ALL {
                    let findings = self.of(&format!("{rule}/{latency}/{load}"))?;
                    write!(text, " {:.1} |", findings.rate)?;
                }
                text.push('\n');
            }
        }
        Ok(())
    }

    fn others(&self, text: &mut String) -> Result<()> {
        text.push_str("| rule | server | latency | rejected | calls let through a minute |\n");
        text.push_str("| --- | --- | --- | ---: | ---: |\n");
        for (cell, findings) in self.all.iter().filter(|(cell, _)| cell.demand == Demand::Shown) {
            let model = cell.plan.models.first().copied().context("a cell without a server")?;
            let Findings { calls, rejected, rate, .. } = findings;
            writeln!(
                text,
                "| `{}` | {} | {} | {rejected} of {} | {rate:.1} |",
                cell.plan.rule,
                words(model),
                cell.plan.traffic.latency,
                thousands(*calls)
            )?;
        }
        Ok(())
    }

    fn stories(&self, text: &mut String) -> Result<()> {
        text.push_str("| what | calls | answers 429, the most in a run | calls let through a minute |\n");
        text.push_str("| --- | ---: | ---: | ---: |\n");
        for (name, what) in [
            ("shared/sliding_log", "a day in front of a sliding log, 14 calls a minute by somebody else"),
            (
                "recognised/steady/sliding_counter",
                "a day in front of a sliding counter, rule `window`, steady latency",
            ),
            ("recognised/heavy/sliding_counter", "the same with heavy latency"),
        ] {
            let findings = self.of(name)?;
            writeln!(
                text,
                "| {what} | {} | {} | {:.1} |",
                thousands(findings.calls),
                findings.worst,
                findings.rate
            )?;
        }
        let tiered: Vec<_> =
            self.all.iter().filter(|(cell, _)| cell.demand == Demand::OncePerTier).map(|(_, f)| f).collect();
        let calls = tiered.iter().map(|findings| findings.calls).sum();
        let worst = tiered.iter().map(|findings| findings.worst).max().unwrap_or_default();
        writeln!(
            text,
            "| `auto` in front of servers that limit by tier, three tiers, all loads | {} | {worst} | |",
            thousands(calls)
        )?;
        Ok(())
    }

    /// Rules against servers, heavy latency.
    fn servers(&self) -> Result<String> {
        let columns: Vec<String> = LimitModel::ALL.into_iter().map(words).collect();
        let mut rows = Vec::new();
        for rule in Rule::ALL {
            let mut fields = Vec::new();
            for model in LimitModel::ALL {
                let promised = promised(rule).contains(&model);
                let all = format!("{rule}/{}/{}", Latency::Heavy, Load::Saturated);
                let findings = self.of(&if promised { all } else { format!("{all}/{model}") })?;
                let refused = findings.refused.get(&kind(model)).copied().unwrap_or_default();
                let share = refused as f64 / findings.calls.max(1) as f64 * 100.0;
                let detail =
                    if refused == 0 { "0 rejected".to_owned() } else { format!("{share:.2} % rejected") };
                fields.push(Field { headline: format!("{:.1} a minute", findings.rate), detail, promised });
            }
            rows.push((rule.to_string(), fields));
        }
        let title =
            "Calls let through and rejected, by rule and server (green: promised; heavy latency, no pauses)";
        Ok(plot::matrix(title, &columns, &rows))
    }

    fn day(&self) -> Result<String> {
        let findings = self.of("shared/sliding_log")?;
        let levels = [(60.0, "the server's limit"), (46.0, "what others leave in the mean")];
        let title = "A day in front of a sliding log of 60 a minute, 14 of them used by somebody else";
        Ok(plot::day(title, &findings.minutes, &findings.rejected_in, &levels))
    }
}

/// What a way of counting is called in the documentation.
fn words(model: LimitModel) -> String {
    match model {
        LimitModel::Fixed { .. } => "fixed minute".to_owned(),
        LimitModel::FirstHit => "first hit".to_owned(),
        LimitModel::SlidingLog => "sliding log".to_owned(),
        LimitModel::SlidingLogCountingRejects => "log with rejects".to_owned(),
        LimitModel::SlidingCounter => "sliding counter".to_owned(),
        LimitModel::TokenBucket { size: None } => "bucket of 60".to_owned(),
        LimitModel::TokenBucket { size: Some(size) } => format!("bucket of {size}"),
        LimitModel::Leaky => "strict leaky".to_owned(),
    }
}

/// A number with its thousands set apart.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
