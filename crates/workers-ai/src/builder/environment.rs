//! What a builder takes from the environment.

use std::ffi::OsString;

use super::ClientBuilder;
use crate::error::Error;

impl ClientBuilder {
    /// Takes from the environment what is not set: `CLOUDFLARE_ACCOUNT_ID`,
    /// `CLOUDFLARE_API_TOKEN`, `CLOUDFLARE_EMAIL` with `CLOUDFLARE_API_KEY`, and
    /// `CLOUDFLARE_BASE_URL`. Blank counts as missing. `WORKERS_AI_ALLOW_LOOPBACK`, set to `1` or
    /// `true`, does what [`allow_loopback`](Self::allow_loopback) does, so that a program can be
    /// tried against a stand-in as it is.
    pub fn env(self) -> Self {
        self.env_from(|name| std::env::var_os(name))
    }

    /// Does what [`env`](Self::env) does, with an environment of yours.
    pub fn env_from(mut self, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let has_credentials =
            self.asked_token.is_some() || self.token.is_some() || self.key.is_some();
        self.account = self
            .account
            .take()
            .or_else(|| self.variable(&lookup, "CLOUDFLARE_ACCOUNT_ID"));
        self.base = self
            .base
            .take()
            .or_else(|| self.variable(&lookup, "CLOUDFLARE_BASE_URL"));
        if self.allow_loopback.is_none() {
            let allowed = self.variable(&lookup, "WORKERS_AI_ALLOW_LOOPBACK");
            self.allow_loopback = allowed.map(|allowed| allowed == "1" || allowed == "true");
            if self.allow_loopback == Some(false) {
                let why = "WORKERS_AI_ALLOW_LOOPBACK is neither 1 nor true";
                self.fault.get_or_insert_with(|| Error::config(why));
            }
        }
        if !has_credentials {
            self.token = self.variable(&lookup, "CLOUDFLARE_API_TOKEN");
            if self.token.is_none() {
                self.email = self.variable(&lookup, "CLOUDFLARE_EMAIL");
                self.key = self.variable(&lookup, "CLOUDFLARE_API_KEY");
            }
        }
        self
    }

    fn variable(
        &mut self,
        lookup: &impl Fn(&str) -> Option<OsString>,
        name: &str,
    ) -> Option<String> {
        let Ok(value) = lookup(name)?.into_string() else {
            self.fault.get_or_insert_with(|| {
                Error::config(format!("{name} is not text; set it to UTF-8"))
            });
            return None;
        };
        (!value.trim().is_empty()).then_some(value)
    }
}
