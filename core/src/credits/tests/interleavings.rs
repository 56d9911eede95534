//! Random interleavings of several clients, a server that charges whenever it likes, crashes and days: what the server
//! really charged is never beyond a cap, and always within what the ledger says.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// One step of the world; `call` picks among the calls under way.
#[derive(Clone, Debug)]
enum Step {
    Ask {
        client: usize,
        tagged: bool,
        least: u32,
        more: u32,
    },
    /// The server handles a call, whether or not anybody still waits for the answer.
    Charge {
        call: usize,
        extra: u32,
    },
    /// The answer arrives; `tells` when it says what was charged.
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
    NextDay,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..3_usize, any::<bool>(), 0..3_u32, 0..3_u32)
            .prop_map(|(client, tagged, least, more)| Step::Ask { client, tagged, least, more }),
        4 => (any::<usize>(), 0..3_u32).prop_map(|(call, extra)| Step::Charge { call, extra }),
        4 => (any::<usize>(), any::<bool>()).prop_map(|(call, tells)| Step::Settle { call, tells }),
        2 => any::<usize>().prop_map(|call| Step::Unsent { call }),
        1 => any::<usize>().prop_map(|call| Step::Crash { call }),
        1 => Just(Step::NextDay),
    ]
}

struct UnderWay {
    claim: Claim,
    reservation: Reservation,
    charged: Option<u32>,
    crashed: bool,
}

#[derive(Default)]
struct World {
    ledger: Ledger,
    calls: Vec<UnderWay>,
    /// What the server charged, by account.
    truth: BTreeMap<AccountKey, u64>,
    days: i64,
}

impl World {
    fn pick(&self, call: usize, which: impl Fn(&UnderWay) -> bool) -> Option<usize> {
        let fitting: Vec<_> = (0..self.calls.len()).filter(|at| which(&self.calls[*at])).collect();
        fitting.get(call % fitting.len().max(1)).copied()
    }

    fn charge(&mut self, position: usize, credits: u32) {
        self.calls[position].charged = Some(credits);
        for key in &self.calls[position].reservation.accounts {
            *self.truth.entry(key.clone()).or_default() += u64::from(credits);
        }
    }

    fn run(&mut self, step: &Step, clients: &[Asker]) -> Result<(), TestCaseError> {
        match *step {
            Step::Ask { client, tagged, least, more } => {
                let labels = if tagged { vec![tag("a")] } else { Vec::new() };
                let price = Credits { min: least, max: least + more };
                let claim = Claim { price, ..clients[client].on(&labels) };
                match self.ledger.admit_at(NOW, days_later(self.days), &claim) {
                    Ok(reservation) => {
                        self.calls.push(UnderWay { claim, reservation, charged: None, crashed: false })
                    }
                    Err(Refusal::Budget { cap, spent, reserved, .. }) => {
                        prop_assert!(
                            spent.max + reserved + u64::from(price.max) > cap,
                            "refused without need"
                        );
                    }
                    Err(other) => prop_assert!(false, "{}", other),
                }
            }
            Step::Charge { call, extra } => {
                if let Some(at) = self.pick(call, |call| call.charged.is_none()) {
                    let price = self.calls[at].claim.price;
                    self.charge(at, (price.min + extra).min(price.max));
                }
            }
            Step::Settle { call, tells } => {
                if let Some(at) = self.pick(call, |call| !call.crashed) {
                    let UnderWay { claim, reservation, charged, .. } = self.calls.swap_remove(at);
                    let charge = match charged {
                        _ if !tells => Credits::up_to(claim.price.max),
                        Some(credits) => Credits::exactly(credits),
                        None => Credits::NONE,
                    };
                    self.ledger.settle(&reservation, charge, &claim.caps);
                }
            }
            Step::Unsent { call } => {
                if let Some(at) = self.pick(call, |call| !call.crashed && call.charged.is_none()) {
                    let call = self.calls.swap_remove(at);
                    self.ledger.release(&call.reservation);
                }
            }
            Step::Crash { call } => {
                if let Some(at) = self.pick(call, |call| !call.crashed) {
                    self.calls[at].crashed = true;
                }
            }
            Step::NextDay => self.days += 1,
        }
        Ok(())
    }

    /// What must hold after each step.
    fn holds(&self, caps: &[Cap]) -> Result<(), TestCaseError> {
        for (key, account) in &self.ledger.accounts {
            let truth = self.truth.get(key).copied().unwrap_or_default();
            let Account { min, max, reserved, .. } = *account;
            prop_assert!(min <= truth && truth <= max + reserved, "{key}: {truth} outside of {account:?}");
            for cap in caps.iter().filter(|cap| cap.is_on(key)) {
                prop_assert!(max + reserved <= cap.cap, "{key}: {account:?} beyond {}", cap.cap);
            }
            let held = self.calls.iter().filter(|call| call.reservation.accounts.contains(key));
            let held: u64 = held.map(|call| u64::from(call.reservation.reserved)).sum();
            prop_assert_eq!(reserved, held, "{}", key);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_server_never_charges_beyond_a_cap(steps in proptest::collection::vec(step(), 1..200)) {
        let budgets = [
            Budget::new(12).per(Per::Day),
            Budget::new(40).per(Per::Month),
            Budget::new(10).per(Per::Day).tag("a"),
            Budget::new(25).per(Per::Ever).tag("a"),
            Budget::new(20),
            Budget::new(9).tag("a"),
        ];
        let clients: Vec<_> = (0..3).map(|_| Asker::new(&budgets)).collect();
        let caps: Vec<_> = clients.iter().flat_map(|client| client.claim.caps.iter().cloned()).collect();
        let mut world = World::default();
        for step in &steps {
            world.run(step, &clients)?;
            world.holds(&caps)?;
        }
        // All that is under way ends; what crashed is reconciled with what the server says. Nothing is lost.
        while world.pick(0, |call| !call.crashed).is_some() {
            world.run(&Step::Settle { call: 0, tells: true }, &clients)?;
        }
        world.holds(&caps)?;
        for key in world.ledger.accounts.keys().cloned().collect::<Vec<_>>() {
            let charged = world.truth.get(&key).copied().unwrap_or_default();
            let warned = world.ledger.accounts[&key].warned;
            prop_assert_eq!(world.ledger.reconcile(&key, 0, charged), Ok(()));
            prop_assert_eq!(world.ledger.accounts[&key], Account { warned, ..account(charged, charged, 0) });
        }
    }
}
