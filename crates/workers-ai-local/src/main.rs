//! The stand-in as a program: reads its arguments, starts the server, says where it is.

use std::{fmt::Display, io::Write, process::ExitCode, str::FromStr, time::Duration};

use workers_ai_local::{Fault, Forward, Server, ServerBuilder};

/// The port, unless another one is asked for.
const PORT: u16 = 8787;

const HELP: &str = "\
A stand-in for Cloudflare Workers AI on this machine.

Usage: workers-ai-local [OPTIONS]

Options:
  --port PORT                 Port of 127.0.0.1, 0 for a free one [default: 8787]
  --token TOKEN               The only token accepted [default: any]
  --account ID                The only account there is [default: any]
  --seed NUMBER               Another seed, other answers [default: 0]
  --pace TIME                 Pause between two events of a stream, such as 20ms
  --chunk BYTES               Cut bodies into pieces of so many bytes
  --retired                   Let retired models answer
  --forward URL               Pass text generation and embeddings on to a server that speaks
                              OpenAI's dialect, such as http://127.0.0.1:11434/v1
  --forward-model NAME        Its model for text generation
  --forward-embeddings NAME   Its model for embeddings
  --fault TEXT                Let calls go wrong, such as \"error=capacity times=3\"
  --script FILE               Faults, one per line
  -h, --help                  Print this
  -V, --version               Print the version
";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("workers-ai-local: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let Some(builder) = read(arguments)? else {
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    let server = runtime
        .block_on(builder.start())
        .map_err(|error| error.to_string())?;
    let url = server.url();
    print(&format!(
        "Workers AI stand-in at {url}\n\
         Stop it with Ctrl-C. For programs that should use it, in another shell:\n\n  \
         export CLOUDFLARE_BASE_URL={url}\n  \
         export CLOUDFLARE_ACCOUNT_ID=0123456789abcdef0123456789abcdef\n  \
         export CLOUDFLARE_API_TOKEN=any-token\n  \
         export WORKERS_AI_ALLOW_LOOPBACK=1\n"
    ));
    loop {
        std::thread::park();
    }
}

/// Says something. Whether anybody reads it makes no difference.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// What the arguments ask for; nothing if they only ask for text.
fn read(mut arguments: impl Iterator<Item = String>) -> Result<Option<ServerBuilder>, String> {
    let mut builder = Server::builder().port(PORT).keep(0);
    let mut forward: Option<Forward> = None;
    let (mut model, mut embeddings) = (None, None);
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                (name.to_owned(), Some(value.to_owned()))
            }
            _ => (argument, None),
        };
        let mut value = || {
            let value = inline.clone().or_else(|| arguments.next());
            value.ok_or_else(|| format!("{name} needs a value; see --help"))
        };
        builder = match name.as_str() {
            "-h" | "--help" => {
                print(HELP);
                return Ok(None);
            }
            "-V" | "--version" => {
                print(concat!(
                    "workers-ai-local ",
                    env!("CARGO_PKG_VERSION"),
                    "\n"
                ));
                return Ok(None);
            }
            "--port" => builder.port(parsed(&name, &value()?)?),
            "--token" => builder.token(value()?),
            "--account" => builder.account(value()?),
            "--seed" => builder.seed(parsed(&name, &value()?)?),
            "--pace" => builder.pace(time(&value()?)?),
            "--chunk" => builder.chunk(parsed(&name, &value()?)?),
            "--retired" if inline.is_none() => builder.retired(true),
            "--fault" => builder.fault(parsed::<Fault>(&name, &value()?)?),
            "--script" => script(builder, &value()?)?,
            "--forward" => {
                forward = Some(Forward::from(value()?.as_str()));
                builder
            }
            "--forward-model" => {
                model = Some(value()?);
                builder
            }
            "--forward-embeddings" => {
                embeddings = Some(value()?);
                builder
            }
            _ => return Err(format!("unknown argument `{name}`; see --help")),
        };
    }
    let Some(mut forward) = forward else {
        return match model.or(embeddings) {
            Some(_) => Err("a model to forward to needs --forward too".to_owned()),
            None => Ok(Some(builder)),
        };
    };
    if let Some(model) = model {
        forward = forward.model(model);
    }
    if let Some(model) = embeddings {
        forward = forward.embedding_model(model);
    }
    Ok(Some(builder.forward(forward)))
}

fn script(builder: ServerBuilder, path: &str) -> Result<ServerBuilder, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let faults = Fault::script(&text).map_err(|error| format!("{path}: {error}"))?;
    Ok(faults.into_iter().fold(builder, ServerBuilder::fault))
}

fn parsed<T: FromStr<Err: Display>>(name: &str, value: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|error| format!("{name} `{value}`: {error}"))
}

fn time(value: &str) -> Result<Duration, String> {
    let (digits, unit) = match value.find(|character: char| !character.is_ascii_digit()) {
        Some(at) => value.split_at(at),
        None => (value, "ms"),
    };
    let time = digits.parse().ok().and_then(|count| match unit {
        "ms" => Some(Duration::from_millis(count)),
        "s" => Some(Duration::from_secs(count)),
        _ => None,
    });
    time.ok_or_else(|| format!("--pace `{value}`: needs a time such as 20ms or 1s"))
}
