//! The service as a catalogue, asked through the client; answers are kept until a pull has succeeded.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use serde_json::Value;
use tokio::runtime::Runtime;
use workers_ai::{Client, Error, ModelSearch};
use workers_ai_schema::{Catalogue, Failure, FailureKind, Options, Progress, pull};

use crate::{
    arguments::Arguments,
    schema::{Place, import, print_faults, today, write},
};

pub(super) fn run(
    given: &Arguments,
    jobs: usize,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> io::Result<u8> {
    let schema = Place::of(given, "--schema");
    let base = Place::of(given, "--components");
    let (Some(directory), Some(components)) = (schema.read(stderr)?, base.read(stderr)?) else {
        return Ok(1);
    };
    let address = given.text("--base-url");
    let service = match Service::new(address.as_deref(), given.has("--fresh")) {
        Ok(service) => service,
        Err(message) => {
            writeln!(stderr, "error: {message}")?;
            return Ok(1);
        }
    };
    let options = Options {
        prose: !given.has("--structure-only"),
        prune: given.has("--prune"),
        date: today(),
    };
    let bar = Bar::new();
    let done = pull(
        &directory,
        &components,
        &service,
        &options,
        jobs,
        &|progress| bar.show(&progress),
    );
    bar.end();
    let pulled = match done {
        Ok(pulled) => pulled,
        Err(faults) => {
            print_faults(&faults, "", stderr)?;
            if service.kept.exists() {
                writeln!(
                    stderr,
                    "what was answered is kept: run it again to go on, or with --fresh to ask anew"
                )?;
            }
            return Ok(1);
        }
    };
    if !given.has("--dry-run") {
        if let Err(failure) = write(&schema.path, &pulled.import.files) {
            writeln!(stderr, "error: {failure}")?;
            return Ok(1);
        }
        service.forget();
    }
    import::report(&pulled.import, &schema.shown, given.has("--quiet"), stdout)?;
    for id in &pulled.vanished {
        writeln!(stdout, "withdrawn: {id} is listed no more")?;
    }
    Ok(0)
}

/// The client, and where its answers are kept.
struct Service {
    runtime: Runtime,
    client: Client,
    kept: PathBuf,
}

impl Service {
    fn new(address: Option<&str>, fresh: bool) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| format!("cannot start: {error}"))?;
        let mut builder = Client::builder().allow_loopback(true);
        if let Some(address) = address {
            builder = builder.base_url(address);
        }
        let client = builder.env().build().map_err(|error| error.to_string())?;
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let asked = (
            address.map_or_else(|| variable("CLOUDFLARE_BASE_URL"), str::to_owned),
            variable("CLOUDFLARE_ACCOUNT_ID"),
            today(),
        );
        let mut hasher = DefaultHasher::new();
        asked.hash(&mut hasher);
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        let target = target.unwrap_or_else(|| crate::root().join("target"));
        let service = Self {
            runtime,
            client,
            kept: target
                .join("schema-pull")
                .join(format!("{:016x}", hasher.finish())),
        };
        if fresh {
            service.forget();
        }
        Ok(service)
    }

    fn forget(&self) {
        // What cannot be removed is read again, and that is all.
        let _ = fs::remove_dir_all(&self.kept);
    }

    /// The answer that is kept under `name`, else the one that `ask` gets.
    fn kept(
        &self,
        name: &str,
        ask: impl Future<Output = Result<Value, Failure>>,
    ) -> Result<Value, Failure> {
        let path = self
            .kept
            .join(format!("{}.json", name.replace(['/', '@'], "_")));
        let known = fs::read_to_string(&path).ok();
        if let Some(value) = known.and_then(|text| serde_json::from_str(&text).ok()) {
            return Ok(value);
        }
        let value = self.runtime.block_on(ask)?;
        keep(&path, &value).map_err(|error| Failure {
            message: format!("cannot keep the answer in {}: {error}", path.display()),
            kind: FailureKind::Final,
        })?;
        Ok(value)
    }
}

fn keep(path: &Path, value: &Value) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let half = path.with_extension("half");
    fs::write(&half, value.to_string())?;
    fs::rename(half, path)
}

impl Catalogue for Service {
    fn search(&self, page: u32, per_page: u32) -> Result<Value, Failure> {
        let search = ModelSearch::new()
            .include_deprecated(true)
            .page(page)
            .per_page(per_page);
        self.kept(&format!("search-{page}"), async {
            let body = self.client.search_models(&search).raw().await;
            read(&body.map_err(|error| failure(&error))?)
        })
    }

    fn schema(&self, model: &str) -> Result<Value, Failure> {
        self.kept(&format!("schema-{model}"), async {
            let body = self.client.model_schema(model).raw().await;
            read(&body.map_err(|error| failure(&error))?)
        })
    }
}

fn read(body: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(body).map_err(|error| Failure {
        message: format!("the answer is not JSON: {error}"),
        kind: FailureKind::Once,
    })
}

fn failure(error: &Error) -> Failure {
    let kind = if error.is_unknown_model() || error.status() == Some(404) {
        FailureKind::Missing
    } else if error.is_auth() || error.is_permission() {
        FailureKind::Final
    } else {
        FailureKind::Once
    };
    Failure {
        message: error.to_string(),
        kind,
    }
}

/// How far it is, on one line of a terminal.
struct Bar(bool);

impl Bar {
    fn new() -> Self {
        Self(io::stderr().is_terminal())
    }

    fn show(&self, progress: &Progress) {
        const WIDTH: usize = 30;
        if !self.0 {
            return;
        }
        let line = match progress {
            Progress::Listed(count) => format!("{count} models listed"),
            Progress::Fetched { model, done, total } => {
                let full = WIDTH * done / total.max(&1);
                let (full, rest) = ("#".repeat(full), ".".repeat(WIDTH - full));
                format!("[{full}{rest}] {done}/{total} {model}")
            }
        };
        let line: String = line.chars().take(78).collect();
        // A terminal that is gone needs no bar.
        let _ = write!(io::stderr(), "\r\x1b[2K{line}");
    }

    fn end(&self) {
        if self.0 {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}
