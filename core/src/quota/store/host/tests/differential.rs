//! The store decides as the process does: random sequences of calls on both give the same answers.

use super::*;
use crate::credits::{BudgetOn, Per, Today};
use crate::quota::call::Class;
use crate::quota::rule::Pace;
use crate::quota::state::{Decision, State};

/// One world: the limits and budgets of everybody in it.
struct World {
    random: fastrand::Rng,
    time: Arc<Hand>,
    limits: Limits,
    state: State,
    /// As if each call were asked by one process and ended by another one.
    processes: [Process; 2],
    open: Vec<(Arc<Ask>, Grant, Grant)>,
    client: ClientId,
}

impl World {
    fn ask(&mut self) -> Arc<Ask> {
        const NAMES: [&str; 3] = ["things.list", "things.get", "list.add"];
        let random = &mut self.random;
        let name = random.usize(..3);
        let mut call = CallGroup::new(NAMES[name], [Tier::Low, Tier::Medium, Tier::Low][name]);
        if name == 2 {
            call = call.shared("list.batch");
        }
        if random.bool() {
            call = call.class(Class::Bulk);
        }
        let budgets =
            [Budget::new(150).per(Per::Day), Budget::new(60).tag("spring"), Budget::new(400).per(Per::Ever)];
        let money = Claim {
            price: if random.u8(..4) == 0 { Credits::up_to(2) } else { Credits::exactly(1) },
            critical: random.u8(..8) == 0,
            cheaper: None,
            labels: if random.bool() { [BudgetOn::Tag("spring".into())].into() } else { Arc::default() },
            caps: if random.bool() {
                budgets.iter().map(|budget| budget.cap_of(self.client)).collect()
            } else {
                Arc::default()
            },
            floor: (random.u8(..4) == 0).then_some(5),
            balance: (random.u8(..4) == 0).then_some(300),
        };
        Arc::new(Ask {
            call,
            limits: self.limits.clone(),
            service: SERVICE,
            // Leases do not end here: in a process they never do.
            lease: seconds(1_000_000),
            money: (random.u8(..8) > 0).then_some(money),
            ears: None,
        })
    }

    fn admit(&mut self) {
        let ask = self.ask();
        let now = self.time.now();
        self.state.set_today(Today::from_unix(self.time.unix_seconds()));
        let decision = self.state.try_admit(now, &ask);
        let process = &self.processes[self.random.usize(..2)];
        let step = process.try_admit(&ask).unwrap();
        let from_now = |at: Duration| at.saturating_sub(now);
        match (decision, step) {
            (Decision::Admit(grant), Step::Admit(stored)) => {
                assert_eq!(Grant { id: 0, ..stored.clone() }, grant);
                self.open.push((ask, grant, stored));
            }
            (Decision::Wait { earliest, look, why }, step) => {
                let (earliest, look) = (from_now(earliest), from_now(look));
                assert_eq!(step, Step::Wait { earliest, look, why }, "{:?}", ask.call);
            }
            (Decision::Refuse(refusal), step) => assert_eq!(step, Step::Refuse(refusal)),
            (decision, step) => panic!("{decision:?} and {step:?}"),
        }
    }

    fn end(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let random = &mut self.random;
        let (ask, grant, stored) = self.open.swap_remove(random.usize(..self.open.len()));
        let how = match random.u8(..20) {
            0 => How::Lost,
            1 => How::Released,
            2 => How::Unproven,
            3 => How::Answered(Answer {
                limited: true,
                wait: random.bool().then_some(seconds(7)),
                limit: None,
            }),
            4 => How::Answered(Answer { limited: false, wait: None, limit: Some(50) }),
            _ => How::Answered(Answer::default()),
        };
        let ending = Ending {
            how,
            ended_ago: Duration::from_millis(random.u64(..3)),
            took: Duration::from_millis(random.u64(..900)),
            charge: [Credits::NONE, Credits::up_to(1), Credits::exactly(1)][random.usize(..3)],
            out_of_credits: how == How::Unproven && random.u8(..3) == 0,
        };
        let notices = self.state.end(self.time.now(), &ask, &grant, &ending);
        let process = &self.processes[random.usize(..2)];
        assert_eq!(process.end(&ask, &stored, ending), notices);
    }

    fn step(&mut self) {
        match self.random.u8(..100) {
            0..50 => self.admit(),
            50..85 => self.end(),
            85..97 => {
                let millis = self.random.u64(1..4_000);
                self.time.pass(Duration::from_millis(millis));
            }
            97 => {
                let day = self.time.unix_seconds() + self.random.i64(0..40_000);
                self.time.set_unix(day);
            }
            98 => {
                self.state.ledger().resume();
                self.processes[0].change(Change::Resume).unwrap();
            }
            _ => {
                self.state.pass(Tier::Medium, Passed::Together);
                self.processes[1].pass(Tier::Medium, Passed::Together);
            }
        }
    }
}

#[test]
fn the_store_decides_as_the_process_does() {
    let team = Limit::new(LimitGroup::Team, 25).max_concurrent(6);
    let each = Limit::new(LimitGroup::EachOperation, 12).window(seconds(30));
    let worlds = [
        Limits::auto(),
        Limits::published().with_window(seconds(20)),
        Limits::tiered().with_pace(Pace::Paced),
        Limits::custom(vec![team, each]),
        Limits::custom(vec![Limit::new(LimitGroup::Team, 20).pace(Pace::Serial).window(seconds(10))]),
        Limits::unlimited(),
    ];
    for (seed, limits) in (0..18).zip(worlds.iter().cycle()) {
        let (folder, time) = (Folder::new(), Hand::new());
        let processes = [folder.open(&time), folder.open(&time)];
        let mut world = World {
            random: fastrand::Rng::with_seed(seed),
            time,
            limits: limits.clone(),
            state: State::default(),
            processes,
            open: Vec::new(),
            client: ClientId::new(),
        };
        for _ in 0..400 {
            world.step();
        }
        assert_eq!(world.processes[0].view().ledger.purse, world.state.ledger().purse, "seed {seed}");
    }
}
