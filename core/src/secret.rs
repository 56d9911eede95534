//! Keys and passwords: text that never prints, and the rules that a key obeys before it is used.

use std::fmt;
use std::sync::{Arc, OnceLock};

use futures::future::BoxFuture;
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, ErrorKind, Result};
use crate::operation::Service;

/// Text that never prints. Serialised only into the request that needs it.
#[derive(Clone)]
pub struct Secret(Arc<Kept>);

struct Kept {
    text: SecretString,
    /// The header that carries the text as a key, made with the first call: bearer and plain.
    headers: [OnceLock<HeaderValue>; 2],
}

/// How a key travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyHeader {
    /// `Authorization: Bearer`.
    Bearer,
    /// `x-api-key`.
    Plain,
}

impl KeyHeader {
    pub(crate) fn name(self) -> HeaderName {
        match self {
            Self::Bearer => http::header::AUTHORIZATION,
            Self::Plain => HeaderName::from_static("x-api-key"),
        }
    }
}

impl Secret {
    pub(crate) fn expose(&self) -> &str {
        self.0.text.expose_secret()
    }

    /// The header that carries it as a key.
    pub(crate) fn header(&self, way: KeyHeader) -> Result<HeaderValue> {
        let (place, prefix) = match way {
            KeyHeader::Bearer => (&self.0.headers[0], "Bearer "),
            KeyHeader::Plain => (&self.0.headers[1], ""),
        };
        if let Some(header) = place.get() {
            return Ok(header.clone());
        }
        let mut header = HeaderValue::try_from([prefix, self.expose()].concat())
            .map_err(|_| Error::config("apiKey", "the key holds characters that no header can carry"))?;
        header.set_sensitive(true);
        Ok(place.get_or_init(|| header).clone())
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self(Arc::new(Kept { text: SecretString::from(text.into()), headers: Default::default() }))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl std::hash::Hash for Secret {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.expose().hash(state);
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Secret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    // In place, so that the rules of the field it stands in are kept.
    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "password"})
    }
}

impl crate::value::Argument<Secret> for &str {
    fn into_argument(self) -> Secret {
        self.into()
    }
}

impl crate::value::Argument<Secret> for Secret {
    fn into_argument(self) -> Secret {
        self
    }
}

impl crate::rules::Check for Secret {}

/// Gives the key when it is needed, so that a secrets manager can rotate it.
pub type KeyProvider = Arc<dyn Fn() -> BoxFuture<'static, Result<Secret, String>> + Send + Sync>;

/// Where the key comes from.
#[derive(Clone)]
pub(crate) enum KeySource {
    Text(Secret),
    Provider(KeyProvider),
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text([secret])",
            Self::Provider(_) => "Provider",
        })
    }
}

/// Length of a Kakiyo key: 20 characters of team id, then 20 of secret.
const KAKIYO_KEY_LENGTH: usize = 40;
/// Length of the team part of a Kakiyo key.
pub(crate) const TEAM_LENGTH: usize = 20;

/// Trims a key and refuses what cannot be one; the length matters only towards the vendor's own host.
pub(crate) fn checked_key(key: &Secret, service: Service, check_length: bool) -> Result<Secret> {
    let text = key.expose().trim();
    let refused = |rule: String| Err(Error::config("apiKey", rule));
    if text.is_empty() {
        return refused("the key is empty".to_owned());
    }
    if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
        return refused("the key holds white space or control characters; copy it again, alone".to_owned());
    }
    if !text.is_ascii() {
        return refused("the key holds characters that no key has; copy it again".to_owned());
    }
    if text.len() > 4_096 {
        return refused(format!("the key has {} characters; that is not a key", text.len()));
    }
    if check_length && service == Service::Kakiyo && text.len() != KAKIYO_KEY_LENGTH {
        let looks_like_kaiko =
            text.starts_with("sk_") || text.starts_with("kaiko_") || text.starts_with("pk_");
        let hint = if looks_like_kaiko { "; it looks like a Kaiko key" } else { "" };
        return refused(format!(
            "a Kakiyo key has {KAKIYO_KEY_LENGTH} characters, this one has {}{hint} (check_key = false turns this check off)",
            text.len()
        ));
    }
    Ok(Secret::from(text))
}

/// Asks the source for the key and checks it.
pub(crate) async fn resolve(source: &KeySource, service: Service, check_length: bool) -> Result<Secret> {
    match source {
        KeySource::Text(key) => Ok(key.clone()),
        KeySource::Provider(provider) => match provider().await {
            Ok(key) => checked_key(&key, service, check_length),
            Err(reason) => Err(Error::new(ErrorKind::Auth, format!("the key provider failed: {reason}"))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let secret = Secret::from("hunter2hunter2");
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(format!("{:?}", KeySource::Text(secret)), "Text([secret])");
    }

    #[test]
    fn keys_are_trimmed_and_checked() {
        let key = |text: &str| checked_key(&Secret::from(text), Service::Kakiyo, true);
        assert_eq!(key(&format!(" {}\n", "a".repeat(40))).unwrap().expose(), "a".repeat(40));
        for bad in ["", "   ", "aaaa\naaaa", "short", "sk_live_0123456789", "é"] {
            let error = key(bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert_eq!(error.details()[0].field, "apiKey");
            assert!(bad.trim().is_empty() || !error.to_string().contains(bad), "{error}");
        }
        assert!(key("sk_live_0123456789").unwrap_err().to_string().contains("Kaiko"));
    }
}
