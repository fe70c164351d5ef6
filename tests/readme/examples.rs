//! The examples of README.md, line by line. They run in a process of their own, whose environment leads to the stand-in
//! server and whose directory has the files that the examples read.

use std::{env, error::Error, fs, process::Command};

use workers_ai::Client;
use workers_ai_local::Server;

use crate::{blocks, page};

type Outcome = Result<(), Box<dyn Error>>;

/// How many examples there are below.
const EXAMPLES: usize = 17;

/// Set where the examples run.
const INSIDE: &str = "WORKERS_AI_README";

fn ai() -> Result<Client, workers_ai::Error> {
    Client::from_env()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readme_examples_run() -> Outcome {
    if env::var_os(INSIDE).is_some() {
        return all().await;
    }
    let server = Server::builder().retired(true).start().await?;
    let directory = env::temp_dir().join(format!("workers-ai-readme-{}", std::process::id()));
    fs::create_dir_all(&directory)?;
    for name in ["meeting.mp3", "harbour.jpg"] {
        fs::write(directory.join(name), "any bytes at all")?;
    }
    let mut command = Command::new(env::current_exe()?);
    command
        .args(["--exact", "examples::readme_examples_run", "--nocapture"])
        .current_dir(&directory)
        .env(INSIDE, "1")
        .env("CLOUDFLARE_ACCOUNT_ID", "0123456789abcdef0123456789abcdef")
        .env("CLOUDFLARE_API_TOKEN", "any-token")
        .env("CLOUDFLARE_BASE_URL", server.url())
        .env("WORKERS_AI_ALLOW_LOOPBACK", "1");
    let run = tokio::task::spawn_blocking(move || command.output()).await??;
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
    // The last example has a server of its own.
    let requests = server.requests().len();
    assert!(requests >= EXAMPLES, "only {requests} requests came");
    let written = fs::read(directory.join("lighthouse.jpg"))?;
    assert!(written.starts_with(&[0xFF, 0xD8]));
    fs::remove_dir_all(&directory)?;
    Ok(())
}

async fn all() -> Outcome {
    hello().await?;
    conversation().await?;
    streaming().await?;
    reasoning().await?;
    tools().await?;
    json().await?;
    embeddings().await?;
    words().await?;
    summary().await?;
    picture().await?;
    seeing().await?;
    hearing().await?;
    speaking().await?;
    errors().await?;
    any_text_model().await?;
    any_model().await?;
    own_tests().await?;
    Ok(())
}

/// Every block is one of the examples, apart from the space before its lines.
#[test]
fn readme_shows_what_is_run() {
    let code = lines(include_str!("examples.rs"));
    let mut shown = 0;
    for block in blocks(&page("README.md"), "rust") {
        let block = lines(&block);
        let stands = code.windows(block.len()).any(|window| window == block);
        assert!(
            stands,
            "not in tests/readme/examples.rs:\n{}",
            block.join("\n")
        );
        shown += 1;
    }
    assert_eq!(shown, EXAMPLES);
}

fn lines(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty()).collect()
}

async fn hello() -> Outcome {
    use workers_ai::{Client, models::Llama31_8bInstructFp8};

    #[tokio::main]
    async fn main() -> Result<(), workers_ai::Error> {
        let ai = Client::from_env()?;
        let question = Llama31_8bInstructFp8::prompt("Why is the sky blue?").max_tokens(64);
        let answer = ai.run(question).await?;
        println!("{}", answer.text());
        Ok(())
    }

    tokio::task::spawn_blocking(main).await??;
    Ok(())
}

async fn conversation() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::{ChatMessage, KimiK26};

    let mut messages = vec![
        ChatMessage::system("Answer in one sentence."),
        ChatMessage::user("What is a lighthouse for?"),
    ];
    let answer = ai.run(KimiK26::messages(messages.clone())).await?;
    messages.push(ChatMessage::assistant(answer.text()));
    messages.push(ChatMessage::user("And a buoy?"));

    let answer = ai.run(KimiK26::messages(messages)).await?;
    println!("{}", answer.text());
    if let Some(tokens) = answer.usage().and_then(|usage| usage.total) {
        println!("{tokens} tokens");
    }
    Ok(())
}

async fn streaming() -> Outcome {
    let ai = ai()?;
    use std::io::Write;
    use workers_ai::models::Llama33_70bInstructFp8Fast;

    let story = Llama33_70bInstructFp8Fast::prompt("Tell me a story.");
    let mut events = ai.stream(story).await?;
    while let Some(event) = events.next().await {
        print!("{}", event?.text());
        std::io::stdout().flush()?;
    }
    Ok(())
}

async fn reasoning() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::{GptOss120b, ResponsesReasoning, ResponsesReasoningEffort};

    let low = ResponsesReasoning::new().effort(ResponsesReasoningEffort::Low);
    let question = GptOss120b::input("Why is the sky blue?").reasoning(low);
    let whole = ai.stream(question).await?.collect().await?;
    println!("{} (thought: {})", whole.text(), whole.reasoning());
    println!("{:?} tokens", whole.usage().and_then(|usage| usage.total));
    assert!(!whole.reasoning().is_empty() && whole.usage().is_some());
    Ok(())
}

async fn tools() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::{Llama33_70bInstructFp8Fast, Message, Tool, object};

    #[derive(serde::Deserialize)]
    struct Place {
        city: String,
    }

    let tool = Tool::function(
        "weather",
        "Tells the weather in a city.",
        object!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}),
    );
    let mut messages = vec![Message::user("What is the weather in Lisbon?")];
    let ask = Llama33_70bInstructFp8Fast::messages(messages.clone()).tools([tool]);
    let answer = ai.run(ask).await?;

    let calls = answer.tool_calls();
    messages.push(Message::calls(&calls));
    for call in &calls {
        let said = match call.name {
            Some("weather") => format!("Sunny in {}.", call.arguments::<Place>()?.city),
            _ => "There is no such tool.".to_owned(),
        };
        messages.push(Message::answer_to(call, said));
    }
    let answer = ai
        .run(Llama33_70bInstructFp8Fast::messages(messages))
        .await?;
    println!("{}", answer.text());
    assert!(!calls.is_empty());
    Ok(())
}

async fn json() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::{Llama33_70bInstructFp8Fast, ResponseFormat, object};

    #[derive(Debug, serde::Deserialize)]
    struct Harbour {
        name: String,
        boats: u32,
    }

    let schema = object!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "boats": {"type": "integer", "minimum": 0}},
        "required": ["name", "boats"]
    });
    let ask = Llama33_70bInstructFp8Fast::prompt("Make up a harbour.");
    let answer = ai
        .run(ask.response_format(ResponseFormat::schema(schema)))
        .await?;
    let harbour: Harbour = answer.json()?;
    println!("{} has {} boats", harbour.name, harbour.boats);
    Ok(())
}

async fn embeddings() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::{BgeBaseEnV15, cosine_similarity};

    let texts = ["When does the harbour open?", "The harbour opens at six."];
    let answer = ai.run(BgeBaseEnV15::text(texts)).await?;
    let rows = answer.data.ok_or("no vectors")?;
    if let (Some(question), Some(answer)) = (rows.row(0), rows.row(1)) {
        println!("{:?}", cosine_similarity(question, answer));
    }
    Ok(())
}

async fn words() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::{BgeRerankerBase, DistilbertSst2Int8, M2m100_12b};

    let french = ai
        .run(M2m100_12b::input("Where is the station?", "fr"))
        .await?;
    println!("{}", french.text());

    for class in ai
        .run(DistilbertSst2Int8::text("What a lovely day."))
        .await?
    {
        println!("{:?} {:?}", class.label, class.score);
    }

    let texts = ["The harbour opens at six.", "Cats sleep a lot."];
    let ranked = ai
        .run(BgeRerankerBase::input("When does it open?", texts))
        .await?;
    for text in ranked.response.unwrap_or_default() {
        println!("{:?} {:?}", text.id, text.score);
    }
    Ok(())
}

#[expect(deprecated, reason = "withdrawn, as README.md says")]
async fn summary() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::BartLargeCnn;

    let article = "The harbour was closed on Monday because of ice. Ferries wait until noon.";
    let answer = ai
        .run(BartLargeCnn::input_text(article).max_length(64))
        .await?;
    println!("{}", answer.text());
    Ok(())
}

async fn picture() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::Flux1Schnell;

    let answer = ai.run(Flux1Schnell::prompt("A lighthouse at dawn")).await?;
    let image = answer.image.ok_or("no picture")?;
    let file = format!("lighthouse.{}", image.extension());
    std::fs::write(file, image.bytes()?)?;
    Ok(())
}

async fn seeing() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::{ChatMessage, DetrResnet50, KimiK26, Llava15_7bHf, Resnet50};

    let photo = std::fs::read("harbour.jpg")?;
    let question = ChatMessage::about_image("How many boats are there?", photo.clone());
    println!("{}", ai.run(KimiK26::messages([question])).await?.text());

    let caption = ai
        .run(Llava15_7bHf::image(photo.clone()).prompt("What is this?"))
        .await?;
    println!("{}", caption.text());

    for class in ai.run(Resnet50::image(photo.clone())).await? {
        println!("{:?} {:?}", class.label, class.score);
    }
    for object in ai.run(DetrResnet50::image(photo)).await? {
        println!("{:?} at {:?}", object.label, object.box_);
    }
    Ok(())
}

async fn hearing() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::{SmartTurnV2, WhisperLargeV3Turbo};

    let recording = std::fs::read("meeting.mp3")?;
    let transcript = ai
        .run(WhisperLargeV3Turbo::audio(recording.clone()))
        .await?;
    println!("{}", transcript.text());

    let turn = ai.run(SmartTurnV2::audio(recording)).await?;
    println!("has finished: {:?}", turn.is_complete);
    Ok(())
}

async fn speaking() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::{Aura2En, SpeechEncoding};

    let text = Aura2En::text("Your table is booked.").encoding(SpeechEncoding::Mp3);
    let speech = ai.run(text).await?;
    std::fs::write("booked.mp3", speech.bytes()?)?;
    Ok(())
}

async fn errors() -> Outcome {
    let ai = ai()?;
    use std::time::Duration;
    use workers_ai::models::Llama31_8bInstructFp8;

    let question = Llama31_8bInstructFp8::prompt("Why is the sky blue?");
    match ai
        .run(question)
        .total_timeout(Duration::from_secs(20))
        .details()
        .await
    {
        Ok(response) => println!("{} neurons", response.details.neurons().unwrap_or_default()),
        Err(error) if error.is_capacity() => println!("busy, wait {:?}", error.retry_after()),
        Err(error) => println!("{error}, request {:?}", error.request_id()),
    }
    Ok(())
}

async fn any_text_model() -> Outcome {
    let ai = ai()?;
    use workers_ai::models::{
        Answer, ChatMessage, KimiK26, Llama31_8bInstructFp8, Model, ModelInput,
    };

    async fn ask<I>(ai: &Client, input: I) -> Result<String, workers_ai::Error>
    where
        I: ModelInput<Model: Model<Output: Answer>>,
    {
        let answer = ai.run(input).await?;
        Ok(answer.text().unwrap_or_default().into_owned())
    }

    let text = match ask(&ai, KimiK26::messages([ChatMessage::user("Hello")])).await {
        Err(error) if error.is_retryable() || error.is_timeout() => {
            ask(&ai, Llama31_8bInstructFp8::prompt("Hello")).await?
        }
        answer => answer?,
    };
    println!("{text}");
    assert!(!text.is_empty());
    Ok(())
}

async fn any_model() -> Outcome {
    let ai = ai()?;
    use serde_json::json;
    use workers_ai::models::TextGenerationOutput;

    let model = std::env::var("MODEL").unwrap_or("@cf/zai-org/glm-4.7-flash".to_owned());
    let question = json!({ "messages": [{ "role": "user", "content": "Hello" }] });
    let answer = ai.run_any(model, question).await?;
    let answer: TextGenerationOutput = serde_json::from_value(answer)?;
    println!("{}", answer.text());
    assert!(!answer.text().is_empty());
    Ok(())
}

async fn own_tests() -> Outcome {
    use workers_ai::{Client, models::Llama31_8bInstructFp8};
    use workers_ai_local::{Fault, Server};

    let server = Server::start().await?;
    let ai = Client::builder()
        .base_url(server.url())
        .allow_loopback(true)
        .account_id("0123456789abcdef0123456789abcdef")
        .api_token("any-token")
        .build()?;

    server.script(Fault::error(3040)); // the model is busy, once
    ai.run(Llama31_8bInstructFp8::prompt("Hello")).await?;
    assert_eq!(server.requests().len(), 2);
    Ok(())
}
