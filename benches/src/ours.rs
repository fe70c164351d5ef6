//! The work done with `workers-ai`, as its documentation shows it.

use serde::de::DeserializeOwned;
use workers_ai::{
    Client, Error, EventStream,
    models::{
        Answer, BgeLargeEnV15, Flux1Schnell, Llama31_8bInstructFp8, Media, Qwen3_30bA3bFp8,
        StableDiffusionXlLightning, WhisperLargeV3Turbo, WhisperTinyEn,
    },
};

use crate::{Done, work::Work};

pub(crate) fn client(base: &str) -> Result<Client, Error> {
    Client::builder()
        .base_url(base)
        .allow_loopback(true)
        .account_id("0123456789abcdef0123456789abcdef")
        .api_token("any-token")
        .build()
}

/// Does it once. What comes back shows that it was done.
pub(crate) async fn run(ai: &Client, work: Work, sound: &bytes::Bytes) -> Result<Done, Error> {
    let name = work.name();
    let media = || Media::new(sound.clone());
    Ok(match work {
        Work::Chat => {
            let input = Llama31_8bInstructFp8::prompt("Why is the sky blue?").max_tokens(64);
            let answer = ai.run(input).await?;
            Done(answer.text().len())
        }
        Work::Chunks => {
            let input = Qwen3_30bA3bFp8::prompt("Tell me a story");
            text_of(ai.stream(input).query("work", name).await?).await?
        }
        _ if work.is_stream() => {
            let input = Llama31_8bInstructFp8::prompt("Tell me a story");
            text_of(ai.stream(input).query("work", name).await?).await?
        }
        Work::Vectors => {
            let input = BgeLargeEnV15::text(["When does the harbour open?"]);
            let answer = ai.run(input).query("work", name).await?;
            Done(answer.data.map_or(0, |rows| rows.as_flat().len()))
        }
        Work::Numbers => {
            let answer = ai.run(WhisperTinyEn::audio(media()));
            let answer = answer.query("work", name).await?;
            Done(answer.text.map_or(0, |text| text.len()))
        }
        Work::Base64 => {
            let answer = ai.run(WhisperLargeV3Turbo::audio(media()));
            let answer = answer.query("work", name).await?;
            Done(answer.text.map_or(0, |text| text.len()))
        }
        Work::Picture => {
            let answer = ai.run(Flux1Schnell::prompt("A lighthouse"));
            let answer = answer.query("work", name).await?;
            let bytes = answer.image.and_then(|image| image.into_bytes().ok());
            Done(bytes.map_or(0, |bytes| bytes.len()))
        }
        _ => {
            let input = StableDiffusionXlLightning::prompt("A lighthouse");
            let image = ai.run(input).query("work", name).await?;
            Done(image.into_bytes().map_or(0, |bytes| bytes.len()))
        }
    })
}

/// How much text a stream brings.
async fn text_of<E: DeserializeOwned + Answer>(mut events: EventStream<E>) -> Result<Done, Error> {
    let mut length = 0;
    while let Some(event) = events.next().await {
        length += event?.text().map_or(0, |text| text.len());
    }
    Ok(Done(length))
}
