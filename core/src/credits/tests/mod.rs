//! Tests of the ledger: each rule by itself, and random interleavings of everything.

mod balance;
mod budgets;
mod interleavings;
mod latch;
mod names;
mod report;
mod true_balance;
mod validation;
mod warnings;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::response::Credits;

/// 22 November 2026, noon.
const NOON: i64 = 1_795_348_800;
const DAY: i64 = 86_400;
const NOW: Duration = Duration::from_secs(1_000);

fn today() -> Today {
    Today::from_unix(NOON)
}

fn days_later(days: i64) -> Today {
    Today::from_unix(NOON + days * DAY)
}

fn seconds(value: u64) -> Duration {
    Duration::from_secs(value)
}

fn tag(name: &str) -> BudgetOn {
    BudgetOn::Tag(name.into())
}

/// A client with these budgets.
struct Asker {
    id: ClientId,
    claim: Claim,
}

impl Asker {
    fn new(budgets: &[Budget]) -> Self {
        let id = ClientId::new();
        let caps: Arc<[Cap]> = budgets.iter().map(|budget| budget.cap_of(id)).collect();
        let claim = Claim {
            price: Credits::exactly(1),
            critical: false,
            cheaper: None,
            labels: Arc::default(),
            caps,
            floor: None,
            balance: None,
        };
        Self { id, claim }
    }

    fn costing(&self, price: Credits) -> Claim {
        Claim { price, ..self.claim.clone() }
    }

    fn on(&self, labels: &[BudgetOn]) -> Claim {
        Claim { labels: labels.into(), ..self.claim.clone() }
    }
}

impl Ledger {
    fn admit(&mut self, claim: &Claim) -> Result<Reservation, Refusal> {
        self.admit_at(NOW, today(), claim)
    }

    fn admit_at(&mut self, now: Duration, today: Today, claim: &Claim) -> Result<Reservation, Refusal> {
        self.check(now, today, claim)?;
        Ok(self.reserve(now, today, claim))
    }

    /// Makes a whole call of this charge.
    fn spend(&mut self, claim: &Claim, charge: Credits) -> Result<(), Refusal> {
        let reservation = self.admit(claim)?;
        self.settle(&reservation, charge, &claim.caps);
        Ok(())
    }

    /// An account without what was told of it.
    fn at(&self, key: &str) -> Account {
        let known = self.accounts.get(&key.parse().unwrap()).copied().unwrap_or_default();
        Account { warned: 0, ..known }
    }
}

fn account(min: u64, max: u64, reserved: u64) -> Account {
    Account { min, max, reserved, warned: 0 }
}
