//! Answers kept by `Idempotency-Key`, so that a repeated request is processed once.
//!
//! Only successes are kept: after a refusal the key is free. The request that made an answer is under way until
//! its answer was sent or its client went away.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::clock::Moment;
use crate::identifiers::hash;

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    fingerprint: u64,
    since: Moment,
    answer: Answer,
}

/// What is known of a key.
pub(crate) enum Found {
    Nothing,
    Answered(Answer),
    UnderWay,
    OtherRequest,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Replies {
    by_key: HashMap<String, Kept>,
    /// The keys in the order of their answers.
    in_order: VecDeque<(Moment, String)>,
    /// The keys whose first request is still being answered, by its place in the log.
    #[serde(skip)]
    under_way: HashMap<u64, String>,
    /// How many answers were given a second time.
    pub(crate) replayed: u64,
}

/// What a request asks for, in short.
pub(crate) fn fingerprint(path: &str, body: &[u8]) -> u64 {
    hash(path.bytes().chain([0]).chain(body.iter().copied()))
}

/// Whether a text can be a key: 1 to 255 visible ASCII characters.
pub(crate) fn is_key(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Replies {
    pub(crate) fn find(&mut self, key: &str, fingerprint: u64) -> Found {
        match self.by_key.get(key) {
            None => Found::Nothing,
            Some(kept) if kept.fingerprint != fingerprint => Found::OtherRequest,
            Some(_) if self.under_way.values().any(|busy| busy == key) => Found::UnderWay,
            Some(kept) => {
                self.replayed += 1;
                Found::Answered(kept.answer.clone())
            }
        }
    }

    pub(crate) fn keep(
        &mut self,
        key: &str,
        fingerprint: u64,
        now: Moment,
        answer: &Answer,
        request: Option<u64>,
    ) {
        let kept = Kept { fingerprint, since: now, answer: answer.clone() };
        self.by_key.insert(key.to_owned(), kept);
        self.in_order.push_back((now, key.to_owned()));
        self.under_way.extend(request.map(|request| (request, key.to_owned())));
    }

    /// A request has ended, in whatever way.
    pub(crate) fn landed(&mut self, request: Option<u64>) {
        if let Some(request) = request {
            self.under_way.remove(&request);
        }
    }

    /// Forgets what is older than its lifetime.
    pub(crate) fn expire(&mut self, now: Moment, lifetime: Duration) {
        while let Some((since, key)) = self.in_order.pop_front_if(|(since, _)| now.since(*since) >= lifetime)
        {
            // The key may have been used anew since.
            if self.by_key.get(&key).is_some_and(|kept| kept.since == since) {
                self.by_key.remove(&key);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }
}
