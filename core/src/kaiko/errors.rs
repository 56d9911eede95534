//! What the error codes of Kaiko mean. The documentation calls them examples: others may come.

use crate::error::ErrorKind;

/// The kind of a code; `None` leaves it to the status.
pub(super) fn kind_of_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "missing_field" | "payload_too_large" | "invalid_role" | "invalid_model" => ErrorKind::InvalidRequest,
        "invalid_api_key" => ErrorKind::Auth,
        "key_revoked" => ErrorKind::Permission,
        "context_not_found" => ErrorKind::NotFound,
        "duplicate_id" => ErrorKind::Conflict,
        "too_many_requests" => ErrorKind::RateLimited,
        "internal" | "service_unavailable" => ErrorKind::Server,
        _ => return None,
    })
}
