//! `cargo xtask codegen` as its callers see it, and the comparison of directories below it.

mod codegen;
#[cfg(feature = "network")]
mod pull;
mod schema;
mod scratch;
mod tree;
