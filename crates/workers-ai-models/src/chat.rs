//! Short ways to build what conversations are made of: messages, tools, answer formats.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    CalledTool, ChatAssistantContent, ChatAssistantMessage, ChatFunctionCall,
    ChatFunctionDefinition, ChatFunctionTool, ChatFunctionToolCall, ChatImagePart, ChatImageUrl,
    ChatJsonSchema, ChatMessage, ChatResponseFormat, ChatResponseFormatJsonObject,
    ChatResponseFormatJsonSchema, ChatSystemMessage, ChatTextContent, ChatTextPart, ChatTool,
    ChatToolCall, ChatToolMessage, ChatUserContent, ChatUserMessage, FlatTool, FunctionTool,
    Gemma3_12bItContent, Gemma3_12bItMessage, ImagePart, ImageUrl,
    Llama4Scout17b16eInstructContent, Llama4Scout17b16eInstructImagePart,
    Llama4Scout17b16eInstructImageUrl, Llama4Scout17b16eInstructMessage, Media, Message,
    MessageContent, MultimodalMessage, MultimodalMessageContent, ResponseFormat,
    ResponseFormatType, TextMessage, TextPart, Tool, from_text,
};

macro_rules! roles {
    ($($message:ident: $content:ident),*) => {$(
        impl $message {
            /// Tells the model how to behave.
            #[must_use]
            pub fn system(content: impl Into<$content>) -> Self {
                Self::new("system", content)
            }

            /// Says something to the model.
            #[must_use]
            pub fn user(content: impl Into<$content>) -> Self {
                Self::new("user", content)
            }

            /// Repeats what the model said before.
            #[must_use]
            pub fn assistant(content: impl Into<$content>) -> Self {
                Self::new("assistant", content)
            }

            /// Hands the model what a tool answered.
            #[must_use]
            pub fn tool(content: impl Into<$content>) -> Self {
                Self::new("tool", content)
            }

            /// Repeats which tools the model called, before their answers.
            #[must_use]
            pub fn calls<'a>(calls: impl IntoIterator<Item = &'a CalledTool<'a>>) -> Self {
                Self::assistant(called(calls))
            }

            /// Hands the model what a tool answered to `call`. Here answers stand in the order of
            /// the calls; other dialects repeat the call's id.
            #[must_use]
            pub fn answer_to(call: &CalledTool<'_>, content: impl Into<$content>) -> Self {
                let _ = call;
                Self::tool(content)
            }
        }
    )*};
}

roles!(
    Message: MessageContent,
    TextMessage: String,
    MultimodalMessage: MultimodalMessageContent,
    Gemma3_12bItMessage: Gemma3_12bItContent,
    Llama4Scout17b16eInstructMessage: Llama4Scout17b16eInstructContent
);

/// Calls as the native dialect repeats them: the text in which the model made them.
fn called<'a>(calls: impl IntoIterator<Item = &'a CalledTool<'a>>) -> String {
    #[derive(Serialize)]
    struct Called<'a> {
        name: &'a str,
        arguments: Value,
    }

    let calls = calls.into_iter().map(|call| {
        let arguments = call.arguments_text();
        Called {
            name: call.name.unwrap_or_default(),
            arguments: serde_json::from_str(&arguments).unwrap_or_else(|_| arguments.into()),
        }
    });
    let text = match calls.collect::<Vec<_>>().as_slice() {
        [call] => serde_json::to_string(call),
        calls => serde_json::to_string(calls),
    };
    // Text and JSON values can always be written.
    text.unwrap_or_default()
}

macro_rules! about_image {
    ($($message:ident: $content:ident, $text:ident, $image:ident, $url:ident;)*) => {$(
        impl $message {
            /// Asks about a picture: its bytes, or a URL.
            #[doc = concat!("[`", stringify!($url), "::url`] tells which URLs the model takes.")]
            #[must_use]
            pub fn about_image(text: impl Into<String>, image: impl Into<$url>) -> Self {
                let parts = vec![$text::new(text).into(), $image::new(image).into()];
                Self::user($content::from(parts))
            }
        }
    )*};
}

about_image!(
    MultimodalMessage: MultimodalMessageContent, TextPart, ImagePart, ImageUrl;
    Gemma3_12bItMessage: Gemma3_12bItContent, TextPart, ImagePart, ImageUrl;
    ChatMessage: ChatUserContent, ChatTextPart, ChatImagePart, ChatImageUrl;
    Llama4Scout17b16eInstructMessage: Llama4Scout17b16eInstructContent, TextPart,
        Llama4Scout17b16eInstructImagePart, Llama4Scout17b16eInstructImageUrl;
);

macro_rules! image_urls {
    ($($url:ident),*) => {$(
        from_text! { $url: new }

        /// As a `data:` URL, see [`Media::data_url`].
        impl From<Media> for $url {
            fn from(picture: Media) -> Self {
                Self::new(picture.data_url())
            }
        }

        /// As a `data:` URL, see [`Media::data_url`].
        impl From<Vec<u8>> for $url {
            fn from(picture: Vec<u8>) -> Self {
                Media::from(picture).into()
            }
        }
    )*};
}

image_urls!(ImageUrl, ChatImageUrl, Llama4Scout17b16eInstructImageUrl);

impl ChatMessage {
    /// Tells the model how to behave.
    #[must_use]
    pub fn system(content: impl Into<ChatTextContent>) -> Self {
        ChatSystemMessage::new(content).into()
    }

    /// Says something to the model.
    #[must_use]
    pub fn user(content: impl Into<ChatUserContent>) -> Self {
        ChatUserMessage::new(content).into()
    }

    /// Repeats what the model said before.
    #[must_use]
    pub fn assistant(content: impl Into<ChatAssistantContent>) -> Self {
        ChatAssistantMessage::new().content(content).into()
    }

    /// Repeats which tools the model called, before their answers.
    #[must_use]
    pub fn calls<'a>(calls: impl IntoIterator<Item = &'a CalledTool<'a>>) -> Self {
        let calls = calls.into_iter().map(|call| {
            let function =
                ChatFunctionCall::new(call.name.unwrap_or_default(), call.arguments_text());
            ChatToolCall::from(ChatFunctionToolCall::new(
                call.id.unwrap_or_default(),
                function,
            ))
        });
        // Several models refuse a message without content.
        ChatAssistantMessage::new()
            .content("")
            .tool_calls(calls)
            .into()
    }

    /// Hands the model what a tool answered to `call`.
    #[must_use]
    pub fn answer_to(call: &CalledTool<'_>, content: impl Into<ChatTextContent>) -> Self {
        Self::tool(call.id.unwrap_or_default(), content)
    }

    /// Hands the model what a tool answered to the call with this id.
    #[must_use]
    pub fn tool(call_id: impl Into<String>, content: impl Into<ChatTextContent>) -> Self {
        ChatToolMessage::new(content, call_id).into()
    }
}

impl Tool {
    /// A function the model may call; `parameters` is a JSON Schema of its arguments, which
    /// [`object!`](crate::object) writes.
    #[must_use]
    pub fn function(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: Map<String, Value>,
    ) -> Self {
        FunctionTool::new(FlatTool::new(name, description, parameters)).into()
    }
}

impl ChatTool {
    /// A function the model may call; `parameters` is a JSON Schema of its arguments, which
    /// [`object!`](crate::object) writes.
    #[must_use]
    pub fn function(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: Map<String, Value>,
    ) -> Self {
        let function = ChatFunctionDefinition::new(name)
            .description(description)
            .parameters(parameters);
        ChatFunctionTool::new(function).into()
    }
}

impl ResponseFormat {
    /// Any JSON.
    #[must_use]
    pub fn json() -> Self {
        Self::new(ResponseFormatType::JsonObject)
    }

    /// JSON that fits a JSON Schema.
    #[must_use]
    pub fn schema(schema: impl Into<Value>) -> Self {
        Self::new(ResponseFormatType::JsonSchema).json_schema(schema)
    }
}

impl ChatResponseFormat {
    /// Any JSON.
    #[must_use]
    pub fn json() -> Self {
        ChatResponseFormatJsonObject::new().into()
    }

    /// JSON that fits a JSON Schema, written by [`object!`](crate::object); `name` is yours to
    /// choose.
    #[must_use]
    pub fn schema(name: impl Into<String>, schema: Map<String, Value>) -> Self {
        ChatResponseFormatJsonSchema::new(ChatJsonSchema::new(name).schema(schema)).into()
    }
}
