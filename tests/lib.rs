//! Workspace tests: snapshots of generated code, contracts between schema, types and wire.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
