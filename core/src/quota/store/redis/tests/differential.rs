//! The scripts and the decision in Rust, asked the same in random histories, say the same and hold the same numbers.

use serde_json::json;

use super::super::script::Scripts;
use super::*;
use crate::credits::{AccountKey, Today};
use crate::quota::call::Class;
use crate::quota::learned::Passed;
use crate::quota::presets::Whole;
use crate::quota::rule::Pace;
use crate::quota::snapshot;
use crate::quota::state::{Decision, State};
use crate::quota::store::Change;

const STEPS: usize = 200;

#[test]
fn scripts_and_rust_decide_alike() {
    let histories = async {
        let own = server::lent().is_none().then(Server::start);
        let url = own.as_ref().map(Server::url).or_else(server::lent).unwrap();
        let one = std::env::var("KAKIYO_REDIS_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
        for seed in one.map_or(0..80, |seed| seed..seed + 1) {
            History::new(&url, seed).play().await;
        }
    };
    match server::lent() {
        Some(_) => on_a_runtime(histories),
        None => run(histories),
    }
}

/// What a script might get wrong, one at a time.
const FAULTS: [(&str, &str); 10] = [
    ("if count and count < slots then", "if count and count <= slots then"),
    ("held(group, now - rule.hold)", "held(group, now - rule.window)"),
    ("local at_once = pace > 0 and 1 or rule.at_once", "local at_once = rule.at_once"),
    ("if gate > now or", "if gate > now + 20000 or"),
    ("math.ceil(slots / 10)", "math.floor(slots / 10)"),
    ("close(q.how == 'lost' and ended + q.flight or ended)", "close(ended)"),
    ("if it.rejected and taken <= it.rejected then", "if false then"),
    ("it.max + it.reserved + money.price > cap[2]", "it.max + money.price > cap[2]"),
    ("booked.max = booked.max + most", "booked.max = booked.max + least"),
    ("if same then", "if true then"),
];

#[test]
fn a_fault_in_a_script_is_seen() {
    run(async {
        let server = Server::start();
        for (right, wrong) in FAULTS {
            let scripts = Scripts::faulty(right, wrong);
            let mut seen = false;
            for seed in 0..80 {
                let mut history = History::new(&server.url(), seed);
                for store in &mut history.stores {
                    Arc::get_mut(store).unwrap().scripts = scripts;
                }
                seen = tokio::spawn(history.play()).await.is_err();
                if seen {
                    break;
                }
            }
            assert!(seen, "nobody sees `{wrong}` instead of `{right}`");
        }
    });
}

struct History {
    seed: u64,
    random: fastrand::Rng,
    clock: TestClock,
    stores: [Arc<RedisStore>; 2],
    model: State,
    clients: Vec<(Limits, ServiceLimits, ClientId)>,
    budgets: Vec<Budget>,
    floor: Option<u64>,
    under_way: Vec<(Ask, Grant)>,
}

impl History {
    fn new(url: &str, seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let clock = TestClock::new();
        let team = fastrand::u64(..);
        let stores = [store_at(url, team, Some(&clock)), store_at(url, team, Some(&clock))];
        let whole =
            random.bool().then_some(Whole { calls: 7, at_once: 2 }).filter(|_| seed.is_multiple_of(3));
        let clients = (0..2).map(|_| {
            let limits = limits(&mut random);
            (limits, ServiceLimits { whole, ..SERVICE }, ClientId::new())
        });
        let clients = clients.collect();
        let budgets = [
            Budget::new(random.u64(1..40)).per(Per::Day),
            Budget::new(random.u64(1..60)).per(Per::Ever).tag("spring"),
            Budget::new(random.u64(1..60)),
            Budget::new(random.u64(20..90)).per(Per::Month),
        ];
        // In every other history money never comes before the quota.
        let budgets = budgets.into_iter().filter(|_| random.bool() && seed % 2 == 1).collect();
        let floor = (seed % 4 == 1).then(|| random.u64(1..30));
        Self {
            seed,
            random,
            clock,
            stores,
            model: State::default(),
            clients,
            budgets,
            floor,
            under_way: Vec::new(),
        }
    }

    async fn play(mut self) {
        for step in 0..STEPS {
            self.pass_time().await;
            let at = format!("seed {} step {step}", self.seed);
            match self.random.u8(..20) {
                0..12 => self.admit(&at).await,
                12..17 => {
                    if !self.under_way.is_empty() {
                        let position = self.random.usize(..self.under_way.len());
                        self.end(position, &at).await;
                    }
                }
                17 => self.change(&at).await,
                18 if self.random.u8(..4) == 0 => {
                    let passed = if self.random.bool() { Passed::Together } else { Passed::Alone };
                    self.model.pass(Tier::Low, passed);
                    self.stores[0].clone().pass(Tier::Low, passed).await.unwrap();
                }
                _ => self.compare(&at).await,
            }
        }
        self.compare(&format!("seed {} at its end", self.seed)).await;
    }

    async fn pass_time(&mut self) {
        let time = match self.random.u8(..20) {
            0..9 => Duration::ZERO,
            9..15 => Duration::from_micros(self.random.u64(..400_000)),
            15..19 => Duration::from_millis(self.random.u64(..6_000)),
            _ => Duration::from_secs(self.random.u64(..20_000)),
        };
        self.clock.pass(time);
        // No lease ends by itself here: the model knows no leases.
        let now = self.clock.now();
        while let Some(position) =
            self.under_way.iter().position(|(ask, grant)| grant.at + ask.lease / 2 < now)
        {
            // As a late settlement of a call that ended in time.
            let (ask, grant) = self.under_way.remove(position);
            let ending =
                Ending { ended_ago: now - grant.at - Duration::from_secs(1), ..ending(How::Answered(CLEAN)) };
            self.settle(&ask, &grant, &ending, "late").await;
        }
    }

    fn ask(&mut self) -> Ask {
        let random = &mut self.random;
        let (limits, service, client) = random.choice(&self.clients).unwrap().clone();
        let call = match random.u8(..9) {
            0..6 => CallGroup::new("a.list", Tier::Low),
            6 => CallGroup::new("b.get", Tier::Low),
            7 => CallGroup::new("c.make", Tier::High),
            _ => CallGroup::new("d.list", Tier::Low).shared("list.read"),
        };
        let call = if random.bool() { call.class(Class::Bulk) } else { call };
        let tagged = random.bool();
        let money = Claim {
            price: [Credits::exactly(1), Credits::up_to(3), Credits::NONE][random.usize(..3)],
            critical: random.u8(..8) == 0,
            cheaper: None,
            labels: if tagged { [BudgetOn::Tag("spring".into())].into() } else { [].into() },
            caps: self.budgets.iter().map(|budget| budget.cap_of(client)).collect(),
            floor: self.floor,
            balance: self.floor.map(|floor| floor + random.u64(..4) * 20),
        };
        let money = (random.u8(..8) > 0).then_some(money);
        Ask { call, limits, service, lease: Duration::from_secs(150), money, ears: None }
    }

    async fn admit(&mut self, at: &str) {
        let ask = self.ask();
        let now = self.clock.now();
        self.model.set_today(today(now));
        let expected = self.model.try_admit(now, &ask);
        let store = self.random.choice(&self.stores).unwrap().clone();
        let step = store.admit(Arc::new(ask.clone()), 0).await.unwrap();
        match (step, expected) {
            (Step::Admit(grant), Decision::Admit(mut model)) => {
                model.id = grant.id;
                assert_eq!(grant, model, "{at}: {ask:?}");
                self.under_way.push((ask, grant));
            }
            (Step::Refuse(refusal), Decision::Refuse(model)) => assert_eq!(refusal, model, "{at}: {ask:?}"),
            (
                Step::Wait { earliest, look, why },
                Decision::Wait { earliest: first, look: next, why: model },
            ) => {
                let relative = |instant: Duration| up(instant.saturating_sub(now));
                assert_eq!((earliest, look, why), (relative(first), relative(next), model), "{at}: {ask:?}");
            }
            (step, expected) => panic!("{at}: {ask:?}: the script says {step:?}, Rust says {expected:?}"),
        }
    }

    async fn end(&mut self, position: usize, at: &str) {
        let (ask, grant) = self.under_way.remove(position);
        let random = &mut self.random;
        let answer = Answer {
            limited: random.u8(..4) == 0,
            wait: (random.u8(..3) == 0).then(|| Duration::from_millis(random.u64(..200_000))),
            limit: (random.u8(..4) == 0).then(|| random.u32(..9)),
        };
        let how = match random.u8(..8) {
            0..5 => How::Answered(answer),
            5 => How::Unproven,
            6 => How::Lost,
            _ => How::Released,
        };
        let price = ask.money.as_ref().map_or(0, |claim| claim.price.max);
        let charge = match how {
            How::Released => Credits::NONE,
            _ if random.bool() => Credits::exactly(price),
            _ => Credits::up_to(price),
        };
        let took = (self.clock.now() - grant.at) / 2;
        let ended_ago = if random.bool() { took / 3 } else { Duration::ZERO };
        let (took, ended_ago) = (whole(took - ended_ago), whole(ended_ago));
        let out_of_credits = how == How::Unproven && random.bool();
        let charge = if out_of_credits { Credits::NONE } else { charge };
        self.settle(&ask, &grant, &Ending { how, ended_ago, took, charge, out_of_credits }, at).await;
    }

    async fn settle(&mut self, ask: &Ask, grant: &Grant, ending: &Ending, at: &str) {
        let now = self.clock.now();
        self.model.set_today(today(now));
        let expected = self.model.end(now, ask, grant, ending);
        let store = self.random.choice(&self.stores).unwrap().clone();
        let asked = Arc::new(ask.clone());
        let notices = store.clone().end(Arc::clone(&asked), grant.clone(), *ending).await.unwrap();
        assert_eq!(notices, expected, "{at}: {ask:?} {ending:?}");
        if self.random.u8(..4) == 0 {
            assert_eq!(store.end(asked, grant.clone(), *ending).await.unwrap(), [], "{at}: settled twice");
        }
    }

    async fn change(&mut self, at: &str) {
        let account: AccountKey = "team/ever".parse().unwrap();
        let booked = self.model.ledger().accounts.get(&account).copied().unwrap_or_default();
        let open = self.under_way.iter().filter_map(|(_, grant)| grant.reservation.as_ref());
        let open = open.map(|held| u64::from(held.reserved)).sum();
        let change = match self.random.u8(..4) {
            0 => Change::Resume,
            1 => Change::Declare {
                balance: self.random.u64(..80),
                option: self.random.bool().then(|| self.random.u64(..80)),
            },
            2 => Change::Reconcile { account, charged: booked.max + booked.reserved + 1 },
            _ => Change::Reconcile {
                account,
                charged: self.random.u64(booked.min..=booked.max + booked.reserved),
            },
        };
        let expected = change.apply(self.model.ledger(), open);
        assert_eq!(self.stores[1].clone().change(change.clone()).await, expected, "{at}: {change:?}");
    }

    async fn compare(&mut self, at: &str) {
        let mut view = self.stores[0].clone().view().await.unwrap();
        // Rust forgets days that are long past when it likes, the store by their time to live.
        let day = today(self.clock.now());
        view.ledger.sweep(day);
        self.model.ledger().sweep(day);
        assert_eq!(view.ledger.accounts, self.model.ledger().accounts, "{at}");
        assert_eq!(json!(view.ledger.purse), json!(self.model.ledger().purse), "{at}");
        assert_eq!(self.stores[0].learned(), *self.model.learned(), "{at}");
        let groups = snapshot::of(self.model.groups(), self.clock.now());
        for mut group in view.groups {
            group.frozen_for = group.frozen_for.map(up);
            // Rust notes the rule of a call that waits, too.
            if let Some(model) = groups.iter().find(|model| {
                (&model.name, model.limit, model.window) == (&group.name, group.limit, group.window)
            }) {
                assert_eq!(group, *model, "{at}");
            }
        }
    }
}

fn limits(random: &mut fastrand::Rng) -> Limits {
    let pace = [Pace::Free, Pace::Free, Pace::Paced, Pace::Serial][random.usize(..4)];
    match random.u8(..6) {
        0 | 1 => Limits::auto().with_pace(pace),
        2 => Limits::published(),
        3 => Limits::tiered().with_pace(pace),
        4 => Limits::unlimited(),
        _ => Limits::custom(vec![
            Limit::new(LimitGroup::EachOperation, 3).window(Duration::from_secs(2)).max_concurrent(2),
            Limit::new(LimitGroup::Team, 20).window(Duration::from_secs(30)).pace(pace),
        ]),
    }
}

fn today(now: Duration) -> Today {
    Today::from_unix(i64::try_from(now.as_secs()).unwrap())
}

/// Scripts count microseconds.
fn up(time: Duration) -> Duration {
    Duration::from_micros(super::super::script::micros(time))
}

fn whole(time: Duration) -> Duration {
    Duration::from_micros(u64::try_from(time.as_micros()).unwrap())
}
