//! The Kakiyo client: the typed doors to its resources.

use bytes::Bytes;

use crate::client::Client;
use crate::config::Builder;
use crate::error::Result;
use crate::kakiyo;
use crate::options::CallOptions;
use crate::response::Response;
use crate::saving::Saved;
use crate::secret::Secret;

/// The Kakiyo client. Cloning is cheap; clones share connections, quota and key.
///
/// Nothing is opened, started or sent before the first call.
#[derive(Debug, Clone)]
pub struct Kakiyo {
    client: Client,
}

impl std::ops::Deref for Kakiyo {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Kakiyo {
    /// A client with this key and the vendor's address (or `KAKIYO_BASE_URL`).
    ///
    /// # Errors
    ///
    /// Kind `config` when the key or the address cannot be right.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self> {
        Self::builder().api_key(api_key).build()
    }

    /// A client with the key from `KAKIYO_API_KEY`.
    ///
    /// # Errors
    ///
    /// Kind `config` when the variable is missing or cannot be a key.
    pub fn from_env() -> Result<Self> {
        Self::builder().build()
    }

    /// All options of a client.
    pub fn builder() -> Builder {
        Builder::new(&kakiyo::PROFILE)
    }

    /// A copy with other defaults; connections, quota and key are shared.
    ///
    /// # Errors
    ///
    /// Kind `invalid_request` when an option breaks a rule.
    pub fn with_options(&self, options: CallOptions) -> Result<Self> {
        Ok(Self { client: self.client.with_options(options)? })
    }

    /// LinkedIn accounts that act.
    pub fn agents(&self) -> kakiyo::Agents {
        kakiyo::Agents::new(self.client.clone())
    }

    /// Figures of the team and of its campaigns.
    pub fn analytics(&self) -> kakiyo::Analytics {
        kakiyo::Analytics::new(self.client.clone())
    }

    /// Outreach campaigns.
    pub fn campaigns(&self) -> kakiyo::Campaigns {
        kakiyo::Campaigns::new(self.client.clone())
    }

    /// People who must not be contacted.
    pub fn dnc(&self) -> kakiyo::Dnc {
        kakiyo::Dnc::new(self.client.clone())
    }

    /// AI models that prompts can be written for.
    pub fn models(&self) -> kakiyo::Models {
        kakiyo::Models::new(self.client.clone())
    }

    /// Offerings that the agents sell.
    pub fn products(&self) -> kakiyo::Products {
        kakiyo::Products::new(self.client.clone())
    }

    /// Writing instructions.
    pub fn prompts(&self) -> kakiyo::Prompts {
        kakiyo::Prompts::new(self.client.clone())
    }

    /// People, conversations and imports.
    pub fn prospects(&self) -> kakiyo::Prospects {
        kakiyo::Prospects::new(self.client.clone())
    }

    /// Receivers of events.
    pub fn webhooks(&self) -> kakiyo::Webhooks {
        kakiyo::Webhooks::new(self.client.clone())
    }

    /// Windows of an agency's clients.
    pub fn workspaces(&self) -> kakiyo::Workspaces {
        kakiyo::Workspaces::new(self.client.clone())
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
        self.client.raw(method, path, query, body, options).await
    }

    /// Credits that this client and its copies did not spend so far, by the reason why.
    pub fn saved(&self) -> Saved {
        self.client.saved()
    }

    /// Sends the adds that linger (option `coalesce`) and waits until they are answered. Their callers get the outcomes.
    ///
    /// The client and its copies can be used on; adds go out one by one then.
    pub async fn close(&self) {
        self.client.close().await;
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}

impl From<Client> for Kakiyo {
    fn from(client: Client) -> Self {
        Self { client }
    }
}

impl From<Kakiyo> for Client {
    fn from(kakiyo: Kakiyo) -> Self {
        kakiyo.client
    }
}
