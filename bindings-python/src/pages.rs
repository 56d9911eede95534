//! A walk over the pages of a list, one page at a time.

use std::sync::Arc;

use kakiyo::registry::Pages;
use kakiyo::{CallOptions, CancelToken, Shape};
use pyo3::prelude::*;
use tokio::sync::Mutex;

use crate::client::Client;
use crate::errors;
use crate::outcome::{Answer, CallFuture};

/// A walk under way. Two threads that ask at once get one page each, in order.
#[pyclass(frozen, module = "kakiyo._native")]
pub(crate) struct Walk {
    client: Py<Client>,
    model: &'static str,
    shape: Shape,
    pages: Arc<Mutex<Option<Box<dyn Pages>>>>,
}

impl Walk {
    pub(crate) fn new(client: Py<Client>, model: &'static str, shape: Shape, pages: Box<dyn Pages>) -> Self {
        Self { client, model, shape, pages: Arc::new(Mutex::new(Some(pages))) }
    }

    fn prepare(&self) -> (Arc<CancelToken>, CallFuture) {
        let token = Arc::new(CancelToken::new());
        let options = CallOptions::new().cancelled_by(Arc::clone(&token));
        let (model, shape, pages) = (self.model, self.shape, Arc::clone(&self.pages));
        let call = Box::pin(async move {
            let mut pages = pages.lock().await;
            let Some(walk) = pages.as_mut() else { return Ok(Answer::Nothing) };
            match walk.next(&options).await {
                Some(page) => Ok(Answer::Value { model, shape, delivered: page? }),
                None => Ok(Answer::Nothing),
            }
        });
        (token, call)
    }
}

#[pymethods]
impl Walk {
    /// The next page, or `None` at the end.
    fn next(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let (token, call) = self.prepare();
        self.client.get().wait(py, &token, call)
    }

    /// A future of the next page, or of `None` at the end.
    fn start_next<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (token, call) = self.prepare();
        self.client.get().start(py, token, call)
    }

    /// Passes on what waits, see [`Client::pass_on`].
    fn pass_on(&self, py: Python<'_>) -> PyResult<()> {
        self.client.get().pass_on(py)
    }

    /// The sum over the calls so far.
    #[getter]
    fn meta(&self, py: Python<'_>) -> PyResult<crate::meta::Meta> {
        match self.pages.try_lock() {
            Ok(pages) => {
                let meta = pages.as_ref().map(|pages| pages.meta().clone()).unwrap_or_default();
                Ok(crate::meta::Meta(Arc::new(meta)))
            }
            Err(_) => Err(errors::refused(
                py,
                "conflict",
                None,
                "a page is under way: ask for the sum when it is there",
            )),
        }
    }

    /// Ends the walk: the next page is the end. A page that is under way still comes.
    fn close(&self) {
        if let Ok(mut pages) = self.pages.try_lock() {
            pages.take();
        }
    }
}
