//! Every field of a flat body, set on a typed input and looked up in what the server received.

use serde_json::{Value, json};
use workers_ai::Client;
use workers_ai_local::{Request, Server};
use workers_ai_models::{
    BartLargeCnn, BgeBaseEnV15, DetrResnet50, DistilbertSst2Int8, FlatTool, FunctionCode,
    Gemma7bItLora, Llama31_8bInstructFp8, Llama32_11bVisionInstruct, LlamaGuard3_8b,
    LlamaGuard3_8bMessage, Llava15_7bHf, M2m100_12b, Melotts, Message, MistralSmall31_24bInstruct,
    Model, ModelInput, MultimodalMessage, Qwen25Coder32bInstruct, Qwq32b, Resnet50, ResponseFormat,
    StableDiffusionV1_5Img2img, StableDiffusionV1_5Inpainting, StableDiffusionXlBase10,
    TextMessage, Tool, ToolParameter, ToolParameters, Whisper, WhisperLargeV3Turbo, object,
};

use super::{PNG, WAV, start};

const PNG_URL: &str = "data:image/png;base64,iVBORw0KGgo=";

/// What arrived last.
fn last(server: &Server) -> Request {
    server.requests().pop().expect("a request")
}

/// Calls the model and gives what arrived.
async fn arrived<I: ModelInput>(server: &Server, client: &Client, input: I) -> Request
where
    <I::Model as Model>::Output: Send + 'static,
{
    let answer = client.run(input).await;
    assert!(answer.is_ok(), "{}: {:?}", I::Model::ID, answer.err());
    last(server)
}

/// Expects each input to arrive as this body, every field and nothing else.
macro_rules! expect_bodies {
    ($($input:expr => $body:tt)*) => {
        let (server, client) = start().await;
        $( assert_eq!(arrived(&server, &client, $input).await.json(), json!($body)); )*
    };
}

#[tokio::test]
async fn text_generation_takes_a_prompt_and_everything_that_steers_it() {
    expect_bodies! {
        Llama31_8bInstructFp8::prompt("Name a colour.")
            .max_tokens(20)
            .temperature(0.6)
            .top_p(0.9)
            .top_k(40)
            .seed(7)
            .repetition_penalty(1.1)
            .frequency_penalty(0.5)
            .presence_penalty(-0.5)
            .raw(true)
        => {
            "prompt": "Name a colour.", "max_tokens": 20, "temperature": 0.6, "top_p": 0.9,
            "top_k": 40, "seed": 7, "repetition_penalty": 1.1, "frequency_penalty": 0.5,
            "presence_penalty": -0.5, "raw": true
        }
        Gemma7bItLora::prompt("Name a colour.").lora("my-adapter")
            => {"prompt": "Name a colour.", "lora": "my-adapter"}
    }
}

#[tokio::test]
async fn an_adapter_is_applied_to_a_prompt_or_a_conversation() {
    let (ask, multimodal) = (
        || [Message::user("Hi.")],
        || [MultimodalMessage::user("Hi.")],
    );
    let prompt = json!({"prompt": "Hi.", "raw": true, "lora": "my-adapter"});
    let messages = json!({
        "messages": [{"role": "user", "content": "Hi."}], "raw": true, "lora": "my-adapter"
    });
    macro_rules! expect_adapters {
        ($($input:expr => $expected:expr,)*) => {
            expect_bodies! { $($input.raw(true).lora("my-adapter") => $expected)* }
        };
    }
    expect_adapters! {
        Gemma7bItLora::prompt("Hi.") => prompt,
        Gemma7bItLora::messages(ask()) => messages,
        Qwen25Coder32bInstruct::prompt("Hi.") => prompt,
        Qwen25Coder32bInstruct::messages([TextMessage::new("user", "Hi.")]) => messages,
        Llama32_11bVisionInstruct::prompt("Hi.") => prompt,
        Llama32_11bVisionInstruct::messages(multimodal()) => messages,
        Qwq32b::prompt("Hi.") => prompt,
        Qwq32b::messages(multimodal()) => messages,
        MistralSmall31_24bInstruct::messages(multimodal()) => messages,
        LlamaGuard3_8b::messages([LlamaGuard3_8bMessage::new("user", "Hi.")]) => messages,
    }
}

#[tokio::test]
async fn text_generation_takes_a_conversation_and_the_form_of_its_answer() {
    let schema = || object!({"type": "object", "properties": {"colour": {"type": "string"}}});
    let user = || Message::user("Name a colour.");
    expect_bodies! {
        Llama31_8bInstructFp8::messages([
            Message::system("Be brief."),
            user(),
            Message::assistant("Blue."),
            Message::new("critic", "Another one."),
        ]) => {"messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Name a colour."},
            {"role": "assistant", "content": "Blue."}, {"role": "critic", "content": "Another one."}
        ]}
        Llama31_8bInstructFp8::messages([user()]).response_format(ResponseFormat::json()) => {
            "messages": [{"role": "user", "content": "Name a colour."}],
            "response_format": {"type": "json_object"}
        }
        Llama31_8bInstructFp8::messages([user()]).response_format(ResponseFormat::schema(schema())) => {
            "messages": [{"role": "user", "content": "Name a colour."}],
            "response_format": {"type": "json_schema", "json_schema": schema()}
        }
    }
}

#[tokio::test]
async fn text_generation_takes_tools_in_both_forms_and_functions_as_source() {
    let room = || ToolParameter::new("string", "Which room.");
    let parameters = || ToolParameters::new([("room", room())]).required(["room"]);
    let schema = json!({
        "type": "object", "required": ["room"],
        "properties": {"room": {"type": "string", "description": "Which room."}}
    });
    let ask = || Llama31_8bInstructFp8::messages([Message::user("Dim it.")]);
    let messages = json!([{"role": "user", "content": "Dim it."}]);
    let any = object!({"type": "object", "properties": {}});
    expect_bodies! {
        ask().tools([FlatTool::new("dim_lamp", "Dims.", parameters())]) => {
            "messages": messages,
            "tools": [{"name": "dim_lamp", "description": "Dims.", "parameters": schema}]
        }
        ask().tools([Tool::function("dim_lamp", "Dims.", any.clone())]) => {
            "messages": messages,
            "tools": [{"type": "function", "function": {
                "name": "dim_lamp", "description": "Dims.", "parameters": any
            }}]
        }
        ask().functions([FunctionCode::new("dim", "return 1")])
            => {"messages": messages, "functions": [{"name": "dim", "code": "return 1"}]}
    }
}

#[tokio::test]
async fn a_stream_is_asked_for_by_calling_stream() {
    let (server, client) = start().await;
    let events = client.stream(Llama31_8bInstructFp8::prompt("Name a colour."));
    let answer = events.await.expect("a stream").collect().await;
    assert!(!answer.expect("an answer").text().is_empty());
    let request = last(&server);
    assert_eq!(
        request.json(),
        json!({"prompt": "Name a colour.", "stream": true})
    );
    assert_eq!(request.header("accept"), Some("text/event-stream"));
}

#[tokio::test]
async fn pictures_take_sizes_steps_and_what_they_start_from() {
    let bytes = json!(PNG);
    expect_bodies! {
        StableDiffusionXlBase10::prompt("a lamp")
            .negative_prompt("people")
            .height(512)
            .width(768)
            .num_steps(20)
            .guidance(7.5)
            .seed(9_999_999_999)
        => {
            "prompt": "a lamp", "negative_prompt": "people", "height": 512, "width": 768,
            "num_steps": 20, "guidance": 7.5, "seed": 9_999_999_999_u64
        }
        StableDiffusionV1_5Img2img::prompt("a lamp").image(PNG).strength(0.5)
            => {"prompt": "a lamp", "image": bytes, "strength": 0.5}
        StableDiffusionV1_5Img2img::prompt("a lamp").image_b64(PNG)
            => {"prompt": "a lamp", "image_b64": "iVBORw0KGgo="}
        StableDiffusionV1_5Inpainting::prompt("a lamp").image(PNG).mask(PNG)
            => {"prompt": "a lamp", "image": bytes, "mask": bytes}
    }
}

#[tokio::test]
async fn what_is_in_a_picture_is_asked_with_its_bytes_or_a_url() {
    let bytes = json!(PNG);
    expect_bodies! {
        Llava15_7bHf::image(PNG).prompt("What?").max_tokens(20).temperature(0.5)
            => {"image": bytes, "prompt": "What?", "max_tokens": 20, "temperature": 0.5}
        Llama32_11bVisionInstruct::prompt("What?").image(PNG_URL)
            => {"prompt": "What?", "image": PNG_URL}
        Llama32_11bVisionInstruct::messages([MultimodalMessage::user("What?")]).image(PNG_URL)
            => {"messages": [{"role": "user", "content": "What?"}], "image": PNG_URL}
    }
    let (server, client) = start().await;
    for request in [
        arrived(&server, &client, Resnet50::image(PNG)).await,
        arrived(&server, &client, DetrResnet50::image(PNG)).await,
    ] {
        assert_eq!(request.body, PNG, "{:?}", request.model);
        assert_eq!(request.header("content-type"), Some("image/png"));
    }
}

#[tokio::test]
async fn a_recording_is_sent_as_a_file_as_numbers_or_as_base64() {
    let (server, client) = start().await;
    let file = arrived(&server, &client, Whisper::audio(WAV)).await;
    assert_eq!(file.body, WAV);
    assert_eq!(file.header("content-type"), Some("audio/wav"));

    let numbers = json!({"audio": WAV});
    let answer = client.run_any(Whisper::ID, numbers.clone()).await;
    assert!(answer.expect("an answer")["text"].is_string());
    assert_eq!(last(&server).json(), numbers);

    let base64 = WhisperLargeV3Turbo::audio(WAV).language("en");
    let base64 = arrived(&server, &client, base64).await.json();
    assert_eq!(
        base64,
        json!({"audio": "UklGRiQAAABXQVZFZm10IA==", "language": "en"})
    );
}

#[tokio::test]
async fn texts_are_classified_compared_translated_shortened_and_spoken() {
    expect_bodies! {
        DistilbertSst2Int8::text("A lovely day.") => {"text": "A lovely day."}
        BgeBaseEnV15::text("a day") => {"text": "a day"}
        BgeBaseEnV15::text(["a day", "a night"]) => {"text": ["a day", "a night"]}
        M2m100_12b::input("a day", "es").source_lang("en")
            => {"text": "a day", "source_lang": "en", "target_lang": "es"}
        BartLargeCnn::input_text("A long day.").max_length(64)
            => {"input_text": "A long day.", "max_length": 64}
        Melotts::prompt("a day").lang("fr") => {"prompt": "a day", "lang": "fr"}
    }
}

#[tokio::test]
async fn a_field_that_no_type_has_is_added_to_the_body() {
    let (server, client) = start().await;
    let prompt = Llama31_8bInstructFp8::prompt("Name a colour.");
    let answer = client.run(prompt).field("ignore_eos", true).await;
    let sent = json!({"prompt": "Name a colour.", "ignore_eos": true});
    assert_eq!(last(&server).json(), sent);
    // Whether it is taken is for the service to say; the stand-in goes by the document.
    let message = answer.expect_err("a refusal").to_string();
    assert!(message.contains("ignore_eos"), "{message}");
}

#[tokio::test]
async fn a_call_goes_where_the_reference_says_with_a_token_and_json() {
    let (server, client) = start().await;
    let ask = Llama31_8bInstructFp8::messages([Message::user("Hello")]);
    let request = arrived(&server, &client, ask).await;
    let path = "/client/v4/accounts/0123456789abcdef0123456789abcdef/ai/run/@cf/meta/llama-3.1-8b-instruct-fp8";
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("POST", path)
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert!(request.header("authorization").is_some());
    let body: Value = request.json();
    assert_eq!(
        body,
        json!({"messages": [{"role": "user", "content": "Hello"}]})
    );
}
