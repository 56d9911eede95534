//! The form of a case, as the files under `conformance/cases` hold it, and how all of them are read.
//!
//! `conformance/case.schema.json` says the same for editors and other languages; a test keeps files and schema together.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kakiyo::{Service, registry};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::notation;

/// One call, the exchanges it makes on the wire, and what comes of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    /// What it shows, as a sentence.
    pub name: String,
    /// Id of the operation in the table, or `raw`.
    pub operation: String,
    /// The service of a raw call; that of an operation stands in the table.
    #[serde(default)]
    pub service: Option<ServiceName>,
    /// Arguments in the names of the API; those of the path too.
    #[serde(default)]
    pub arguments: Map<String, Value>,
    /// Options of the call.
    #[serde(default)]
    pub options: Options,
    /// Options of the client.
    #[serde(default)]
    pub client: Client,
    /// How a paged operation is walked.
    pub walk: Option<Walk>,
    /// When the caller cancels.
    pub cancel: Option<Cancel>,
    /// Whether only a call by name can make this mistake: a typed façade refuses it in its own way.
    #[serde(default)]
    pub by_name: bool,
    /// What is sent and answered, in order.
    #[serde(default)]
    pub exchanges: Vec<Exchange>,
    /// Says that no request may arrive at all.
    #[serde(default)]
    pub nothing_sent: bool,
    /// What the caller gets.
    pub expect: Expect,
    /// Where the case stands, below `cases`.
    #[serde(skip)]
    pub file: PathBuf,
}

/// Options of one call; durations in seconds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    pub timeout: Option<f64>,
    pub max_wait: Option<f64>,
    pub max_retries: Option<u32>,
    pub idempotency_key: Option<String>,
    pub fail_on_fallback: Option<bool>,
    pub extra_headers: BTreeMap<String, String>,
    pub extra_query: BTreeMap<String, String>,
    pub max_items: Option<u64>,
    pub page_size: Option<u32>,
}

/// Options of the client; what is not given makes a client that fits the sandbox and keeps no limits.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Client {
    /// The address; `{sandbox}` stands for that of the sandbox.
    pub base_url: Option<String>,
    /// Puts an address in its place where nobody listens.
    pub closed_port: bool,
    /// The key; null for none at all.
    #[serde(deserialize_with = "present")]
    pub api_key: Option<Option<String>>,
    pub check_key: Option<bool>,
    pub limits: Option<Preset>,
    pub timeout: Option<f64>,
    pub max_wait: Option<f64>,
    pub max_retries: Option<u32>,
    /// One of the vendor's addresses; then the client is not given that of the sandbox.
    pub environment: Option<String>,
    /// How the key travels.
    pub auth: Option<Auth>,
    pub fail_on_fallback: Option<bool>,
}

/// A service, as cases name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceName {
    Kakiyo,
    Kaiko,
}

/// How a key of Kaiko travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    ApiKey,
    Bearer,
}

impl Auth {
    /// The word in the options of a client.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::Bearer => "bearer",
        }
    }
}

/// The limits a client keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    Auto,
    Published,
    Tiered,
    Unlimited,
}

/// How a paged operation is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Walk {
    /// The first page only.
    Page,
    /// Page by page; the value is a list of lists.
    Pages,
    /// Row by row; the value is one list.
    Items,
}

/// When the caller cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cancel {
    /// Before the call begins.
    BeforeSending,
    /// When the last expected request has arrived at the server.
    WhileUnderWay,
}

/// A request and its scripted answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exchange {
    pub request: Request,
    pub answer: Answer,
}

/// A request as it must arrive.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    pub method: String,
    /// Below the base address, escaped as on the wire.
    pub path: String,
    /// Pairs in any order; a list for a name that stands several times.
    #[serde(default)]
    pub query: BTreeMap<String, Value>,
    /// The whole body; absent for none.
    #[serde(default, deserialize_with = "present")]
    pub body: Option<Value>,
    /// Headers among others; null for one that must be absent, `{"$uuid": …}` for a UUID.
    #[serde(default)]
    pub headers: BTreeMap<String, Value>,
}

/// What the server does with the request.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    #[serde(deserialize_with = "present")]
    pub body: Option<Value>,
    pub body_text: Option<String>,
    /// Seconds before anything happens.
    pub delay: f64,
    pub reset: Option<Reset>,
    /// Announces the whole body and breaks off after so many bytes.
    pub cut_at: Option<usize>,
    /// Never answers.
    pub hang: bool,
    /// How many requests in a row get this answer.
    pub times: u64,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            status: 200,
            headers: BTreeMap::new(),
            body: None,
            body_text: None,
            delay: 0.0,
            reset: None,
            cut_at: None,
            hang: false,
            times: 1,
        }
    }
}

/// When the connection is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reset {
    Before,
    After,
}

/// What the caller gets: a value, or an error and perhaps the rows before it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Expect {
    /// The normalised JSON of the answer.
    #[serde(deserialize_with = "present")]
    pub value: Option<Value>,
    pub meta: Option<ExpectedMeta>,
    /// Number of rows, where the value is too long to write down.
    pub rows: Option<usize>,
    /// Number of pages of a walk.
    pub pages: Option<usize>,
    pub error: Option<ExpectedError>,
    /// Kinds of the warnings, in order.
    pub warnings: Option<Vec<String>>,
}

/// What is known of the call; only what is given is compared.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedMeta {
    pub status: Option<u16>,
    pub attempts: Option<u32>,
    pub credits: Option<Credits>,
    pub request_id: Option<String>,
    #[serde(deserialize_with = "present")]
    pub idempotency_key: Option<Value>,
}

/// An interval of credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credits {
    pub min: u32,
    pub max: u32,
}

/// The error; of what is given null means "must be absent", and what is not given is not compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedError {
    pub kind: String,
    #[serde(default, deserialize_with = "present")]
    pub code: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    pub status: Option<Option<u16>>,
    /// The first field named by the error.
    pub field: Option<String>,
    pub attempts: Option<u32>,
    pub credits: Option<Credits>,
    pub safe_to_retry: Option<bool>,
    /// Seconds.
    #[serde(default, deserialize_with = "present")]
    pub retry_after: Option<Option<f64>>,
    pub request_id: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub idempotency_key: Option<Value>,
    /// The class of error in the service's words.
    #[serde(default, rename = "type", deserialize_with = "present")]
    pub error_type: Option<Option<String>>,
    pub message_contains: Option<String>,
}

/// Tells a member that is null from one that is absent.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The folder of this crate.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every case file below `conformance/cases`, in order, with its JSON as it stands.
pub fn files() -> Result<Vec<(PathBuf, Value)>, String> {
    let top = root().join("conformance/cases");
    let mut paths = Vec::new();
    collect(&top, &mut paths)?;
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let json = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok((path.strip_prefix(&top).map_or(path.clone(), Path::to_path_buf), json))
        })
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    Ok(())
}

/// Every case, its notation spelt out.
pub fn all() -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for (file, json) in files()? {
        let Value::Array(list) = notation::expanded(json) else {
            return Err(format!("{}: a case file is a list of cases", file.display()));
        };
        for case in list {
            let name = case["name"].as_str().unwrap_or("?").to_owned();
            let case: Case = serde_json::from_value(case)
                .map_err(|error| format!("{}: {name}: {error}", file.display()))?;
            cases.push(Case { file: file.clone(), ..case });
        }
    }
    Ok(cases)
}

impl Case {
    /// The service that is called.
    pub fn service(&self) -> Service {
        let of_operation = || registry::find(&self.operation).ok().map(|entry| entry.spec.service);
        match self.service {
            Some(ServiceName::Kakiyo) => Service::Kakiyo,
            Some(ServiceName::Kaiko) => Service::Kaiko,
            None => of_operation().unwrap_or(Service::Kakiyo),
        }
    }

    /// Whether the call ends with a value.
    pub fn succeeds(&self) -> bool {
        self.expect.error.is_none()
    }
}

/// The file that holds the cases of an operation, below `cases`.
pub fn file_of(operation: &str) -> PathBuf {
    PathBuf::from(format!("{}.json", operation.replace('.', "/")))
}

/// The first success case in the file of an operation: what tests over all operations call it with.
///
/// # Errors
///
/// Where the operation has none.
pub fn sample<'a>(cases: &'a [Case], operation: &str) -> Result<&'a Case, String> {
    let file = file_of(operation);
    cases
        .iter()
        .find(|case| case.file == file && case.operation == operation && case.succeeds())
        .ok_or_else(|| format!("{} has no case in which {operation} succeeds", file.display()))
}
