//! What one call with its retries, or one walk with its pages, may cost at most.
//!
//! It lives and dies with the options that carry it, so no store has to remember it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, ErrorKind, Result};

/// A cap on the calls that are made with the same options. Clones count together.
#[derive(Clone, Debug)]
pub struct CallBudget {
    cap: u64,
    /// Spent at most, and reserved.
    gone: Arc<Mutex<u64>>,
}

impl CallBudget {
    /// Allows so many credits from here on.
    #[must_use]
    pub fn new(cap: u64) -> Self {
        Self { cap, gone: Arc::default() }
    }

    /// What tells it from others as long as it lives: calls that pay from different ones are never one call.
    pub(crate) fn mark(&self) -> usize {
        Arc::as_ptr(&self.gone).addr()
    }

    /// Takes the price of one attempt, or refuses it.
    pub(super) fn reserve(&self, price: u32) -> Result<Held> {
        let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        let after = gone.saturating_add(price.into());
        if price > 0 && after > self.cap {
            return Err(Error::new(
                ErrorKind::BudgetRefused,
                format!(
                    "this attempt costs {price} and does not fit the budget of {} given with the call: {gone} spent or reserved; nothing was sent; raise the budget",
                    self.cap
                ),
            ));
        }
        *gone = after;
        Ok(Held { gone: Arc::clone(&self.gone), price, sent: false })
    }
}

/// The price of one attempt. Dropped before it was sent it is given back; after that it counts in full.
#[derive(Debug)]
pub(super) struct Held {
    gone: Arc<Mutex<u64>>,
    price: u32,
    sent: bool,
}

impl Held {
    pub(super) fn mark_sent(&mut self) {
        self.sent = true;
    }

    /// Books what the attempt cost at most.
    pub(super) fn settle(mut self, cost: u32) {
        self.sent = true;
        self.give_back(self.price.saturating_sub(cost));
    }

    fn give_back(&self, credits: u32) {
        let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        *gone = gone.saturating_sub(credits.into());
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.sent {
            self.give_back(self.price);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_counted_at_their_highest_price() {
        let budget = CallBudget::new(2);
        let mut sent = budget.reserve(1).unwrap();
        sent.mark_sent();
        let unsent = budget.reserve(1).unwrap();
        assert_eq!(budget.clone().reserve(1).unwrap_err().kind(), ErrorKind::BudgetRefused);
        drop(unsent);
        budget.reserve(1).unwrap().settle(0);
        // Cancelled after it was sent: it may have been charged.
        drop(sent);
        budget.reserve(1).unwrap().settle(1);
        assert!(budget.reserve(1).is_err());
        assert!(budget.reserve(0).is_ok());
    }
}
