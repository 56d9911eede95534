//! Reading lead files and profile addresses. Files are read on threads for blocking work.

use kakiyo::ErrorKind;
use kakiyo::leads::{self, Identity, LeadSource, LeadsError, PlanOptions};
use napi::bindgen_prelude::{Buffer, Either};
use napi_derive::napi;
use serde::Serialize;
use serde_json::json;

use crate::failure::Failure;
use crate::inbox::Inbox;
use crate::options;
use crate::outcome::Outcome;
use crate::runtime::settle_blocking;

/// Plans an import from a path or the bytes of a file; options as JSON.
#[napi]
pub fn plan_leads(inbox: &Inbox, ticket: u32, source: Either<String, Buffer>, options: String) {
    read_file(inbox, ticket, source, options, leads::plan);
}

/// Reads a file of profile addresses; options as JSON.
#[napi]
pub fn read_profile_urls(inbox: &Inbox, ticket: u32, source: Either<String, Buffer>, options: String) {
    read_file(inbox, ticket, source, options, leads::read_profile_urls);
}

fn read_file<T: Serialize + 'static>(
    inbox: &Inbox,
    ticket: u32,
    source: Either<String, Buffer>,
    options: String,
    read: fn(LeadSource, &PlanOptions) -> Result<T, LeadsError>,
) {
    let source = match source {
        Either::A(path) => LeadSource::from(path),
        // A copy: the bytes may change while they are read.
        Either::B(bytes) => LeadSource::from(bytes.to_vec()),
    };
    settle_blocking(inbox.post(), ticket, move || {
        let options = options::read(ErrorKind::InvalidRequest, &options)?;
        Ok(Outcome::value(&read(source, &options).map_err(kakiyo::Error::from)?))
    });
}

/// Who a profile address is about: `{ value: { kind, value, url } }` or `{ error }`, as JSON texts.
#[napi]
pub fn parse_profile_url(url: String) -> Parsed {
    match Identity::parse(&url) {
        Ok(identity) => {
            let value = json!({"kind": identity.kind(), "value": identity.as_str(), "url": identity.url()});
            Parsed { value: Some(value.to_string()), error: None }
        }
        Err(refused) => Parsed { value: None, error: Some(Failure::from(kakiyo::Error::from(refused)).0) },
    }
}

/// An address read, or why it cannot be.
#[napi(object, object_from_js = false)]
pub struct Parsed {
    /// The identity, as JSON.
    pub value: Option<String>,
    /// What went wrong, as JSON.
    pub error: Option<String>,
}
