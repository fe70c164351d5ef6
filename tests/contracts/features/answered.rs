//! What each task answers, field by field: the typed answer beside the one that came over the wire.

use serde::Deserialize;
use serde_json::Value;
use workers_ai::{Client, Error};
use workers_ai_local::Fault;
use workers_ai_models::{
    Aura2En, BartLargeCnn, BgeBaseEnV15, DetrResnet50, DistilbertSst2Int8, Flux1Schnell,
    Llama31_8bInstruct, Llama31_8bInstructFp8, Llama33_70bInstructFp8Fast, Llava15_7bHf,
    M2m100_12b, Media, Melotts, Message, Model, ModelInput, Resnet50, StableDiffusionXlBase10,
    Tool, Whisper, object,
};

use super::{PNG, WAV, start};

/// The answer as a type, and what stood under `result`.
async fn told<I: ModelInput>(client: &Client, input: I) -> (<I::Model as Model>::Output, Value)
where
    <I::Model as Model>::Output: Send + 'static,
{
    let response = client.run(input).details().await;
    let response = response.unwrap_or_else(|error| panic!("{}: {error}", I::Model::ID));
    let body: Value = serde_json::from_slice(response.details.body()).expect("JSON");
    (response.output, body["result"].clone())
}

/// Expects each field to be there and to be what came.
macro_rules! expect_same {
    ($($typed:expr => $raw:expr)*) => {$(
        let typed = $typed;
        assert!(typed.is_some());
        assert_eq!(typed, $raw);
    )*};
}

#[tokio::test]
async fn classes_have_a_label_and_a_score() {
    let (_server, client) = start().await;
    let text = told(&client, DistilbertSst2Int8::text("A lovely day.")).await;
    let picture = told(&client, Resnet50::image(PNG)).await;
    for (classes, raw) in [text, picture] {
        assert_eq!(Some(classes.len()), raw.as_array().map(Vec::len));
        let first = &classes[0];
        expect_same! {
            first.label.as_deref() => raw[0]["label"].as_str()
            first.score => raw[0]["score"].as_f64()
        }
        assert!(
            first
                .score
                .is_some_and(|score| (0.0..=1.0).contains(&score))
        );
    }
}

#[tokio::test]
async fn objects_have_a_label_a_score_and_four_corners() {
    let (_server, client) = start().await;
    let (objects, raw) = told(&client, DetrResnet50::image(PNG)).await;
    let (first, raw) = (&objects[0], &raw[0]);
    let place = first.box_.as_ref().expect("a box");
    expect_same! {
        first.label.as_deref() => raw["label"].as_str()
        first.score => raw["score"].as_f64()
        place.xmin => raw["box"]["xmin"].as_f64()
        place.ymin => raw["box"]["ymin"].as_f64()
        place.xmax => raw["box"]["xmax"].as_f64()
        place.ymax => raw["box"]["ymax"].as_f64()
    }
    assert!(place.xmin < place.xmax && place.ymin < place.ymax);
}

#[tokio::test]
async fn vectors_have_a_shape_and_keep_the_order_of_the_texts() {
    let (_server, client) = start().await;
    let texts = ["a harbour", "a lamp"];
    let (answer, raw) = told(&client, BgeBaseEnV15::text(texts)).await;
    assert_eq!(answer.shape, Some(vec![2, 768]));
    let rows = answer.data.expect("vectors");
    assert_eq!((rows.len(), rows.dimensions()), (2, Some(768)));
    assert_eq!(rows.row(1).map(|row| row[0]), raw["data"][1][0].as_f64());
    for (index, text) in texts.into_iter().enumerate() {
        let (alone, _) = told(&client, BgeBaseEnV15::text(text)).await;
        assert_eq!(alone.data.expect("vectors").row(0), rows.row(index));
    }
}

#[tokio::test]
async fn a_recording_becomes_text_words_times_and_subtitles() {
    let (_server, client) = start().await;
    let (speech, _) = told(&client, Melotts::prompt("The harbour opens at six.")).await;
    let recording = speech.audio.expect("sound");
    for sound in [recording, Media::new(WAV)] {
        let (answer, raw) = told(&client, Whisper::audio(sound)).await;
        let words = answer.words.expect("words");
        let (first, raw_word) = (words.first().expect("a word"), &raw["words"][0]);
        expect_same! {
            answer.text.as_deref() => raw["text"].as_str()
            answer.vtt.as_deref() => raw["vtt"].as_str()
            answer.word_count => raw["word_count"].as_f64()
            first.word.as_deref() => raw_word["word"].as_str()
            first.start => raw_word["start"].as_f64()
            first.end => raw_word["end"].as_f64()
        }
        assert!(first.start < first.end);
    }
}

#[tokio::test]
async fn sound_comes_as_base64_in_json_or_as_a_file() {
    let (_server, client) = start().await;
    let (inside, raw) = told(&client, Melotts::prompt("The harbour opens at six.")).await;
    assert!(raw["audio"].is_string());
    let file = client.run(Aura2En::text("The harbour opens at six.")).await;
    for (sound, kind) in [
        (inside.audio.expect("sound"), "audio/wav"),
        (file.expect("sound"), "audio/mpeg"),
    ] {
        assert_eq!(sound.content_type(), Some(kind));
        assert!(!sound.bytes().expect("bytes").is_empty());
    }
}

#[tokio::test]
async fn a_picture_comes_as_a_file_or_as_base64_in_json() {
    let (_server, client) = start().await;
    let ask = StableDiffusionXlBase10::prompt("a lamp").num_steps(20);
    let file = client.run(ask.guidance(7.5)).details().await;
    let file = file.expect("a picture");
    let header = file.details.headers().get("content-type");
    assert_eq!(header.as_deref(), Some("image/png"));
    assert!(file.output.bytes().expect("bytes").starts_with(PNG));

    let (inside, raw) = told(&client, Flux1Schnell::prompt("a lamp")).await;
    assert!(raw["image"].is_string());
    let inside = inside.image.expect("a picture");
    assert_eq!(inside.content_type(), Some("image/jpeg"));
    assert!(inside.bytes().expect("bytes").starts_with(b"\xFF\xD8"));
}

#[tokio::test]
async fn text_comes_with_its_usage() {
    let (_server, client) = start().await;
    #[expect(deprecated, reason = "the reference calls it")]
    let ask = Llama31_8bInstruct::messages([
        Message::system("Be brief."),
        Message::user("Why is the sky blue?"),
    ]);
    let (answer, raw) = told(&client, ask.temperature(0.7).max_tokens(100)).await;
    assert_eq!(raw["response"], *answer.text());
    assert!(!answer.text().is_empty());
    let usage = answer.usage.expect("usage");
    expect_same! {
        usage.prompt_tokens => raw["usage"]["prompt_tokens"].as_u64()
        usage.completion_tokens => raw["usage"]["completion_tokens"].as_u64()
        usage.total_tokens => raw["usage"]["total_tokens"].as_u64()
    }
}

#[tokio::test]
async fn a_called_tool_is_answered_in_a_second_turn() {
    #[derive(Deserialize)]
    struct Place {
        city: String,
    }

    let (server, client) = start().await;
    let schema = object!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let tool = Tool::function("weather", "Tells the weather in a city.", schema);
    let mut messages = vec![Message::user("What is the weather in Lisbon?")];
    let ask = Llama33_70bInstructFp8Fast::messages(messages.clone()).tools([tool]);
    let (answer, raw) = told(&client, ask).await;
    let calls = answer.tool_calls();
    assert_eq!(calls[0].name, Some("weather"));
    assert_eq!(raw["tool_calls"][0]["name"], "weather");
    let place: Place = calls[0].arguments().expect("arguments");
    assert_eq!(raw["tool_calls"][0]["arguments"]["city"], place.city);

    messages.push(Message::calls(&calls));
    messages.push(Message::answer_to(&calls[0], "Sunny."));
    let ask = Llama33_70bInstructFp8Fast::messages(messages);
    let answer = client.run(ask).await.expect("an answer");
    assert!(!answer.text().is_empty() && answer.tool_calls().is_empty());
    let sent = server.requests().pop().expect("a request").json();
    assert_eq!(sent["messages"][2]["content"], "Sunny.");
}

#[tokio::test]
async fn other_texts_stand_under_names_of_their_own() {
    let (_server, client) = start().await;
    let ask = M2m100_12b::input("Where is the station?", "es").source_lang("en");
    let (translation, raw) = told(&client, ask).await;
    expect_same! { translation.translated_text.as_deref() => raw["translated_text"].as_str() }
    let (summary, raw) = told(&client, BartLargeCnn::input_text("A long day at sea.")).await;
    expect_same! { summary.summary.as_deref() => raw["summary"].as_str() }
    let (caption, raw) = told(&client, Llava15_7bHf::image(PNG).prompt("What?")).await;
    expect_same! { caption.description.as_deref() => raw["description"].as_str() }
}

#[tokio::test]
async fn errors_say_what_happened_and_where_there_is_a_remedy_what_to_do() {
    type Is = fn(&Error) -> bool;

    let (server, client) = start().await;
    let cases: [(u32, Is, &str); 9] = [
        (3036, Error::is_quota, "until 00:00 UTC"),
        (
            3040,
            Error::is_capacity,
            "the model is busy, try again later",
        ),
        (
            3021,
            Error::is_rate_limited,
            "too many requests, wait a little",
        ),
        (3006, Error::is_too_long, "the request is too large"),
        (5007, Error::is_unknown_model, "knows no such model"),
        (5016, Error::needs_agreement, "accept the model's terms"),
        (5028, Error::is_retired, "the model was withdrawn"),
        (5035, Error::is_permission, "needs the Workers Paid plan"),
        (
            10000,
            Error::is_auth,
            "check the API token and its Workers AI permission",
        ),
    ];
    for (code, is, said) in cases {
        server.script(Fault::error(code));
        let call = client.run(Llama31_8bInstructFp8::prompt("Hello"));
        let call = call.retry(workers_ai::RetryPolicy::never());
        let error = call.await.expect_err("an error");
        let text = error.to_string();
        assert!(is(&error) && text.contains(said), "{code}: {text}");
        assert_eq!(error.codes().next(), Some(u64::from(code)));
    }
}
