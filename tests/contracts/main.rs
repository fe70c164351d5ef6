//! What the service really sends can be read, and what its documents take is what is written.
//!
//! Two kinds of tests hold each other up. Those driven by `schema/` hold one rule up to every model
//! and every property there is; those driven by tables of invented bodies hold up what was seen on
//! the wire and is in no document.

mod catalogue;
mod documents;
mod examples;
mod models;
mod samples;

/// What a rule found wrong, gathered so that one run shows all of it.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn add(&mut self, fault: impl Into<String>) {
        self.0.push(fault.into());
    }

    fn unless(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.0.push(fault());
        }
    }

    /// Fails if there is any fault.
    #[track_caller]
    fn settle(self) {
        let shown = self.0.iter().take(30).map(|fault| fault.chars().take(600).collect::<String>());
        let shown: Vec<_> = shown.collect();
        assert!(self.0.is_empty(), "{} faults\n{}", self.0.len(), shown.join("\n"));
    }
}
