//! Medians, spreads and the table of `BENCHMARKS.md`.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use anyhow::Result;

/// Two ways of the same work, measured in turns.
pub(crate) struct Comparison {
    pub(crate) name: String,
    pub(crate) against: String,
    pub(crate) unit: String,
    /// Rates of one pair: ours, theirs.
    pub(crate) pairs: Vec<(f64, f64)>,
    pub(crate) floor: Floor,
}

/// What is asked of the ratio.
#[derive(Clone, Copy)]
pub(crate) struct Floor {
    /// `None` where the comparison is only shown.
    pub(crate) limit: Option<f64>,
    pub(crate) direction: Direction,
}

#[derive(Clone, Copy)]
pub(crate) enum Direction {
    /// Time of ours by theirs, at most the limit.
    AtMost,
    /// Rate of ours by theirs, at least the limit.
    AtLeast,
}

impl Comparison {
    /// The ratio of each pair, in the direction that is asked for.
    fn ratios(&self) -> Vec<f64> {
        let mut ratios: Vec<f64> = self
            .pairs
            .iter()
            .map(|(ours, theirs)| match self.floor.direction {
                Direction::AtMost => theirs / ours,
                Direction::AtLeast => ours / theirs,
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        ratios
    }

    fn row(&self) -> String {
        let ratios = self.ratios();
        let (ratio, low, high) = (at(&ratios, 0.5), at(&ratios, 0.25), at(&ratios, 0.75));
        let (asked, met) = match (self.floor.limit, self.floor.direction) {
            (None, _) => ("rate, shown only".to_owned(), "—"),
            (Some(limit), Direction::AtMost) => (format!("time ≤ {limit:.2}"), yes_or_no(ratio <= limit)),
            (Some(limit), Direction::AtLeast) => (format!("rate ≥ {limit:.2}"), yes_or_no(ratio >= limit)),
        };
        let rate = |side: fn(&(f64, f64)) -> f64| {
            let mut rates: Vec<f64> = self.pairs.iter().map(side).collect();
            rates.sort_by(f64::total_cmp);
            at(&rates, 0.5)
        };
        format!(
            "| {} | {} | {:.0} {unit} | {:.0} {unit} | **{ratio:.2}** | {low:.2} to {high:.2} | {asked} | {} |",
            self.name,
            self.against,
            rate(|pair| pair.0),
            rate(|pair| pair.1),
            met,
            unit = self.unit,
        )
    }
}

fn yes_or_no(met: bool) -> &'static str {
    if met { "yes" } else { "no" }
}

/// The value at this share of a sorted list.
fn at(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

/// Prints the table.
pub(crate) fn print(comparisons: &[Comparison]) -> Result<()> {
    let pairs = comparisons.first().map_or(0, |comparison| comparison.pairs.len());
    println!("{}\n({pairs} pairs each)", table(comparisons)?);
    Ok(())
}

fn table(comparisons: &[Comparison]) -> Result<String> {
    let mut table = String::from(
        "| what | against | ours | theirs | ratio | middle half | asked | met |\n| --- | --- | ---: | ---: | ---: | --- | --- | --- |\n",
    );
    for comparison in comparisons {
        writeln!(table, "{}", comparison.row())?;
    }
    Ok(table)
}

/// What one call costs in a store: median and 99th percentile of asking and of settling.
pub(crate) struct Cost {
    pub(crate) name: String,
    pub(crate) admit: (Duration, Duration),
    pub(crate) settle: (Duration, Duration),
    pub(crate) promised: String,
    pub(crate) met: String,
}

/// Prints the costs of admission and puts them into `BENCHMARKS.md`.
pub(crate) fn write_costs(costs: &[Cost]) -> Result<()> {
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let mut table = String::from(
        "| record kept in | admission, median | p99 | settling, median | p99 | promised of admission | met |\n| --- | ---: | ---: | ---: | ---: | --- | --- |\n",
    );
    for Cost { name, admit, settle, promised, met } in costs {
        writeln!(
            table,
            "| {name} | {:.1} µs | {:.1} µs | {:.1} µs | {:.1} µs | {promised} | {met} |",
            micros(admit.0),
            micros(admit.1),
            micros(settle.0),
            micros(settle.1)
        )?;
    }
    println!("{table}");
    replace(BEGIN_COSTS, END_COSTS, &table)
}

/// Replaces the measured part of `BENCHMARKS.md`; what people wrote around it stays.
pub(crate) fn write(comparisons: &[Comparison]) -> Result<()> {
    replace(BEGIN, END, &table(comparisons)?)
}

fn replace(begin: &str, end: &str, table: &str) -> Result<()> {
    let path = crate::root().join("BENCHMARKS.md");
    let text = fs::read_to_string(&path).unwrap_or_else(|_| TEMPLATE.to_owned());
    let (head, rest) = text.split_once(begin).unwrap_or((text.as_str(), ""));
    let tail = rest.split_once(end).map_or("", |(_, tail)| tail);
    fs::write(&path, format!("{head}{begin}\n\n{table}\n{end}{tail}"))?;
    Ok(())
}

const BEGIN: &str = "<!-- measured: written by cargo xtask bench -->";
const END: &str = "<!-- end of measured -->";
const BEGIN_COSTS: &str = "<!-- costs of admission: written by cargo xtask bench admission -->";
const END_COSTS: &str = "<!-- end of costs -->";
const TEMPLATE: &str = "# Benchmarks

`cargo xtask bench` measures both sides of each comparison in turns, pair by pair, in one run against one server process
(the sandbox without limits, on loopback). The ratio is the median over the pairs, with the middle half of them as spread. Rates are medians of
calls or pages a second; they depend on the machine, the ratios much less.

<!-- measured: written by cargo xtask bench -->
<!-- end of measured -->

## Admission

One uncontended call with its price: asked for, then settled, by the store that keeps the record.

<!-- costs of admission: written by cargo xtask bench admission -->
<!-- end of costs -->
";
