//! What a server was told before it started.

use std::time::Duration;

use crate::forward::Forward;

/// Everything the builder can set.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) port: u16,
    pub(crate) token: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) seed: u64,
    pub(crate) pace: Duration,
    pub(crate) chunk: Option<usize>,
    pub(crate) retired: bool,
    pub(crate) forward: Option<Forward>,
    pub(crate) max_body: usize,
    pub(crate) keep: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            port: 0,
            token: None,
            account: None,
            seed: 0,
            pace: Duration::ZERO,
            chunk: None,
            retired: false,
            forward: None,
            max_body: 64 * 1024 * 1024,
            keep: 10_000,
        }
    }
}
