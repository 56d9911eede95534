//! Whether two calls are the same: hashes of all that could make their answers differ.
//!
//! Keys and the values of extra headers go in, so a hash is kept and not the text.

use sha2::{Digest, Sha256};

use crate::call::Request;
use crate::options::CallOptions;
use crate::secret::Secret;

/// The hash of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// What an answer depends on: key, route, query, body, extra headers.
    pub(super) fn of_read(key: &Secret, request: &Request, options: &CallOptions) -> Self {
        let mut writer = Writer(Sha256::new());
        writer.text(key.expose());
        writer.text(request.method.as_str());
        writer.text(&request.path);
        writer.text(&request.query);
        writer.bytes(request.body.as_deref().unwrap_or_default());
        writer.content(options);
        writer.finish()
    }

    /// The same read on the same terms: only such ones can be one call.
    pub(super) fn with_terms(self, options: &CallOptions) -> Self {
        let mut writer = Writer(Sha256::new());
        writer.0.update(self.0);
        writer.terms(options);
        writer.finish()
    }

    /// What rows of one batch have in common: operation, shared arguments, and all options.
    pub(super) fn of_lot(operation: &str, common: &str, options: &CallOptions) -> Self {
        let mut writer = Writer(Sha256::new());
        writer.text(operation);
        writer.text(common);
        writer.content(options);
        writer.terms(options);
        writer.finish()
    }
}

struct Writer(Sha256);

impl Writer {
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn optional(&mut self, text: Option<&str>) {
        self.0.update([u8::from(text.is_some())]);
        self.text(text.unwrap_or_default());
    }

    fn number(&mut self, number: Option<u128>) {
        self.0.update([u8::from(number.is_some())]);
        self.0.update(number.unwrap_or(0).to_be_bytes());
    }

    fn pairs(&mut self, pairs: &[(String, String)]) {
        self.0.update((pairs.len() as u64).to_be_bytes());
        for (name, value) in pairs {
            self.text(name);
            self.text(value);
        }
    }

    /// The options that reach the server.
    fn content(&mut self, options: &CallOptions) {
        self.pairs(&options.extra_headers);
        self.pairs(&options.extra_query);
    }

    /// The options that say how the call is made. Each field is named, so that a new one is not forgotten.
    fn terms(&mut self, options: &CallOptions) {
        let CallOptions {
            timeout,
            max_wait,
            max_retries,
            idempotency_key,
            fail_on_fallback,
            extra_headers: _,
            extra_query: _,
            priority,
            budget,
            tag,
            job,
            // Whoever cancels leaves alone.
            cancel: _,
        } = options;
        self.number(timeout.map(|timeout| timeout.as_nanos()));
        self.number(max_wait.map(|wait| wait.as_nanos()));
        self.number(max_retries.map(u128::from));
        self.number(fail_on_fallback.map(u128::from));
        self.optional(idempotency_key.as_deref());
        self.optional(priority.map(crate::quota::Class::as_str));
        self.number(budget.as_ref().map(|budget| budget.mark() as u128));
        self.optional(tag.as_deref());
        self.optional(job.as_deref());
    }

    fn finish(self) -> Fingerprint {
        Fingerprint(self.0.finalize().into())
    }
}
