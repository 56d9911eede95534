//! A walk over pages: opened with its first page, one page for each `next`, forgotten by `close`.

use std::sync::Arc;

use kakiyo::registry;
use napi_derive::napi;
use tokio::sync::Mutex;

use crate::cancel::CancelToken;
use crate::failure::Failure;
use crate::inbox::Post;
use crate::options;
use crate::outcome::Outcome;
use crate::runtime::settle_call;

/// A walk. An outcome without a value is the end of it.
#[napi]
pub struct Pages {
    client: kakiyo::Client,
    walk: Arc<Mutex<Walk>>,
    post: Post,
}

enum Walk {
    Ready(Box<Ready>),
    Open(Box<dyn registry::Pages>),
    Ended,
}

struct Ready {
    client: kakiyo::Client,
    operation: String,
    arguments: String,
    options: Option<String>,
}

impl Pages {
    pub(crate) fn new(
        client: kakiyo::Client,
        post: Post,
        operation: String,
        arguments: String,
        options: Option<String>,
    ) -> Self {
        let ready = Ready { client: client.clone(), operation, arguments, options };
        Self { client, walk: Arc::new(Mutex::new(Walk::Ready(Box::new(ready)))), post }
    }
}

#[napi]
impl Pages {
    /// Fetches the next page.
    #[napi]
    pub fn next(&self, ticket: u32, token: Option<&CancelToken>) {
        let (walk, token) = (Arc::clone(&self.walk), token.map(CancelToken::token));
        settle_call(self.client.clone(), self.post.clone(), ticket, async move {
            let mut walk = walk.lock().await;
            walk.next(token).await
        });
    }

    /// Forgets the walk; a page under way still arrives.
    #[napi]
    pub fn close(&self) {
        if let Ok(mut walk) = self.walk.try_lock() {
            *walk = Walk::Ended;
        }
    }
}

impl Walk {
    async fn next(&mut self, token: Option<Arc<kakiyo::CancelToken>>) -> Result<Outcome, Failure> {
        if let Self::Ready(_) = self
            && let Self::Ready(ready) = std::mem::replace(self, Self::Ended)
        {
            *self = Self::Open(ready.open()?);
        }
        let Self::Open(pages) = self else { return Ok(Outcome::default()) };
        let options = options::call(None, token)?;
        match pages.next(&options).await {
            None => Ok(Outcome::end(pages.meta())),
            Some(answer) => Ok(Outcome::page(&answer?, pages.meta())),
        }
    }
}

impl Ready {
    fn open(self) -> Result<Box<dyn registry::Pages>, Failure> {
        let (options, paging) = options::paged(self.options.as_deref())?;
        Ok(registry::find(&self.operation)?.open(self.client, self.arguments.as_bytes(), options, paging)?)
    }
}
