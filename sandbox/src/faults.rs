//! Faults on demand: rules that say which calls of a team go wrong, and how.
//!
//! Every rule that matches the operation counts the call; those that fire are put together to the effects of that
//! call. Delays add up; of several ways to fail, the first rule wins. A fault "before" means that the call was
//! never processed, "after" that it was processed and counted and only its answer suffers.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::{Answer, Content};
use crate::wire::{Delivery, sendable_headers, sendable_status};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Another answer than the service's own; with `after` the call is processed first.
    Status {
        /// The status to answer.
        status: u16,
        /// Headers to send.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// A JSON body.
        #[serde(default)]
        body: Option<Value>,
        /// A body that is not JSON, used when `body` is absent.
        #[serde(default)]
        body_text: Option<String>,
        /// Whether the call is processed and counted before this answer replaces its own.
        #[serde(default)]
        after: bool,
    },
    /// Waits in real time before processing.
    DelayBefore {
        /// Milliseconds.
        ms: u64,
    },
    /// Waits in real time after processing, before the answer.
    DelayAfter {
        /// Milliseconds.
        ms: u64,
    },
    /// Resets the connection without processing the call.
    ResetBefore,
    /// Processes and counts the call, then resets the connection without an answer.
    ResetAfter,
    /// Announces the whole body, sends only a part and closes the connection.
    CutBody {
        /// How many bytes to send; half of the body when absent.
        #[serde(default)]
        at: Option<usize>,
    },
    /// Sends a body that is announced as JSON and is not.
    WrongJson,
    /// Sends the true body under another content type.
    WrongContentType {
        /// The type to send; `text/html` when absent.
        #[serde(default)]
        content_type: Option<String>,
    },
    /// Never answers; with `after` the call is processed first.
    Hang {
        /// Whether the call is processed and counted first.
        #[serde(default)]
        after: bool,
    },
}

/// Which of the matching calls go wrong. Calls are counted from 1, per rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum When {
    /// Every call.
    #[default]
    Always,
    /// Only this call.
    Nth(u64),
    /// The first calls.
    First(u64),
    /// Each call whose number is a multiple.
    Every(u64),
    /// By chance, the same for the same seed.
    Probability {
        /// From 0 to 1.
        chance: f64,
        /// Seed of the sequence.
        #[serde(default)]
        seed: u64,
    },
}

/// A rule: which calls, and what goes wrong with them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// The operation, such as `prospects.add_batch`, or `*` for all.
    #[serde(default = "every_operation")]
    pub operation: String,
    /// Which of its calls.
    #[serde(default)]
    pub when: When,
    /// What goes wrong.
    pub fault: Fault,
}

fn every_operation() -> String {
    "*".to_owned()
}

impl FaultRule {
    /// A rule for one operation, or for all with `*`.
    pub fn new(operation: &str, when: When, fault: Fault) -> Self {
        Self { operation: operation.to_owned(), when, fault }
    }
}

impl Fault {
    /// Refuses what cannot be sent.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self {
            Self::Status { status, headers, .. } => {
                sendable_status(*status)?;
                sendable_headers(headers.iter())
            }
            Self::WrongContentType { content_type: Some(kind) } => {
                sendable_headers([(&"content-type".to_owned(), kind)].into_iter())
            }
            _ => Ok(()),
        }
    }
}

/// How a call ends other than by its own answer.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    Answer(Answer),
    Reset,
    Hang,
}

/// Everything that happens to one call.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) delay_before: Duration,
    pub(crate) delay_after: Duration,
    pub(crate) before: Option<Stop>,
    after: Option<Stop>,
    wrong_json: bool,
    content_type: Option<String>,
    cut: Option<Option<usize>>,
}

impl Effects {
    pub(crate) fn add(&mut self, fault: &Fault) {
        let (stop, after) = match fault {
            Fault::DelayBefore { ms } => return self.delay_before += Duration::from_millis(*ms),
            Fault::DelayAfter { ms } => return self.delay_after += Duration::from_millis(*ms),
            Fault::WrongJson => return self.wrong_json = true,
            Fault::CutBody { at } => return self.cut = Some(*at),
            Fault::WrongContentType { content_type } => {
                let kind = content_type.clone().unwrap_or_else(|| "text/html".to_owned());
                return self.content_type = Some(kind);
            }
            Fault::Status { status, headers, body, body_text, after } => {
                let content = match (body, body_text) {
                    (Some(body), _) => Content::Json(body.clone()),
                    (None, text) => Content::Raw(Bytes::from(text.clone().unwrap_or_default())),
                };
                let headers = headers.clone().into_iter().collect();
                (Stop::Answer(Answer { status: *status, headers, content }), *after)
            }
            Fault::ResetBefore => (Stop::Reset, false),
            Fault::ResetAfter => (Stop::Reset, true),
            Fault::Hang { after } => (Stop::Hang, *after),
        };
        let place = if after { &mut self.after } else { &mut self.before };
        place.get_or_insert(stop);
    }

    /// What becomes of the answer of a processed call.
    pub(crate) fn applied_to(self, mut answer: Answer) -> Delivery {
        match self.after {
            Some(Stop::Answer(other)) => answer = other,
            Some(Stop::Reset) => return Delivery::Reset,
            Some(Stop::Hang) => return Delivery::Hang,
            None => {}
        }
        if self.wrong_json {
            answer.content = Content::Raw(Bytes::from_static(b"{\"unfinished\": [1, 2,"));
            answer = answer.with_header("content-type", "application/json");
        }
        if let Some(kind) = self.content_type {
            answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            answer = answer.with_header("content-type", kind);
        }
        match self.cut {
            Some(at) => {
                let half = answer.bytes().len() / 2;
                Delivery::Cut(answer, at.unwrap_or(half))
            }
            None => Delivery::Whole(answer),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Active {
    id: u64,
    rule: FaultRule,
    calls: u64,
    #[serde(with = "random")]
    random: fastrand::Rng,
}

/// A generator as the number that it goes on from.
mod random {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(random: &fastrand::Rng, serializer: S) -> Result<S::Ok, S::Error> {
        random.get_seed().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<fastrand::Rng, D::Error> {
        u64::deserialize(deserializer).map(fastrand::Rng::with_seed)
    }
}

/// The rules of one team in the order in which they were set.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Faults {
    active: Vec<Active>,
    next: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: FaultRule) -> u64 {
        self.next += 1;
        let seed = if let When::Probability { seed, .. } = rule.when { seed } else { 0 };
        self.active.push(Active { id: self.next, rule, calls: 0, random: fastrand::Rng::with_seed(seed) });
        self.next
    }

    /// Refuses rules that cannot be carried out.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.active.iter().try_for_each(|active| active.rule.fault.check())
    }

    /// Takes one rule away, or all. Gives how many there were.
    pub(crate) fn remove(&mut self, id: Option<u64>) -> usize {
        let before = self.active.len();
        self.active.retain(|active| id.is_some_and(|id| active.id != id));
        before - self.active.len()
    }

    /// The rules with their ids and the number of calls that each has seen.
    pub(crate) fn list(&self) -> impl Iterator<Item = (u64, &FaultRule, u64)> {
        self.active.iter().map(|active| (active.id, &active.rule, active.calls))
    }

    /// Counts a call and gives what happens to it.
    pub(crate) fn strike(&mut self, operation: &str) -> Effects {
        let mut effects = Effects::default();
        for active in &mut self.active {
            if active.rule.operation != "*" && active.rule.operation != operation {
                continue;
            }
            active.calls += 1;
            let fires = match active.rule.when {
                When::Always => true,
                When::Nth(number) => active.calls == number,
                When::First(count) => active.calls <= count,
                When::Every(step) => step > 0 && active.calls.is_multiple_of(step),
                When::Probability { chance, .. } => active.random.f64() < chance,
            };
            if fires {
                effects.add(&active.rule.fault);
            }
        }
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(when: When, calls: usize) -> Vec<usize> {
        let mut faults = Faults::default();
        faults.add(FaultRule::new("verify", when, Fault::ResetBefore));
        assert!(faults.strike("prompts.list").before.is_none());
        (1..=calls).filter(|_| faults.strike("verify").before.is_some()).collect()
    }

    #[test]
    fn rules_choose_their_calls() {
        assert_eq!(struck(When::Always, 3), [1, 2, 3]);
        assert_eq!(struck(When::Nth(2), 5), [2]);
        assert_eq!(struck(When::First(2), 5), [1, 2]);
        assert_eq!(struck(When::Every(2), 5), [2, 4]);
        let chance = |seed| struck(When::Probability { chance: 0.5, seed }, 200);
        assert_eq!(chance(3), chance(3));
        assert!((60..140).contains(&chance(3).len()));
        assert_ne!(chance(3), chance(4));
    }

    #[test]
    fn delays_add_up_and_the_first_failure_wins() {
        let mut faults = Faults::default();
        for fault in [Fault::DelayBefore { ms: 3 }, Fault::DelayBefore { ms: 4 }, Fault::ResetBefore] {
            faults.add(FaultRule::new("*", When::Always, fault));
        }
        let id = faults.add(FaultRule::new("*", When::Always, Fault::Hang { after: false }));
        let effects = faults.strike("verify");
        assert_eq!(effects.delay_before, Duration::from_millis(7));
        assert!(matches!(effects.before, Some(Stop::Reset)));
        assert_eq!(faults.remove(Some(id)), 1);
        assert_eq!(faults.remove(None), 3);
    }
}
