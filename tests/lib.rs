//! Tests that look at more than one crate; each of them is a target of its own.
