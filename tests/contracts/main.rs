//! What the service really sends can be read, and what its documents take is what is written.
//!
//! Two kinds of tests hold each other up. Those driven by `schema/` hold one rule up to every model
//! and every property there is; those driven by tables of invented bodies hold up what was seen on
//! the wire and is in no document.

mod catalogue;
mod models;
