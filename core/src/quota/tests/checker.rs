//! The independent judge: knows only when calls were counted, nothing of slots.

use std::time::Duration;

/// One call as the world saw it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) send: Duration,
    pub(super) count: Duration,
    pub(super) answer: Duration,
}

/// The first half-open interval of length `window` in which more than `limit` calls were counted.
pub(super) fn violation(ledger: &[Entry], limit: usize, window: Duration) -> Option<Vec<Entry>> {
    assert!(ledger.iter().all(|entry| entry.send <= entry.count && entry.count <= entry.answer));
    let mut sorted = ledger.to_vec();
    sorted.sort_by_key(|entry| entry.count);
    sorted.windows(limit + 1).find(|run| run[limit].count - run[0].count < window).map(<[Entry]>::to_vec)
}

#[test]
fn the_checker_sees_one_call_too_many() {
    let at = |millis| Entry {
        send: Duration::ZERO,
        count: Duration::from_millis(millis),
        answer: Duration::from_secs(99),
    };
    let window = Duration::from_secs(1);
    assert!(violation(&[at(0), at(500), at(1_000)], 2, window).is_none());
    assert!(violation(&[at(999), at(0), at(500)], 2, window).is_some());
}
