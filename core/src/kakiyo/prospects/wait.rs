//! Waiting for an import: looks at its status until it has ended, with measure.
//!
//! Each look is a call of `prospects.import_status`, with its quota, credits and retries. How long to rest between two looks
//! is decided by [`Pace`].

use std::time::Duration;

use tokio::time::Instant;

use super::super::types::{ImportStatus, ListId};
use super::pace::{Pace, Progress};
use super::{GetImportStatus, Resource};
use crate::call;
use crate::client::Client;
use crate::declare::parameters;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Operation, operation};
use crate::options::CallOptions;
use crate::response::{Meta, Response};
use crate::transport::error_body::clean;

/// Seconds, where the caller names none.
const INTERVAL: f64 = 2.0;
const DEADLINE: f64 = 900.0;

parameters! {
    /// An import to wait for.
    pub struct WaitForImport {
        path {
            /// The import, as one of the add calls named it.
            list_id: ListId,
        }
        optional {
            /// Shortest rest between two looks in seconds, 0.01 to 3,600; 2 unless set. Rests grow to 15 times as much.
            interval_seconds: f64 where range(min = 0.01, max = 3_600.0),
            /// Longest wait in seconds, up to 604,800 (a week); 900 unless set. With 0 there is one look.
            deadline_seconds: f64 where range(min = 0.0, max = 604_800.0),
        }
    }
}

impl<T: Into<ListId>> From<T> for WaitForImport {
    fn from(list_id: T) -> Self {
        Self::new(list_id)
    }
}

operation! {
    /// Waits until an import has ended and gives its last status with the row reports.
    ///
    /// It looks first after `interval_seconds`, then at growing distances, or when the progress so far lets the end be
    /// expected; each look is a call of `import_status`, and the meta is the sum of them. A row is imported only when its
    /// `chat_created` is true. An import that says that it failed is an error of kind `server`. One that has not ended by
    /// `deadline_seconds` is an error of kind `timeout`, which tells what was seen: it goes on, and can be waited for again.
    /// Servers before June 2026 name no import when people are added: then there is nothing to wait for.
    helper prospects.wait_for_import: WaitForImport => ImportStatus {
        uses: [GetImportStatus],
        through: until_finished,
    }
}

async fn until_finished(
    parameters: &WaitForImport,
    client: &Client,
    options: &CallOptions,
) -> Result<Response<ImportStatus>> {
    let look = GetImportStatus::new(&parameters.list_id);
    // What cannot be sent is refused before the first rest.
    parameters
        .validate()
        .and_then(|()| look.request())
        .and_then(|_| options.validate())
        .map_err(|error| error.on_behalf_of(WaitForImport::SPEC.id))?;
    let mut wait = Wait::new(parameters, client, options);
    let mut rest = wait.pace.first();
    loop {
        wait.rest(rest).await?;
        let mut status = wait.look(&look).await?;
        if status.has_failed() {
            return Err(wait.failed(&status));
        }
        if status.finished {
            status.meta = wait.meta();
            return Ok(status);
        }
        if wait.left().is_zero() {
            return Err(wait.overdue());
        }
        rest = wait.pace.rest(Progress {
            at: wait.started.elapsed(),
            processed: status.processed,
            total: status.total,
            quota_left: status.meta.quota_left,
        });
    }
}

/// One wait: what it may still do, and what was seen so far.
struct Wait<'a> {
    client: &'a Client,
    options: &'a CallOptions,
    pace: Pace,
    deadline: Duration,
    started: Instant,
    /// The sum over the looks.
    sum: Meta,
    /// The last look.
    seen: Option<Response<ImportStatus>>,
}

impl<'a> Wait<'a> {
    fn new(parameters: &WaitForImport, client: &'a Client, options: &'a CallOptions) -> Self {
        let seconds = |given: Option<f64>, usual| Duration::from_secs_f64(given.unwrap_or(usual));
        Self {
            client,
            options,
            pace: Pace::new(seconds(parameters.interval_seconds, INTERVAL)),
            deadline: seconds(parameters.deadline_seconds, DEADLINE),
            started: Instant::now(),
            sum: Meta::default(),
            seen: None,
        }
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_sub(self.started.elapsed())
    }

    /// Rests, but not beyond the deadline.
    async fn rest(&self, pause: Duration) -> Result<()> {
        let rest = tokio::time::sleep(pause.min(self.left()));
        let token = self.options.cancel.as_ref().or(self.client.defaults().cancel.as_ref());
        let Some(token) = token else {
            rest.await;
            return Ok(());
        };
        tokio::select! {
            biased;
            () = token.cancelled() => {
                let message = "cancelled by the caller while it waited; the import goes on";
                Err(self.told(Error::new(ErrorKind::Cancelled, message).with_safe_to_retry(true)))
            }
            () = rest => Ok(()),
        }
    }

    async fn look(&mut self, look: &GetImportStatus) -> Result<Response<ImportStatus>> {
        // A slot that comes free after the deadline is of no use.
        let left = self.left();
        let own = self.options.max_wait.or(self.client.defaults().max_wait);
        let mut options = self.options.clone();
        options.max_wait = Some(own.map_or(left, |own| own.min(left)));
        match call::typed(look, self.client, &options).await {
            Ok(status) => {
                self.sum.add(&status.meta);
                self.seen = Some(status.clone());
                Ok(status)
            }
            Err(error) => {
                let no_slot = error.kind() == ErrorKind::WaitRefused && own.is_none_or(|own| own > left);
                self.sum.attempts += error.attempts();
                self.sum.credits += error.credits();
                Err(if no_slot { self.overdue() } else { self.told(error) })
            }
        }
    }

    /// The sum over all looks, with the rests between them in its time.
    fn meta(&self) -> Meta {
        Meta { elapsed: self.started.elapsed(), ..self.sum.clone() }
    }

    fn told(&self, error: Error) -> Error {
        error.on_behalf_of(WaitForImport::SPEC.id).with_attempts(self.sum.attempts, self.sum.credits)
    }

    fn overdue(&self) -> Error {
        let seen = self.seen.as_deref().map_or_else(|| "nothing was seen of it yet".to_owned(), progress);
        let after = self.deadline.as_secs_f64();
        let message = format!(
            "the import has not ended within {after} s ({seen}); it goes on, and can be waited for again"
        );
        let error = Error::new(ErrorKind::Timeout, message).with_safe_to_retry(true);
        self.told(match &self.seen {
            Some(seen) => with_last_answer(error, seen),
            None => error,
        })
    }

    fn failed(&self, status: &Response<ImportStatus>) -> Error {
        let message = format!(
            "the import has ended without being completed ({}); its report tells which rows were imported before",
            progress(status)
        );
        self.told(with_last_answer(Error::new(ErrorKind::Server, message), status))
    }
}

/// The body stays reachable: the row reports so far stand in it.
fn with_last_answer(error: Error, status: &Response<ImportStatus>) -> Error {
    let meta = &status.meta;
    error.with_answer(meta.status, meta.headers.clone(), status.document.raw().clone())
}

/// What a status says of the progress, in a few words.
fn progress(status: &ImportStatus) -> String {
    let mut words = Vec::new();
    if let Some(state) = &status.status {
        words.push(format!("`{}`", clean(state, 40)));
    }
    match (status.processed, status.total) {
        (Some(processed), Some(total)) => words.push(format!("{processed} of {total} rows handled")),
        (Some(processed), None) => words.push(format!("{processed} rows handled")),
        _ => {}
    }
    if let Some(imported) = status.imported {
        words.push(format!("{imported} imported"));
    }
    if words.is_empty() { "it tells no progress".to_owned() } else { words.join(", ") }
}
