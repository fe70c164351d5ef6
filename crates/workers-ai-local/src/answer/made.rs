//! Answers of any other shape: the schema is filled in, with what is known under each name.

use serde_json::Value;

use super::{
    dice::Hash,
    fit::{Fit, Known},
};
use crate::documents::Schema;

/// A value that fits a schema of the documents, where `known` says what is under which name.
pub(super) fn made(
    schema: Schema<'_>,
    known: &dyn Fn(&str, Schema<'_>) -> Known,
    words: &[&str],
    hash: Hash,
) -> Value {
    let documents = schema.documents;
    let lookup = |reference: &str| documents.node(reference);
    let known = |name: &str, property: &Value| known(name, Schema::new(documents, property));
    let mut fit = Fit::new(&lookup, &known, words, hash.text("made").dice());
    fit.most_items = 1;
    fit.value(schema.value)
}

/// A number with three digits after the point.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
