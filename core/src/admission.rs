//! What a client asks for when it sends a call: its budgets, floor, priority and store, put into one question.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::call::Request;
use crate::config::ServiceProfile;
use crate::credits::{Budget, BudgetOn, Cap, Claim, ClientId};
use crate::error::{Error, Result};
use crate::event::{Event, EventHook};
use crate::options::CallOptions;
use crate::quota::{self, Limits, StoreChoice};

/// The options of a client about quota and credits.
#[derive(Clone, Default)]
pub(crate) struct AdmissionOptions {
    pub(crate) limits: Limits,
    pub(crate) store: StoreChoice,
    pub(crate) budgets: Vec<Budget>,
    pub(crate) balance: Option<u64>,
    pub(crate) floor: Option<u64>,
    pub(crate) on_event: Option<EventHook>,
}

impl AdmissionOptions {
    pub(crate) fn validate(&self) -> Result<()> {
        self.limits.validate().map_err(|invalid| Error::config(invalid.field, invalid.message))?;
        crate::credits::validate(&self.budgets, self.balance, self.floor)
            .map_err(|invalid| Error::config(invalid.field, invalid.message))
    }
}

/// The same, ready for use: shared by all copies of a client.
pub(crate) struct Admission {
    limits: Limits,
    pub(crate) store: StoreChoice,
    budgets: Vec<Budget>,
    caps: Arc<[Cap]>,
    balance: Option<u64>,
    floor: Option<u64>,
    on_event: Option<EventHook>,
}

impl Admission {
    pub(crate) fn new(options: AdmissionOptions) -> Self {
        let AdmissionOptions { limits, store, budgets, balance, floor, on_event } = options;
        let id = ClientId::new();
        let caps = budgets.iter().map(|budget| budget.cap_of(id)).collect();
        Self { limits, store, budgets, caps, balance, floor, on_event }
    }

    /// The question for one attempt.
    pub(crate) fn ask(
        &self,
        profile: &ServiceProfile,
        request: &Request,
        options: &CallOptions,
        timeout: Duration,
    ) -> Arc<quota::Ask> {
        let operation = request.operation;
        let mut call = request.group.clone();
        if let Some(priority) = options.priority {
            call = call.class(priority);
        }
        let ears = self
            .on_event
            .clone()
            .map(|hook| -> quota::Ears { Arc::new(move |notice| hook(&Event::of(notice, operation))) });
        Arc::new(quota::Ask {
            call,
            limits: self.limits.clone(),
            service: *profile.quota,
            lease: timeout.saturating_add(self.limits.longest_flight(profile.quota)),
            money: Some(self.claim(profile, request, options)),
            ears,
        })
    }

    /// The balance as the client's option says it.
    pub(crate) fn balance(&self) -> Option<u64> {
        self.balance
    }

    /// What the client keeps to between calls, for reports.
    pub(crate) fn standing_claim(&self) -> Claim {
        Claim {
            price: crate::response::Credits::NONE,
            critical: false,
            cheaper: None,
            labels: Arc::default(),
            caps: Arc::clone(&self.caps),
            floor: self.floor,
            balance: self.balance,
        }
    }

    fn claim(&self, profile: &ServiceProfile, request: &Request, options: &CallOptions) -> Claim {
        let tag = options.tag.clone().map(BudgetOn::Tag);
        let job = options.job.clone().map(BudgetOn::Job);
        let cheaper = profile.cheaper.iter().find(|(operation, _)| *operation == request.operation);
        Claim {
            price: request.price(),
            critical: profile.critical.contains(&request.operation),
            cheaper: cheaper.map(|(_, way)| *way),
            labels: tag.into_iter().chain(job).collect(),
            caps: Arc::clone(&self.caps),
            floor: self.floor,
            balance: self.balance,
        }
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission")
            .field("limits", &self.limits)
            .field("store", &self.store)
            .field("budgets", &self.budgets)
            .field("balance", &self.balance)
            .field("floor", &self.floor)
            .finish_non_exhaustive()
    }
}
