//! Whether an attempt is made again, and after how long.
//!
//! The decision is a pure function of what happened; the caller sleeps and goes back to admission.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::operation::RetryClass;

/// What an attempt came to, as far as a retry is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// An answer with this status.
    Answered(u16),
    /// Surely never arrived.
    NotSent,
    /// May have arrived; there is no complete answer.
    Lost,
}

/// Whether the class of the operation allows another attempt.
pub(crate) fn allowed(class: RetryClass, attempt: Attempt) -> bool {
    match attempt {
        Attempt::NotSent | Attempt::Answered(429) => true,
        // These two say that a repeat will not help; gateways have numbers of their own for trouble that passes.
        Attempt::Answered(501 | 505) => false,
        Attempt::Lost | Attempt::Answered(408 | 500..=599) => class.repeatable(),
        Attempt::Answered(_) => false,
    }
}

/// Full jitter: anything between nothing and `first` doubled with each retry, at most half a minute.
pub(crate) fn back_off(first: Duration, retry: u32) -> Duration {
    let ceiling = first.saturating_mul(1 << retry.min(10)).min(Duration::from_secs(30));
    ceiling.mul_f64(fastrand::f64())
}

/// One allowance of retries for the whole process, so that a server in trouble does not get more traffic for it.
///
/// A retry takes ten units, each good answer gives one back: a tenth of the traffic can be retries in the long run.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicI64);

const FULL: i64 = 1_000;
const RETRY_COST: i64 = 10;

pub(crate) static RETRY_BUDGET: RetryBudget = RetryBudget(AtomicI64::new(FULL));

impl RetryBudget {
    /// Takes one retry, if there is one left.
    pub(crate) fn take(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                (left >= RETRY_COST).then_some(left - RETRY_COST)
            })
            .is_ok()
    }

    /// Books a good answer.
    pub(crate) fn refill(&self) {
        // Where it is full nothing is written: the common path stays free of contention.
        if self.0.load(Ordering::Relaxed) < FULL {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_allow_what_the_design_says() {
        use Attempt::{Answered, Lost, NotSent};
        for class in [RetryClass::Read, RetryClass::SafeWrite, RetryClass::KeyedWrite] {
            for attempt in
                [NotSent, Lost].into_iter().chain([408, 429, 500, 502, 503, 504, 522].map(Answered))
            {
                assert!(allowed(class, attempt), "{class:?} {attempt:?}");
            }
            for status in [400, 402, 409, 501, 505] {
                assert!(!allowed(class, Answered(status)), "{class:?} {status}");
            }
        }
        for class in [RetryClass::UnsafeWrite, RetryClass::Import] {
            assert!(allowed(class, NotSent) && allowed(class, Answered(429)));
            for attempt in [Lost, Answered(408), Answered(500), Answered(503), Answered(402)] {
                assert!(!allowed(class, attempt), "{class:?} {attempt:?}");
            }
        }
    }

    #[test]
    fn back_off_stays_below_its_ceiling() {
        for retry in 0..40 {
            let wait = back_off(Duration::from_secs(1), retry);
            assert!(wait <= Duration::from_secs(1 << retry.min(10)).min(Duration::from_secs(30)));
        }
    }

    #[test]
    fn the_budget_runs_out_and_refills() {
        let budget = RetryBudget(AtomicI64::new(25));
        assert!(budget.take() && budget.take() && !budget.take());
        (0..5).for_each(|_| budget.refill());
        assert!(budget.take() && !budget.take());
    }
}
