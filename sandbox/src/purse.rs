//! The credits of one world: what takes them away, and what brings new ones by itself.
//!
//! Nothing runs by a timer. A world is settled up to now before anything happens in it; then foreign traffic
//! (`foreign.rs`) and top-ups are worked out in the order of their times.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::operation::Service;
use crate::settings::{optional_seconds, seconds};
use crate::world::World;

/// An automatic top-up: at zero credits, or in even steps of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TopUp {
    /// How many credits come.
    pub credits: u64,
    /// When set, they come each time this has passed, in sandbox time, whatever is left; otherwise at zero.
    #[serde(default, with = "optional_seconds")]
    pub every: Option<Duration>,
    /// From zero to the top-up, in sandbox time. Without a delay nobody sees the zero.
    #[serde(default, with = "seconds")]
    pub delay: Duration,
}

impl TopUp {
    /// Adds credits as soon as none are left.
    pub fn at_zero(credits: u64) -> Self {
        Self { credits, every: None, delay: Duration::ZERO }
    }

    /// Adds credits each time this has passed.
    pub fn every(credits: u64, every: Duration) -> Self {
        Self { credits, every: Some(every), delay: Duration::ZERO }
    }

    /// Refuses what would never end or never happen.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.credits == 0 {
            return Err("topUp.credits: must be 1 or more".to_owned());
        }
        match self.every {
            Some(every) if every < Duration::from_secs(1) => Err("topUp.every: must be 1 or more".to_owned()),
            Some(_) if !self.delay.is_zero() => Err("topUp.delay: is for top-ups at zero".to_owned()),
            _ => Ok(()),
        }
    }
}

/// How far a world has been settled, and what comes next.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Purse {
    settled: Option<Moment>,
    /// The next top-up, and the rule that it was planned by.
    next: Option<(TopUp, Moment)>,
}

impl World {
    fn top_up(&self) -> Option<TopUp> {
        match self.origin.service {
            Service::Kakiyo => self.settings.top_up,
            Service::Kaiko => self.kaiko.settings.top_up,
        }
    }

    /// Lets everything happen to the credits that was to happen until now. The first time is its beginning.
    pub(crate) fn settle_purse(&mut self, now: Moment) {
        let before = self.purse.settled.filter(|settled| *settled <= now).unwrap_or(now);
        self.purse.settled = Some(before);
        self.plan_top_up();
        self.draw_foreign(before, now);
        self.pass_to(now);
    }

    /// Starts over, with all that goes by time counted from now.
    pub(crate) fn begin_again(&mut self, now: Moment) {
        self.reset();
        self.settle(now);
    }

    /// When credits will come by themselves.
    pub(crate) fn next_top_up(&self) -> Option<Moment> {
        self.purse.next.map(|(_, due)| due)
    }

    /// Goes on to a moment; top-ups that are due until then come in.
    pub(crate) fn pass_to(&mut self, now: Moment) {
        while let Some((rule, due)) = self.purse.next.filter(|(_, due)| *due <= now) {
            let Some(every) = rule.every else {
                self.purse.next = None;
                // Somebody may have been faster.
                if self.credits == 0 {
                    self.add_credits(rule.credits);
                }
                break;
            };
            // All at once: nothing is spent between them.
            let step = every.as_micros().max(1);
            let times =
                u64::try_from(now.since(due).as_micros() / step).unwrap_or(u64::MAX).saturating_add(1);
            self.add_credits(rule.credits.saturating_mul(times));
            let passed = u64::try_from(step.saturating_mul(u128::from(times))).unwrap_or(u64::MAX);
            self.purse.next = Some((rule, due.plus(Duration::from_micros(passed))));
        }
        self.purse.settled = Some(now);
    }

    fn add_credits(&mut self, credits: u64) {
        self.credits = self.credits.saturating_add(credits);
        self.counters.topped_up = self.counters.topped_up.saturating_add(credits);
        self.resume_agents_after_top_up();
    }

    /// Plans what the rule asks for, if that has not been done.
    fn plan_top_up(&mut self) {
        let Some(settled) = self.purse.settled else { return };
        let rule = self.top_up();
        if self.purse.next.is_some_and(|(planned, _)| Some(planned) != rule) {
            self.purse.next = None;
        }
        let Some(rule) = rule.filter(|_| self.purse.next.is_none()) else { return };
        match rule.every {
            Some(every) => self.purse.next = Some((rule, settled.plus(every))),
            None if self.credits == 0 => {
                self.purse.next = Some((rule, settled.plus(rule.delay)));
                self.pass_to(settled);
            }
            None => {}
        }
    }

    /// To be called whenever there may be fewer credits than before. An empty purse stops the agents.
    pub(crate) fn after_spending(&mut self) {
        self.plan_top_up();
        self.stop_agents_without_credits();
    }

    /// Takes a price where calls cost credits.
    pub(crate) fn charge(&mut self, price: u64) {
        if self.settings.is_metered() {
            self.credits = self.credits.saturating_sub(price);
            self.counters.spent += price;
            self.after_spending();
        }
    }
}
