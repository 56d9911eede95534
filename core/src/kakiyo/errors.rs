//! What the error codes of Kakiyo mean. Some come with a status that is not documented: there the code decides.

use crate::error::ErrorKind;

/// The kind of a code; `None` leaves it to the status.
pub(super) fn kind_of_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "validation_error" | "invalid_request" | "invalid_url" | "invalid_event" | "invalid_campaigns"
        | "too_many_prospects" | "campaign_mismatch" | "invalid_email" | "weak_password" => {
            ErrorKind::InvalidRequest
        }
        "missing_api_key" | "invalid_api_key_format" | "invalid_api_key" | "unauthorized" => ErrorKind::Auth,
        "forbidden" | "subscription_inactive" | "unauthorized_dnc" | "agent_limit_reached" => {
            ErrorKind::Permission
        }
        "not_found" | "campaign_not_found" | "dnc_not_found" => ErrorKind::NotFound,
        "dnc_entry_exists"
        | "campaign_busy"
        | "sales_navigator_source_exists"
        | "campaign_active"
        | "prospect_active"
        | "email_exists"
        | "invalid_status"
        | "campaign_missing_agent"
        | "campaign_not_ready" => ErrorKind::Conflict,
        "rate_limit_exceeded" | "sales_navigator_team_limit" => ErrorKind::RateLimited,
        "internal_error" | "proxy_assignment_failed" => ErrorKind::Server,
        _ => return None,
    })
}
