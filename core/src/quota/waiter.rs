//! One call that waits for its slot: sleeps until the next look, gives up at its deadline, says so once in the log.
//!
//! Only the first of a line sleeps towards a slot; the others are woken when their turn comes. Dropping it leaves.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;

use super::notice::Notice;
use super::presets::Ask;
use super::queue::Ticket;
use super::state::Grant;
use super::team::{Inner, NotAdmitted, Team, WaitRefused};

/// A wait is worth a log record after this long.
pub(super) const NOTICE_AFTER: Duration = Duration::from_secs(2);
/// Records about one group are at least this far apart, however many calls wait for it.
pub(super) const NOTICE_EVERY: Duration = Duration::from_secs(10);

pub(super) struct Waiter {
    team: Arc<Team>,
    ask: Arc<Ask>,
    ticket: Ticket,
    since: Duration,
    deadline: Option<Duration>,
    noticed: bool,
    sleep: Option<(Duration, BoxFuture<'static, ()>)>,
    /// Set at the first look, when a wait that is too long is refused.
    looked: bool,
    done: bool,
}

/// What a look under the lock found.
enum Look {
    Granted(Grant),
    Refused(NotAdmitted),
    /// Nothing yet; look again at this time, if any, and tell this, if anything.
    Wait(Option<Duration>, Option<Notice>),
}

impl Waiter {
    pub(super) fn new(
        team: Arc<Team>,
        ask: Arc<Ask>,
        ticket: Ticket,
        since: Duration,
        max_wait: Option<Duration>,
    ) -> Self {
        let deadline = max_wait.map(|wait| since.saturating_add(wait));
        Self { team, ask, ticket, since, deadline, noticed: false, sleep: None, looked: false, done: false }
    }

    fn look(&mut self, inner: &mut Inner, now: Duration, pump: bool, context: &Context<'_>) -> Look {
        if pump {
            inner.pump(now);
        }
        match inner.collect(self.ticket) {
            Some(Ok(grant)) => return Look::Granted(grant),
            Some(Err(refusal)) => return Look::Refused(NotAdmitted::Refused(refusal)),
            None => {}
        }
        let head = inner.queue.head(self.ticket);
        if let Some(deadline) = self.deadline {
            let hopeless = now >= deadline || head.is_some_and(|head| head.earliest > deadline);
            if hopeless || !self.looked {
                let forecast = inner.forecast(now, self.ticket);
                if hopeless || forecast.at > deadline {
                    // A call that only others in flight hold up goes at once in the forecast.
                    let why = forecast.why.or_else(|| inner.queue.why(self.ticket));
                    let reason = why.map_or_else(String::new, |why| why.text(&self.ask.call));
                    let would_wait = forecast.at.saturating_sub(self.since);
                    return Look::Refused(NotAdmitted::Wait(WaitRefused { would_wait, reason }));
                }
            }
        }
        self.looked = true;
        inner.keep_waker(self.ticket, context.waker());
        let told = self.notice(inner, now);
        let notice = (!self.noticed).then(|| self.since.saturating_add(NOTICE_AFTER));
        let next = [head.map(|head| head.look), self.deadline, notice].into_iter().flatten().min();
        Look::Wait(next, told)
    }

    /// Whether the time to look again has come.
    fn fired(&mut self, context: &mut Context<'_>) -> bool {
        let fired = self.sleep.as_mut().is_some_and(|(_, sleep)| sleep.as_mut().poll(context).is_ready());
        if fired {
            self.sleep = None;
        }
        fired
    }

    /// What to tell users when it is due.
    fn notice(&mut self, inner: &mut Inner, now: Duration) -> Option<Notice> {
        if self.noticed || now < self.since.saturating_add(NOTICE_AFTER) {
            return None;
        }
        self.noticed = true;
        let primary = self.ask.primary(inner.queue.state.learned());
        let last = &mut inner.queue.state.group(primary, &self.ask).noticed;
        if last.is_some_and(|last| now < last.saturating_add(NOTICE_EVERY)) {
            return None;
        }
        *last = Some(now);
        let forecast = inner.forecast(now, self.ticket);
        let why = forecast.why.or_else(|| inner.queue.why(self.ticket))?;
        Some(Notice::waiting(&self.ask.call, forecast.at.saturating_sub(now), why))
    }
}

impl Future for Waiter {
    type Output = Result<Grant, NotAdmitted>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let team = Arc::clone(&this.team);
        let mut fired = this.fired(context);
        loop {
            let next = match team.locked(|inner, now| this.look(inner, now, fired, context)) {
                Look::Granted(grant) => {
                    this.done = true;
                    return Poll::Ready(Ok(grant));
                }
                // Its place in the line is given back on drop.
                Look::Refused(refused) => return Poll::Ready(Err(refused)),
                Look::Wait(next, notice) => {
                    if let Some(notice) = notice {
                        this.ask.tell(&notice);
                    }
                    next
                }
            };
            if this.sleep.as_ref().map(|(at, _)| *at) == next {
                return Poll::Pending;
            }
            this.sleep = next.map(|at| (at, team.clock().sleep_until(at)));
            if !this.fired(context) {
                return Poll::Pending;
            }
            fired = true;
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if !self.done && !self.team.inherited() {
            self.team.locked(|inner, now| inner.abandon(now, self.ticket, &self.ask));
        }
    }
}
