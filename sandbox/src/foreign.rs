//! Somebody else's calls on the same team: a dashboard, a workflow tool, a colleague's script. They draw on the
//! same buckets and credits, and a client can only guess at them.
//!
//! The calls are a plan over time, drawn by seed, and not requests: they are counted when the world is settled,
//! each at its own moment, before the request that comes then.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::counters::ForeignCounters;
use crate::identifiers::{hash, mix};
use crate::kaiko;
use crate::limits::LimitModel;
use crate::operation::{Group, Operation, Service, all};
use crate::profile::{Bucket, bucket, is_group};
use crate::world::World;

const MOST_CALLS: u32 = 10_000;
const LARGEST_BURST: u32 = 1_000;

/// So many bursts are drawn one by one; what lies further back is counted in sums.
const DRAWN_SINGLY: u64 = 250_000;

/// How often those sums are interrupted for a top-up.
const MOST_SUMS: usize = 10_000;

/// What others call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ForeignTraffic {
    /// Calls a minute of sandbox time, by operation (`prospects.search`) or by bucket (`tier.low`, `dnc.batch`,
    /// `key`).
    pub calls: BTreeMap<String, u32>,
    /// How many calls come at once; 1 spreads them evenly.
    pub burst: u32,
    /// Seed of the moments.
    pub seed: u64,
}

impl Default for ForeignTraffic {
    fn default() -> Self {
        Self { calls: BTreeMap::new(), burst: 1, seed: 0 }
    }
}

impl ForeignTraffic {
    /// Refuses names that mean nothing to a service, and numbers that are no traffic.
    pub(crate) fn check(&self, service: Service) -> Result<(), String> {
        if let Some(name) = self.calls.keys().find(|name| !is_name(service, name)) {
            return Err(format!("foreign.calls: {name} is neither an operation nor a bucket"));
        }
        if let Some((name, calls)) = self.calls.iter().find(|(_, calls)| **calls > MOST_CALLS) {
            return Err(format!("foreign.calls.{name}: {calls} is more than {MOST_CALLS}"));
        }
        if !(1..=LARGEST_BURST).contains(&self.burst) {
            return Err(format!("foreign.burst: {} is not from 1 to {LARGEST_BURST}", self.burst));
        }
        Ok(())
    }

    /// How far the bursts of a name lie apart on average.
    fn step(&self, calls: u32) -> Option<Duration> {
        let micros = (u64::from(self.burst) * 60_000_000).checked_div(u64::from(calls))?;
        Some(Duration::from_micros(micros.max(1)))
    }

    /// The moments of the bursts in (after, until]: one in each step, at a place drawn by seed.
    fn bursts(
        &self,
        name: &str,
        step: Duration,
        after: Moment,
        until: Moment,
    ) -> impl Iterator<Item = Moment> {
        let seed = mix(self.seed, hash(name.bytes()));
        let micros = u64::try_from(step.as_micros()).unwrap_or(u64::MAX).max(1);
        let steps = std::iter::successors(Some(after.floor(step, Duration::ZERO)), move |at| {
            Some(at.plus(step)).filter(|next| next > at)
        });
        let steps = steps.take_while(move |at| *at <= until);
        let drawn = steps.map(move |at| {
            at.plus(Duration::from_micros(mix(seed, at.unix_micros().cast_unsigned()) % micros))
        });
        drawn.filter(move |moment| after < *moment && *moment <= until)
    }
}

/// Whether foreign calls can go by this name.
fn is_name(service: Service, name: &str) -> bool {
    is_group(service, name) || operations(service).any(|operation| operation.id == name)
}

fn operations(service: Service) -> impl Iterator<Item = &'static Operation> {
    let kaiko = service == Service::Kaiko;
    all().filter(move |operation| (operation.group == Group::KaikoKey) == kaiko)
}

/// Where foreign calls are counted, and what each costs.
struct Target {
    bucket: Bucket,
    price: u64,
}

/// The calls of one name while a plan is drawn.
struct Stream<'a> {
    name: &'a str,
    step: Duration,
    target: Target,
}

impl World {
    fn foreign_traffic(&self) -> &ForeignTraffic {
        match self.origin.service {
            Service::Kakiyo => &self.settings.foreign,
            Service::Kaiko => &self.kaiko.settings.foreign,
        }
    }

    /// How calls are counted, and over what time.
    pub(crate) fn counting(&self) -> (LimitModel, Duration) {
        match self.origin.service {
            Service::Kakiyo => (self.settings.limit_model, self.settings.window),
            Service::Kaiko => (self.kaiko.settings.limit_model, self.kaiko.settings.window),
        }
    }

    /// The target of a name; none for a bucket that no call draws on under the settings.
    fn target(&self, name: &str) -> Option<Target> {
        let service = self.origin.service;
        let drawn_on = |operation: &Operation| match service {
            Service::Kakiyo => bucket(&self.settings, operation),
            Service::Kaiko => kaiko::bucket(&self.kaiko.settings, operation.id),
        };
        let named = operations(service).find(|operation| operation.id == name);
        let operation = named.or_else(|| operations(service).find(|known| drawn_on(known).name == name))?;
        let price = match service {
            Service::Kakiyo => u64::from(self.settings.is_metered()),
            // Reading is free, and what else draws on the bucket of the key is not known.
            Service::Kaiko => named.map_or(0, |named| kaiko::price(&self.kaiko.settings, named)),
        };
        Some(Target { bucket: drawn_on(operation), price })
    }

    /// Counts what others called in (after, now].
    pub(crate) fn draw_foreign(&mut self, after: Moment, now: Moment) {
        if self.foreign_traffic().calls.is_empty() || after == now || !self.settings.subscription_active {
            return;
        }
        let traffic = self.foreign_traffic().clone();
        let steps = traffic.calls.iter().filter_map(|(name, &calls)| {
            Some(Stream { name, step: traffic.step(calls)?, target: self.target(name)? })
        });
        let streams: Vec<Stream<'_>> = steps.collect();
        let a_minute = traffic.calls.values().map(|&calls| u64::from(calls)).sum::<u64>().max(1);
        let drawn = Duration::from_micros(DRAWN_SINGLY * u64::from(traffic.burst) * 60_000_000 / a_minute);
        let recent = now.minus(drawn).max(after);
        self.sum_up_foreign(&streams, after, recent, traffic.burst);
        let mut due: Vec<(Moment, &Stream<'_>)> = Vec::new();
        for stream in &streams {
            let bursts = traffic.bursts(stream.name, stream.step, recent, now);
            due.extend(bursts.map(|moment| (moment, stream)));
        }
        due.sort_by_key(|(moment, stream)| (*moment, stream.name));
        for (moment, stream) in due {
            self.pass_to(moment);
            self.draw_burst(stream.name, &stream.target, traffic.burst, moment);
        }
    }

    /// Counts the calls of a time so long ago that no bucket remembers it, from top-up to top-up.
    fn sum_up_foreign(&mut self, streams: &[Stream<'_>], mut after: Moment, until: Moment, burst: u32) {
        for number in 0..=MOST_SUMS {
            if after == until {
                return;
            }
            let due = self.next_top_up().filter(|due| after < *due && *due < until && number < MOST_SUMS);
            let end = due.unwrap_or(until);
            for stream in streams {
                self.sum_up(stream, end.since(after), burst);
            }
            self.pass_to(end);
            after = end;
        }
    }

    fn sum_up(&mut self, stream: &Stream<'_>, span: Duration, burst: u32) {
        let whole = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
        let asked = whole(span.as_micros() / stream.step.as_micros().max(1)).saturating_mul(u64::from(burst));
        let window = self.counting().1.as_micros();
        let limit = stream.target.bucket.limit.filter(|_| window > 0);
        let most = limit.map_or(u64::MAX, |limit| whole(span.as_micros() * u128::from(limit) / window));
        let mut left = asked.min(most);
        self.count_foreign(stream.name, &ForeignCounters { rejections: asked - left, ..Default::default() });
        let price = stream.target.price;
        // Each round spends what there is; a top-up at zero may bring more.
        for _ in 0..MOST_SUMS {
            let calls = self.credits.checked_div(price).unwrap_or(left).min(left);
            let spent = calls.saturating_mul(price);
            self.count_foreign(stream.name, &ForeignCounters { calls, spent, ..Default::default() });
            left -= calls;
            if calls == 0 || left == 0 {
                break;
            }
        }
        self.count_foreign(stream.name, &ForeignCounters { out_of_credits: left, ..Default::default() });
    }

    /// Counts calls of somebody else at this moment. Gives what became of them; nothing happens to a name that
    /// means nothing here, and nothing without a subscription.
    pub(crate) fn foreign_calls(&mut self, name: &str, calls: u32, now: Moment) -> ForeignCounters {
        match self.target(name).filter(|_| self.settings.subscription_active) {
            Some(target) => self.draw_burst(name, &target, calls, now),
            None => ForeignCounters::default(),
        }
    }

    fn draw_burst(&mut self, name: &str, target: &Target, calls: u32, now: Moment) -> ForeignCounters {
        let mut sum = ForeignCounters::default();
        let (model, window) = self.counting();
        let Bucket { name: bucket, limit } = &target.bucket;
        for _ in 0..calls {
            let mut one = ForeignCounters::default();
            // In the order of the service: credits, then the limit.
            if self.credits < target.price {
                one.out_of_credits = 1;
            } else if limit.is_none_or(|limit| self.buckets.admit(bucket, model, now, limit, window).is_ok())
            {
                one.calls = 1;
                one.spent = target.price;
            } else {
                one.rejections = 1;
            }
            self.count_foreign(name, &one);
            sum.add(name, &one);
        }
        sum
    }

    fn count_foreign(&mut self, name: &str, counted: &ForeignCounters) {
        self.counters.foreign.add(name, counted);
        if counted.spent > 0 {
            self.credits = self.credits.saturating_sub(counted.spent);
            self.after_spending();
        }
    }
}

/// Whether a one-shot of foreign calls can be played.
pub(crate) fn check_calls(service: Service, name: &str, calls: u32) -> Result<(), String> {
    if !is_name(service, name) {
        return Err(format!("operation: {name} is neither an operation nor a bucket"));
    }
    if calls > MOST_CALLS {
        return Err(format!("calls: {calls} is more than {MOST_CALLS}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Moment {
        Moment::from_micros(micros)
    }

    fn traffic(burst: u32, seed: u64) -> ForeignTraffic {
        ForeignTraffic { burst, seed, ..ForeignTraffic::default() }
    }

    #[test]
    fn bursts_come_once_a_step_and_repeat_by_seed() {
        let step = traffic(5, 1).step(30).unwrap();
        assert_eq!(step, Duration::from_secs(10));
        let drawn =
            |seed| traffic(5, seed).bursts("verify", step, at(0), at(600_000_000)).collect::<Vec<_>>();
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        for (number, moment) in (0..).zip(drawn(1).into_iter().take(59)) {
            assert!(at(number * 10_000_000) <= moment && moment < at((number + 1) * 10_000_000));
        }
    }

    #[test]
    fn it_does_not_matter_how_often_one_looks() {
        let (traffic, step) = (traffic(1, 9), Duration::from_micros(700));
        let whole: Vec<Moment> = traffic.bursts("verify", step, at(50), at(90_000)).collect();
        let mut pieces = Vec::new();
        for from in (50..90_000).step_by(50) {
            pieces.extend(traffic.bursts("verify", step, at(from), at((from + 50).min(90_000))));
        }
        assert_eq!(pieces, whole);
        assert!((127..=130).contains(&whole.len()), "{}", whole.len());
    }

    #[test]
    fn names_and_numbers_are_checked() {
        let of = |name: &str, calls| ForeignTraffic {
            calls: BTreeMap::from([(name.to_owned(), calls)]),
            ..ForeignTraffic::default()
        };
        for name in ["verify", "tier.low", "dnc.batch"] {
            assert!(of(name, 14).check(Service::Kakiyo).is_ok(), "{name}");
            assert!(of(name, 14).check(Service::Kaiko).is_err(), "{name}");
        }
        for name in ["key", "emotions.analyze"] {
            assert!(of(name, 14).check(Service::Kaiko).is_ok(), "{name}");
            assert!(of(name, 14).check(Service::Kakiyo).is_err(), "{name}");
        }
        assert!(of("", 1).check(Service::Kakiyo).is_err());
        assert!(of("verify", MOST_CALLS + 1).check(Service::Kakiyo).is_err());
        assert!(traffic(0, 0).check(Service::Kakiyo).is_err());
        assert_eq!(traffic(1, 0).step(0), None);
    }
}
