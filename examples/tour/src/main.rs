//! The first minute: a typed answer, a stream as it arrives, vectors and a picture.
//!
//! Calls Workers AI if the environment says for whom, and a stand-in on this machine if not.
//! `cargo run -p tour -- DIR` says where the picture goes.

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use workers_ai::{
    Client,
    models::{
        BgeBaseEnV15, Flux1Schnell, Llama31_8bInstructFp8, Llama33_70bInstructFp8Fast, Model,
        cosine_similarity,
    },
};
use workers_ai_local::Server;

/// Any of these means that somebody wants to reach the service.
const CREDENTIALS: [&str; 4] = [
    "CLOUDFLARE_ACCOUNT_ID",
    "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_API_KEY",
    "CLOUDFLARE_BASE_URL",
];

const USAGE: &str = "usage: cargo run -p tour [-- DIR]";

#[tokio::main]
async fn main() -> ExitCode {
    let directory = match directory() {
        Ok(directory) => directory,
        Err(why) => {
            eprintln!("error: {why}");
            return ExitCode::from(2);
        }
    };
    match tour(&directory).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where the picture goes. It is made and tried before anything is asked for.
fn directory() -> Result<PathBuf, String> {
    let mut arguments = env::args_os().skip(1);
    let directory = match (arguments.next(), arguments.next()) {
        (None, _) => env::temp_dir().join("workers-ai-tour"),
        (Some(directory), None) if !directory.to_string_lossy().starts_with('-') => {
            PathBuf::from(directory)
        }
        (Some(other), _) => {
            return Err(format!(
                "unexpected argument {}; {USAGE}",
                Path::new(&other).display()
            ));
        }
    };
    let probe = directory.join(".probe");
    fs::create_dir_all(&directory)
        .and_then(|()| fs::write(&probe, ""))
        .and_then(|()| fs::remove_file(&probe))
        .map_err(|error| format!("cannot write to {}: {error}", directory.display()))?;
    Ok(directory)
}

async fn tour(directory: &Path) -> Result<(), Box<dyn Error>> {
    let has_credentials = CREDENTIALS
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    // The stand-in answers as long as it is held.
    let (ai, _server) = if has_credentials {
        (Client::from_env()?, None)
    } else {
        println!(
            "No account in the environment, so a stand-in on this machine makes up the answers."
        );
        println!("For the real service set CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.");
        let pace = Duration::from_millis(30);
        let server = Server::builder().pace(pace).start().await?;
        let ai = Client::builder()
            .base_url(server.url())
            .allow_loopback(true)
            .account_id("0123456789abcdef0123456789abcdef")
            .api_token("any-token")
            .build()?;
        (ai, Some(server))
    };
    answer(&ai).await?;
    stream(&ai).await?;
    vectors(&ai).await?;
    picture(&ai, directory).await
}

async fn answer(ai: &Client) -> Result<(), Box<dyn Error>> {
    println!("\nA typed answer, from {}", Llama31_8bInstructFp8::ID);
    let question = Llama31_8bInstructFp8::prompt("Why is the sky blue?").max_tokens(64);
    let answer = ai.run(question).await?;
    println!("  {}", answer.text());
    if let Some(tokens) = answer.usage().and_then(|usage| usage.total) {
        println!("  ({tokens} tokens)");
    }
    Ok(())
}

async fn stream(ai: &Client) -> Result<(), Box<dyn Error>> {
    println!("\nA stream, from {}", Llama33_70bInstructFp8Fast::ID);
    let question = Llama33_70bInstructFp8Fast::prompt("Tell me a story about a lighthouse.");
    let mut events = ai.stream(question.max_tokens(64)).await?;
    print!("  ");
    while let Some(event) = events.next().await {
        print!("{}", event?.text());
        io::stdout().flush()?;
    }
    println!();
    Ok(())
}

async fn vectors(ai: &Client) -> Result<(), Box<dyn Error>> {
    println!("\nTexts compared, by {}", BgeBaseEnV15::ID);
    let texts = [
        "When does the harbour open?",
        "At what time does the harbour open?",
        "A recipe for lemon cake",
    ];
    let answer = ai.run(BgeBaseEnV15::text(texts)).await?;
    let rows = answer.data.ok_or("the answer has no vectors")?;
    let mut rows = texts.iter().zip(rows.rows());
    if let Some((text, first)) = rows.next() {
        for (other, row) in rows {
            let likeness = cosine_similarity(first, row).unwrap_or_default();
            println!("  {likeness:.2}  {text} / {other}");
        }
    }
    Ok(())
}

async fn picture(ai: &Client, directory: &Path) -> Result<(), Box<dyn Error>> {
    println!("\nA picture, by {}", Flux1Schnell::ID);
    let answer = ai.run(Flux1Schnell::prompt("A lighthouse at dawn")).await?;
    let image = answer.image.ok_or("the answer has no picture")?;
    let path = directory.join(format!("lighthouse.{}", image.extension()));
    fs::write(&path, image.bytes()?)?;
    println!("  {}", path.display());
    Ok(())
}
