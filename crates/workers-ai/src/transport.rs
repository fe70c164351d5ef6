//! The HTTP client underneath: the one place where its own behaviour is decided.

use std::time::Duration;

use reqwest::redirect;

use crate::{error::Error, tls, url::Base};

const IDLE_CONNECTION: Duration = Duration::from_secs(30);

/// What can be set of it.
pub(crate) struct Transport {
    pub(crate) connect_timeout: Duration,
    /// How often a connection is asked whether it still lives, and how long it may take to say so.
    pub(crate) pings: (Duration, Duration),
    pub(crate) http2_only: bool,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            pings: (Duration::from_secs(15), Duration::from_secs(10)),
            http2_only: false,
        }
    }
}

impl Transport {
    /// A client that follows nothing, repeats nothing, and leaves connections that went silent.
    pub(crate) fn client(&self, base: &Base) -> Result<reqwest::Client, Error> {
        tls::ensure_provider()?;
        let mut builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .retry(reqwest::retry::never())
            .https_only(!base.is_loopback())
            .pool_idle_timeout(IDLE_CONNECTION)
            .http2_keep_alive_interval(self.pings.0)
            .http2_keep_alive_timeout(self.pings.1)
            .http2_keep_alive_while_idle(true);
        if base.is_loopback() {
            builder = builder.no_proxy();
        }
        if !base.is_encrypted() {
            // Nobody is asked for a certificate, so there is no need to read whom to believe.
            builder = builder.tls_certs_only([]);
        }
        if self.http2_only {
            builder = builder.http2_prior_knowledge();
        }
        builder.build().map_err(|error| {
            Error::config("the HTTP client could not be built").with_source(&error)
        })
    }
}
