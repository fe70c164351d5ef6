//! How a client is built: explicit settings first, then the environment, then the defaults.

mod environment;

use std::{
    fmt::{self, Debug},
    future::Future,
    sync::Arc,
    time::Duration,
};

use reqwest::header::HeaderValue;

use crate::{
    addresses::Addresses,
    budget::Budget,
    call::{Caps, Timeouts, limit},
    client::{Client, Inner},
    drift::{DriftReport, Watch},
    error::Error,
    gateway::Gateway,
    pace::Pace,
    retry::RetryPolicy,
    secret::Credentials,
    send::{self, Sleep},
    token::{self, Tokens},
    transport::Transport,
    url::{self, AccountId, Base},
};

const USER_AGENT: &str = concat!("workers-ai-rust/", env!("CARGO_PKG_VERSION"));

/// Builds a [`Client`].
///
/// ```
/// use workers_ai::{Client, RetryPolicy};
///
/// let ai = Client::builder()
///     .account_id("0123456789abcdef0123456789abcdef")
///     .api_token("my-token")
///     .retry(RetryPolicy::new().attempts(5))
///     .build()?;
/// # Ok::<(), workers_ai::Error>(())
/// ```
#[must_use]
pub struct ClientBuilder {
    account: Option<String>,
    token: Option<String>,
    asked_token: Option<token::Ask>,
    email: Option<String>,
    key: Option<String>,
    base: Option<String>,
    allow_loopback: Option<bool>,
    transport: Transport,
    user_agent: Option<String>,
    timeouts: Timeouts,
    caps: Caps,
    retry: RetryPolicy,
    gateway: Option<Gateway>,
    show_messages: bool,
    watch: Watch,
    pace: Option<u32>,
    http: Option<reqwest::Client>,
    sleep: Sleep,
    fault: Option<Error>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            account: None,
            token: None,
            asked_token: None,
            email: None,
            key: None,
            base: None,
            allow_loopback: None,
            transport: Transport::default(),
            user_agent: None,
            timeouts: Timeouts::default(),
            caps: Caps::default(),
            retry: RetryPolicy::default(),
            gateway: None,
            show_messages: true,
            watch: Watch::default(),
            pace: None,
            http: None,
            sleep: send::sleep(),
            fault: None,
        }
    }
}

/// Who calls, and where to.
impl ClientBuilder {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The account whose models are called: 32 hexadecimal digits.
    pub fn account_id(mut self, id: impl Into<String>) -> Self {
        self.account = Some(id.into());
        self
    }

    /// An API token with the permission to use Workers AI. One line end after it does no harm.
    pub fn api_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// A token that is asked for when the first call needs it, and kept until the service refuses it. Then it is asked for
    /// again, and if another one comes, the call that was refused is tried once more. For tokens that are rotated.
    ///
    /// One is asked for at a time, however many calls wait, and for no longer than
    /// [`head_timeout`](Self::head_timeout). If none can be had, the call is an error of kind
    /// [`Config`](crate::ErrorKind::Config). What yours says is its source, so it should not repeat a secret.
    ///
    /// ```
    /// # use workers_ai::Client;
    /// let builder = Client::builder()
    ///     .api_token_from(|| async { std::fs::read_to_string("/run/secrets/workers-ai") });
    /// ```
    pub fn api_token_from<F, E>(mut self, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.asked_token = Some(token::ask(ask));
        self
    }

    /// An e-mail address with the account's global API key, in place of a token.
    pub fn api_key(mut self, email: impl Into<String>, key: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self.key = Some(key.into());
        self
    }

    /// Where the API is: everything before `/accounts`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base = Some(url.into());
        self
    }

    /// Allows a base URL without TLS if it points at this machine. For tests.
    pub fn allow_loopback(mut self, allow: bool) -> Self {
        self.allow_loopback = Some(allow);
        self
    }
}

/// How calls are made. A call can have its own of most of these.
impl ClientBuilder {
    /// How long making a connection may take; 5 seconds unless set. [`Duration::MAX`] is no limit,
    /// here and for the other timeouts. Has no effect on an [`http_client`](Self::http_client) of
    /// yours.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.transport.connect_timeout = limit(timeout, &mut self.fault);
        self
    }

    /// How often an HTTP/2 connection is asked whether it still lives, and how long it may take to
    /// say so; every 15 seconds and 10 seconds unless set. One that went silent is left, so that
    /// later calls do not wait on it. Has no effect on an [`http_client`](Self::http_client) of
    /// yours.
    pub fn http2_pings(mut self, every: Duration, patience: Duration) -> Self {
        self.transport.pings = (
            limit(every, &mut self.fault),
            limit(patience, &mut self.fault),
        );
        self
    }

    /// How long an answer may take to begin; 120 seconds unless set.
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.head = limit(timeout, &mut self.fault);
        self
    }

    /// How long one attempt may take, answer included; 300 seconds unless set. A stream has no such
    /// limit.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.attempt = limit(timeout, &mut self.fault);
        self
    }

    /// How long a call may take: attempts, waits and the answer. No limit unless set.
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.total = limit(timeout, &mut self.fault);
        self
    }

    /// How long a stream may send nothing; 60 seconds unless set.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.idle = limit(timeout, &mut self.fault);
        self
    }

    /// How long a stream may go without an event, whatever else it sends; 180 seconds unless set.
    pub fn event_gap_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.gap = limit(timeout, &mut self.fault);
        self
    }

    /// How failed calls are tried again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How many requests, those that are tried again among them, the client and its clones begin in any minute; as many as
    /// asked for unless set. Further ones wait in their order until they may begin. Also, while the service says in a
    /// `ratelimit` header that nothing is left, new calls wait. A call whose [`total_timeout`](Self::total_timeout) ends
    /// before its turn comes is an error, and nothing was sent.
    ///
    /// The service's own limits are those of an account, and differ by task and model.
    pub fn requests_per_minute(mut self, most: u32) -> Self {
        if most == 0 {
            let why =
                "no request per minute is allowed; leave `requests_per_minute` out for no limit";
            self.fault.get_or_insert_with(|| Error::config(why));
        }
        self.pace = Some(most);
        self
    }

    /// The gateway that every call goes through, or just its id.
    pub fn gateway(mut self, gateway: impl Into<Gateway>) -> Self {
        self.gateway = Some(gateway.into());
        self
    }

    /// The most bytes of a request that is not an [`Upload`](crate::Upload); 100 MiB unless set.
    /// `usize::MAX` is no cap, here and for the other caps.
    pub fn max_request_bytes(mut self, bytes: usize) -> Self {
        self.caps.request = bytes;
        self
    }

    /// The most bytes of an answer; 128 MiB unless set.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.caps.response = bytes;
        self
    }

    /// The most bytes of one event of a stream; 32 MiB unless set.
    pub fn max_event_bytes(mut self, bytes: usize) -> Self {
        self.caps.event = bytes;
        self
    }

    /// How much of a body is kept with an error; 64 KiB unless set.
    pub fn max_error_bytes(mut self, bytes: usize) -> Self {
        self.caps.error = bytes;
        self
    }

    /// Whether errors show what the service says, which may repeat parts of a prompt.
    /// [`Error::messages`] has it in any case.
    pub fn service_messages(mut self, show: bool) -> Self {
        self.show_messages = show;
        self
    }

    /// Calls `tell` for every answer, and every event of a stream, that is not quite what its
    /// model's document says: members that are new or missing, values of enums that are new. It is
    /// called while the answer is read, so it should be quick.
    ///
    /// The same is told as `tracing` events of level `DEBUG` and target `workers_ai::drift`.
    ///
    /// ```
    /// # use workers_ai::Client;
    /// let builder = Client::builder().on_drift(|report| {
    ///     for drift in report.drifts {
    ///         eprintln!("{}: {drift}", report.model);
    ///     }
    /// });
    /// ```
    pub fn on_drift(mut self, tell: impl Fn(DriftReport<'_>) + Send + Sync + 'static) -> Self {
        self.watch.hook = Some(Arc::new(tell));
        self
    }

    /// Makes such answers errors of kind [`Drift`](crate::ErrorKind::Drift). For tests that are to
    /// fail as soon as the service changes; a program that should go on working leaves it off.
    pub fn strict(mut self, strict: bool) -> Self {
        self.watch.strict = strict;
        self
    }

    /// What the client calls itself.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = Some(name.into());
        self
    }

    /// Uses an HTTP client of yours, for a proxy or certificates of your own. It must not follow
    /// redirects, retry or decompress: the promises of this crate about those are then yours.
    ///
    /// This is the one place where a type of `reqwest` is part of this crate's interface.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Speaks HTTP/2 from the first byte, which without TLS no server offers. For tests of this
    /// crate.
    #[doc(hidden)]
    pub fn http2_only(mut self, only: bool) -> Self {
        self.transport.http2_only = only;
        self
    }

    /// Waits between attempts in another way. For tests of this crate.
    #[doc(hidden)]
    pub fn sleep_with(mut self, sleep: Sleep) -> Self {
        self.sleep = sleep;
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// If a setting is missing or cannot be used. The error names it and never prints a secret.
    pub fn build(mut self) -> Result<Client, Error> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let base = self.base.as_deref().unwrap_or(url::DEFAULT_BASE);
        let base = Base::new(base, self.allow_loopback.unwrap_or(false))?;
        let account = self.account.as_deref().ok_or_else(|| {
            Error::config(
                "no account: set CLOUDFLARE_ACCOUNT_ID or call `ClientBuilder::account_id`",
            )
        })?;
        let account = AccountId::new(account)?;
        let user_agent = match &self.user_agent {
            None => HeaderValue::from_static(USER_AGENT),
            Some(name) => HeaderValue::try_from(name)
                .map_err(|_| Error::config("the user agent cannot be sent in a header: it holds a line end or a control character"))?,
        };
        let credentials = self.credentials()?;
        Ok(Client {
            inner: Arc::new(Inner {
                account,
                credentials,
                http: match self.http {
                    Some(client) => client,
                    None => self.transport.client(&base)?,
                },
                base,
                addresses: Addresses::default(),
                user_agent,
                timeouts: self.timeouts,
                caps: self.caps,
                retry: self.retry,
                gateway: self.gateway,
                show_messages: self.show_messages,
                watch: self.watch,
                budget: Budget::new(),
                pace: self.pace.map(|most| Pace::new(most as usize)),
                sleep: self.sleep,
            }),
        })
    }

    fn credentials(&mut self) -> Result<Credentials, Error> {
        if let Some(ask) = self.asked_token.take() {
            return Ok(Credentials::Asked(Tokens::new(ask)));
        }
        match (&self.token, &self.email, &self.key) {
            (Some(token), _, _) => Credentials::token(token),
            (None, Some(email), Some(key)) => Credentials::key(email, key),
            (None, None, None) => Err(Error::config(
                "no credentials: set CLOUDFLARE_API_TOKEN or call `ClientBuilder::api_token`",
            )),
            (None, Some(_), None) => Err(Error::config(
                "no API key to go with the e-mail address: set CLOUDFLARE_API_KEY",
            )),
            (None, None, Some(_)) => Err(Error::config(
                "no e-mail address to go with the API key: set CLOUDFLARE_EMAIL",
            )),
        }
    }
}

/// The settings are secret or long; what matters shows in the [`Client`].
impl Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").finish_non_exhaustive()
    }
}
