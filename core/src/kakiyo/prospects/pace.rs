//! How long to rest between two looks at an import. It knows no clock, no client and no call.

use std::time::Duration;

/// What a look has told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    /// When it was, on any clock that does not go back.
    pub(super) at: Duration,
    /// Rows handled.
    pub(super) processed: Option<i64>,
    /// Rows received.
    pub(super) total: Option<i64>,
    /// Slots left in the tightest quota group.
    pub(super) quota_left: Option<u32>,
}

/// Rests grow by half each time. Where the progress lets the end be expected, the rest lasts until then. None is shorter than
/// the interval or longer than [`LONGEST`] of it; where slots run short it is the longest, which leaves them to others.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    /// The last rest that nothing but the growth decided.
    grown: Duration,
    last: Option<Progress>,
}

/// The longest rest, in intervals.
const LONGEST: u32 = 15;
const GROWTH: f64 = 1.5;
/// So many slots left are few.
const FEW: u32 = 5;

impl Pace {
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, grown: interval, last: None }
    }

    /// The rest before the first look.
    pub(super) fn first(&self) -> Duration {
        self.interval
    }

    /// The rest after a look.
    pub(super) fn rest(&mut self, now: Progress) -> Duration {
        let longest = self.interval * LONGEST;
        self.grown = self.grown.mul_f64(GROWTH).min(longest);
        let end = self.last.replace(now).and_then(|last| until_the_end(last, now));
        if now.quota_left.is_some_and(|left| left < FEW) {
            return longest;
        }
        end.map_or(self.grown, |end| end.clamp(self.interval, longest))
    }
}

/// How long the rows that are left take at the speed between two looks; `None` where it is not told or nothing moved.
fn until_the_end(last: Progress, now: Progress) -> Option<Duration> {
    let count = |more: i64, less: i64| more.checked_sub(less).and_then(|count| u32::try_from(count).ok());
    let moved = count(now.processed?, last.processed?).filter(|&moved| moved > 0)?;
    let left = count(now.total?, now.processed?)?;
    let took = now.at.checked_sub(last.at)?;
    Duration::try_from_secs_f64(took.as_secs_f64() * f64::from(left) / f64::from(moved)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(2);

    fn look(at: u64, rows: impl Into<Option<(i64, i64)>>) -> Progress {
        let rows = rows.into();
        Progress {
            at: Duration::from_secs(at),
            processed: rows.map(|(processed, _)| processed),
            total: rows.map(|(_, total)| total),
            quota_left: None,
        }
    }

    #[test]
    fn rests_grow_up_to_a_limit() {
        let mut pace = Pace::new(INTERVAL);
        assert_eq!(pace.first(), INTERVAL);
        let rests: Vec<_> = (0..10).map(|at| pace.rest(look(at, None)).as_secs_f64()).collect();
        assert_eq!(rests[..3], [3.0, 4.5, 6.75]);
        assert_eq!(rests[8..], [30.0, 30.0]);
    }

    #[test]
    fn a_known_speed_tells_when_to_look_again() {
        let mut pace = Pace::new(INTERVAL);
        assert_eq!(pace.rest(look(2, (0, 100))), Duration::from_secs(3));
        // 20 rows in 3 seconds: the other 80 take 12.
        assert_eq!(pace.rest(look(5, (20, 100))), Duration::from_secs(12));
        // Nearly done: not sooner than the interval.
        assert_eq!(pace.rest(look(17, (99, 100))), INTERVAL);
        // Nothing moved: it rests longer again.
        assert!(pace.rest(look(19, (99, 100))) > Duration::from_secs(6));
    }

    #[test]
    fn a_slow_import_is_not_left_alone_for_hours() {
        let mut pace = Pace::new(INTERVAL);
        pace.rest(look(2, (0, 1_000_000)));
        assert_eq!(pace.rest(look(5, (1, 1_000_000))), INTERVAL * LONGEST);
    }

    #[test]
    fn few_slots_are_left_to_others() {
        let mut pace = Pace::new(INTERVAL);
        assert_eq!(pace.rest(Progress { quota_left: Some(FEW - 1), ..look(2, None) }), INTERVAL * LONGEST);
        assert!(pace.rest(Progress { quota_left: Some(FEW), ..look(2, None) }) < INTERVAL * LONGEST);
    }

    #[test]
    fn senseless_numbers_do_no_harm() {
        let mut pace = Pace::new(Duration::from_secs(3_600));
        let numbers = [i64::MIN, -1, 0, 1, i64::MAX];
        for processed in numbers {
            for total in numbers {
                let rest = pace.rest(look(1, (processed, total)));
                assert!(rest >= pace.interval && rest <= pace.interval * LONGEST, "{processed} of {total}");
            }
        }
    }
}
