//! Models made by hand in the way the generator makes them: the traits must fit together.

use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use workers_ai_models::{
    Batched, Check, EncodeError, Form, Limit, Media, Model, ModelInfo, ModelInput, Payload,
    Streaming, Task, TextOrJson, Validate, lenient, open_enum, union::Raw,
};

open_enum! {
    /// Why a model stopped.
    pub(crate) enum FinishReason {
        /// A natural end.
        Stop = "stop",
    }
}

/// A shared input, generic over the model that is called.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(bound = "")]
pub(crate) struct PromptInput<M> {
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip)]
    model: PhantomData<M>,
}

impl<M> PromptInput<M> {
    const PROMPT_LENGTH: Limit<u64> = Limit::at_least(1);
    const TEMPERATURE: Limit<f64> = Limit::range(0.0, 5.0);

    pub(crate) fn new(prompt: impl Into<String>) -> Self {
        Self {
            prompt: prompt.into(),
            temperature: None,
            stream: None,
            model: PhantomData,
        }
    }

    fn temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }
}

impl<M> Validate for PromptInput<M> {
    fn check(&self, check: &mut Check<'_>) {
        check.length("prompt", &self.prompt, Self::PROMPT_LENGTH);
        check.number("temperature", self.temperature, Self::TEMPERATURE);
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(bound = "")]
pub(crate) struct MessagesInput<M> {
    messages: Vec<String>,
    #[serde(skip)]
    model: PhantomData<M>,
}

impl<M> Validate for MessagesInput<M> {
    fn check(&self, check: &mut Check<'_>) {
        check.items("messages", self.messages.len(), Limit::at_least(1));
    }
}

/// One of the two, as the service takes either.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged, bound = "")]
pub(crate) enum Input<M> {
    Prompt(PromptInput<M>),
    Messages(MessagesInput<M>),
}

impl<M> Validate for Input<M> {
    fn check(&self, check: &mut Check<'_>) {
        match self {
            Self::Prompt(input) => input.check(check),
            Self::Messages(input) => input.check(check),
        }
    }
}

impl<M> From<PromptInput<M>> for Input<M> {
    fn from(input: PromptInput<M>) -> Self {
        Self::Prompt(input)
    }
}

impl<M> From<MessagesInput<M>> for Input<M> {
    fn from(input: MessagesInput<M>) -> Self {
        Self::Messages(input)
    }
}

impl<M: Model<Input = Self>> ModelInput for Input<M> {
    type Model = M;
}

impl<M: Model<Input = Input<M>>> ModelInput for PromptInput<M> {
    type Model = M;
}

impl<M: Model<Input = Input<M>>> ModelInput for MessagesInput<M> {
    type Model = M;
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Native {
    response: Option<TextOrJson>,
    finish_reason: Option<FinishReason>,
    #[serde(deserialize_with = "lenient::integer")]
    tokens: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Chat {
    choices: Vec<Native>,
}

/// Decided by what is present.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Output {
    Native(Native),
    Chat(Chat),
}

impl<'de> Deserialize<'de> for Output {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::read(deserializer)?;
        if raw.has("choices") {
            raw.decode().map(Self::Chat)
        } else {
            raw.decode().map(Self::Native)
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Parrot;

pub(crate) type ParrotPrompt = PromptInput<Parrot>;

impl Model for Parrot {
    const ID: &'static str = "@cf/example/parrot";
    const INFO: &'static ModelInfo = &ModelInfo::new(Self::ID, "Parrot", Task::TextGeneration);
    type Input = Input<Self>;
    type Output = Output;
}

impl Streaming for Parrot {
    type Event = Native;
    const END: &'static str = "[DONE]";

    fn set_stream(input: &mut Self::Input, on: bool) {
        if let Input::Prompt(prompt) = input {
            prompt.stream = Some(on);
        }
    }
}

impl Batched for Parrot {
    type Request = Input<Self>;
}

impl From<PromptInput<Parrot>> for workers_ai_models::BatchRequest<Input<Parrot>> {
    fn from(prompt: PromptInput<Parrot>) -> Self {
        Self::new(prompt)
    }
}

/// A model that takes sound as the body and answers with sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Echo;

#[derive(Debug, Clone, PartialEq, Serialize)]
struct EchoInput {
    #[serde(skip)]
    audio: Media,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume: Option<u64>,
}

impl Validate for EchoInput {
    fn check(&self, check: &mut Check<'_>) {
        check.nested("audio", &self.audio);
        check.integer("volume", self.volume, Limit::<u64>::at_most(11));
    }
}

impl ModelInput for EchoInput {
    type Model = Echo;
}

impl Model for Echo {
    const ID: &'static str = "@cf/example/echo";
    const INFO: &'static ModelInfo = &ModelInfo::new(Self::ID, "Echo", Task::TextToSpeech);
    type Input = EchoInput;
    type Output = Media;

    fn encode(input: &EchoInput) -> Result<Payload, EncodeError> {
        Payload::raw("application/octet-stream", &input.audio)?.with_query(input)
    }

    fn from_media(media: Media) -> Option<Media> {
        Some(media)
    }
}

/// A model that takes a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Easel;

impl Model for Easel {
    const ID: &'static str = "@cf/example/easel";
    const INFO: &'static ModelInfo = &ModelInfo::new(Self::ID, "Easel", Task::TextToImage);
    type Input = PromptInput<Self>;
    type Output = serde_json::Value;

    fn encode(input: &PromptInput<Self>) -> Result<Payload, EncodeError> {
        Form::new()
            .text("prompt", &input.prompt)
            .text_opt("temperature", input.temperature.as_ref())
            .into_payload()
    }
}

/// What a client does before it sends.
fn prepare<I: ModelInput>(input: I) -> Result<(&'static str, Payload), String> {
    input.validate().map_err(|invalid| invalid.to_string())?;
    let payload = <I::Model as Model>::encode(&input.into()).map_err(|error| error.to_string())?;
    Ok((I::Model::ID, payload))
}

fn json(payload: Payload) -> serde_json::Value {
    match payload {
        Payload::Json(body) => serde_json::from_slice(&body).expect("JSON"),
        other => panic!("JSON, not {other:?}"),
    }
}

#[test]
fn an_input_knows_its_model() {
    let (id, payload) =
        prepare(PromptInput::<Parrot>::new("hello").temperature(0.1)).expect("fits");
    assert_eq!(id, Parrot::ID);
    assert_eq!(
        json(payload),
        json!({"prompt": "hello", "temperature": 0.1})
    );

    let messages = MessagesInput::<Parrot> {
        messages: vec!["hi".into()],
        model: PhantomData,
    };
    let (_, payload) = prepare(messages).expect("fits");
    assert_eq!(json(payload), json!({"messages": ["hi"]}));
}

#[test]
fn j24_an_input_outside_its_limits_is_not_encoded() {
    for (input, said) in [
        (
            PromptInput::<Parrot>::new("").temperature(f64::NAN),
            "invalid input for @cf/example/parrot: prompt is text of 0 characters, allowed is at least 1 characters; \
             temperature is NaN, allowed is 0 to 5",
        ),
        (
            PromptInput::new("x").temperature(1e308),
            "invalid input for @cf/example/parrot: temperature is 1e308, allowed is 0 to 5",
        ),
    ] {
        let error = prepare(input).unwrap_err();
        assert_eq!(error, said);
    }
}

#[test]
fn a_stream_is_asked_for_through_the_model() {
    let mut input = Input::from(PromptInput::<Parrot>::new("hello"));
    Parrot::set_stream(&mut input, true);
    assert_eq!(
        json(Parrot::encode(&input).expect("JSON")),
        json!({"prompt": "hello", "stream": true})
    );
    assert_eq!((Parrot::END, Parrot::DEFAULT), ("[DONE]", false));
    let event: <Parrot as Streaming>::Event =
        serde_json::from_str(r#"{"response":7,"p":"abc"}"#).expect("event");
    assert_eq!(event.response.expect("a token"), "7");
}

#[test]
fn j29_the_answer_is_what_is_present_in_it() {
    let read = |text: &str| serde_json::from_str::<Output>(text).expect(text);
    let native = Native {
        response: Some("a".into()),
        tokens: Some(3),
        finish_reason: Some(FinishReason::Stop),
    };
    assert_eq!(
        read(r#"{"response":"a","tokens":3.0,"finish_reason":"stop","choices":null}"#),
        Output::Native(native.clone())
    );
    assert_eq!(
        read(r#"{"response":"","choices":[{"response":"a","tokens":3,"finish_reason":"stop"}]}"#),
        Output::Chat(Chat {
            choices: vec![native]
        })
    );
    assert_eq!(read("{}"), Output::Native(Native::default()));
}

#[test]
fn bytes_and_forms_travel_as_the_model_says() {
    let input = EchoInput {
        audio: Media::from(&[1]),
        volume: Some(11),
    };
    let (_, payload) = prepare(input).expect("fits");
    let Payload::Raw(body) = payload else {
        panic!("raw")
    };
    assert_eq!(body.query, [("volume".to_owned(), "11".to_owned())]);
    let loud = EchoInput {
        audio: Media::from_base64("*"),
        volume: Some(12),
    };
    assert!(
        prepare(loud)
            .unwrap_err()
            .contains("volume is 12, allowed is at most 11")
    );

    assert_eq!(Echo::from_media(Media::from(&[1])), Some(Media::from(&[1])));
    assert_eq!(Parrot::from_media(Media::from(&[1])), None);
    assert!(
        matches!(Easel::encode(&PromptInput::new("x")), Ok(Payload::Multipart(parts)) if parts.len() == 1)
    );
}

#[test]
fn inputs_and_answers_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<Input<Parrot>>();
    shared::<workers_ai_models::Invalid>();
    shared::<Payload>();
    shared::<Media>();
}
