//! A server that runs, and how to start one.

use std::{
    error::Error,
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::runtime::{self, Runtime};

use crate::{
    fault::Fault, forward::Forward, record::Request, serve, settings::Settings, state::State,
};

/// Threads that serve, at most. Tests start many servers.
const THREADS: usize = 4;

/// A stand-in that runs until it is dropped.
///
/// It has threads of its own, so it answers whatever the caller's runtime does, or if there is none.
#[derive(Debug)]
pub struct Server {
    state: Arc<State>,
    address: SocketAddr,
    runtime: Option<Runtime>,
}

/// What a server should be like.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct ServerBuilder {
    settings: Settings,
    faults: Vec<Fault>,
}

/// A server that could not be started.
#[derive(Debug)]
pub struct StartError(Reason);

#[derive(Debug)]
enum Reason {
    Listen(u16, io::Error),
    Forward(String),
}

impl Server {
    /// Starts on a free port of 127.0.0.1. Any account and any token will do.
    ///
    /// # Errors
    ///
    /// The system has no free port or no threads to give.
    pub async fn start() -> Result<Server, StartError> {
        Self::builder().start().await
    }

    /// A server that is not the usual one.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// What stands in place of `https://api.cloudflare.com/client/v4`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/client/v4", self.address)
    }

    /// What stands in place of `https://gateway.ai.cloudflare.com/v1`.
    #[must_use]
    pub fn gateway_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What has arrived, oldest first: the last 10,000 unless [`ServerBuilder::keep`] says otherwise.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state.record().all()
    }

    /// Forgets what has arrived and the faults that are still to come.
    pub fn clear(&self) {
        self.state.record().clear();
        self.state.script().clear();
    }

    /// Lets calls go wrong, after the faults that were given before.
    pub fn script(&self, fault: Fault) {
        self.state.script().add(fault);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl ServerBuilder {
    /// The port to listen on; a free one if it is 0.
    pub fn port(mut self, port: u16) -> Self {
        self.settings.port = port;
        self
    }

    /// The only token that is accepted, as API token or as global key.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.settings.token = Some(token.into());
        self
    }

    /// The only account there is.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.settings.account = Some(account.into());
        self
    }

    /// Another seed, other answers.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The pause between two events of a stream.
    pub fn pace(mut self, pace: Duration) -> Self {
        self.settings.pace = pace;
        self
    }

    /// Cuts bodies into pieces of so many bytes, wherever an event or a character ends. Each is
    /// written by itself, and in a stream the pause is between them.
    pub fn chunk(mut self, bytes: usize) -> Self {
        self.settings.chunk = Some(bytes.max(1));
        self
    }

    /// Lets retired models answer as they did.
    pub fn retired(mut self, answer: bool) -> Self {
        self.settings.retired = answer;
        self
    }

    /// Passes text generation and embeddings on to a server that speaks `OpenAI`'s dialect, such as
    /// `http://127.0.0.1:11434/v1`.
    pub fn forward(mut self, to: impl Into<Forward>) -> Self {
        self.settings.forward = Some(to.into());
        self
    }

    /// The largest body that is accepted, 64 MiB if not said.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.settings.max_body = bytes;
        self
    }

    /// How many requests [`Server::requests`] keeps.
    pub fn keep(mut self, requests: usize) -> Self {
        self.settings.keep = requests;
        self
    }

    /// Lets calls go wrong from the start.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// The port is in use, or the system has no threads to give.
    // Nothing has to be waited for today; callers should not have to change when something has.
    #[allow(clippy::unused_async)]
    pub async fn start(self) -> Result<Server, StartError> {
        let port = self.settings.port;
        if let Some(forward) = &self.settings.forward {
            let checked = forward.check();
            checked.map_err(|message| StartError(Reason::Forward(message)))?;
        }
        self.begin()
            .map_err(|error| StartError(Reason::Listen(port, error)))
    }

    fn begin(self) -> io::Result<Server> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, self.settings.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(threads.min(THREADS))
            .thread_name("workers-ai-local")
            .enable_io()
            .enable_time()
            .build()?;
        let state = Arc::new(State::new(self.settings));
        for fault in self.faults {
            state.script().add(fault);
        }
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)
        };
        let listener = match listener {
            Ok(listener) => listener,
            Err(error) => {
                // Dropped as it is, it would wait, which callers inside a runtime must not.
                runtime.shutdown_background();
                return Err(error);
            }
        };
        runtime.spawn(serve::accept(listener, Arc::clone(&state)));
        Ok(Server {
            state,
            address,
            runtime: Some(runtime),
        })
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Listen(port, error) if error.kind() == io::ErrorKind::AddrInUse => write!(
                formatter,
                "port {port} of 127.0.0.1 is in use: choose another one, or 0 for a free one"
            ),
            Reason::Listen(port, error) => {
                write!(
                    formatter,
                    "cannot listen on port {port} of 127.0.0.1: {error}"
                )
            }
            Reason::Forward(message) => formatter.write_str(message),
        }
    }
}

impl Error for StartError {}
