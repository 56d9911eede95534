//! The names of the limit models, as settings and the command line write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a server counts calls against a limit of L in a window of W. Which way the real services take is not
/// published, so a client has to live with all of them.
///
/// As text: `fixed`, `fixed:12.5` (phase in seconds), `first_hit`, `sliding_log`, `sliding_log_counting_rejects`,
/// `sliding_counter`, `token_bucket`, `token_bucket:10` (size in calls), `leaky`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LimitModel {
    /// L calls in each window; windows follow each other without a gap, such as every full minute.
    Fixed {
        /// By how much the windows begin later than whole multiples of their length since the Unix epoch.
        phase: Duration,
    },
    /// L calls in a window that its first call opens; after it has passed the next call opens another.
    FirstHit,
    /// At most L accepted calls in any span of W.
    SlidingLog,
    /// The same, but refused calls are in the log as well: whoever goes on calling stays out.
    SlidingLogCountingRejects,
    /// Two counters: the calls of the present window and a share of those of the one before, by how much of it
    /// still lies within W.
    SlidingCounter,
    /// A bucket that begins full and is refilled with L calls in W.
    TokenBucket {
        /// How many calls it holds; L when absent.
        size: Option<u32>,
    },
    /// One call every W/L, and none at once with another.
    Leaky,
}

impl LimitModel {
    /// The eight that a client is to be tried against: every kind, and the bucket full and small.
    pub const ALL: [Self; 8] = [
        Self::Fixed { phase: Duration::ZERO },
        Self::FirstHit,
        Self::SlidingLog,
        Self::SlidingLogCountingRejects,
        Self::SlidingCounter,
        Self::TokenBucket { size: None },
        Self::TokenBucket { size: Some(10) },
        Self::Leaky,
    ];
}

impl fmt::Display for LimitModel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed { phase } if phase.is_zero() => formatter.write_str("fixed"),
            Self::Fixed { phase } => write!(formatter, "fixed:{}", phase.as_secs_f64()),
            Self::FirstHit => formatter.write_str("first_hit"),
            Self::SlidingLog => formatter.write_str("sliding_log"),
            Self::SlidingLogCountingRejects => formatter.write_str("sliding_log_counting_rejects"),
            Self::SlidingCounter => formatter.write_str("sliding_counter"),
            Self::TokenBucket { size: None } => formatter.write_str("token_bucket"),
            Self::TokenBucket { size: Some(size) } => write!(formatter, "token_bucket:{size}"),
            Self::Leaky => formatter.write_str("leaky"),
        }
    }
}

impl FromStr for LimitModel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
        match (name, number) {
            ("fixed", None) => Ok(Self::Fixed { phase: Duration::ZERO }),
            ("fixed", Some(number)) => {
                let phase = number.parse().ok().and_then(|phase| Duration::try_from_secs_f64(phase).ok());
                let phase = phase.ok_or_else(|| format!("limit model: {number:?} is no phase in seconds"))?;
                Ok(Self::Fixed { phase })
            }
            ("first_hit", None) => Ok(Self::FirstHit),
            ("sliding_log", None) => Ok(Self::SlidingLog),
            ("sliding_log_counting_rejects", None) => Ok(Self::SlidingLogCountingRejects),
            ("sliding_counter", None) => Ok(Self::SlidingCounter),
            ("token_bucket", None) => Ok(Self::TokenBucket { size: None }),
            ("token_bucket", Some(number)) => match number.parse() {
                Ok(size) if size > 0 => Ok(Self::TokenBucket { size: Some(size) }),
                _ => Err(format!("limit model: {number:?} is no number of calls")),
            },
            ("leaky", None) => Ok(Self::Leaky),
            _ => Err(format!(
                "limit model: {text:?} is none of fixed, fixed:PHASE, first_hit, sliding_log, \
                 sliding_log_counting_rejects, sliding_counter, token_bucket, token_bucket:SIZE, leaky"
            )),
        }
    }
}

impl TryFrom<String> for LimitModel {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<LimitModel> for String {
    fn from(model: LimitModel) -> Self {
        model.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_has_a_name_that_is_read_again() {
        let odd = [
            LimitModel::Fixed { phase: Duration::from_millis(12_500) },
            LimitModel::TokenBucket { size: Some(1) },
        ];
        for model in LimitModel::ALL.into_iter().chain(odd) {
            assert_eq!(model.to_string().parse(), Ok(model));
        }
        assert_eq!(odd[0].to_string(), "fixed:12.5");
    }

    #[test]
    fn other_names_are_refused() {
        for text in [
            "",
            "Fixed",
            "fixed:",
            "fixed:-1",
            "fixed:NaN",
            "fixed:1e300",
            "leaky:2",
            "token_bucket:0",
            "a\nb",
        ] {
            assert!(text.parse::<LimitModel>().is_err(), "{text:?}");
        }
    }
}
