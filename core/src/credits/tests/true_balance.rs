//! Random interleavings against a server with a balance: the true number is always within what the ledger says is left,
//! as long as nobody else spends, and calls that are not critical never take it below the floor.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Ask {
        critical: bool,
    },
    /// The server takes a credit for a call, or has none.
    Charge {
        call: usize,
    },
    /// The answer arrives, if the server has handled the call; `tells` when it says what was charged.
    Settle {
        call: usize,
        tells: bool,
    },
    Unsent {
        call: usize,
    },
    Crash {
        call: usize,
    },
    /// The user tops up and says so.
    Declare {
        more: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let call = any::<usize>;
    prop_oneof![
        6 => (0..6_u8).prop_map(|dice| Step::Ask { critical: dice == 0 }),
        6 => call().prop_map(|call| Step::Charge { call }),
        4 => (call(), any::<bool>()).prop_map(|(call, tells)| Step::Settle { call, tells }),
        1 => call().prop_map(|call| Step::Unsent { call }),
        1 => call().prop_map(|call| Step::Crash { call }),
        1 => (0..20_u64).prop_map(|more| Step::Declare { more }),
    ]
}

struct UnderWay {
    critical: bool,
    reservation: Reservation,
    charged: Option<u32>,
    crashed: bool,
}

struct World {
    ledger: Ledger,
    claim: Claim,
    calls: Vec<UnderWay>,
    now: Duration,
    /// As the server has it.
    balance: u64,
    /// What critical calls have cost: so far they may take the balance below the floor.
    critical: u64,
}

impl World {
    fn pick(&self, call: usize, which: impl Fn(&UnderWay) -> bool) -> Option<usize> {
        let fitting: Vec<_> = (0..self.calls.len()).filter(|at| which(&self.calls[*at])).collect();
        fitting.get(call % fitting.len().max(1)).copied()
    }

    fn run(&mut self, step: &Step) {
        self.now += seconds(7);
        match *step {
            Step::Ask { critical } => {
                let claim = Claim { critical, ..self.claim.clone() };
                if let Ok(reservation) = self.ledger.admit_at(self.now, today(), &claim) {
                    self.calls.push(UnderWay { critical, reservation, charged: None, crashed: false });
                }
            }
            Step::Charge { call } => {
                if let Some(at) = self.pick(call, |call| call.charged.is_none()) {
                    let charged = self.balance.min(1);
                    self.balance -= charged;
                    self.critical += if self.calls[at].critical { charged } else { 0 };
                    self.calls[at].charged = Some(u32::from(charged == 1));
                }
            }
            Step::Settle { call, tells } => {
                if let Some(at) = self.pick(call, |call| !call.crashed && call.charged.is_some()) {
                    let UnderWay { reservation, charged, .. } = self.calls.swap_remove(at);
                    if charged == Some(0) {
                        self.ledger.settle(&reservation, Credits::NONE, &[]);
                        self.ledger.out_of_credits(self.now, &reservation);
                    } else if tells {
                        self.ledger.settle(&reservation, Credits::exactly(1), &[]);
                        self.ledger.answered(&reservation);
                    } else {
                        self.ledger.settle(&reservation, Credits::up_to(1), &[]);
                    }
                }
            }
            Step::Unsent { call } => {
                if let Some(at) = self.pick(call, |call| !call.crashed && call.charged.is_none()) {
                    self.ledger.release(&self.calls.swap_remove(at).reservation);
                }
            }
            Step::Crash { call } => {
                if let Some(at) = self.pick(call, |call| !call.crashed) {
                    self.calls[at].crashed = true;
                }
            }
            Step::Declare { more } => {
                self.balance += more;
                self.ledger.declare(self.balance);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_true_balance_is_within_the_interval(
        start in 0_u64..40,
        floor in 0_u64..10,
        steps in proptest::collection::vec(step(), 1..200),
    ) {
        let claim = Claim { balance: Some(start), floor: Some(floor), ..Asker::new(&[]).claim };
        let (ledger, calls) = (Ledger::default(), Vec::new());
        let mut world = World { ledger, claim, calls, now: NOW, balance: start, critical: 0 };
        world.ledger.hear(Some(start));
        for step in &steps {
            let before = world.balance;
            world.run(step);
            prop_assert!(world.balance >= before || world.balance + world.critical >= floor.min(start), "below the floor");
            if let Some(left) = world.ledger.purse.left() {
                let within = left.min <= world.balance && world.balance <= left.max;
                prop_assert!(within, "{} outside of {left}: {:?}", world.balance, world.ledger.purse);
            }
        }
    }
}
