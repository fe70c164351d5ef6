//! How many retries the clones of a client may still make, and until when all of them wait.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::Instant;

use crate::retry::{jitter, random};

const BUDGET: u32 = 500;

/// What the clones of a client share.
#[derive(Debug)]
pub(crate) struct Budget {
    left: AtomicU32,
    /// Whether to look at `resume`; calls that have no need to wait share no lock.
    is_paused: AtomicBool,
    resume: Mutex<Option<Instant>>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            left: AtomicU32::new(BUDGET),
            is_paused: AtomicBool::new(false),
            resume: Mutex::new(None),
        }
    }

    /// Pays for a retry, if there is enough to pay with.
    pub(crate) fn pay(&self, cost: u32) -> Option<Payment<'_>> {
        let less = |left: u32| left.checked_sub(cost);
        self.left.fetch_update(Relaxed, Relaxed, less).ok()?;
        Some(Payment { budget: self, cost })
    }

    /// A call succeeded: returns what its last retry cost, or a little if it needed none.
    pub(crate) fn earn(&self, paid: u32) {
        self.refund(paid.max(1));
    }

    fn refund(&self, sum: u32) {
        let more = |left| (left < BUDGET).then(|| sum.saturating_add(left).min(BUDGET));
        // An error says that nothing is missing.
        let _ = self.left.fetch_update(Relaxed, Relaxed, more);
    }

    /// The service asks to wait: so do all clones.
    pub(crate) fn pause(&self, wait: Duration) {
        if let Some(until) = Instant::now().checked_add(wait) {
            let mut resume = self.resume.lock().unwrap_or_else(PoisonError::into_inner);
            *resume = resume.max(Some(until));
            self.is_paused.store(true, Relaxed);
        }
    }

    /// How long a new call has to wait, with a random part so that not all start at once.
    pub(crate) fn paused(&self) -> Option<Duration> {
        if !self.is_paused.load(Relaxed) {
            return None;
        }
        let resume = self.resume.lock().unwrap_or_else(PoisonError::into_inner);
        let left = resume.as_ref()?.saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.is_paused.store(false, Relaxed);
            return None;
        }
        Some(left.saturating_add(jitter(Duration::from_secs(1), random())))
    }
}

/// A retry that is paid for and still has to begin. If it never does, its cost is given back.
#[derive(Debug)]
#[must_use]
pub(crate) struct Payment<'a> {
    budget: &'a Budget,
    cost: u32,
}

impl Payment<'_> {
    /// The retry begins. What it cost.
    pub(crate) fn spend(mut self) -> u32 {
        std::mem::take(&mut self.cost)
    }
}

impl Drop for Payment<'_> {
    fn drop(&mut self) {
        self.budget.refund(self.cost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry::{FAILED_COST, THROTTLED_COST};

    /// How many retries of this cost can be paid for, which uses up the budget.
    fn affordable(budget: &Budget, cost: u32) -> usize {
        (0..1_000)
            .map_while(|_| budget.pay(cost).map(Payment::spend))
            .count()
    }

    #[test]
    fn r03_the_budget_runs_out_and_is_earned_back() {
        let budget = Budget::new();
        assert_eq!(affordable(&budget, THROTTLED_COST), 100);
        for _ in 0..FAILED_COST {
            assert!(budget.pay(FAILED_COST).is_none());
            budget.earn(0);
        }
        assert_eq!(affordable(&budget, FAILED_COST), 1);
        budget.earn(u32::MAX);
        assert_eq!(affordable(&budget, THROTTLED_COST), 100);
    }

    #[test]
    fn r06_a_retry_that_never_begins_costs_nothing() {
        let budget = Budget::new();
        for _ in 0..1_000 {
            drop(budget.pay(FAILED_COST));
        }
        assert_eq!(affordable(&budget, THROTTLED_COST), 100);
    }
}
