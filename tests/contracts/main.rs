//! What the service really sends can be read, and what its documents take is what is written.
//!
//! Two kinds of tests hold each other up. Those driven by `schema/` hold one rule up to every model
//! and every property there is; those driven by tables of invented bodies hold up what was seen on
//! the wire and is in no document.

#![expect(
    deprecated,
    reason = "models that are withdrawn keep the types they had"
)]

use serde_json::Value;

mod answers;
mod batch;
mod catalogue;
mod documents;
mod embeddings;
mod end_to_end;
mod examples;
mod features;
mod images;
mod inputs;
mod language;
mod models;
mod requests;
mod samples;
mod seen;
mod speech;
mod text_generation;
mod vision;
mod wire;

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
    fn settle(mut self) {
        self.0.dedup();
        let shown = self
            .0
            .iter()
            .take(16)
            .map(|fault| fault.chars().take(400).collect::<String>());
        let shown: Vec<_> = shown.collect();
        assert!(
            self.0.is_empty(),
            "{} faults\n{}",
            self.0.len(),
            shown.join("\n")
        );
    }
}

/// Whether two documents say the same: `1` and `1.0` do.
fn same(one: &Value, two: &Value) -> bool {
    lost(one, two).is_none() && lost(two, one).is_none()
}

/// The first place of which `kept` does not say what `sent` says there. Nulls say nothing, and what
/// is kept beside what was sent does no harm.
fn lost(kept: &Value, sent: &Value) -> Option<String> {
    let inner = |place: String, kept: Option<&Value>, sent: &Value| {
        lost(kept.unwrap_or(&Value::Null), sent).map(|lost| format!("{place}{lost}"))
    };
    match (kept, sent) {
        (_, Value::Null) => None,
        (Value::Number(kept), Value::Number(sent)) if kept.as_f64() == sent.as_f64() => None,
        (Value::Array(kept), Value::Array(sent)) if kept.len() == sent.len() => {
            let mut pairs = kept.iter().zip(sent).enumerate();
            pairs.find_map(|(index, (kept, sent))| inner(format!("[{index}]"), Some(kept), sent))
        }
        (Value::Object(kept), Value::Object(sent)) => {
            let mut members = sent.iter();
            members.find_map(|(name, sent)| inner(format!(".{name}"), kept.get(name), sent))
        }
        (kept, sent) if kept == sent => None,
        (kept, sent) => Some(format!(" was {sent}, is {kept}")),
    }
}
