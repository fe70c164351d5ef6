//! What is wrong with a schema, and what was loosened: each with its file and JSON pointer.

use std::fmt;

/// A place in the schema directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Path of the file, relative to the schema directory.
    pub file: String,
    /// JSON pointer inside the file; empty for the document itself.
    pub pointer: String,
}

impl Place {
    /// The root of a file.
    #[must_use]
    pub fn file(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            pointer: String::new(),
        }
    }

    /// The place one step further down, at `key`.
    #[must_use]
    pub fn at(&self, key: &str) -> Self {
        let escaped = key.replace('~', "~0").replace('/', "~1");
        Self {
            file: self.file.clone(),
            pointer: format!("{}/{escaped}", self.pointer),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file, self.pointer)
    }
}

/// One reason why nothing was generated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where it is.
    pub place: Place,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// A construct that the generated type says less about than the schema does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loosened {
    /// Where it is.
    pub place: Place,
    /// What was loosened, and to what.
    pub message: String,
}

impl fmt::Display for Loosened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Collects faults, so that one run reports them all.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, place: &Place, message: impl Into<String>) {
        self.0.push(Fault {
            place: place.clone(),
            message: message.into(),
        });
    }

    /// The value, or every fault so far, sorted and without repeats.
    pub(crate) fn settle<T>(&mut self, value: T) -> Result<T, Vec<Fault>> {
        if self.0.is_empty() {
            return Ok(value);
        }
        let mut faults = std::mem::take(&mut self.0);
        faults.sort();
        faults.dedup();
        Err(faults)
    }
}
