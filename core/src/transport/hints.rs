//! How long the server asks to wait, from the four places where it may say so.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use serde_json::Value;

/// A longer wait is not believed: it would hold a program for a mistake on the other side.
const LONGEST: Duration = Duration::from_secs(120);

/// The first of `Retry-After` (seconds or HTTP date), `retryAfter` (seconds), `resetTime` (unix ms), `X-RateLimit-Reset` (unix s).
///
/// The last one stands on every answer of some servers: only where the call was `limited` does it ask to wait.
/// Points in time are measured against the server's own `Date` where it sends one: clocks differ, and only the distance counts.
pub(crate) fn wait(
    headers: &HeaderMap,
    body: Option<&Value>,
    limited: bool,
    local_now: SystemTime,
) -> Option<Duration> {
    let now =
        text(headers, "date").and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(local_now);
    let until = |seconds: f64| {
        let instant = Duration::try_from_secs_f64(seconds)
            .ok()
            .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))?;
        instant.duration_since(now).ok()
    };
    let retry_after = || {
        let value = text(headers, "retry-after")?.trim();
        match value.parse::<f64>() {
            Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
            Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).ok(),
        }
    };
    let number = |name: &str| body.and_then(|body| body.get(name)).and_then(Value::as_f64);
    retry_after()
        .or_else(|| number("retryAfter").and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
        .or_else(|| number("resetTime").and_then(|milliseconds| until(milliseconds / 1_000.0)))
        .or_else(|| {
            text(headers, "x-ratelimit-reset").filter(|_| limited)?.trim().parse().ok().and_then(until)
        })
        .map(|wait| wait.min(LONGEST))
}

/// The calls in a window that the server says it allows.
pub(crate) fn limit(headers: &HeaderMap) -> Option<u32> {
    text(headers, "x-ratelimit-limit")?.trim().parse().ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use serde_json::json;

    const NOW: u64 = 1_800_000_000;

    fn waits(headers: &[(&str, String)], body: Value) -> Option<u64> {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(value.as_str()).unwrap())
            })
            .collect();
        wait(&headers, Some(&body), true, SystemTime::UNIX_EPOCH + Duration::from_secs(NOW))
            .map(|wait| wait.as_secs())
    }

    fn date(seconds: u64) -> String {
        httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
    }

    #[test]
    fn each_place_is_read_and_the_first_wins() {
        assert_eq!(waits(&[("retry-after", "7".into())], json!({"retryAfter": 9})), Some(7));
        assert_eq!(waits(&[("retry-after", date(NOW + 8))], json!({})), Some(8));
        assert_eq!(waits(&[], json!({"retryAfter": 9, "resetTime": 1})), Some(9));
        assert_eq!(waits(&[], json!({"resetTime": (NOW + 10) * 1_000})), Some(10));
        assert_eq!(waits(&[("x-ratelimit-reset", (NOW + 11).to_string())], json!({})), Some(11));
        assert_eq!(waits(&[], json!({})), None);
    }

    #[test]
    fn the_end_of_the_window_is_no_hint_where_nothing_was_limited() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
        let reset = [("x-ratelimit-reset".parse().unwrap(), (NOW + 11).into())];
        let headers: HeaderMap<HeaderValue> = reset.into_iter().collect();
        assert_eq!(wait(&headers, None, false, now), None);
        assert_eq!(wait(&headers, None, true, now), Some(Duration::from_secs(11)));
    }

    #[test]
    fn a_clock_that_is_wrong_here_does_not_matter() {
        let headers = [("date", date(NOW - 5_000)), ("retry-after", date(NOW - 4_990))];
        assert_eq!(waits(&headers, json!({})), Some(10));
    }

    #[test]
    fn nonsense_is_no_hint_and_long_waits_are_cut() {
        assert_eq!(waits(&[("retry-after", "soon".into())], json!({"retryAfter": "x"})), None);
        assert_eq!(waits(&[("retry-after", "-1".into())], json!({})), None);
        assert_eq!(waits(&[("retry-after", date(NOW - 60))], json!({})), None);
        assert_eq!(waits(&[("retry-after", "NaN".into())], json!({})), None);
        assert_eq!(waits(&[("retry-after", "999999999999999999999".into())], json!({})), None);
        assert_eq!(waits(&[("retry-after", "86400".into())], json!({})), Some(120));
    }
}
