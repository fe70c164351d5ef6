//! What callers write, and what goes out: constructors and the bodies they make.

mod files;
mod refusals;

use serde_json::{Value, json};
use workers_ai_models::{
    Answer, Aura1, Aura2En, Aura2Es, BgeBaseEnV15, BgeM3, BgeRerankerBase, ChatAssistantMessage,
    ChatFunctionCall, ChatFunctionToolCall, ChatMessage, ChatResponseFormat, ChatTool, Clef,
    Context, DistilbertSst2Int8, Dreamshaper8Lcm, Embeddinggemma300m, Flux, Flux1Schnell,
    GemmaSeaLionV4_27bIt, Glm53, GptOss120b, Indictrans2EnIndic1b, KimiK26,
    Llama4Scout17b16eInstruct, Llama4Scout17b16eInstructMessage, Llama31_8bInstruct,
    Llama32_11bVisionInstruct, Llama33_70bInstructFp8Fast, LlamaGuard3_8b, LlamaGuard3_8bMessage,
    Llava15_7bHf, LucidOrigin, M2m100_12b, Media, Melotts, Message, MistralSmall31_24bInstruct,
    Model, ModelInput, Moondream31_9bA2b, MultimodalMessage, NemotronSpeechStreamingEn06b, Payload,
    Phoenix10, PlamoEmbedding1b, Question, QuestionChoice, QuestionNoul, QuestionScore,
    Qwen3_30bA3bFp8, Qwen3Embedding06b, Qwen25Coder32bInstruct, ResponseFormat, SmartTurnV2,
    StableDiffusionV1_5Img2img, StableDiffusionXlBase10, TextMessage, Tool, UformGen2Qwen500m,
    WhisperLargeV3Turbo,
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
