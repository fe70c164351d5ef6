//! What callers write, and what goes out: constructors, limits, and bodies that are not JSON.

use serde_json::{Value, json};
use workers_ai_models::{
    Answer, Aura1, Aura1Speaker, Aura2En, Aura2Es, BgeBaseEnV15, BgeM3, BgeRerankerBase,
    ChatAssistantMessage, ChatFunctionCall, ChatFunctionToolCall, ChatMessage, ChatResponseFormat,
    ChatTool, Clef, Context, DetrResnet50, DistilbertSst2Int8, Dreamshaper8Lcm, Embeddinggemma300m,
    Flux, Flux1Schnell, Flux2Dev, GemmaSeaLionV4_27bIt, Glm53, Glm53ReasoningEffort, GptOss120b,
    Indictrans2EnIndic1b, KimiK26, Llama4Scout17b16eInstruct, Llama4Scout17b16eInstructMessage,
    Llama31_8bInstruct, Llama32_11bVisionInstruct, Llama33_70bInstructFp8Fast, LlamaGuard3_8b,
    LlamaGuard3_8bMessage, Llava15_7bHf, LucidOrigin, M2m100_12b, Media, Melotts, Message,
    MistralSmall31_24bInstruct, Model, ModelInput, Moondream31_9bA2b, MultimodalMessage,
    NemotronSpeechStreamingEn06b, Nova3, Nova3Mode, PartValue, Payload, Phoenix10,
    PlamoEmbedding1b, Pooling, Question, QuestionChoice, QuestionNoul, QuestionScore,
    Qwen3_30bA3bFp8, Qwen3Embedding06b, Qwen25Coder32bInstruct, Resnet50, ResponseFormat,
    SmartTurnV2, StableDiffusionV1_5Img2img, StableDiffusionXlBase10, TextMessage, Tool,
    UformGen2Qwen500m, Violation, Whisper, WhisperLargeV3Turbo, WhisperTinyEn,
};

use crate::models::{answer, entry};

const SOUND: &[u8] = b"hello";

/// The body an input travels in.
fn sent<I: ModelInput>(input: I) -> Payload {
    assert_eq!(input.validate(), Ok(()), "{}", I::Model::ID);
    I::Model::encode(&input.into()).expect("an input can be sent")
}

fn body<I: ModelInput>(input: I) -> Value {
    match sent(input) {
        Payload::Json(bytes) => serde_json::from_slice(&bytes).expect("JSON"),
        other => panic!("{}: {other:?} is not JSON", I::Model::ID),
    }
}

/// Expects inputs to go out as these bodies, every key and nothing else.
macro_rules! expect_bodies {
    ($($input:expr => $body:tt)*) => {$( assert_eq!(body($input), json!($body)); )*};
}

#[test]
fn text_generation_sends_only_what_is_required() {
    let message = || [Message::user("Hi.")];
    let parts = || [MultimodalMessage::user("Hi.")];
    expect_bodies! {
        Llama31_8bInstruct::prompt("Hi.") => {"prompt": "Hi."}
        Llama31_8bInstruct::messages(message()) => {"messages": [{"role": "user", "content": "Hi."}]}
        Llama33_70bInstructFp8Fast::prompt("Hi.") => {"prompt": "Hi."}
        Qwen3_30bA3bFp8::prompt("Hi.") => {"prompt": "Hi."}
        Qwen3_30bA3bFp8::messages(message()) => {"messages": [{"role": "user", "content": "Hi."}]}
        GemmaSeaLionV4_27bIt::prompt("Hi.") => {"prompt": "Hi."}
        MistralSmall31_24bInstruct::prompt("Hi.") => {"prompt": "Hi."}
        MistralSmall31_24bInstruct::messages(parts()) => {"messages": [{"role": "user", "content": "Hi."}]}
        Llama32_11bVisionInstruct::prompt("Hi.") => {"prompt": "Hi."}
        Llama32_11bVisionInstruct::messages(parts()) => {"messages": [{"role": "user", "content": "Hi."}]}
        Llama4Scout17b16eInstruct::prompt("Hi.") => {"prompt": "Hi."}
        Llama4Scout17b16eInstruct::messages([Llama4Scout17b16eInstructMessage::new("user", "Hi.")])
            => {"messages": [{"role": "user", "content": "Hi."}]}
        Qwen25Coder32bInstruct::prompt("Hi.") => {"prompt": "Hi."}
        Qwen25Coder32bInstruct::messages([TextMessage::user("Hi.")])
            => {"messages": [{"role": "user", "content": "Hi."}]}
        LlamaGuard3_8b::messages([LlamaGuard3_8bMessage::new("user", "Hi.")])
            => {"messages": [{"role": "user", "content": "Hi."}]}
        GptOss120b::input("Hi.") => {"input": "Hi."}
        GptOss120b::prompt("Hi.") => {"prompt": "Hi."}
        GptOss120b::messages([ChatMessage::user("Hi.")])
            => {"messages": [{"role": "user", "content": "Hi."}]}
        KimiK26::prompt("Hi.") => {"prompt": "Hi."}
        KimiK26::messages([ChatMessage::user("Hi.")])
            => {"messages": [{"role": "user", "content": "Hi."}]}
        Clef::input("all well", [
            ("urgent", Question::from(QuestionNoul::new("Urgent?"))),
            ("team", QuestionChoice::new("Who?", [("billing", "money")]).into()),
            ("angry", QuestionScore::new("How?", ["calm", "angry"]).into()),
        ]) => {"model": "clef", "state": "all well", "questions": {
            "urgent": {"type": "noul", "instructions": "Urgent?"},
            "team": {"type": "choice", "instructions": "Who?", "criteria": {"billing": "money"}},
            "angry": {"type": "score", "instructions": "How?", "criteria": ["calm", "angry"]}
        }}
    }
}

#[test]
fn other_tasks_send_only_what_is_required() {
    expect_bodies! {
        BgeBaseEnV15::text("Hafen") => {"text": "Hafen"}
        BgeBaseEnV15::text(["Hafen", "harbour"]) => {"text": ["Hafen", "harbour"]}
        Embeddinggemma300m::text(["Hafen"]) => {"text": ["Hafen"]}
        PlamoEmbedding1b::text("Hafen") => {"text": "Hafen"}
        BgeM3::text("Hafen") => {"text": "Hafen"}
        BgeM3::contexts([Context::new().text("Hafen")]) => {"contexts": [{"text": "Hafen"}]}
        Qwen3Embedding06b::input() => {}
        BgeRerankerBase::input("lamp", [Context::new().text("Hafen")])
            => {"query": "lamp", "contexts": [{"text": "Hafen"}]}
        DistilbertSst2Int8::text("fine") => {"text": "fine"}
        M2m100_12b::input("Hafen", "en") => {"text": "Hafen", "target_lang": "en"}
        Indictrans2EnIndic1b::input("lamp", "hin_Deva") => {"text": "lamp", "target_language": "hin_Deva"}
        Flux1Schnell::prompt("a lamp") => {"prompt": "a lamp"}
        LucidOrigin::prompt("a lamp") => {"prompt": "a lamp"}
        Phoenix10::prompt("a lamp") => {"prompt": "a lamp"}
        StableDiffusionXlBase10::prompt("a lamp") => {"prompt": "a lamp"}
        Dreamshaper8Lcm::prompt("a lamp") => {"prompt": "a lamp"}
        Melotts::prompt("on") => {"prompt": "on"}
        Aura1::text("on") => {"text": "on"}
        Aura2En::text("on") => {"text": "on"}
        Aura2Es::text("sí") => {"text": "sí"}
        Flux::sample_rate("16000") => {"encoding": "linear16", "sample_rate": "16000"}
        Moondream31_9bA2b::input() => {}
    }
}

#[test]
fn bytes_go_out_as_numbers_or_base64_as_the_model_wants_them() {
    expect_bodies! {
        Llava15_7bHf::image(SOUND) => {"image": [104, 101, 108, 108, 111]}
        UformGen2Qwen500m::image(Media::from_base64("aGVsbG8")) => {"image": [104, 101, 108, 108, 111]}
        StableDiffusionV1_5Img2img::prompt("a").image(SOUND)
            => {"prompt": "a", "image": [104, 101, 108, 108, 111]}
        StableDiffusionV1_5Img2img::prompt("a").image_b64(SOUND)
            => {"prompt": "a", "image_b64": "aGVsbG8="}
        WhisperLargeV3Turbo::audio(SOUND) => {"audio": "aGVsbG8="}
        NemotronSpeechStreamingEn06b::audio(SOUND) => {"audio": "aGVsbG8="}
        SmartTurnV2::audio(Media::from_base64("data:audio/wav;base64,aGVs\nbG8")) => {"audio": "aGVsbG8="}
        Llama32_11bVisionInstruct::prompt("a").image(Media::new(SOUND))
            => {"prompt": "a", "image": [104, 101, 108, 108, 111]}
        Llama32_11bVisionInstruct::prompt("a").image("data:image/png;base64,aGVsbG8=")
            => {"prompt": "a", "image": "data:image/png;base64,aGVsbG8="}
    }
}

#[test]
fn options_of_a_model_of_its_own_go_out_beside_those_it_shares() {
    let user = ChatMessage::user("Hi.");
    expect_bodies! {
        Glm53::messages([user]).max_completion_tokens(9).reasoning_effort("low")
            => {
                "messages": [{"role": "user", "content": "Hi."}], "max_completion_tokens": 9,
                "reasoning_effort": "low"
            }
        Llama31_8bInstruct::prompt("Hi.").temperature(0.1).top_k(4).seed(7).raw(true)
            => {"prompt": "Hi.", "temperature": 0.1, "top_k": 4, "seed": 7, "raw": true}
    }
}

#[test]
fn a_conversation_with_tools_goes_out_without_a_single_null() {
    let call = ChatFunctionToolCall::new("c-1", ChatFunctionCall::new("dim_lamp", "{}"));
    expect_bodies! {
        KimiK26::messages([
            ChatMessage::system("Be brief."),
            ChatMessage::user("Dim it."),
            ChatAssistantMessage::new().content("").tool_calls([call]).into(),
            ChatMessage::tool("c-1", "done"),
        ]) => {"messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Dim it."},
            {"role": "assistant", "content": "", "tool_calls": [
                {"id": "c-1", "type": "function", "function": {"name": "dim_lamp", "arguments": "{}"}}
            ]},
            {"role": "tool", "content": "done", "tool_call_id": "c-1"}
        ]}
    }
}

/// The same code for both dialects, and what each of them wants to read.
#[test]
fn tool_calls_survive_a_second_turn() {
    let native =
        r#"{"response": null, "tool_calls": [{"name": "dim_lamp", "arguments": {"level": 3}}]}"#;
    let native: <Llama33_70bInstructFp8Fast as Model>::Output =
        serde_json::from_str(native).unwrap();
    let calls = native.tool_calls();
    expect_bodies! {
        Llama33_70bInstructFp8Fast::messages([
            Message::user("Dim it."),
            Message::calls(&calls),
            Message::answer_to(&calls[0], "done"),
        ]) => {"messages": [
            {"role": "user", "content": "Dim it."},
            {"role": "assistant", "content": "{\"name\":\"dim_lamp\",\"arguments\":{\"level\":3}}"},
            {"role": "tool", "content": "done"}
        ]}
    }

    let chat = r#"{"choices": [{"message": {"content": null, "tool_calls": [
        {"id": "c-1", "type": "function", "function": {"name": "dim_lamp", "arguments": "{\"level\": 3}"}},
        {"id": "c-2", "type": "function", "function": {"name": "stop", "arguments": ""}}
    ]}}]}"#;
    let chat: <KimiK26 as Model>::Output = serde_json::from_str(chat).unwrap();
    let calls = chat.tool_calls();
    expect_bodies! {
        KimiK26::messages([
            ChatMessage::user("Dim it."),
            ChatMessage::calls(&calls),
            ChatMessage::answer_to(&calls[0], "done"),
            ChatMessage::answer_to(&calls[1], "stopped"),
        ]) => {"messages": [
            {"role": "user", "content": "Dim it."},
            {"role": "assistant", "content": "", "tool_calls": [
                {"id": "c-1", "type": "function", "function": {"name": "dim_lamp", "arguments": "{\"level\": 3}"}},
                {"id": "c-2", "type": "function", "function": {"name": "stop", "arguments": ""}}
            ]},
            {"role": "tool", "content": "done", "tool_call_id": "c-1"},
            {"role": "tool", "content": "stopped", "tool_call_id": "c-2"}
        ]}
    }
}

#[test]
fn short_constructors_build_what_the_documents_describe() {
    let url = "data:image/png;base64,aGVsbG8=";
    let schema = || match json!({"type": "object", "properties": {"rooms": {"type": "array", "items": {"type": "string"}}}})
    {
        Value::Object(schema) => schema,
        other => panic!("{other} is an object"),
    };
    let calls = [answered_call()];
    let calls: Vec<_> = calls.iter().flat_map(Answer::tool_calls).collect();
    expect_bodies! {
        KimiK26::messages([
            ChatMessage::about_image("What?", url),
            ChatMessage::assistant("A lamp."),
            ChatMessage::calls(&calls),
        ]).tools([ChatTool::function("dim_lamp", "Dims.", schema())]).response_format(ChatResponseFormat::json())
            => {
                "messages": [
                    {"role": "user", "content": [
                        {"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}
                    ]},
                    {"role": "assistant", "content": "A lamp."},
                    {"role": "assistant", "content": "", "tool_calls": [{
                        "id": "c-1", "type": "function",
                        "function": {"name": "dim_lamp", "arguments": "{\"level\":3}"}
                    }]}
                ],
                "tools": [{"type": "function", "function": {
                    "name": "dim_lamp", "description": "Dims.", "parameters": schema()
                }}],
                "response_format": {"type": "json_object"}
            }
        KimiK26::prompt("a").response_format(ChatResponseFormat::schema("lamp", schema()))
            => {"prompt": "a", "response_format": {
                "type": "json_schema", "json_schema": {"name": "lamp", "schema": schema()}
            }}
        Llama31_8bInstruct::messages([Message::system("a"), Message::assistant("b"), Message::tool("c")])
            .tools([Tool::function("dim_lamp", "Dims.", schema())])
            .response_format(ResponseFormat::schema(schema()))
            => {
                "messages": [
                    {"role": "system", "content": "a"}, {"role": "assistant", "content": "b"},
                    {"role": "tool", "content": "c"}
                ],
                "tools": [{"type": "function", "function": {
                    "name": "dim_lamp", "description": "Dims.", "parameters": schema()
                }}],
                "response_format": {"type": "json_schema", "json_schema": schema()}
            }
        MistralSmall31_24bInstruct::messages([MultimodalMessage::about_image("What?", url)])
            => {"messages": [{"role": "user", "content": [
                {"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}
            ]}]}
    }
}

/// A model's call of a tool, as another turn repeats it.
fn answered_call() -> <Llama31_8bInstruct as Model>::Output {
    let call = json!({"id": "c-1", "name": "dim_lamp", "arguments": {"level": 3}});
    answer::<Llama31_8bInstruct>(&json!({"tool_calls": [call]}))
}

#[test]
fn a_tool_with_any_schema_is_read_as_it_was_written() {
    for parameters in [
        json!({"type": "object", "properties": {"room": {"type": "string", "description": "Which."}}}),
        json!({"type": "object", "properties": {"room": {"type": "string"}}, "required": ["room"]}),
        json!({"type": "object", "properties": {
            "rooms": {"type": "array", "description": "Which.", "items": {"enum": ["hall", "attic"]}}
        }}),
        json!({"type": "object", "properties": {}, "additionalProperties": false}),
        json!({"$ref": "#/$defs/lamp", "$defs": {"lamp": {"type": "object"}}}),
        json!({}),
    ] {
        let tool = json!({"name": "dim_lamp", "description": "Dims.", "parameters": parameters});
        let body = json!({
            "messages": [{"role": "user", "content": "Dim it."}],
            "tools": [tool, {"type": "function", "function": tool}]
        });
        let request = (entry(Llama31_8bInstruct::ID).request)(&body);
        let request = request.unwrap_or_else(|error| panic!("{parameters}: {error}"));
        assert_eq!(request.json, body);
    }
}

#[test]
fn j25_numbers_go_out_as_they_were_written() {
    let Payload::Json(bytes) = sent(Llama31_8bInstruct::prompt("a").temperature(0.1).top_k(4))
    else {
        panic!("JSON")
    };
    assert_eq!(bytes, br#"{"prompt":"a","temperature":0.1,"top_k":4}"#);
}

#[test]
fn a_file_alone_goes_out_as_it_is() {
    let wav = || Media::new(&b"RIFF\x24\0\0\0WAVEfmt "[..]);
    macro_rules! expect_file {
        ($($input:expr => $kind:literal)*) => {$(
            let Payload::Raw(file) = sent($input) else { panic!("a file") };
            assert_eq!(file.content_type, $kind);
            assert_eq!(file.query, []);
            assert!(!file.bytes.is_empty());
        )*};
    }
    expect_file! {
        Whisper::audio(wav()) => "audio/wav"
        WhisperTinyEn::audio(wav().with_content_type("audio/wav")) => "audio/wav"
        Whisper::audio(SOUND) => "application/octet-stream"
        Whisper::audio(Media::from_base64("aGVsbG8=")) => "application/octet-stream"
        Resnet50::image(b"\x89PNG\r\n\x1a\n") => "image/png"
        DetrResnet50::image(b"\xFF\xD8\xFF\xE0") => "image/jpeg"
    }
    let Payload::Raw(file) = sent(Whisper::audio(Media::from_base64("aGVsbG8="))) else {
        panic!("a file")
    };
    assert_eq!(file.bytes, SOUND);
}

#[test]
fn nova_3_takes_the_sound_as_it_is_and_the_rest_in_the_query() {
    let sound = Media::new(SOUND).with_content_type("audio/ogg");
    let input = Nova3::audio(sound)
        .mode("medical")
        .punctuate(true)
        .utt_split(0.5)
        .language("de-CH");
    let Payload::Raw(file) = sent(input) else {
        panic!("a file")
    };
    assert_eq!(file.content_type, "audio/ogg");
    assert_eq!(file.bytes, SOUND);
    let mut query = file.query;
    query.sort();
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let expected = [
        ("language", "de-CH"),
        ("mode", "medical"),
        ("punctuate", "true"),
        ("utt_split", "0.5"),
    ];
    assert_eq!(query, expected.map(pair));
    let Payload::Raw(bare) = sent(Nova3::audio(SOUND)) else {
        panic!("a file")
    };
    assert_eq!(bare.query, []);
}

#[test]
fn flux_2_takes_a_form_with_its_pictures_as_files() {
    let input = Flux2Dev::prompt("a lamp")
        .input_image_0(b"\x89PNG\r\n\x1a\n")
        .width(512)
        .guidance(3.5)
        .seed(-1);
    let Payload::Multipart(parts) = sent(input) else {
        panic!("a form")
    };
    let names: Vec<_> = parts.iter().map(|part| part.name.as_ref()).collect();
    assert_eq!(
        names,
        ["prompt", "input_image_0", "width", "guidance", "seed"]
    );
    let texts = parts.iter().filter_map(|part| match &part.value {
        PartValue::Text(text) => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(texts.collect::<Vec<_>>(), ["a lamp", "512", "3.5", "-1"]);
    let PartValue::File {
        file_name,
        content_type,
        bytes,
        ..
    } = &parts[1].value
    else {
        panic!("a file")
    };
    assert_eq!(
        (file_name.as_str(), content_type.as_ref()),
        ("input_image_0.png", "image/png")
    );
    assert_eq!(bytes, &b"\x89PNG\r\n\x1a\n"[..]);
    let Payload::Multipart(bare) = sent(Flux2Dev::prompt("a lamp")) else {
        panic!("a form")
    };
    assert_eq!(bare.len(), 1, "a form has no part for what is not set");
}

/// What is said against an input.
fn violations<I: ModelInput>(input: &I) -> Vec<[String; 3]> {
    let invalid = input.validate().expect_err("an input outside its limits");
    assert_eq!(invalid.model, Some(I::Model::ID));
    let said = |Violation {
                    path, value, limit, ..
                }| [path, value, limit];
    invalid.violations.into_iter().map(said).collect()
}

/// Expects exactly one thing to be said against each input.
macro_rules! expect_violations {
    ($($input:expr => [$path:literal, $value:literal, $limit:expr])*) => {$(
        assert_eq!(violations(&$input), [[$path, $value, $limit].map(str::to_owned)]);
    )*};
}

#[test]
fn what_is_outside_a_limit_is_named_with_its_value() {
    let user = || ChatMessage::user("Hi.");
    expect_violations! {
        Llama31_8bInstruct::prompt("a").temperature(5.5) => ["temperature", "5.5", "0 to 5"]
        Llama31_8bInstruct::prompt("a").top_k(51) => ["top_k", "51", "1 to 50"]
        Llama31_8bInstruct::prompt("") => ["prompt", "text of 0 characters", "at least 1 characters"]
        KimiK26::prompt("a").top_logprobs(21) => ["top_logprobs", "21", "0 to 20"]
        KimiK26::messages([user()]).stop(["a", "b", "c", "d", "e"]) => ["stop", "a list of 5", "1 to 4 items"]
        KimiK26::messages(Vec::<ChatMessage>::new()) => ["messages", "a list of 0", "at least 1 items"]
        BgeBaseEnV15::text(vec!["a"; 101]) => ["text", "a list of 101", "at most 100 items"]
        BgeBaseEnV15::text(["a", ""]) => ["text[1]", "text of 0 characters", "at least 1 characters"]
        BgeM3::contexts([Context::new().text("a"), Context::new().text("")])
            => ["contexts[1].text", "text of 0 characters", "at least 1 characters"]
        BgeRerankerBase::input("a", [Context::new()]).top_k(0) => ["top_k", "0", "at least 1"]
        Flux1Schnell::prompt("a").steps(9) => ["steps", "9", "at most 8"]
        Flux1Schnell::prompt("ß".repeat(2049)) => ["prompt", "text of 2049 characters", "1 to 2048 characters"]
        Flux2Dev::prompt("a").width(255) => ["width", "255", "256 to 1920"]
        Phoenix10::prompt("a").guidance(1.5) => ["guidance", "1.5", "2 to 10"]
        StableDiffusionXlBase10::prompt("a").height(2049) => ["height", "2049", "256 to 2048"]
        Moondream31_9bA2b::input().max_objects(501) => ["max_objects", "501", "1 to 500"]
        Qwen3Embedding06b::input().documents(vec!["a"; 33]) => ["documents", "a list of 33", "at most 32 items"]
        DistilbertSst2Int8::text("") => ["text", "text of 0 characters", "at least 1 characters"]
        Clef::input("s", [("q", QuestionScore::new("How?", ["one"]))])
            => ["questions.q.criteria", "a list of 1", "2 to 10 items"]
    }
}

#[test]
fn what_is_on_the_edge_of_a_limit_is_sent() {
    assert_eq!(
        Llama31_8bInstruct::prompt("a")
            .temperature(5.0)
            .top_p(0.001)
            .validate(),
        Ok(())
    );
    assert_eq!(
        Flux1Schnell::prompt("ß".repeat(2048)).steps(8).validate(),
        Ok(())
    );
    assert_eq!(BgeBaseEnV15::text(vec!["a"; 100]).validate(), Ok(()));
    assert_eq!(
        Phoenix10::prompt("a")
            .width(0)
            .height(2048)
            .guidance(2.0)
            .validate(),
        Ok(())
    );
}

#[test]
fn j24_numbers_that_json_does_not_have_are_refused() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let named = [
            violations(&Llama31_8bInstruct::prompt("a").temperature(number)),
            violations(&KimiK26::prompt("a").top_p(number)),
            violations(&Phoenix10::prompt("a").guidance(number)),
            // These have no limit in their documents.
            violations(&Nova3::audio(SOUND).utt_split(number)),
            violations(&Aura1::text("a").sample_rate(number)),
            violations(&Llava15_7bHf::image(SOUND).temperature(number)),
            violations(&WhisperLargeV3Turbo::audio(SOUND).no_speech_threshold(number)),
            violations(&StableDiffusionXlBase10::prompt("a").strength(number)),
            violations(&Flux2Dev::prompt("a").guidance(number)),
            violations(&GptOss120b::input("a").temperature(number)),
        ];
        let paths = named
            .each_ref()
            .map(|said| (said.len(), said[0][0].as_str()));
        let expected = [
            "temperature",
            "top_p",
            "guidance",
            "utt_split",
            "sample_rate",
            "temperature",
            "no_speech_threshold",
            "strength",
            "guidance",
            "temperature",
        ];
        assert_eq!(paths, expected.map(|path| (1, path)), "{number}");
    }
}

#[test]
fn a_choice_outside_the_list_is_refused_and_can_be_sent_all_the_same() {
    let efforts = "one of max, high, low";
    let speakers = format!("one of {}", Aura1Speaker::VALUES.join(", "));
    expect_violations! {
        Glm53::prompt("a").reasoning_effort("none") => ["reasoning_effort", "text of 4 characters", efforts]
        Aura1::text("a").speaker("nobody") => ["speaker", "text of 6 characters", &speakers]
        Nova3::audio(SOUND).mode("law") => ["mode", "text of 3 characters", "one of general, medical, finance"]
        BgeBaseEnV15::text("a").pooling("none") => ["pooling", "text of 4 characters", "one of mean, cls"]
        LlamaGuard3_8b::messages([LlamaGuard3_8bMessage::new("system", "a")])
            => ["messages[0].role", "text of 6 characters", "one of user, assistant"]
    }
    assert_eq!(Glm53ReasoningEffort::from("max"), Glm53ReasoningEffort::Max);
    assert_eq!(Nova3Mode::from("law").as_str(), "law");
    let input = BgeBaseEnV15::text("a").pooling(Pooling::from("none"));
    let Ok(Payload::Json(bytes)) = BgeBaseEnV15::encode(&input) else {
        panic!("JSON")
    };
    assert_eq!(bytes, br#"{"text":"a","pooling":"none"}"#);
}

#[test]
fn text_that_is_not_base64_is_never_sent() {
    let broken = || Media::from_base64("not base64!");
    // Where the text itself would go out, the check has to see it.
    let expected = ["audio", "text that is not base64", "base64 text"];
    for said in [
        violations(&WhisperLargeV3Turbo::audio(broken())),
        violations(&NemotronSpeechStreamingEn06b::audio(broken())),
        violations(&SmartTurnV2::audio(broken())),
    ] {
        assert_eq!(said, [expected.map(str::to_owned)]);
    }
    let said = violations(&StableDiffusionV1_5Img2img::prompt("a").image_b64(broken()));
    assert_eq!(said[0][0], "image_b64");
    // Where bytes go out, there are none to send.
    assert!(Whisper::encode(&Whisper::audio(broken())).is_err());
    assert!(Nova3::encode(&Nova3::audio(broken())).is_err());
    assert!(Llava15_7bHf::encode(&Llava15_7bHf::image(broken())).is_err());
    assert!(Flux2Dev::encode(&Flux2Dev::prompt("a").input_image_2(broken())).is_err());
}

#[test]
fn every_part_that_is_outside_is_named_at_once_and_nothing_of_a_text_is_repeated() {
    let secret = "canary-7f3a";
    let input = Glm53::prompt("").temperature(-0.5).reasoning_effort(secret);
    let said = violations(&input);
    let paths: Vec<_> = said.iter().map(|[path, ..]| path.as_str()).collect();
    assert_eq!(paths, ["prompt", "temperature", "reasoning_effort"]);
    let invalid = input.validate().expect_err("an input outside its limits");
    assert!(!format!("{invalid} {invalid:?}").contains(secret));
}
