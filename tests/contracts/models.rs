//! Every model behind one plain table, so that a rule can be held up to all of them.

use std::{fmt::Debug, pin::Pin};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use workers_ai::Client;
use workers_ai_models as models;
use workers_ai_models::{
    Batch, BatchState, Batched, Invalid, Media, Model, ModelInput, Payload, Streaming, Violation,
    drift, glance,
};

/// What a model does, with JSON in place of its types.
pub(crate) struct Entry {
    /// [`Model::ID`].
    pub(crate) id: &'static str,
    /// [`Model::INFO`].
    pub(crate) info: &'static models::ModelInfo,
    /// Reads an input and says what would be sent.
    pub(crate) request: fn(&Value) -> Result<Request, serde_json::Error>,
    /// Reads an answer and writes it again.
    pub(crate) answer: fn(&Value) -> Result<Value, serde_json::Error>,
    /// Reads an answer from its text.
    pub(crate) answer_text: fn(&str) -> Result<(), serde_json::Error>,
    /// Whether what is written of an answer reads as the same answer.
    pub(crate) keeps_answer: fn(&Value) -> Result<bool, serde_json::Error>,
    /// Takes an answer that came as bytes and writes it again.
    pub(crate) media: fn(Media) -> Option<Value>,
    /// Reads an input and calls the model, within its limits or not; writes the answer.
    pub(crate) call: fn(&Client, &Value, Limits) -> Called<Value>,
}

/// A call that is under way.
pub(crate) type Called<T> = Pin<Box<dyn Future<Output = Result<T, workers_ai::Error>>>>;

/// Whether an input is held to its limits before it is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Limits {
    Watched,
    Unwatched,
}

/// An input as it would be sent.
pub(crate) struct Request {
    /// The input as JSON.
    pub(crate) json: Value,
    /// The body.
    pub(crate) payload: Payload,
    /// What its limits say against it.
    pub(crate) violations: Vec<Violation>,
}

/// What a streaming model does beside that.
pub(crate) struct StreamEntry {
    /// [`Model::ID`].
    pub(crate) id: &'static str,
    /// [`Streaming::END`].
    pub(crate) end: &'static str,
    /// [`Streaming::DEFAULT`].
    pub(crate) default: bool,
    /// Reads an input, asks for a stream or not, and writes it again.
    pub(crate) set_stream: fn(&Value, bool) -> Result<Value, serde_json::Error>,
    /// Reads an event and writes it again.
    pub(crate) event: fn(&Value) -> Result<Value, serde_json::Error>,
    /// Reads an event from its text.
    pub(crate) event_text: fn(&str) -> Result<(), serde_json::Error>,
    /// Whether what is written of an event reads as the same event.
    pub(crate) keeps_event: fn(&Value) -> Result<bool, serde_json::Error>,
    /// Reads an input, asks for a stream and waits for its end; counts the events.
    pub(crate) stream: fn(&Client, &Value) -> Called<usize>,
}

/// What a model that queues does beside that.
pub(crate) struct BatchEntry {
    /// [`Model::ID`].
    pub(crate) id: &'static str,
    /// Reads requests and writes the body that queues them.
    pub(crate) batch: fn(&[Value]) -> Result<Request, serde_json::Error>,
    /// Reads where a batch stands; of a finished one, writes each answer again.
    pub(crate) state: fn(&Value) -> Result<Option<Vec<Answered>>, serde_json::Error>,
}

/// An answer of a batch, written again; `None` if it failed.
pub(crate) type Answered = Option<Value>;

/// The entry of a model of the catalogue.
pub(crate) fn entry(id: &str) -> &'static Entry {
    let found = ALL.iter().find(|entry| entry.id == id);
    found.unwrap_or_else(|| panic!("{id} is not in the table"))
}

impl Entry {
    const fn of<M>() -> Self
    where
        M: Model,
        M::Input: ModelInput<Model = M> + DeserializeOwned,
        M::Output: Serialize + PartialEq,
    {
        Self {
            id: M::ID,
            info: M::INFO,
            request: |body| {
                let input: M::Input = read(body)?;
                Ok(Request {
                    json: serde_json::to_value(&input)?,
                    payload: M::encode(&input).expect("an input that was read can be sent"),
                    violations: violations(input.validate(), M::ID),
                })
            },
            answer: |body| serde_json::to_value(read::<M::Output>(body)?),
            answer_text: |text| serde_json::from_str::<M::Output>(text).map(drop),
            keeps_answer: keeps::<M::Output>,
            media: |media| {
                let answer = M::from_media(media)?;
                Some(serde_json::to_value(&answer).expect("an answer can be written"))
            },
            call: |client, body, limits| {
                let mut body = body.clone();
                if M::INFO.streaming {
                    // The client's to set.
                    body.as_object_mut().and_then(|body| body.remove("stream"));
                }
                let input: M::Input = read(&body).expect("an input");
                let mut run = client.run(input);
                if limits == Limits::Unwatched {
                    run = run.skip_validation();
                }
                Box::pin(async move {
                    let answer = run.await?;
                    Ok(serde_json::to_value(&answer).expect("an answer can be written"))
                })
            },
        }
    }
}

impl StreamEntry {
    const fn of<M>() -> Self
    where
        M: Streaming,
        M::Input: ModelInput<Model = M> + DeserializeOwned,
        M::Event: Serialize + PartialEq,
    {
        Self {
            id: M::ID,
            end: M::END,
            default: M::DEFAULT,
            set_stream: |body, on| {
                let mut input: M::Input = read(body)?;
                M::set_stream(&mut input, on);
                serde_json::to_value(&input)
            },
            event: |body| serde_json::to_value(read_event::<M::Event>(body)?),
            event_text: |text| serde_json::from_str::<M::Event>(text).map(drop),
            keeps_event: keeps::<M::Event>,
            stream: |client, body| {
                let input: M::Input = read(body).expect("an input");
                let run = client.stream(input);
                Box::pin(async move {
                    let mut events = run.await?;
                    let mut count = 0;
                    while let Some(event) = events.next().await {
                        event?;
                        count += 1;
                    }
                    Ok(count)
                })
            },
        }
    }
}

impl BatchEntry {
    const fn of<M>() -> Self
    where
        M: Batched,
        M::Request: DeserializeOwned,
        M::Output: Serialize,
    {
        Self {
            id: M::ID,
            batch: |bodies| {
                let requests: Result<Vec<M::Request>, _> = bodies.iter().map(read).collect();
                let batch = Batch::<M>::new(requests?);
                Ok(Request {
                    json: serde_json::to_value(&batch)?,
                    payload: Payload::json(&batch).expect("a batch can be sent"),
                    violations: violations(
                        Invalid::unless_fits(&batch).map_err(|invalid| invalid.for_model(M::ID)),
                        M::ID,
                    ),
                })
            },
            state: |body| match read::<BatchState<M::Output>>(body)? {
                BatchState::Done(results) => {
                    let answers = results.responses.iter();
                    let answers = answers.map(|answer| answer.result.as_ref().ok());
                    let written =
                        answers.map(|answer| answer.map(serde_json::to_value).transpose());
                    written.collect::<Result<_, _>>().map(Some)
                }
                _ => Ok(None),
            },
        }
    }
}

/// Reads a value from its text, as a transport would.
pub(crate) fn read<T: DeserializeOwned>(body: &Value) -> Result<T, serde_json::Error> {
    serde_json::from_str(&body.to_string())
}

/// Reads an answer of a model.
pub(crate) fn answer<M: Model>(body: &Value) -> M::Output {
    read(body).unwrap_or_else(|error| panic!("{}: {error}", M::ID))
}

/// Reads an event of a model's stream.
pub(crate) fn event<M: Streaming>(body: &Value) -> M::Event
where
    M::Event: PartialEq,
{
    read_event(body).unwrap_or_else(|error| panic!("{}: {error}", M::ID))
}

/// Reads an event in both ways in which a stream does.
fn read_event<T>(body: &Value) -> Result<T, serde_json::Error>
where
    T: DeserializeOwned + PartialEq + Debug,
{
    let event: T = read(body)?;
    if body.is_object() && !drift::is_watched() {
        let text = body.to_string();
        let mut length = 0;
        let quick: T = glance::first(&text, &mut length).expect("what can be read is read quickly");
        assert_eq!((length, &quick), (text.len(), &event), "{body}");
    }
    Ok(event)
}

fn keeps<T>(body: &Value) -> Result<bool, serde_json::Error>
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let value: T = read(body)?;
    let again: T = serde_json::from_str(&serde_json::to_string(&value)?)?;
    Ok(value == again)
}

fn violations(checked: Result<(), Invalid>, id: &str) -> Vec<Violation> {
    match checked {
        Ok(()) => Vec::new(),
        Err(invalid) => {
            assert_eq!(invalid.model, Some(id), "the error names the model");
            assert!(!invalid.violations.is_empty(), "the error names a field");
            invalid.violations
        }
    }
}

macro_rules! table {
    ($(#[$doc:meta])* $table:ident: $entry:ident = $($model:ident,)*) => {
        $(#[$doc])*
        pub(crate) static $table: &[$entry] = &[$($entry::of::<models::$model>()),*];
    };
}

table! {
    /// Every model.
    ALL: Entry =
    Indictrans2EnIndic1b, GemmaSeaLionV4_27bIt, BgeBaseEnV15, BgeLargeEnV15, BgeM3,
    BgeRerankerBase, BgeSmallEnV15, OmniBgeBaseEnV15, Flux1Schnell, Flux2Dev, Flux2Klein4b,
    Flux2Klein9b, StableDiffusionXlLightning, ClefFlash, ClefOmni, Clef, Aura1, Aura2En, Aura2Es,
    Flux, Nova3, DeepseekMath7bInstruct, DeepseekR1DistillQwen32b, DeepseekV4Flash0731,
    DeepseekV4Pro0813, Sqlcoder7b2, BartLargeCnn, DetrResnet50, UnaCybertron7bV2Bf16,
    Embeddinggemma300m, Gemma2bItLora, Gemma3_12bIt, Gemma4_26bA4bIt, Gemma7bItLora,
    DistilbertSst2Int8, Granite40HMicro, LucidOrigin, Phoenix10, Llava15_7bHf, Dreamshaper8Lcm,
    Llama2_7bChatHfLora, Llama2_7bChatFp16, Llama2_7bChatInt8, Llama3_8bInstructAwq,
    Llama3_8bInstruct, Llama31_70bInstructFp8Fast, Llama31_70bInstruct, Llama31_8bInstructAwq,
    Llama31_8bInstructFast, Llama31_8bInstructFp8Fast, Llama31_8bInstructFp8, Llama31_8bInstruct,
    Llama32_11bVisionInstruct, Llama32_1bInstruct, Llama32_3bInstruct, Llama33_70bInstructFp8Fast,
    Llama4Scout17b16eInstruct, LlamaGuard3_8b, M2m100_12b, Phi2, Resnet50, Mistral7bInstructV01,
    Mistral7bInstructV02Lora, MistralSmall31_24bInstruct, Moondream31_9bA2b, KimiK25, KimiK26,
    KimiK27Code, Melotts, Nemotron3_120bA12b, NemotronSpeechStreamingEn06b, GptOss120b, GptOss20b,
    WhisperLargeV3Turbo, WhisperTinyEn, Whisper, Openchat35_0106, PlamoEmbedding1b, SmartTurnV2,
    Qwen15_05bChat, Qwen15_18bChat, Qwen15_14bChatAwq, Qwen15_7bChatAwq, Qwen25Coder32bInstruct,
    Qwen3_30bA3bFp8, Qwen3Embedding06b, Qwen38_27b, Qwq32b, StableDiffusionV1_5Img2img,
    StableDiffusionV1_5Inpainting, StableDiffusionXlBase10, DiscolmGerman7bV1Awq, Falcon7bInstruct,
    Tinyllama11bChatV10, UformGen2Qwen500m, Glm47Flash, Glm52, Glm53Flash, Glm53, Gemma7bIt,
    MetaLlama3_8bInstruct, Mistral7bInstructV02, StarlingLm7bBeta, Hermes2ProMistral7b,
    DeepseekCoder67bBaseAwq, DeepseekCoder67bInstructAwq, Llama2_13bChatAwq, Llamaguard7bAwq,
    Mistral7bInstructV01Awq, NeuralChat7bV3_1Awq, Openhermes25Mistral7bAwq, Zephyr7bBetaAwq,
}

table! {
    /// Every model that can answer piece by piece.
    STREAMING: StreamEntry =
    GemmaSeaLionV4_27bIt, DeepseekMath7bInstruct, DeepseekR1DistillQwen32b, DeepseekV4Flash0731,
    DeepseekV4Pro0813, Sqlcoder7b2, UnaCybertron7bV2Bf16, Gemma2bItLora, Gemma3_12bIt,
    Gemma4_26bA4bIt, Gemma7bItLora, Granite40HMicro, Llama2_7bChatHfLora, Llama2_7bChatFp16,
    Llama2_7bChatInt8, Llama3_8bInstructAwq, Llama3_8bInstruct, Llama31_70bInstructFp8Fast,
    Llama31_70bInstruct, Llama31_8bInstructAwq, Llama31_8bInstructFast, Llama31_8bInstructFp8Fast,
    Llama31_8bInstructFp8, Llama31_8bInstruct, Llama32_11bVisionInstruct, Llama32_1bInstruct,
    Llama32_3bInstruct, Llama33_70bInstructFp8Fast, Llama4Scout17b16eInstruct, Phi2,
    Mistral7bInstructV01, Mistral7bInstructV02Lora, MistralSmall31_24bInstruct, Moondream31_9bA2b,
    KimiK25, KimiK26, KimiK27Code, Nemotron3_120bA12b, GptOss120b, GptOss20b, Openchat35_0106,
    Qwen15_05bChat, Qwen15_18bChat, Qwen15_14bChatAwq, Qwen15_7bChatAwq, Qwen25Coder32bInstruct,
    Qwen3_30bA3bFp8, Qwen38_27b, Qwq32b, DiscolmGerman7bV1Awq, Falcon7bInstruct,
    Tinyllama11bChatV10, Glm47Flash, Glm52, Glm53Flash, Glm53, Gemma7bIt, MetaLlama3_8bInstruct,
    Mistral7bInstructV02, StarlingLm7bBeta, Hermes2ProMistral7b, DeepseekCoder67bBaseAwq,
    DeepseekCoder67bInstructAwq, Llama2_13bChatAwq, Llamaguard7bAwq, Mistral7bInstructV01Awq,
    NeuralChat7bV3_1Awq, Openhermes25Mistral7bAwq, Zephyr7bBetaAwq,
}

table! {
    /// Every model whose requests can be queued.
    BATCHED: BatchEntry =
    GemmaSeaLionV4_27bIt, BgeBaseEnV15, BgeLargeEnV15, BgeM3, BgeSmallEnV15, OmniBgeBaseEnV15,
    DeepseekV4Flash0731, DeepseekV4Pro0813, Gemma4_26bA4bIt, Llama33_70bInstructFp8Fast,
    Llama4Scout17b16eInstruct, M2m100_12b, KimiK25, KimiK26, KimiK27Code, GptOss120b, GptOss20b,
    Qwen3_30bA3bFp8, Qwen38_27b, Glm52, Glm53Flash, Glm53,
}
