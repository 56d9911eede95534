//! What the clients of both services are made of: the state that all copies share, and the raw call.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method};
use sha2::{Digest, Sha256};
use url::Url;

use crate::admission::Admission;
use crate::call::{self, Request};
use crate::config::{ServiceProfile, is_loopback};
use crate::error::{Error, Result};
use crate::operation::{RetryClass, Service};
use crate::options::CallOptions;
use crate::per_process::PerProcess;
use crate::quota::{CallGroup, Team, Tier};
use crate::response::Response;
use crate::saving::{Saved, Saving, SavingOptions};
use crate::secret::{self, KeyHeader, KeySource, Secret};
use crate::transport::error_body::ErrorBody;
use crate::transport::{HttpClient, Network, Sender, Transport};
use crate::warning::{Warning, WarningHook, WarningKind, Warnings};

/// A client of either service, without typed methods; bindings call operations through it by name.
///
/// Cloning is cheap; clones share connections, quota and key.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
    defaults: CallOptions,
}

impl Client {
    /// A copy with other defaults; connections, quota and key are shared.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request` when an option breaks a rule.
    pub fn with_options(&self, options: CallOptions) -> Result<Self> {
        options.validate()?;
        options.fit(self.shared.profile.service)?;
        options.headers()?;
        if options.idempotency_key.is_some() {
            return Err(Error::invalid("idempotencyKey", "it belongs to one call and cannot be a default"));
        }
        Ok(Self { shared: Arc::clone(&self.shared), defaults: options.or(&self.defaults) })
    }

    /// Calls a route that the table does not know. It passes the same quota, credits, retries and errors.
    ///
    /// `path` starts with `/` and lies below the base address; `query` pairs are escaped here. A route that the table
    /// does know counts against that operation's quota. Only GET and HEAD are retried after a lost answer.
    ///
    /// # Errors
    ///
    /// As every call; kind `invalid_request` for a method or path that cannot be sent.
    pub async fn raw(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&serde_json::Value>,
        options: &CallOptions,
    ) -> Result<Response<Bytes>> {
        let request = raw_request(self.shared.profile, method, path, query, body)?;
        call::run(self, request, &options.or(&self.defaults)).await.map(call::untouched)
    }

    /// The warnings that no hook has taken, oldest first; they are given once.
    pub fn take_warnings(&self) -> Vec<Warning> {
        self.shared.warnings.take()
    }

    /// What this client and its copies did not spend so far.
    pub fn saved(&self) -> Saved {
        self.shared.saving.saved()
    }

    /// Whether there are adds that [`close`](Self::close) would wait for.
    pub fn lingers(&self) -> bool {
        self.shared.saving.lingers()
    }

    /// Sends the adds that linger (option `coalesce`) and waits until they are answered. Their callers get the outcomes.
    ///
    /// The client and its copies can be used on; adds go out one by one then.
    pub async fn close(&self) {
        self.shared.saving.close().await;
    }

    pub(crate) fn from_shared(shared: Arc<Shared>, defaults: CallOptions) -> Self {
        Self { shared, defaults }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn defaults(&self) -> &CallOptions {
        &self.defaults
    }
}

fn raw_request(
    profile: &ServiceProfile,
    method: &str,
    path: &str,
    query: &[(&str, &str)],
    body: Option<&serde_json::Value>,
) -> Result<Request> {
    const METHODS: [Method; 6] =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let method = METHODS
        .into_iter()
        .find(|known| known.as_str().eq_ignore_ascii_case(method))
        .ok_or_else(|| Error::invalid("method", "one of GET, HEAD, POST, PUT, PATCH, DELETE"))?;
    if !path.starts_with('/') || path.starts_with("//") {
        return Err(Error::invalid("path", "it must start with one slash and lie below the base address"));
    }
    if path
        .chars()
        .any(|character| character.is_control() || character.is_whitespace() || "?#\\".contains(character))
    {
        return Err(Error::invalid(
            "path",
            "white space, `?`, `#` and `\\` must be escaped; pairs belong into the query",
        ));
    }
    let decoded = path.replace("%2e", ".").replace("%2E", ".");
    if decoded.split('/').any(|segment| segment == "." || segment == "..") {
        return Err(Error::invalid("path", "`.` and `..` are not allowed"));
    }
    let mut text = String::new();
    for (name, value) in query {
        crate::operation::append_query(&mut text, name, value);
    }
    let body = body
        .map(serde_json::to_vec)
        .transpose()
        .map_err(|error| Error::invalid("body", format!("it cannot be written as JSON: {error}")))?
        .map(Bytes::from);
    let retry = match method {
        Method::GET | Method::HEAD => RetryClass::Read,
        Method::POST => profile.unknown_post,
        _ => RetryClass::UnsafeWrite,
    };
    if let Some(spec) = crate::registry::matching(profile.service, method.as_str(), path) {
        return Ok(Request::new(spec, path.to_owned(), text, body));
    }
    Ok(Request {
        operation: "raw",
        group: CallGroup::new(format!("{method} {path}"), Tier::Low),
        method,
        path: path.to_owned(),
        query: text,
        body,
        idempotency_key: None,
        price: crate::registry::highest_price(profile.service),
        retry,
        timeout: profile.service.timeout(),
        cacheable: false,
        rows: 1,
    })
}

/// The checked options of a client.
pub(crate) struct Made {
    pub(crate) profile: &'static ServiceProfile,
    pub(crate) base_url: Url,
    pub(crate) key_source: KeySource,
    /// Whether an odd key is worth a word.
    pub(crate) check_key: bool,
    pub(crate) check_length: bool,
    pub(crate) admission: Admission,
    pub(crate) network: Network,
    pub(crate) transport: Option<Arc<dyn Transport>>,
    pub(crate) key_header: KeyHeader,
    pub(crate) on_warning: Option<WarningHook>,
    pub(crate) saving: SavingOptions,
}

/// What all copies of a client share.
#[derive(Debug)]
pub(crate) struct Shared {
    profile: &'static ServiceProfile,
    base_url: Url,
    key_source: KeySource,
    check_key: bool,
    check_length: bool,
    /// The key in use; asked for with the first call, and again after a 401.
    key: tokio::sync::Mutex<Option<Secret>>,
    /// The quota of a key that never changes.
    team: PerProcess<Arc<Team>>,
    admission: Admission,
    retry_delay: Duration,
    user_agent: HeaderValue,
    sender: Sender,
    prepared: OnceLock<()>,
    key_header: KeyHeader,
    warnings: Warnings,
    saving: Saving,
}

impl Shared {
    pub(crate) fn new(made: Made) -> Self {
        let Made {
            profile,
            base_url,
            key_source,
            check_key,
            check_length,
            admission,
            network,
            transport,
            key_header,
            on_warning,
            saving,
        } = made;
        let retry_delay = network.retry_delay;
        let user_agent = HeaderValue::try_from(network.user_agent_text())
            .unwrap_or_else(|_| HeaderValue::from_static("kakiyo"));
        let sender = match transport {
            Some(transport) => Sender::Custom(transport),
            None => Sender::Http(HttpClient::new(network, &base_url)),
        };
        let warnings = Warnings::new(on_warning);
        if let (true, KeySource::Text(key)) = (check_key, &key_source)
            && let Some(message) = (profile.key_warning)(&base_url, key.expose())
        {
            warnings.emit(Warning { kind: WarningKind::KeyEnvironment, message, operation: None });
        }
        Self {
            profile,
            base_url,
            key_source,
            check_key,
            check_length,
            key: tokio::sync::Mutex::new(None),
            team: PerProcess::new(),
            admission,
            retry_delay,
            user_agent,
            sender,
            prepared: OnceLock::new(),
            key_header,
            warnings,
            saving: Saving::new(saving, profile.service),
        }
    }

    /// The header that carries the key.
    pub(crate) fn key_header(&self) -> KeyHeader {
        self.key_header
    }

    pub(crate) fn saving(&self) -> &Saving {
        &self.saving
    }

    pub(crate) fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    pub(crate) fn profile(&self) -> &'static ServiceProfile {
        self.profile
    }

    pub(crate) fn admission(&self) -> &Admission {
        &self.admission
    }

    /// The question for one attempt of a call.
    pub(crate) fn ask(
        &self,
        request: &Request,
        options: &CallOptions,
        timeout: Duration,
    ) -> Arc<crate::quota::Ask> {
        self.admission.ask(self.profile, request, options, timeout)
    }

    pub(crate) fn retry_delay(&self) -> Duration {
        self.retry_delay
    }

    pub(crate) fn user_agent(&self) -> &HeaderValue {
        &self.user_agent
    }

    pub(crate) fn sender(&self) -> &Sender {
        &self.sender
    }

    /// The key to use now. The first call also makes the HTTP layer, so that its bad options are errors of kind `config`.
    pub(crate) async fn key(&self) -> Result<Secret> {
        if self.prepared.get().is_none() {
            self.sender.prepare()?;
            let _ = self.prepared.set(());
        }
        if let KeySource::Text(key) = &self.key_source {
            return Ok(key.clone());
        }
        let mut key = self.key.lock().await;
        if let Some(key) = &*key {
            return Ok(key.clone());
        }
        let fresh = secret::resolve(&self.key_source, self.profile.service, self.check_length).await?;
        if let (true, Some(message)) =
            (self.check_key, (self.profile.key_warning)(&self.base_url, fresh.expose()))
        {
            self.warnings.emit(Warning { kind: WarningKind::KeyEnvironment, message, operation: None });
        }
        Ok(key.insert(fresh).clone())
    }

    /// Whether a refused key can be replaced by asking its provider.
    pub(crate) fn can_ask_again(&self) -> bool {
        matches!(self.key_source, KeySource::Provider(_))
    }

    pub(crate) async fn ask_again(&self) -> Result<Secret> {
        let mut key = self.key.lock().await;
        let fresh = secret::resolve(&self.key_source, self.profile.service, self.check_length).await?;
        Ok(key.insert(fresh).clone())
    }

    /// Codes that come with 429 but name no wait: a timer would only make it worse.
    pub(crate) fn is_never_retried(&self, body: &ErrorBody) -> bool {
        body.code.as_deref().is_some_and(|code| self.profile.never_retried.contains(&code))
    }

    /// The quota of the key's team; limits belong to the team, so two keys of one team share it.
    pub(crate) fn team(&self, key: &Secret) -> Arc<Team> {
        let find = || crate::quota::team(self.state_id(key), &self.admission.store);
        match self.key_source {
            KeySource::Text(_) => Arc::clone(self.team.get_or_make(find)),
            KeySource::Provider(_) => find(),
        }
    }

    fn state_id(&self, key: &Secret) -> crate::quota::TeamId {
        let key = key.expose();
        let part = match self.profile.service {
            Service::Kakiyo => key.get(..secret::TEAM_LENGTH).unwrap_or(key),
            Service::Kaiko => key,
        };
        let mut hash = Sha256::new();
        for text in ["kakiyo-state-v1", &self.base_url.origin().ascii_serialization(), part] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        hash.finalize().into()
    }

    /// The address of a request. Path and query are escaped already; only they are parsed anew.
    pub(crate) fn url(&self, path: &str, query: &str) -> Url {
        let mut url = self.base_url.clone();
        match url.path() {
            "/" | "" => url.set_path(path),
            base => {
                let whole = [base, path].concat();
                url.set_path(&whole);
            }
        }
        url.set_query((!query.is_empty()).then_some(query));
        debug_assert!(url.scheme() == "https" || is_loopback(&url), "plain http leaves this machine");
        url
    }
}
