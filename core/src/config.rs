//! Building a client: options, environment, and the checks that need no network.

use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::admission::{Admission, AdmissionOptions};
use crate::client::{Client, Made, Shared};
use crate::credits::Budget;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::operation::Service;
use crate::options::CallOptions;
use crate::quota::{Limits, StoreChoice};
use crate::saving::{Coalesce, SavingOptions};
use crate::secret::{KeyHeader, KeyProvider, KeySource, Secret, checked_key};
use crate::transport::{Network, Transport};
use crate::warning::{Warning, WarningHook};

/// What a service needs to be known of, apart from its operations.
#[derive(Debug)]
pub(crate) struct ServiceProfile {
    pub(crate) service: Service,
    pub(crate) default_base_url: &'static str,
    /// Hosts that documentation once named and that are not the vendor's any more: no key may go there.
    pub(crate) abandoned_hosts: &'static [&'static str],
    /// The version where it begins the paths of the operations instead of ending the address; else empty.
    pub(crate) version_in_paths: &'static str,
    pub(crate) key_variable: &'static str,
    pub(crate) base_url_variable: &'static str,
    pub(crate) quota: &'static crate::quota::ServiceLimits,
    /// What may be done when a POST to a route that the table does not know fails.
    pub(crate) unknown_post: crate::operation::RetryClass,
    /// Calls that may pass the floor: they end spending, or keep a promise to people.
    pub(crate) critical: &'static [&'static str],
    /// Cheaper ways to the same end, by operation.
    pub(crate) cheaper: &'static [(&'static str, &'static str)],
    /// Codes that come with 429 but name no wait.
    pub(crate) never_retried: &'static [&'static str],
    pub(crate) kind_of_code: fn(&str) -> Option<crate::ErrorKind>,
    /// What refusals mean to users of this service.
    pub(crate) refusals: crate::transport::error_body::Refusals,
    /// How the key travels unless the user says otherwise.
    pub(crate) key_header: KeyHeader,
    /// Names of the addresses that the vendor runs.
    pub(crate) environments: &'static [(&'static str, &'static str)],
    /// What is odd about a key at an address.
    pub(crate) key_warning: fn(&Url, &str) -> Option<String>,
}

/// Builds a client: [`Kakiyo`](crate::Kakiyo) or [`Kaiko`](crate::Kaiko). Nothing is opened, started or sent before the first call.
#[must_use = "a builder does nothing before build()"]
pub struct Builder<C = crate::Kakiyo> {
    profile: &'static ServiceProfile,
    key: Option<KeySource>,
    base_url: Option<String>,
    check_key: bool,
    admission: AdmissionOptions,
    defaults: CallOptions,
    network: Network,
    transport: Option<Arc<dyn Transport>>,
    environment: Option<String>,
    store: Option<StoreChoice>,
    key_header: KeyHeader,
    on_warning: Option<WarningHook>,
    saving: SavingOptions,
    client: PhantomData<fn() -> C>,
}

impl<C: From<Client>> Builder<C> {
    pub(crate) fn new(profile: &'static ServiceProfile) -> Self {
        Self {
            profile,
            key: None,
            base_url: None,
            check_key: true,
            admission: AdmissionOptions::default(),
            defaults: CallOptions::default(),
            network: Network::default(),
            transport: None,
            environment: None,
            store: None,
            key_header: profile.key_header,
            on_warning: None,
            saving: SavingOptions::default(),
            client: PhantomData,
        }
    }

    /// The API key. Without one it is taken from `KAKIYO_API_KEY`.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.key = Some(KeySource::Text(key.into()));
        self
    }

    /// Asks for the key when it is needed, and once more when the server answers 401.
    pub fn api_key_provider(mut self, provider: KeyProvider) -> Self {
        self.key = Some(KeySource::Provider(provider));
        self
    }

    /// The address of the API, version included. Plain http only to this machine. Without one: `KAKIYO_BASE_URL`, then the vendor's.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Whether the length of the key is checked towards the vendor's own host; true unless set.
    pub fn check_key(mut self, check: bool) -> Self {
        self.check_key = check;
        self
    }

    /// The limits to keep; [`Limits::auto`] unless set.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.admission.limits = limits;
        self
    }

    /// Where quota and credits are recorded, and who shares the record. Without it: `KAKIYO_STORE` (`process`, `host`, or
    /// the address of a Redis server), then this host's store.
    pub fn store(mut self, store: StoreChoice) -> Self {
        self.store = Some(store);
        self
    }

    /// A cap on what may be spent; several may be set, and all hold. A bare number is for this client's life.
    pub fn budget(mut self, budget: impl Into<Budget>) -> Self {
        self.admission.budgets.push(budget.into());
        self
    }

    /// The credits that are there, as the service's own page shows them: the API does not tell. The same number again is
    /// no new declaration, so that a script can be run twice.
    pub fn balance(mut self, credits: u64) -> Self {
        self.admission.balance = Some(credits);
        self
    }

    /// Refuses calls that would take the declared balance below this; calls that pause agents or block people pass.
    pub fn floor(mut self, credits: u64) -> Self {
        self.admission.floor = Some(credits);
        self
    }

    /// Hears waits, lessons, budgets and credits. They stand in the log in any case.
    pub fn on_event(mut self, hook: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.admission.on_event = Some(Arc::new(hook));
        self
    }

    /// Time for one attempt; 30 s unless set (120 s for Do-Not-Contact batches, 35 s for Kaiko).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.defaults.timeout = Some(timeout);
        self
    }

    /// The longest wait for quota slots; no limit unless set.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.defaults.max_wait = Some(wait);
        self
    }

    /// Retries after the first attempt; 2 unless set.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.defaults.max_retries = Some(retries);
        self
    }

    /// The first back-off between attempts, doubled each time, with full jitter; 1 s unless set.
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.network.retry_delay = delay;
        self
    }

    /// A header for every call.
    pub fn extra_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.defaults.extra_headers.push((name.into(), value.into()));
        self
    }

    /// Time to make a connection; 10 s unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.network.connect_timeout = timeout;
        self
    }

    /// The proxy for all requests; without one the usual variables count (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), but
    /// never for this machine's own addresses.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.network.proxy = Some(Secret::from(url));
        self
    }

    /// A PEM file of certificate authorities to trust beside the bundled and the system's.
    pub fn ca_bundle(mut self, path: impl Into<PathBuf>) -> Self {
        self.network.ca_bundle = Some(path.into());
        self
    }

    /// A PEM file with a client certificate and its private key.
    pub fn client_cert(mut self, path: impl Into<PathBuf>) -> Self {
        self.network.client_cert = Some(path.into());
        self
    }

    /// Text to put behind the library's own user agent.
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.network.user_agent = Some(text.into());
        self
    }

    /// The host language and its version, for the user agent; set by bindings.
    #[doc(hidden)]
    pub fn host_language(mut self, text: impl Into<String>) -> Self {
        self.network.host_language = text.into();
        self
    }

    /// Whether HTTP/2 is offered over TLS; true unless set.
    pub fn http2(mut self, http2: bool) -> Self {
        self.network.http2 = http2;
        self
    }

    /// Replaces the HTTP layer. Quota, credits, retries and errors stay as they are.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Hears warnings, such as the deprecation of a route. They stand in the log in any case.
    pub fn on_warning(mut self, hook: impl Fn(&Warning) + Send + Sync + 'static) -> Self {
        self.on_warning = Some(Arc::new(hook));
        self
    }

    /// Lets single adds of people travel together: they linger a moment and leave as one batch, for the price of one call
    /// instead of one each. Every caller still gets an outcome of its own; the `list_id` is that of the batch. Off unless
    /// set. Kakiyo only.
    ///
    /// Adds travel together when campaign and call options are the same. The batch enters the quota like any call, so
    /// `max_wait` does not count the lingering. In the metas, the first caller has the attempts and credits of the batch,
    /// the others have none and `saved`. An add that is cancelled before its batch leaves is taken out; after that, it is
    /// an error of kind `outcome_unknown`. Call `close` before the process ends, so that nothing is left lingering.
    pub fn coalesce(mut self, coalesce: Coalesce) -> Self {
        self.saving.coalesce = Some(coalesce);
        self
    }

    /// Keeps answers in memory for this long, at most a week: those of models, products and prompts, which change seldom.
    /// Off unless set. Kakiyo only.
    ///
    /// A kept answer costs nothing: its meta has no attempts and no credits. Writes of this client and its copies to
    /// models, products or prompts make it forget what it kept of them; those of others are seen when the time is over.
    pub fn cache(mut self, ttl: Duration) -> Self {
        self.saving.cache = Some(ttl);
        self
    }

    /// Whether equal reads at the same time make one call, whose answer (or error) all of them get; false unless set.
    ///
    /// Equal are reads with the same address, headers and options. Who cancels leaves alone. A read after a write of this
    /// client never gets an answer from before it.
    pub fn share_reads(mut self, share: bool) -> Self {
        self.saving.share_reads = share;
        self
    }

    /// One of the addresses that the vendor runs, by name; `base_url` goes before it.
    pub(crate) fn named_environment(mut self, name: impl Into<String>) -> Self {
        self.environment = Some(name.into());
        self
    }

    pub(crate) fn failing_on_fallback(mut self, fail: bool) -> Self {
        self.defaults.fail_on_fallback = Some(fail);
        self
    }

    pub(crate) fn sent_as(mut self, way: KeyHeader) -> Self {
        self.key_header = way;
        self
    }

    pub(crate) fn service(&self) -> Service {
        self.profile.service
    }

    /// Checks everything and makes the client.
    ///
    /// # Errors
    ///
    /// Kind `config`, naming the option and the rule. Files and proxies are looked at with the first call.
    pub fn build(self) -> Result<C> {
        let base_url = checked_base_url(&self.base_url_text()?, self.profile)?;
        let check_length = self.check_key && is_vendor_host(&base_url, self.profile);
        let key = match self.key {
            Some(KeySource::Text(key)) => {
                KeySource::Text(checked_key(&key, self.profile.service, check_length)?)
            }
            Some(provider) => provider,
            None => KeySource::Text(checked_key(
                &key_from_environment(self.profile)?,
                self.profile.service,
                check_length,
            )?),
        };
        self.defaults.validate()?;
        self.defaults.headers()?;
        self.admission.validate()?;
        self.network.validate()?;
        self.saving.validate(self.profile.service)?;
        let store = match self.store {
            Some(store) => store,
            None => store_from_environment()?,
        };
        let store = store.towards(is_loopback(&base_url)).map_err(|rule| Error::config("store", rule))?;
        let shared = Shared::new(Made {
            profile: self.profile,
            base_url,
            key_source: key,
            check_key: self.check_key,
            check_length,
            admission: Admission::new(AdmissionOptions { store, ..self.admission }),
            network: self.network,
            transport: self.transport,
            key_header: self.key_header,
            on_warning: self.on_warning,
            saving: self.saving,
        });
        Ok(Client::from_shared(Arc::new(shared), self.defaults).into())
    }

    fn base_url_text(&self) -> Result<String> {
        if let Some(url) = &self.base_url {
            return Ok(url.clone());
        }
        if let Some(name) = &self.environment {
            let environments = self.profile.environments;
            let known = environments.iter().find(|(known, _)| known == name);
            return known.map(|(_, url)| (*url).to_owned()).ok_or_else(|| {
                let names: Vec<&str> = environments.iter().map(|(name, _)| *name).collect();
                Error::config("environment", format!("expected one of {}", names.join(", ")))
            });
        }
        match std::env::var(self.profile.base_url_variable) {
            Ok(url) if !url.trim().is_empty() => Ok(url),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(Error::config(self.profile.base_url_variable, "the variable is not text"))
            }
            _ => Ok(self.profile.default_base_url.to_owned()),
        }
    }
}

impl<C> Clone for Builder<C> {
    fn clone(&self) -> Self {
        Self {
            profile: self.profile,
            key: self.key.clone(),
            base_url: self.base_url.clone(),
            check_key: self.check_key,
            admission: self.admission.clone(),
            store: self.store.clone(),
            defaults: self.defaults.clone(),
            network: self.network.clone(),
            transport: self.transport.clone(),
            environment: self.environment.clone(),
            key_header: self.key_header,
            on_warning: self.on_warning.clone(),
            saving: self.saving,
            client: PhantomData,
        }
    }
}

impl<C> fmt::Debug for Builder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("service", &self.profile.service)
            .field("key", &self.key)
            .field("base_url", &self.base_url)
            .field("limits", &self.admission.limits)
            .field("defaults", &self.defaults)
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}

fn key_from_environment(profile: &ServiceProfile) -> Result<Secret> {
    match std::env::var(profile.key_variable) {
        Ok(key) => Ok(Secret::from(key)),
        Err(std::env::VarError::NotPresent) => {
            Err(Error::config("apiKey", format!("no key: pass one or set {}", profile.key_variable)))
        }
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Error::config(profile.key_variable, "the variable is not text"))
        }
    }
}

fn store_from_environment() -> Result<StoreChoice> {
    match std::env::var("KAKIYO_STORE") {
        Ok(text) if text.trim().is_empty() => Ok(StoreChoice::Auto),
        Ok(text) => text.parse().map_err(|rule: &str| Error::config("KAKIYO_STORE", rule)),
        Err(std::env::VarError::NotPresent) => Ok(StoreChoice::Auto),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Error::config("KAKIYO_STORE", "the variable is not text"))
        }
    }
}

/// Checks the address of the API and cuts a closing slash.
fn checked_base_url(text: &str, profile: &ServiceProfile) -> Result<Url> {
    let refused = |rule: &str| Error::config("baseUrl", rule);
    let text = text.trim();
    if !text.contains("://") {
        return Err(refused(&format!("it needs a scheme, such as {}", profile.default_base_url)));
    }
    let mut url = Url::parse(text).map_err(|error| refused(&format!("not an address: {error}")))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("it must not have a query or a fragment"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it must not hold a user name or password"));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(refused(
                "plain http would show the key to the network: use https (http only to this machine)",
            ));
        }
        _ => return Err(refused("the scheme must be https, or http to this machine")),
    }
    if url
        .host_str()
        .is_some_and(|host| profile.abandoned_hosts.iter().any(|old| host.eq_ignore_ascii_case(old)))
    {
        return Err(refused(&format!(
            "this old host is not the vendor's any more and must not get a key: use {}",
            profile.default_base_url
        )));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    // Where the paths of the service begin with its version, an address that ends with it means the same.
    url.set_path(path.strip_suffix(profile.version_in_paths).unwrap_or(&path));
    Ok(url)
}

fn is_vendor_host(url: &Url, profile: &ServiceProfile) -> bool {
    Url::parse(profile.default_base_url).is_ok_and(|vendor| vendor.host() == url.host())
}

/// Whether the address is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abandoned_host_never_gets_a_key() {
        for host in ["api.kaiko.ai", "API.Kaiko.AI"] {
            let error = checked_base_url(&format!("https://{host}/v1"), &crate::kaiko::PROFILE).unwrap_err();
            assert_eq!(error.details()[0].field, "baseUrl");
            assert!(error.to_string().contains("api.kaikostudios.xyz"), "{error}");
        }
        assert!(checked_base_url("https://api.kaikostudios.xyz/v2/", &crate::kaiko::PROFILE).is_ok());
    }

    #[test]
    fn base_urls_are_checked() {
        for good in [
            "https://api.kakiyo.com/v1",
            "http://127.0.0.1:80/v1/",
            "http://localhost:1",
            "http://[::1]:9/v1",
        ] {
            assert!(checked_base_url(good, &crate::kakiyo::PROFILE).is_ok(), "{good}");
        }
        for bad in [
            "",
            "api.kakiyo.com/v1",
            "http://api.kakiyo.com/v1",
            "http://localhost.evil.example/v1",
            "http://127.0.0.1.evil.example",
            "https://api.kakiyo.com/v1?x=1",
            "https://api.kakiyo.com/v1#x",
            "https://me:secret@api.kakiyo.com/v1",
            "ftp://api.kakiyo.com",
            "https://",
        ] {
            let error = checked_base_url(bad, &crate::kakiyo::PROFILE).unwrap_err();
            assert_eq!(error.details()[0].field, "baseUrl", "{bad}");
            assert!(!error.to_string().contains("secret"));
        }
    }
}
