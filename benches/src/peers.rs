//! The work done with crates that people use for other services.

use async_openai::{
    Client,
    config::OpenAIConfig,
    types::chat::{ChatCompletionRequestUserMessage, CreateChatCompletionRequestArgs},
};
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use serde_json::Value;

use crate::{Done, work::Work};

type Fault = Box<dyn std::error::Error + Send + Sync>;

pub(crate) fn openai(base: &str) -> Client<OpenAIConfig> {
    let config = OpenAIConfig::new()
        .with_api_base(format!("{base}/work=openai"))
        .with_api_key("any-token");
    Client::with_config(config)
}

/// One chat call, on the shape this crate knows.
pub(crate) async fn chat(client: &Client<OpenAIConfig>) -> Result<Done, Fault> {
    let request = CreateChatCompletionRequestArgs::default()
        .model("@cf/meta/llama-3.1-8b-instruct-fp8")
        .messages([ChatCompletionRequestUserMessage::from("Why is the sky blue?").into()])
        .build()?;
    let answer = client.chat().create(request).await?;
    let text = answer
        .choices
        .into_iter()
        .next()
        .and_then(|choice| choice.message.content);
    Ok(Done(text.map_or(0, |text| text.len())))
}

/// A stream, split by `eventsource-stream` and read into values.
pub(crate) async fn events(http: &reqwest::Client, base: &str, work: Work) -> Result<Done, Fault> {
    let url = format!("{base}/run?work={}", work.name());
    let body = serde_json::json!({ "prompt": "Tell me a story", "stream": true });
    let answer = http
        .post(url)
        .bearer_auth("any-token")
        .json(&body)
        .send()
        .await?;
    let mut events = answer.error_for_status()?.bytes_stream().eventsource();
    let mut length = 0;
    while let Some(event) = events.next().await {
        let event = event?;
        if event.data == "[DONE]" {
            break;
        }
        let said: Value = serde_json::from_str(&event.data)?;
        length += said["response"].as_str().map_or(0, str::len);
    }
    Ok(Done(length))
}
