//! The way in with a price and caps for those who drive a team without a client: the simulation.

use std::sync::Arc;
use std::time::Duration;

use super::call::CallGroup;
use super::lease::Lease;
use super::limits::Limits;
use super::presets::{Ask, LEASE, ServiceLimits};
use super::team::{NotAdmitted, Team, WaitRefused};
use crate::credits::{Budget, Cap, Claim, ClientId};
use crate::response::Credits;

/// The budgets of one asker.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Budgets(Arc<[Cap]>);

impl Budgets {
    /// Budgets as a client with these options has them.
    #[must_use]
    pub fn new(budgets: &[Budget]) -> Self {
        let id = ClientId::new();
        Self(budgets.iter().map(|budget| budget.cap_of(id)).collect())
    }
}

impl Team {
    /// As [`admit`](Self::admit), with the reservation of a price in the same step; none when it does not fit the budgets.
    ///
    /// # Errors
    ///
    /// As for `admit`.
    #[doc(hidden)]
    pub async fn admit_priced(
        self: &Arc<Self>,
        call: &CallGroup,
        limits: &Limits,
        service: &ServiceLimits,
        max_wait: Option<Duration>,
        price: Credits,
        budgets: &Budgets,
    ) -> Result<Option<Lease>, WaitRefused> {
        let money = Claim {
            price,
            critical: false,
            cheaper: None,
            labels: Arc::default(),
            caps: Arc::clone(&budgets.0),
            floor: None,
            balance: None,
        };
        let ask = Ask {
            call: call.clone(),
            limits: limits.clone(),
            service: *service,
            lease: LEASE,
            money: Some(money),
            ears: None,
        };
        match self.enter(Arc::new(ask), max_wait).await {
            Ok(lease) => Ok(Some(lease)),
            Err(NotAdmitted::Refused(_)) => Ok(None),
            Err(NotAdmitted::Wait(refused)) => Err(refused),
            Err(NotAdmitted::Store(error)) => {
                Err(WaitRefused { would_wait: Duration::MAX, reason: error.to_string() })
            }
        }
    }
}
