//! Answers that are still good, in memory, bounded in time and size.

use std::time::Duration;

use moka::future::Cache;
use tokio::time::Instant;

use super::fingerprint::Fingerprint;
use crate::call::Answer;

/// What all answers together may take, in bytes.
const CAPACITY: u64 = 16 * 1_024 * 1_024;

/// What an answer takes beside its body: headers and bookkeeping, about.
const OVERHEAD: usize = 1_024;

/// The answers that are kept. A write to their resource makes them unreachable: its number is part of the key.
#[derive(Debug)]
pub(super) struct Answers {
    kept: Cache<(Fingerprint, u64), Kept>,
    ttl: Duration,
}

#[derive(Debug, Clone)]
struct Kept {
    answer: Answer,
    /// The cache runs on its own clock; this one is that of the runtime.
    since: Instant,
}

impl Answers {
    pub(super) fn new(ttl: Duration) -> Self {
        let kept = Cache::builder()
            .max_capacity(CAPACITY)
            .weigher(|_, kept: &Kept| u32::try_from(kept.answer.body.len() + OVERHEAD).unwrap_or(u32::MAX))
            .time_to_live(ttl)
            .build();
        Self { kept, ttl }
    }

    /// The answer to this read, as far as `writes` writes to its resource have left it good.
    pub(super) async fn get(&self, read: Fingerprint, writes: u64) -> Option<Answer> {
        let kept = self.kept.get(&(read, writes)).await?;
        (kept.since.elapsed() < self.ttl).then_some(kept.answer)
    }

    /// Keeps an answer that was asked for after `writes` writes.
    pub(super) async fn keep(&self, read: Fingerprint, writes: u64, answer: &Answer) {
        let kept = Kept { answer: answer.clone(), since: Instant::now() };
        self.kept.insert((read, writes), kept).await;
    }
}
