//! What calls would cost and how long they would take, before any is made.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::client::Client;
use crate::error::{Error, Result};
use crate::leads::{Interval, LeadPlan};
use crate::operation::PagingStyle;
use crate::options::{CallOptions, PageOptions};
use crate::registry;
use crate::table::{Table, duration};

/// At least and, where it is known, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Bounds {
    /// The least it can be.
    pub min: u64,
    /// The most it can be; none where only the answers tell.
    pub max: Option<u64>,
}

impl Bounds {
    fn times(self, factor: u64) -> Self {
        Self { min: self.min.saturating_mul(factor), max: self.max.map(|max| max.saturating_mul(factor)) }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            Some(max) if max == self.min => write!(f, "{max}"),
            Some(max) => write!(f, "{} to {max}", self.min),
            None => write!(f, "{} or more", self.min),
        }
    }
}

/// What one operation contributes to an explanation.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExplainedCall {
    /// The operation.
    pub operation: &'static str,
    /// Calls without retries.
    pub calls: Bounds,
    /// Credits without retries: calls times the price.
    pub credits: Bounds,
    /// When the first call can go, from now.
    #[serde(serialize_with = "seconds")]
    pub starts_in: Duration,
    /// When the last of the least number of calls can go, from now, if nobody else calls meanwhile.
    #[serde(serialize_with = "seconds")]
    pub ends_in: Duration,
    /// What the last call waits for.
    pub waits_for: Option<String>,
    /// Why the calls would be refused before anything is sent, with the budgets as they are.
    pub refused: Option<String>,
    /// A cheaper way to the same end.
    pub cheaper: Option<&'static str>,
}

/// What calls would cost and how long they would take. Making it costs nothing and sends nothing.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Explanation {
    /// The parts, in the order in which they are made.
    pub parts: Vec<ExplainedCall>,
    /// Calls of all parts.
    pub calls: Bounds,
    /// Credits of all parts.
    pub credits: Bounds,
    /// The earliest end of all parts, from now.
    #[serde(serialize_with = "seconds")]
    pub ends_in: Duration,
}

fn seconds<S: Serializer>(time: &Duration, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

impl Client {
    /// Explains a call or, for a paged operation with `paging`, a walk over its pages.
    ///
    /// The arguments are checked as for the call. Retries are not counted: a failed attempt may cost again.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request` where the arguments break a rule; kind `connection` where the store cannot be asked.
    pub async fn explain(
        &self,
        operation: &str,
        arguments: &[u8],
        options: &CallOptions,
        paging: Option<PageOptions>,
    ) -> Result<Explanation> {
        let entry = registry::find(operation).map_err(|_| {
            Error::invalid("operation", format!("there is no operation `{operation}`; see the reference"))
        })?;
        if entry.spec.service != self.shared().profile().service {
            return Err(Error::invalid("operation", "it belongs to the other service"));
        }
        entry.check(arguments)?;
        let calls = match paging {
            None => {
                let (min, max) = entry.spec.calls;
                Bounds { min: min.into(), max: (max > 0).then_some(max.into()) }
            }
            Some(paging) => walk(entry.spec.paging, paging, operation)?,
        };
        let part = self.part(entry.spec.id, calls, &self.explained(options)?).await?;
        Ok(Explanation::of(vec![part]))
    }

    /// Explains the import of a planned file: the calls that carry the people, exactly, and those that confirm them.
    ///
    /// # Errors
    ///
    /// Kind `connection` where the store cannot be asked.
    pub async fn explain_import(&self, plan: &LeadPlan, options: &CallOptions) -> Result<Explanation> {
        self.explain_batches(plan.submit_calls, plan.calls, options).await
    }

    /// Explains an import of so many batches, and of so many calls with those that confirm it.
    pub(crate) async fn explain_batches(
        &self,
        batches: u64,
        calls: Interval,
        options: &CallOptions,
    ) -> Result<Explanation> {
        let exactly = |calls| Bounds { min: calls, max: Some(calls) };
        let confirms =
            Bounds { min: calls.min.saturating_sub(batches), max: Some(calls.max.saturating_sub(batches)) };
        let options = self.explained(options)?;
        let submit = self.part("prospects.add_batch", exactly(batches), &options).await?;
        let confirm = self.part("prospects.import_status", confirms, &options).await?;
        Ok(Explanation::of(vec![submit, confirm]))
    }

    /// The options as the calls would have them, checked as for a call.
    fn explained(&self, options: &CallOptions) -> Result<CallOptions> {
        options.validate()?;
        options.fit(self.shared().profile().service)?;
        Ok(options.or(self.defaults()))
    }

    async fn part(
        &self,
        operation: &'static str,
        calls: Bounds,
        options: &CallOptions,
    ) -> Result<ExplainedCall> {
        let spec = registry::find(operation)?.spec;
        let (price, foreseen) = self.foresee(spec, calls.min, options).await?;
        let profile = self.shared().profile();
        let cheaper = profile.cheaper.iter().find(|(name, _)| *name == operation).map(|(_, way)| *way);
        Ok(ExplainedCall {
            operation,
            calls,
            credits: calls.times(price.into()),
            starts_in: foreseen.first,
            ends_in: foreseen.last,
            waits_for: foreseen.reason,
            refused: foreseen.refused,
            cheaper,
        })
    }
}

/// The calls of a walk: full pages, and one more where only an empty page can tell the end.
fn walk(paging: crate::operation::Paging, options: PageOptions, operation: &str) -> Result<Bounds> {
    if paging.style == PagingStyle::None {
        return Err(Error::invalid("operation", format!("`{operation}` has no pages")));
    }
    options.validate(paging.cap)?;
    let size = u64::from(options.page_size.unwrap_or(paging.cap)).max(1);
    Ok(match options.max_items {
        Some(0) => Bounds { min: 0, max: Some(0) },
        Some(items) => Bounds { min: 1, max: Some(items.div_ceil(size)) },
        None => Bounds { min: 1, max: None },
    })
}

impl Explanation {
    fn of(parts: Vec<ExplainedCall>) -> Self {
        let sum = |of: fn(&ExplainedCall) -> Bounds| {
            parts.iter().map(of).fold(Bounds { min: 0, max: Some(0) }, |sum, part| Bounds {
                min: sum.min.saturating_add(part.min),
                max: sum.max.zip(part.max).map(|(left, right)| left.saturating_add(right)),
            })
        };
        let ends_in = parts.iter().map(|part| part.ends_in).max().unwrap_or_default();
        Self { calls: sum(|part| part.calls), credits: sum(|part| part.credits), ends_in, parts }
    }

    fn table(&self) -> Table {
        let rows = self.parts.iter().map(|part| {
            vec![
                part.operation.to_owned(),
                part.calls.to_string(),
                part.credits.to_string(),
                duration(part.starts_in),
                duration(part.ends_in),
                part.waits_for.clone().unwrap_or_default(),
            ]
        });
        let refused =
            self.parts.iter().filter_map(|part| part.refused.as_ref().map(|why| format!("refused: {why}")));
        let cheaper = self.parts.iter().filter_map(|part| part.cheaper.map(|way| format!("cheaper: {way}")));
        Table {
            title: format!(
                "{} calls, {} credits, done at the earliest: {}",
                self.calls,
                self.credits,
                duration(self.ends_in)
            ),
            heading: vec!["operation", "calls", "credits", "starts in", "ends in", "waits for"],
            rows: rows.collect(),
            notes: refused.chain(cheaper).collect(),
        }
    }

    /// The same as an HTML fragment, for notebooks.
    pub fn html(&self) -> String {
        self.table().html()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table().fmt(f)
    }
}
