//! Plain values that several resources share: times, and what setters accept.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// What a setter accepts for a value of type `T`: the value itself, or text where text is meant.
pub trait Argument<T> {
    #[doc(hidden)]
    fn into_argument(self) -> T;
}

macro_rules! plain_argument {
    ($($type:ty),*) => {
        $(impl Argument<$type> for $type {
            fn into_argument(self) -> $type {
                self
            }
        })*
    };
}
plain_argument!(u32, bool, f64, String, serde_json::Map<String, serde_json::Value>);

impl Argument<String> for &str {
    fn into_argument(self) -> String {
        self.to_owned()
    }
}

impl<T, I: Into<T>> Argument<Vec<T>> for Vec<I> {
    fn into_argument(self) -> Vec<T> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T, I: Into<T>> Argument<BTreeMap<String, T>> for BTreeMap<String, I> {
    fn into_argument(self) -> BTreeMap<String, T> {
        self.into_iter().map(|(name, value)| (name, value.into())).collect()
    }
}

impl Argument<Timestamp> for Timestamp {
    fn into_argument(self) -> Timestamp {
        self
    }
}

impl Argument<Timestamp> for &str {
    fn into_argument(self) -> Timestamp {
        self.into()
    }
}

/// A point in time as the service writes it: ISO 8601 in UTC, kept as it came.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Timestamp(String);

impl Timestamp {
    /// The text as it came, such as `2026-06-23T07:41:00.000Z`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The instant, or `None` where the text is not a time.
    pub fn to_system_time(&self) -> Option<SystemTime> {
        self.0.parse::<jiff::Timestamp>().ok().map(SystemTime::from)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_milliseconds() {
        assert_eq!(
            Timestamp::from("2026-06-23T07:41:00Z").to_system_time(),
            Timestamp::from("2026-06-23T07:41:00.000Z").to_system_time()
        );
        assert_eq!(Timestamp::from("yesterday").to_system_time(), None);
    }
}
