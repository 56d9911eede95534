//! Who calls: a client that knows operations by name, the sandbox to steer, and the wire between them.

use std::sync::Arc;
use std::time::Duration;

use kakiyo::registry::{self, Delivered};
use kakiyo::{CallOptions, Client, Limits, PageOptions, Service};
use kakiyo_sandbox::{KaikoProfile, Profile, Sandbox, TeamKey};
use kakiyo_tests::recorder::{Exchange, Recorder};
use serde_json::{Value, json};

/// One caller in a sandbox whose time stands still.
pub(super) struct Run {
    pub(super) sandbox: Arc<Sandbox>,
    service: Service,
    recorder: Arc<Recorder>,
    client: Client,
    /// What names the caller to the control routes.
    pub(super) team: String,
}

impl Run {
    pub(super) async fn kakiyo(profile: Profile) -> Self {
        let sandbox = Sandbox::builder().profile(profile).unlimited().virtual_clock().start().await.unwrap();
        let (team, key) = (sandbox.team().to_owned(), sandbox.api_key().to_owned());
        Self::new(Arc::new(sandbox), Service::Kakiyo, Recorder::of(Service::Kakiyo).into(), team, &key)
    }

    pub(super) async fn kaiko(profile: KaikoProfile) -> Self {
        let sandbox = Sandbox::builder().kaiko_profile(profile).virtual_clock().start().await.unwrap();
        let key = sandbox.kaiko_api_key().to_owned();
        Self::new(Arc::new(sandbox), Service::Kaiko, Recorder::of(Service::Kaiko).into(), key.clone(), &key)
    }

    fn new(
        sandbox: Arc<Sandbox>,
        service: Service,
        recorder: Arc<Recorder>,
        team: String,
        key: &str,
    ) -> Self {
        let base_url = match service {
            Service::Kakiyo => sandbox.base_url(),
            Service::Kaiko => sandbox.kaiko_base_url(),
        };
        let client = registry::builder(service)
            .base_url(base_url)
            .api_key(key)
            .limits(Limits::unlimited())
            .max_retries(0)
            .transport(Arc::clone(&recorder) as _)
            .build()
            .unwrap();
        Self { sandbox, service, recorder, client, team }
    }

    /// Somebody else in the same sandbox, on the same record.
    pub(super) fn caller(&self, team: TeamKey) -> Self {
        let recorder = Arc::clone(&self.recorder);
        Self::new(Arc::clone(&self.sandbox), self.service, recorder, team.team, &team.api_key)
    }

    /// A caller whose key names no team.
    pub(super) fn stranger(&self, key: &str) -> Self {
        let recorder = Arc::clone(&self.recorder);
        Self::new(Arc::clone(&self.sandbox), self.service, recorder, String::new(), key)
    }

    /// Everything that passed, of all callers.
    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.recorder.take()
    }

    pub(super) async fn call(&self, operation: &str, arguments: Value) -> kakiyo::Result<Value> {
        let delivered = self.call_with(operation, arguments, CallOptions::new()).await?;
        Ok(delivered.document.tree().clone())
    }

    pub(super) async fn call_with(
        &self,
        operation: &str,
        arguments: Value,
        options: CallOptions,
    ) -> kakiyo::Result<Delivered> {
        let entry = registry::find(operation)?;
        assert_eq!(entry.spec.service, self.service, "{operation}");
        entry.invoke(self.client.clone(), arguments.to_string().as_bytes(), options)?.await
    }

    /// A call that has to be good.
    pub(super) async fn good(&self, operation: &str, arguments: Value) -> Value {
        let shown = arguments.to_string();
        let explained = self
            .client
            .explain(operation, shown.as_bytes(), &CallOptions::new(), None)
            .await
            .unwrap_or_else(|error| panic!("{operation} {shown} cannot be explained: {error:?}"));
        let before = self.spent();
        let value = match self.call(operation, arguments).await {
            Ok(value) => value,
            Err(error) => panic!("{operation} {shown}: {error:?}"),
        };
        if let Some((before, after)) = before.zip(self.spent()) {
            let (spent, credits) = (after - before, explained.credits);
            let fits = credits.min <= spent && credits.max.is_none_or(|max| spent <= max);
            assert!(fits, "{operation} cost {spent}, explained was {credits}");
        }
        value
    }

    /// The credits that the sandbox has taken for calls, where it takes any. What a call of Kaiko costs, no source says.
    fn spent(&self) -> Option<u64> {
        if self.service == Service::Kaiko {
            return None;
        }
        let state = self.sandbox.state(&self.team).ok().filter(|state| state.metered)?;
        Some(state.counters.spent)
    }

    /// Says that there are credits: a 402 stops the team until somebody does.
    pub(super) async fn resume(&self) {
        self.client.resume().await.unwrap();
    }

    /// A call that the server has to refuse in this way.
    pub(super) async fn refused(
        &self,
        operation: &str,
        arguments: Value,
        status: u16,
        code: Option<&str>,
    ) -> kakiyo::Error {
        let shown = arguments.to_string();
        match self.call(operation, arguments).await {
            Ok(value) => panic!("{operation} {shown} was answered: {value}"),
            Err(error) => {
                let found = (error.status(), error.code());
                assert_eq!(found, (Some(status), code), "{operation} {shown}: {error:?}");
                if status == 402 {
                    self.resume().await;
                }
                error
            }
        }
    }

    /// All rows of a paged operation.
    pub(super) async fn walk(&self, operation: &str, arguments: Value, size: u32) -> Vec<Value> {
        let mut options = PageOptions::default();
        options.page_size = Some(size);
        let entry = registry::find(operation).unwrap();
        let mut pages = entry
            .open(self.client.clone(), arguments.to_string().as_bytes(), CallOptions::new(), options)
            .unwrap();
        let mut rows = Vec::new();
        while let Some(page) = pages.next(&CallOptions::new()).await {
            rows.extend(page.unwrap().document.tree().as_array().unwrap().iter().cloned());
        }
        rows
    }

    pub(super) fn control(&self, route: &str, body: Value) -> Value {
        let path = format!("/_sandbox/{route}?team={}", self.team);
        self.sandbox.control("POST", &path, body).unwrap()
    }

    /// Changes settings of the caller.
    pub(super) fn set(&self, settings: Value) {
        self.control("settings", settings);
    }

    pub(super) fn seconds(&self, seconds: u64) {
        self.sandbox.advance(Duration::from_secs(seconds));
    }
}

/// A text of an answer.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("there is no {name} in {value}"))
}

/// The numbers under a name, added up.
pub(super) fn sum(rows: &Value, name: &str) -> i64 {
    rows.as_array().unwrap().iter().map(|row| row[name].as_i64().unwrap()).sum()
}

/// The members of an object whose values are numbers, added up.
pub(super) fn total(object: &Value) -> i64 {
    object.as_object().unwrap().values().map(|value| value.as_i64().unwrap()).sum()
}

/// Arguments that name one record.
pub(super) fn only(name: &str, id: &Value) -> Value {
    json!({name: id})
}
