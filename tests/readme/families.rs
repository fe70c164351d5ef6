//! What README.md says of families of text models: what each takes, and that one type reads what all answer.

use serde_json::{from_value, json};
use workers_ai::Client;
use workers_ai_local::Server;
use workers_ai_models::{
    ChatMessage, ChatResponseFormat, ChatTool, DeepseekV4Flash0731, Gemma4_26bA4bIt, Glm47Flash,
    GptOss120b, Granite40HMicro, KimiK26, Llama32_11bVisionInstruct, Llama33_70bInstructFp8Fast,
    Message, Mistral7bInstructV02Lora, MistralSmall31_24bInstruct, ModelInput, MultimodalMessage,
    Nemotron3_120bA12b, Qwen3_30bA3bFp8, Qwen38_27b, Qwq32b, ResponseFormat, Status, Task,
    TextGenerationEvent, TextGenerationOutput, Tool, catalogue, object,
};

#[test]
fn readme_names_what_families_take() {
    macro_rules! family {
        ($($model:ident)*: $message:ident, $tool:ident, $set:ident($value:expr)) => {$(
            let tool = $tool::function("weather", "Tells the weather.", object!({"type": "object"}));
            let input = $model::messages([$message::user("Hello")]).tools([tool]).$set($value);
            assert_eq!(input.validate(), Ok(()), stringify!($model));
        )*};
    }
    let schema = || object!({"type": "object"});
    family!(KimiK26 Glm47Flash GptOss120b DeepseekV4Flash0731 Gemma4_26bA4bIt Nemotron3_120bA12b Qwen38_27b:
        ChatMessage, ChatTool, response_format(ChatResponseFormat::schema("any", schema())));
    family!(Llama33_70bInstructFp8Fast Qwen3_30bA3bFp8 Granite40HMicro Mistral7bInstructV02Lora:
        Message, Tool, response_format(ResponseFormat::schema(schema())));
    family!(MistralSmall31_24bInstruct Qwq32b: MultimodalMessage, Tool, guided_json(schema()));
    family!(Llama32_11bVisionInstruct: MultimodalMessage, Tool, max_tokens(64));
    let _ = ChatMessage::about_image("What is this?", b"GIF89a".to_vec());
    let _ = MultimodalMessage::about_image("What is this?", b"GIF89a".to_vec());
}

#[tokio::test]
async fn one_type_reads_what_every_chat_model_answers_to_messages() {
    let server = Server::start().await.unwrap();
    let ai = Client::builder()
        .base_url(server.url())
        .allow_loopback(true)
        .account_id("0123456789abcdef0123456789abcdef")
        .api_token("any-token")
        .build()
        .unwrap();
    let mut asked = 0;
    for info in catalogue::by_task(Task::TextGeneration) {
        // Clef decides and does not chat.
        if info.status == Status::Deprecated || info.author == "cloudflare" {
            continue;
        }
        asked += 1;
        let question = json!({ "messages": [{ "role": "user", "content": "Hello" }] });
        let answer = ai.run_any(info.id, question.clone()).await.unwrap();
        let answer: TextGenerationOutput = from_value(answer).unwrap();
        assert!(!answer.text().is_empty(), "{}", info.id);
        assert!(answer.usage().is_some(), "{}", info.id);
        if info.streaming {
            let mut events = ai.stream_any(info.id, question).await.unwrap();
            let mut told = String::new();
            while let Some(event) = events.next().await {
                let event: TextGenerationEvent = from_value(event.unwrap()).unwrap();
                told.push_str(&event.text());
            }
            assert!(!told.is_empty(), "{}", info.id);
        }
    }
    assert!(asked > 30, "{asked}");
}
