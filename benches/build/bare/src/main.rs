//! One call to a chat model by hand: what `build-hello` is compared with.

use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Question<'a> {
    prompt: &'a str,
    max_tokens: u32,
}

#[derive(Deserialize)]
struct Envelope {
    result: Answer,
}

#[derive(Deserialize)]
struct Answer {
    response: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let account = std::env::var("CLOUDFLARE_ACCOUNT_ID")?;
    let token = std::env::var("CLOUDFLARE_API_TOKEN")?;
    // Without one chosen `reqwest` cannot connect; a second time it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!(
        "https://api.cloudflare.com/client/v4/accounts/{account}/ai/run/@cf/meta/llama-3.1-8b-instruct-fp8"
    );
    let question = Question {
        prompt: "Why is the sky blue?",
        max_tokens: 64,
    };
    let client = reqwest::Client::new();
    let request = client.post(url).bearer_auth(token).json(&question);
    let answer = request.send().await?.error_for_status()?;
    let answer: Envelope = answer.json().await?;
    println!("{}", answer.result.response);
    Ok(())
}
