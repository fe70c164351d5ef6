//! Short ways to build messages and inputs: whatever a program has at hand leads to the same body.

use serde_json::{Value, json, to_value};
use workers_ai_models::{
    Answer, ChatMessage, Context, EmbeddingTexts, Gemma3_12bItMessage,
    Llama4Scout17b16eInstructMessage, Media, Message, MultimodalMessage,
};

/// Everything a program may have a picture in leads to the same message.
#[test]
fn a_picture_is_asked_about_by_its_bytes_or_a_url() {
    const PICTURE: &[u8] = b"GIF89a";
    const URL: &str = "data:image/gif;base64,R0lGODlh";

    macro_rules! asked {
        ($message:ident) => {
            [
                $message::about_image("What is it?", URL),
                $message::about_image("What is it?", URL.to_owned()),
                $message::about_image("What is it?", Media::new(PICTURE)),
                $message::about_image("What is it?", PICTURE.to_vec()),
            ]
            .map(|message| to_value(message).expect("JSON"))
        };
    }

    let asked: [[Value; 4]; 4] = [
        asked!(MultimodalMessage),
        asked!(Gemma3_12bItMessage),
        asked!(ChatMessage),
        asked!(Llama4Scout17b16eInstructMessage),
    ];
    let expected = json!({"role": "user", "content": [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": URL}},
    ]});
    for message in asked.concat() {
        assert_eq!(message, expected);
    }
}

/// What was said before is handed back as the answer gives it.
#[test]
fn text_comes_in_every_form() {
    let said = String::from("Ahoy");
    let messages = [
        Message::user(Answer::text(&said).unwrap_or_default()),
        Message::user(&said),
        Message::user(said.as_str()),
        Message::user(said.clone()),
    ];
    for message in messages {
        let message = to_value(message).expect("JSON");
        assert_eq!(message, json!({"role": "user", "content": "Ahoy"}));
    }

    let contexts = [
        Context::from("Ahoy"),
        Context::from(&said),
        Context::from(said),
    ];
    for context in contexts {
        assert_eq!(to_value(context).expect("JSON"), json!({"text": "Ahoy"}));
    }

    let list = [String::from("a"), String::from("b")];
    let texts = [
        EmbeddingTexts::from(list.as_slice()),
        EmbeddingTexts::from(&list.to_vec()),
        EmbeddingTexts::from(["a", "b"].as_slice()),
        EmbeddingTexts::from(vec!["a", "b"]),
        EmbeddingTexts::from(["a", "b"]),
        EmbeddingTexts::from(list.to_vec()),
        EmbeddingTexts::from(list),
    ];
    for texts in texts {
        assert_eq!(to_value(texts).expect("JSON"), json!(["a", "b"]));
    }
}
