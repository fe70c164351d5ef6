//! The commands that keep documents fresh, as a library: import, update, compare, check, pull.

mod alike;
mod check;
mod claims;
mod diff;
mod differences;
mod faults;
mod forms;
mod openapi;
mod pages;
mod pull;
mod support;
mod update;
mod walk;

include!(concat!(env!("OUT_DIR"), "/compiled.rs"));
