//! Short ways to build what conversations are made of: the generator calls these macros wherever a document describes
//! messages, pictures in them, tools or formats of answers.

use serde::Serialize;
use serde_json::Value;

use crate::CalledTool;

/// Gives a type its short ways: for each the expression that makes it, such as
/// `short! { Message { user(content: String) => Self::new("user", content); } }`.
#[doc(hidden)]
#[macro_export]
macro_rules! short {
    ($name:ident { $($way:ident($($takes:tt)*) => $made:expr;)* }) => {
        impl $name {
            $($crate::short!(@ $way($($takes)*) => $made);)*
        }
    };
    (@ system($content:ident: $type:ty) => $made:expr) => {
        /// Tells the model how to behave.
        #[must_use]
        pub fn system($content: impl Into<$type>) -> Self {
            $made
        }
    };
    (@ user($content:ident: $type:ty) => $made:expr) => {
        /// Says something to the model.
        #[must_use]
        pub fn user($content: impl Into<$type>) -> Self {
            $made
        }
    };
    (@ assistant($content:ident: $type:ty) => $made:expr) => {
        /// Repeats what the model said before.
        #[must_use]
        pub fn assistant($content: impl Into<$type>) -> Self {
            $made
        }
    };
    (@ tool($content:ident: $type:ty) => $made:expr) => {
        /// Hands the model what a tool answered.
        #[must_use]
        pub fn tool($content: impl Into<$type>) -> Self {
            $made
        }

        /// Hands the model what a tool answered to `call`. Here answers stand in the order of the
        /// calls; other dialects repeat the call's id.
        #[must_use]
        pub fn answer_to(call: &$crate::CalledTool<'_>, content: impl Into<$type>) -> Self {
            let _ = call;
            Self::tool(content)
        }
    };
    (@ tool($id:ident, $content:ident: $type:ty) => $made:expr) => {
        /// Hands the model what a tool answered to the call with this id.
        #[must_use]
        pub fn tool($id: impl Into<String>, $content: impl Into<$type>) -> Self {
            $made
        }

        /// Hands the model what a tool answered to `call`.
        #[must_use]
        pub fn answer_to(call: &$crate::CalledTool<'_>, content: impl Into<$type>) -> Self {
            Self::tool(call.id.unwrap_or_default(), content)
        }
    };
    (@ calls($calls:ident $(as $text:ident)?) => $made:expr) => {
        /// Repeats which tools the model called, before their answers.
        #[must_use]
        pub fn calls<'a>($calls: impl IntoIterator<Item = &'a $crate::CalledTool<'a>>) -> Self {
            $(let $calls = $crate::chat::$text($calls);)?
            $made
        }
    };
    (@ about_image($text:ident, $image:ident: $url:ident) => $made:expr) => {
        /// Asks about a picture: its bytes, or a URL.
        #[doc = concat!("[`", stringify!($url), "::url`] tells which URLs the model takes.")]
        #[must_use]
        pub fn about_image($text: impl Into<String>, $image: impl Into<$url>) -> Self {
            $made
        }
    };
    (@ function($name:ident, $description:ident, $parameters:ident) => $made:expr) => {
        /// A function the model may call; `parameters` is a JSON Schema of its arguments, which
        /// [`object!`](workers_ai_models::object) writes.
        #[must_use]
        pub fn function(
            $name: impl Into<String>,
            $description: impl Into<String>,
            $parameters: $crate::__json::Map<String, $crate::__json::Value>,
        ) -> Self {
            $made
        }
    };
    (@ json() => $made:expr) => {
        /// Any JSON.
        #[must_use]
        pub fn json() -> Self {
            $made
        }
    };
    (@ schema($schema:ident) => $made:expr) => {
        /// JSON that fits a JSON Schema.
        #[must_use]
        pub fn schema($schema: impl Into<$crate::__json::Value>) -> Self {
            $made
        }
    };
    (@ schema($name:ident, $schema:ident) => $made:expr) => {
        /// JSON that fits a JSON Schema, written by [`object!`](workers_ai_models::object); `name`
        /// is yours to choose.
        #[must_use]
        pub fn schema(
            $name: impl Into<String>,
            $schema: $crate::__json::Map<String, $crate::__json::Value>,
        ) -> Self {
            $made
        }
    };
}

/// Makes the place of a picture from its bytes or its URL, by a function that takes text, such as
/// `from_picture! { ImageUrl: new }`.
#[doc(hidden)]
#[macro_export]
macro_rules! from_picture {
    ($url:ident: $($new:tt)+) => {
        $crate::from_text! { $url: $($new)+ }

        /// As a `data:` URL, see [`Media::data_url`](workers_ai_models::Media::data_url).
        impl From<$crate::Media> for $url {
            fn from(picture: $crate::Media) -> Self {
                Self::$($new)+(picture.data_url())
            }
        }

        /// As a `data:` URL, see [`Media::data_url`](workers_ai_models::Media::data_url).
        impl From<Vec<u8>> for $url {
            fn from(picture: Vec<u8>) -> Self {
                $crate::Media::from(picture).into()
            }
        }
    };
}

/// Calls as the native dialect repeats them: the text in which the model made them.
pub fn text<'a>(calls: impl IntoIterator<Item = &'a CalledTool<'a>>) -> String {
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
