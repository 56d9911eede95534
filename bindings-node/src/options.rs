//! Options as JSON text to what the core takes. The core reads its own; here are times in milliseconds, and the options
//! of this bridge.

use std::sync::Arc;

use kakiyo::settings::{self, TimeUnit};
use kakiyo::{CallOptions, CancelToken, ErrorKind, PageOptions};
use serde::de::DeserializeOwned;

use crate::failure::Failure;

pub(crate) const UNIT: TimeUnit = TimeUnit::Milliseconds;

/// Reads the options of a call; no text means none.
pub(crate) fn call(json: Option<&str>, token: Option<Arc<CancelToken>>) -> Result<CallOptions, Failure> {
    let options = settings::call(json.unwrap_or_default(), UNIT)?;
    Ok(match token {
        Some(token) => options.cancelled_by(token),
        None => options,
    })
}

/// Reads the options of a walk over pages; no text means none.
pub(crate) fn paged(json: Option<&str>) -> Result<(CallOptions, PageOptions), Failure> {
    Ok(settings::paged(json.unwrap_or_default(), UNIT)?)
}

/// Reads what belongs to the bridge alone; a wrong name or type is an error that names the member.
pub(crate) fn read<T: DeserializeOwned>(kind: ErrorKind, json: &str) -> Result<T, Failure> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { "options" } else { &path };
        // The value that is quoted may be a key or a password.
        let text = error.inner().to_string();
        let rule = match text.rsplit_once(", expected ") {
            Some((_, expected)) if !text.starts_with("unknown") => format!("expected {expected}"),
            _ => text,
        };
        Failure::refused(kind, field, rule.split(" at line ").next().unwrap_or_default())
    })
}
