//! Where a document and what is published say different things: one line each, however many models it is about.

use std::{collections::BTreeMap, fmt};

use crate::Place;

/// Where a document and what is published say different things, and the document stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Where the document says it, or where it would.
    pub place: Place,
    /// What it is about, as a caller writes it: `messages[].role`.
    pub path: String,
    /// What both say.
    pub message: String,
    /// The models that lead there.
    pub models: Vec<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMED: usize = 3;
        write!(f, "{}: ", self.place)?;
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        f.write_str(&self.message)?;
        if self.place.file.starts_with("models/") {
            return Ok(());
        }
        let named = self.models.iter().take(NAMED).map(String::as_str);
        write!(f, " ({}", named.collect::<Vec<_>>().join(", "))?;
        match self.models.len().saturating_sub(NAMED) {
            0 => f.write_str(")"),
            more => write!(f, " and {more} more)"),
        }
    }
}

/// The document has it.
pub(crate) const OURS_ONLY: &str = "in the document, not published";
/// The source has it.
pub(crate) const PUBLISHED_ONLY: &str = "published, not in the document";

/// What each of the two says.
pub(crate) fn between(ours: &str, theirs: &str) -> String {
    format!("{ours} in the document, {theirs} published")
}

/// One difference for all models that have it in the same place.
pub(crate) fn together(differences: Vec<Difference>) -> Vec<Difference> {
    // A model may lead to a definition on several ways; the shortest says it best.
    let mut shortest: BTreeMap<(Place, String, Vec<String>), String> = BTreeMap::new();
    for one in differences {
        let path = shortest.entry((one.place, one.message, one.models));
        let path = path.or_insert_with(|| one.path.clone());
        if (one.path.len(), &one.path) < (path.len(), path) {
            *path = one.path;
        }
    }
    let mut all: BTreeMap<(Place, String, String), Vec<String>> = BTreeMap::new();
    for ((place, message, models), path) in shortest {
        all.entry((place, path, message))
            .or_default()
            .extend(models);
    }
    let whole = |((place, path, message), models)| Difference {
        place,
        path,
        message,
        models,
    };
    all.into_iter().map(whole).collect()
}
