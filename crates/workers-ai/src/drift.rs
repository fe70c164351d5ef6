//! Telling the caller where answers differ from what the models' documents say.

use std::{
    fmt::{self, Debug},
    sync::Arc,
};

use tracing::Level;
use workers_ai_models::{Drift, drift};

use crate::error::{Error, ErrorKind};

/// An answer that is not quite what its model's document says. It was read all the same, unless the
/// client is [strict](crate::ClientBuilder::strict).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct DriftReport<'a> {
    /// The model that answered.
    pub model: &'a str,
    /// Where the answer differs.
    pub drifts: &'a [Drift],
}

type Hook = dyn Fn(DriftReport<'_>) + Send + Sync;

/// Who wants to know.
#[derive(Clone, Default)]
pub(crate) struct Watch {
    pub(crate) hook: Option<Arc<Hook>>,
    pub(crate) strict: bool,
}

impl Watch {
    /// Whether nobody wants to know.
    pub(crate) fn is_idle(&self) -> bool {
        self.hook.is_none()
            && !self.strict
            && !tracing::enabled!(target: "workers_ai::drift", Level::DEBUG)
    }

    /// Reads an answer or a part of one, and tells what drifted.
    pub(crate) fn over<T>(
        &self,
        model: &str,
        read: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.is_idle() {
            return read();
        }
        let (outcome, drifts) = drift::watch(read);
        if drifts.is_empty() {
            return outcome;
        }
        for drift in &drifts {
            tracing::debug!(target: "workers_ai::drift", { gen_ai.request.model = model }, "{drift}");
        }
        if let Some(hook) = &self.hook {
            hook(DriftReport {
                model,
                drifts: &drifts,
            });
        }
        let value = outcome?;
        if self.strict {
            let list: Vec<String> = drifts.iter().map(ToString::to_string).collect();
            return Err(Error::new(ErrorKind::Drift, list.join(", ")));
        }
        Ok(value)
    }
}

impl Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("hook", &self.hook.is_some())
            .field("strict", &self.strict)
            .finish()
    }
}
