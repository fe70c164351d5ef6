//! The faults that wait for their calls, in the order they were given.

use super::Fault;

/// Faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Script(Vec<Fault>);

impl Script {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault for this call: the first that is meant for it.
    pub(crate) fn take(&mut self, model: Option<&str>) -> Option<Fault> {
        let meant = |fault: &Fault| fault.model.as_deref().is_none_or(|id| Some(id) == model);
        let index = self.0.iter().position(meant)?;
        let fault = self.0.get_mut(index)?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        match fault.times {
            0 | 1 => Some(self.0.remove(index)),
            u32::MAX => Some(fault.clone()),
            _ => {
                fault.times -= 1;
                Some(fault.clone())
            }
        }
    }
}
