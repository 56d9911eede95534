//! Questions and statements about quota and credits as JSON: the form in which bindings make them.
//!
//! As in `settings`, names and types are judged here, once, so that a mistake is the same error in every
//! language. The meaning of each stands at the method of [`Client`] of the same name.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::Client;
use crate::credits::CreditsReport;
use crate::error::{Error, ErrorKind, Result};
use crate::explain::Explanation;
use crate::figures::QuotaReport;
use crate::leads::Interval;
use crate::operation::PagingStyle;
use crate::registry;
use crate::settings::{self, TimeUnit};

/// What a client can be asked or told by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// [`Client::quota`].
    Quota,
    /// [`Client::credits`].
    Credits,
    /// [`Client::declare_balance`]: `credits`.
    DeclareBalance,
    /// [`Client::resume`].
    Resume,
    /// [`Client::reconcile`]: `account`, `charged`.
    Reconcile,
    /// [`Client::explain`]: `operation`, `arguments`; a paged operation is explained as a walk.
    Explain,
    /// [`Client::explain_import`]: `submitCalls` and `calls` of a plan.
    ExplainImport,
}

impl Subject {
    /// Every subject.
    pub const ALL: [Self; 7] = [
        Self::Quota,
        Self::Credits,
        Self::DeclareBalance,
        Self::Resume,
        Self::Reconcile,
        Self::Explain,
        Self::ExplainImport,
    ];

    /// Its name between a binding's two halves.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::Credits => "credits",
            Self::DeclareBalance => "declare_balance",
            Self::Resume => "resume",
            Self::Reconcile => "reconcile",
            Self::Explain => "explain",
            Self::ExplainImport => "explain_import",
        }
    }

    /// The subject of this name.
    ///
    /// # Errors
    ///
    /// Kind `internal`: the two halves of a binding do not fit.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|subject| subject.as_str() == name)
            .ok_or_else(|| Error::new(ErrorKind::Internal, format!("nothing is known of `{name}`")))
    }
}

/// A report in the forms that bindings show.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Its fields; times in seconds.
    pub fields: Value,
    /// A table for terminals and logs.
    pub text: String,
    /// A table for notebooks.
    pub html: String,
}

impl Report {
    fn of<T: Serialize + fmt::Display>(report: &T, html: String) -> Result<Self> {
        let fields = serde_json::to_value(report).map_err(|error| {
            Error::new(ErrorKind::Internal, format!("a report cannot be written: {error}"))
        })?;
        Ok(Self { fields, text: report.to_string(), html })
    }

    fn quota(report: &QuotaReport) -> Result<Self> {
        Self::of(report, report.html())
    }

    fn credits(report: &CreditsReport) -> Result<Self> {
        Self::of(report, report.html())
    }

    fn explanation(explanation: &Explanation) -> Result<Self> {
        Self::of(explanation, explanation.html())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Balance {
    credits: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Charged {
    account: String,
    charged: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Explained {
    operation: String,
    #[serde(default)]
    arguments: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Planned {
    submit_calls: u64,
    calls: Calls,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Calls {
    min: u64,
    max: u64,
}

/// Asks or tells a client; `said` is a JSON object, `options` those of a call, both may be empty. What was told has no report.
///
/// # Errors
///
/// Kind `invalid_request` for what cannot be read, naming the field; else those of the method.
pub async fn ask(
    client: &Client,
    subject: Subject,
    said: &str,
    options: &str,
    unit: TimeUnit,
) -> Result<Option<Report>> {
    match subject {
        Subject::Quota => Report::quota(&client.quota().await?).map(Some),
        Subject::Credits => Report::credits(&client.credits().await?).map(Some),
        Subject::DeclareBalance => {
            let Balance { credits } = read(said)?;
            client.declare_balance(credits).await.map(|()| None)
        }
        Subject::Resume => client.resume().await.map(|()| None),
        Subject::Reconcile => {
            let Charged { account, charged } = read(said)?;
            client.reconcile(&account, charged).await.map(|()| None)
        }
        Subject::Explain => {
            Report::explanation(&explain(client, read(said)?, options, unit).await?).map(Some)
        }
        Subject::ExplainImport => {
            let Planned { submit_calls, calls: Calls { min, max } } = read(said)?;
            let options = settings::call(options, unit)?;
            let calls = Interval { min, max };
            Report::explanation(&client.explain_batches(submit_calls, calls, &options).await?).map(Some)
        }
    }
}

async fn explain(client: &Client, asked: Explained, options: &str, unit: TimeUnit) -> Result<Explanation> {
    let Explained { operation, arguments } = asked;
    let arguments = match arguments.is_empty() {
        true => Vec::new(),
        false => Value::Object(arguments).to_string().into_bytes(),
    };
    let paged = registry::find(&operation).is_ok_and(|entry| entry.spec.paging.style != PagingStyle::None);
    let (options, paging) = match paged {
        true => settings::paged(options, unit).map(|(options, paging)| (options, Some(paging)))?,
        false => (settings::call(options, unit)?, None),
    };
    client.explain(&operation, &arguments, &options, paging).await
}

fn read<T: serde::de::DeserializeOwned>(said: &str) -> Result<T> {
    settings::read(ErrorKind::InvalidRequest, if said.is_empty() { "{}" } else { said })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client of an address where nobody listens: nothing here may be sent.
    fn client() -> crate::Kakiyo {
        crate::Kakiyo::builder().api_key("x".repeat(40)).base_url("http://127.0.0.1:9/v1").build().unwrap()
    }

    async fn asked(subject: Subject, said: &str, options: &str) -> Result<Option<Report>> {
        ask(&client(), subject, said, options, TimeUnit::Seconds).await
    }

    #[tokio::test]
    async fn every_subject_is_answered() {
        for (subject, said) in [
            (Subject::Quota, ""),
            (Subject::Credits, ""),
            (Subject::DeclareBalance, r#"{"credits": 70}"#),
            (Subject::Resume, ""),
            (Subject::Reconcile, r#"{"account": "team/ever", "charged": 0}"#),
            (Subject::Explain, r#"{"operation": "verify"}"#),
            (Subject::ExplainImport, r#"{"submitCalls": 3, "calls": {"min": 6, "max": 12}}"#),
        ] {
            assert_eq!(Subject::named(subject.as_str()).unwrap(), subject);
            let report = asked(subject, said, "").await.unwrap();
            let statement = matches!(subject, Subject::DeclareBalance | Subject::Resume | Subject::Reconcile);
            assert_eq!(report.is_none(), statement, "{subject:?}");
            if let Some(report) = report {
                assert!(report.fields.is_object() && !report.text.is_empty(), "{subject:?}");
                assert!(report.html.starts_with("<table>"), "{}", report.html);
            }
        }
        assert_eq!(Subject::ALL.len(), 7);
        assert_eq!(Subject::named("weather").unwrap_err().kind(), ErrorKind::Internal);
    }

    #[tokio::test]
    async fn a_paged_operation_is_explained_as_a_walk() {
        let said = r#"{"operation": "prospects.list", "arguments": {"campaignId": "c"}}"#;
        let report =
            asked(Subject::Explain, said, r#"{"maxItems": 500, "pageSize": 50}"#).await.unwrap().unwrap();
        assert_eq!(report.fields["credits"], serde_json::json!({"min": 1, "max": 10}));
        let report = asked(Subject::Explain, said, "").await.unwrap().unwrap();
        assert_eq!(report.fields["calls"], serde_json::json!({"min": 1, "max": null}));
    }

    #[tokio::test]
    async fn what_is_wrong_is_named() {
        for (subject, said, options, field) in [
            (Subject::DeclareBalance, "{}", "", "options"),
            (Subject::DeclareBalance, r#"{"credits": -1}"#, "", "credits"),
            (Subject::DeclareBalance, r#"{"credits": "many"}"#, "", "credits"),
            (Subject::DeclareBalance, r#"{"credits": 9007199254740992}"#, "", "credits"),
            (Subject::DeclareBalance, "7", "", "options"),
            (Subject::Reconcile, r#"{"account": "moon", "charged": 1}"#, "", "account"),
            (Subject::Reconcile, r#"{"account": "team/ever", "charged": 1.5}"#, "", "charged"),
            (Subject::Reconcile, r#"{"account": "team/ever", "charged": 9}"#, "", "charged"),
            (Subject::Explain, r#"{"operation": "moon.walk"}"#, "", "operation"),
            (Subject::Explain, r#"{"operation": "emotions.analyze"}"#, "", "operation"),
            (Subject::Explain, r#"{"operation": "prospects.list"}"#, "", "campaignId"),
            (Subject::Explain, r#"{"operation": "verify"}"#, r#"{"maxItems": 1}"#, "maxItems"),
            (Subject::Explain, r#"{"operation": "verify"}"#, r#"{"priority": "high"}"#, "priority"),
            (Subject::Explain, r#"{"operation": "verify"}"#, r#"{"tag": "a\nb"}"#, "tag"),
            (Subject::Explain, r#"{"operation": "verify", "arguments": 7}"#, "", "arguments"),
            (Subject::ExplainImport, r#"{"submitCalls": 1, "calls": {"min": 1}}"#, "", "calls"),
        ] {
            let error = asked(subject, said, options).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{said}");
            assert_eq!(error.details()[0].field, field, "{said} {options}: {error}");
        }
    }
}
