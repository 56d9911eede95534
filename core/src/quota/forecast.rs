//! How long a waiting call will wait at least: the limiter itself, run ahead of time on a copy.
//!
//! Calls in flight count as answered now, calls that go before as answered at once; all else is as it will be. So the
//! forecast is the earliest time that is possible as far as is known, and exact when nothing is in flight.

use std::time::Duration;

use super::queue::{Queue, Ticket};
use super::rule::Why;

/// A forecast is continued for the next of the line, not begun anew, while it is younger than this, which is below the
/// precision of timers, or than a thousandth of the wait. What is in flight is then taken as answered that much early.
const FRESH: Duration = Duration::from_millis(1);

/// When a waiting call can go at the earliest, and what its line waits for first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forecast {
    pub(super) at: Duration,
    pub(super) why: Option<Why>,
}

/// The last forecast, kept so that ten thousand calls that join one line at once do not each run through all those
/// before them. Its owner drops it whenever anything but the tail of a line changes.
#[derive(Debug)]
pub(super) struct Ahead {
    queue: Queue,
    begun: Duration,
    at: Duration,
    ticket: Ticket,
    why: Option<Why>,
}

/// Foretells when a call goes.
pub(super) fn forecast(last: &mut Option<Ahead>, queue: &Queue, now: Duration, ticket: Ticket) -> Forecast {
    let known = last.take().and_then(|ahead| ahead.follow(queue, now, ticket));
    let mut ahead = known.unwrap_or_else(|| Ahead::begin(queue, now, ticket));
    ahead.run();
    let forecast = Forecast { at: ahead.at, why: ahead.why };
    *last = Some(ahead);
    forecast
}

impl Ahead {
    fn begin(queue: &Queue, now: Duration, ticket: Ticket) -> Self {
        let mut queue = queue.clone();
        queue.state.close_all(now);
        Self { queue, begun: now, at: now, ticket, why: None }
    }

    /// Goes on with the call that arrived next, if it stands right behind the last one foretold: then it cannot go
    /// before that one, and the copy lacks nobody else.
    fn follow(mut self, queue: &Queue, now: Duration, ticket: Ticket) -> Option<Self> {
        let age = now.saturating_sub(self.begun);
        let fresh = age < FRESH.max(self.at.saturating_sub(self.begun) / 1000) && ticket == self.ticket + 1;
        let ask = queue.behind(self.ticket, ticket).filter(|_| fresh)?;
        self.queue.append(ticket, ask);
        self.ticket = ticket;
        Some(self)
    }

    fn run(&mut self) {
        loop {
            let moves = self.queue.pump(self.at);
            self.why = self.why.or_else(|| self.queue.why(self.ticket));
            for granted in &moves.granted {
                if let Ok(grant) = &granted.grant {
                    self.queue.state.close(self.at, &granted.ask, grant);
                }
            }
            if moves.granted.iter().any(|granted| granted.ticket == self.ticket) {
                return;
            }
            match self.queue.next_look() {
                Some(next) if next > self.at => self.at = next,
                // Calls ended in this very step, so somebody may go at once.
                _ if !moves.granted.is_empty() => {}
                // Nobody waits for anything: the ticket is unknown.
                _ => return,
            }
        }
    }
}
